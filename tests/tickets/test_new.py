"""What "Novo atendimento" of the central begins with: the provider that is chosen in the list, and its contact."""
import pytest

from app.models.entity import EntityContact, EntityRole
from tests.support.world import add_entity

pytestmark = pytest.mark.req("C-93", "C-32")
CONTACT = "/provider-central/tickets/contact"


@pytest.fixture
def ana(sign_in, desk):
    return sign_in(desk.ana)


def test_of_a_ticket_it_is_the_provider_and_the_contact_of_that_ticket(ana, open_ticket, world):
    ticket = open_ticket(contact_name="Rosa", contact_phone="(11) 3222-1000", contact_email="rosa@clinica.example")
    open_ticket()
    assert ana.get(f"{CONTACT}?ticket={ticket.attendance_id}").json == {
        "provider": {"id": world.provider.id, "text": world.provider.shown_name}, "contact_name": "Rosa",
        "contact_phone": "(11) 3222-1000", "contact_email": "rosa@clinica.example"}


def test_of_a_chosen_provider_it_is_that_of_its_newest_ticket(ana, open_ticket, world):
    open_ticket(contact_name="Rosa")
    open_ticket(contact_name="Pedro")
    assert ana.get(f"{CONTACT}?provider={world.provider.id}").json["contact_name"] == "Pedro"


def test_before_any_ticket_it_is_what_the_registration_says(ana, session, seeding, world):
    with seeding():
        clinic = add_entity(session, world.company, "Clínica Nova", role=world.role_types["provider"],
                            phone="+551132221000", email="geral@nova.example")
    answer = ana.get(f"{CONTACT}?provider={clinic.id}").json
    assert (answer["contact_name"], answer["contact_phone"], answer["contact_email"]) == (
        "", "(11) 3222-1000", "geral@nova.example")
    with seeding():
        clinic.contacts.append(EntityContact(name="Antiga", phone="+551130000000", active=False))
        clinic.contacts.append(EntityContact(name="Sônia", mobile="+5511987654321"))
    answer = ana.get(f"{CONTACT}?provider={clinic.id}").json
    assert (answer["contact_name"], answer["contact_phone"], answer["contact_email"]) == (
        "Sônia", "(11) 98765-4321", "geral@nova.example")


def test_of_what_one_may_not_see_or_choose_nothing_is_told(ana, sign_in, make_user, session, seeding, open_ticket,
                                                           desk, world):
    ticket = open_ticket()
    stranger = sign_in(make_user("verde", "Supervisor", companies=[world.other_company]))
    for query in (f"ticket={ticket.attendance_id}", f"provider={world.provider.id}"):
        assert ana.get(f"{CONTACT}?{query}").status_code == 200
        assert stranger.get(f"{CONTACT}?{query}").status_code == 404
    assert sign_in(desk.pedro).get(f"{CONTACT}?ticket={ticket.attendance_id}").status_code in (302, 403)
    assert ana.get(f"{CONTACT}?provider={world.entity.id}").status_code == 404, "a customer is no provider"
    assert ana.get(CONTACT).status_code == 404
    with seeding():
        for role in session.query(EntityRole).filter_by(entity_id=world.provider.id):
            role.active = False
    assert ana.get(f"{CONTACT}?ticket={ticket.attendance_id}").status_code == 404
