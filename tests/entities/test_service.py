"""What the register of entities accepts, refuses and records, whoever calls it."""
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from app.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, Stale
from app.models.entity import Entity
from app.models.log import LogEntry
from app.security.permissions import ATTENDANT, CONFIGURATOR, SUPERVISOR, Perm
from app.services import entities
from tests.support.clock import NOON

CPF, OTHER_CPF = "390.533.447-05", "15350946056"


@pytest.fixture
def attendant(make_user, viewer_for, world):
    return viewer_for(make_user(None, ATTENDANT, companies=[world.company]))


@pytest.fixture
def supervisor(make_user, viewer_for, world):
    return viewer_for(make_user(None, SUPERVISOR, companies=[world.company]))


@pytest.fixture
def no_reveal(attendant):
    """An attendant whom the right to see documents was taken from."""
    return replace(attendant, permissions=attendant.permissions - {Perm.DOCUMENT_REVEAL.pair})


def register(session, actor, **values):
    return entities.create(session, {"name": "Carla Dias", **values}, actor=actor, now=NOON)


def refused(call, *args, **values) -> dict:
    """{field: message} of what is refused."""
    with pytest.raises(DomainError) as raised:
        call(*args, **values)
    return {error.field: str(error) for error in getattr(raised.value, "errors", [raised.value])}


def log_of(session, entity):
    return session.scalars(select(LogEntry).where(
        LogEntry.target == "entity", LogEntry.target_id == entity.id).order_by(LogEntry.seq)).all()


@pytest.mark.req("B-16")
def test_an_entity_is_registered_with_its_rows_in_one_log_entry(session, world, attendant):
    entity = register(
        session, attendant, document=CPF, social_name="Carlinha", birth_date=date(1990, 2, 3),
        roles=[{"role_type": world.role_types["customer"].id}],
        phones=[{"number": "11 8765-4321", "is_main": True}, {"kind": "landline", "number": "(11) 3333-4444"}],
        addresses=[{"street": "Rua Um", "cep": "01310-100", "state": "sp", "is_main": True}],
        econtacts=[{"kind": "email", "value": "Carla@Example.com", "is_main": True}],
        contacts=[{"name": "Bia", "contact_type": world.contact_type.id, "mobile": "21 98888-7777"}],
        units=[world.unit.id])
    assert entity.company_id == world.company.id
    assert entity.document == "39053344705"
    assert entity.shown_name == "Carlinha"
    assert [row.number for row in entity.phones] == ["+5511987654321", "+551133334444"]
    assert entity.phones[0].search_digits == "1187654321"
    assert (entity.main_address.cep, entity.main_address.state) == ("01310100", "SP")
    assert entity.main_econtact.value_key == "carla@example.com"
    assert entity.contacts[0].mobile == "+5521988887777"
    [entry] = log_of(session, entity)
    assert entry.action == "create"
    assert {row["number"] for row in entry.changes["phones"][1]} == {"+5511987654321", "+551133334444"}
    assert entry.changes["contacts"][1][0]["contact_type"]["text"] == world.contact_type.name
    assert entry.changes["roles"][1][0]["role_type"]["text"] == "Cliente"


@pytest.mark.req("M-25")
def test_every_wrong_value_is_refused_at_its_field(session, world, attendant):
    errors = refused(register, session, attendant, name="  ", document="111.111.111-11", birth_date=date(2100, 1, 1),
                     trade_name="x" * 201,
                     phones=[{"number": "11 98765-4321"}, {"number": "123"}],
                     econtacts=[{"kind": "email", "value": "joana@"}, {"kind": "site", "value": "javascript:alert(1)"}],
                     addresses=[{"street": "", "cep": "123", "state": "XX"}],
                     contacts=[{"name": "Bia", "email": "errado"}, {"name": "Só o nome", "job_title": " "}])
    assert set(errors) == {
        "name", "document", "birth_date", "trade_name", "phones.1.number", "econtacts.0.value", "econtacts.1.value",
        "addresses.0.street", "addresses.0.cep", "addresses.0.state", "contacts.0.email", "contacts.1.job_title"}
    assert "201" in errors["trade_name"]


def test_a_company_has_a_cnpj_and_a_person_a_cpf(session, world, attendant):
    assert "CNPJ" in refused(register, session, attendant, kind="company", document=CPF)["document"]
    assert "CPF" in refused(register, session, attendant, kind="individual", document="11222333000181")["document"]
    assert register(session, attendant, kind="company", document="12.abc.345/01DE-35").document == "12ABC34501DE35"


def test_a_document_of_another_entity_is_a_conflict_that_names_it(session, world, attendant):
    with pytest.raises(entities.Duplicate) as refusal:
        register(session, attendant, document=OTHER_CPF)
    assert refusal.value.field == "document"
    assert refusal.value.status == 409
    assert refusal.value.entity_id == world.second_entity.id
    assert "João Pereira" in str(refusal.value)
    assert register(session, attendant, name="Outra", document=CPF).id
    session.rollback()


def test_the_same_document_in_another_company_is_no_duplicate(session, world, attendant):
    assert register(session, attendant, document=world.other_entity.document).id


def test_an_untouched_mask_is_not_a_document(session, world, attendant):
    entities.update(session, world.entity.id, {"document": "•••.982.247-••", "name": "Ana"}, actor=attendant, now=NOON)
    assert world.entity.document == "52998224725"
    assert "document" in refused(register, session, attendant, document="•••.982.247-••")
    other = {"document": "•••.111.222-••"}
    assert "document" in refused(entities.update, session, world.entity.id, other, actor=attendant, now=NOON)


def test_who_may_not_see_a_document_may_not_change_it(session, world, no_reveal):
    with pytest.raises(Forbidden):
        entities.update(session, world.entity.id, {"document": CPF}, actor=no_reveal, now=NOON)
    entities.update(session, world.entity.id, {"name": "Ana"}, actor=no_reveal, now=NOON)
    assert world.entity.document == "52998224725"
    blank = register(session, no_reveal)
    entities.update(session, blank.id, {"document": CPF}, actor=no_reveal, now=NOON)
    assert blank.document == "39053344705"


@pytest.mark.req("S-27")
def test_the_main_phone_is_swapped_in_one_save(session, world, attendant):
    entity = register(session, attendant, phones=[{"number": "1133334444", "is_main": False},
                                                  {"number": "1133335555", "is_main": True}])
    first, second = entity.phones
    rows = [{"id": row.id, "number": row.number, "kind": row.kind, "is_main": row is first} for row in (first, second)]
    entities.update(session, entity.id, {"phones": rows}, actor=attendant, now=NOON)
    assert entity.main_phone is first
    entities.update(session, entity.id, {"phones": rows[1:]}, actor=attendant, now=NOON)
    session.refresh(entity)
    assert entity.main_phone is None


@pytest.mark.req("S-27")
@pytest.mark.parametrize(("name", "rows"), [
    ("phones", [{"number": "1133334444"}, {"number": "1133335555"}]),
    ("addresses", [{"street": "A"}, {"street": "B"}]),
    ("econtacts", [{"value": "a@example.com"}, {"value": "b@example.com"}])])
def test_two_main_ones_are_refused(session, attendant, name, rows):
    rows = [{**row, "is_main": True} for row in rows]
    assert list(refused(register, session, attendant, **{name: rows})) == [f"{name}.1.is_main"]


def test_a_contact_needs_one_way_to_reach_it(session, attendant):
    errors = refused(register, session, attendant, contacts=[{"name": "Só nome", "job_title": "  ", "email": ""}])
    assert list(errors) == ["contacts.0.job_title"]


def test_an_entity_is_not_related_to_itself(session, world, attendant):
    contacts = [{"name": "Eu", "email": "eu@example.com", "related_entity": world.entity.id}]
    errors = refused(entities.update, session, world.entity.id, {"contacts": contacts}, actor=attendant, now=NOON)
    assert list(errors) == ["contacts.0.related_entity"]


def test_ids_of_another_company_are_no_choice(session, world, attendant):
    errors = refused(register, session, attendant, company=world.other_company.id)
    assert "company" in errors
    assert "units" in refused(register, session, attendant, units=[world.other_unit.id])
    assert "units" in refused(register, session, attendant, units=[world.restricted_unit.id])
    contacts = [{"name": "X", "email": "x@example.com", "related_entity_id": world.other_entity.id}]
    assert "contacts.0.related_entity" in refused(register, session, attendant, contacts=contacts)
    for verb in (entities.update, entities.reveal_document):
        with pytest.raises(NotFound):
            verb(session, world.other_entity.id, *([{"name": "X"}] if verb is entities.update else []),
                 actor=attendant, now=NOON)
    errors = refused(entities.update, session, world.entity.id, {"company": world.other_company.id},
                     actor=attendant, now=NOON)
    assert list(errors) == ["company"]


def test_a_restricted_unit_stays_when_someone_saves_who_does_not_see_it(session, world, attendant, seeding):
    with seeding():
        world.entity.units = [world.unit, world.restricted_unit]
    entities.update(session, world.entity.id, {"units": []}, actor=attendant, now=NOON)
    assert world.entity.units == [world.restricted_unit]


def test_a_row_of_another_entity_is_refused(session, world, attendant):
    stolen = world.second_entity.phones[0].id
    errors = refused(entities.update, session, world.entity.id, {"phones": [{"id": stolen, "number": "1133334444"}]},
                     actor=attendant, now=NOON)
    assert list(errors) == ["phones.0"]
    session.rollback()
    assert world.second_entity.phones[0].number == "+552132105678"


def test_a_role_taken_out_and_put_in_again_is_the_same_row(session, world, attendant):
    before = world.entity.roles[0].id
    entities.update(session, world.entity.id, {"roles": [{"role_type": world.role_types["customer"].id}]},
                    actor=attendant, now=NOON)
    assert [row.id for row in world.entity.roles] == [before]
    twice = [{"role_type": world.role_types["partner"].id}] * 2
    assert list(refused(entities.update, session, world.entity.id, {"roles": twice}, actor=attendant, now=NOON)) == [
        "roles.1.role_type"]


def test_a_contact_named_by_an_attendance_is_not_removed(session, world, attendant, seeding):
    with seeding():
        world.attendance.entity = world.provider
        world.attendance.details[0].contact = world.provider.contacts[0]
    with pytest.raises(Conflict) as refusal:
        entities.update(session, world.provider.id, {"contacts": []}, actor=attendant, now=NOON)
    assert refusal.value.field == "contacts"
    assert "Beatriz" in str(refusal.value)


def test_a_phone_that_an_import_let_in_does_not_stop_a_save(session, world, attendant, seeding):
    with seeding():
        world.entity.phones[0].number = "+55119"
    phone = world.entity.phones[0]
    rows = [{"id": phone.id, "kind": phone.kind, "number": "+55119", "is_main": True}]
    entities.update(session, world.entity.id, {"phones": rows, "name": "Ana"}, actor=attendant, now=NOON)
    assert world.entity.phones[0].number == "+55119"


def test_control_characters_and_half_surrogates_never_reach_a_table(session, attendant):
    assert register(session, attendant, name="Ca\x00rla\ud800 \t Dias").name == "Carla Dias"


def test_a_stale_save_is_refused_and_an_empty_one_writes_nothing(session, world, attendant):
    with pytest.raises(Stale):
        entities.update(session, world.entity.id, {"name": "Ana"}, version=99, actor=attendant, now=NOON)
    entities.update(session, world.entity.id, {"name": world.entity.name, "document": "529.982.247-25"},
                    version=world.entity.version, actor=attendant, now=NOON)
    assert log_of(session, world.entity) == []


def test_an_entity_in_use_is_deactivated_not_deleted(session, world, supervisor, attendant):
    with pytest.raises(Conflict) as refusal:
        entities.delete(session, world.entity.id, actor=supervisor, now=NOON)
    assert "Ana Lúcia Conceição" in str(refusal.value)
    with pytest.raises(Forbidden):
        entities.delete(session, world.provider.id, actor=attendant, now=NOON)
    pk = world.provider.id
    entities.delete(session, pk, actor=supervisor, now=NOON)
    assert session.get(Entity, pk) is None
    entities.update(session, world.entity.id, {"active": False}, actor=attendant, now=NOON)
    assert not world.entity.active


def test_who_only_configures_may_not_write_an_entity(session, world, make_user, viewer_for):
    viewer = viewer_for(make_user(None, CONFIGURATOR, companies=[world.company]))
    with pytest.raises(Forbidden):
        register(session, viewer)
    with pytest.raises(Forbidden):
        entities.update(session, world.entity.id, {"name": "X"}, actor=viewer, now=NOON)


def test_each_look_at_a_document_is_logged(session, world, attendant, no_reveal):
    assert entities.reveal_document(session, world.entity.id, actor=attendant, now=NOON) == "529.982.247-25"
    entry = log_of(session, world.entity)[-1]
    assert (entry.action, entry.actor_id, entry.changes) == ("reveal", attendant.user_id, {})
    with pytest.raises(Forbidden):
        entities.reveal_document(session, world.entity.id, actor=no_reveal, now=NOON)


@pytest.mark.req("W-24")
def test_the_short_form_fills_the_main_phone_and_the_email(session, world, attendant):
    customer, partner = world.role_types["customer"], world.role_types["partner"]
    entity = entities.save_simple(session, None, {
        "name": "Rui", "document": "11.222.333/0001-81", "phone": "11 98888-7777", "email": "rui@example.com",
        "roles": [customer.id]}, actor=attendant, now=NOON)
    assert (entity.kind, entity.main_phone.number) == ("company", "+5511988887777")
    assert entity.main_econtact.value == "rui@example.com"
    entities.save_simple(session, entity.id, {"phone": "11 97777-6666", "email": "", "roles": [partner]},
                         actor=attendant, now=NOON)
    assert [row.number for row in entity.phones] == ["+5511977776666"]
    assert entity.econtacts == []
    assert [(row.role_type.code, row.active) for row in entity.roles] == [("customer", False), ("partner", True)]


def test_the_short_form_makes_a_known_number_the_main_one(session, world, attendant):
    entity = register(session, attendant, phones=[{"number": "1133334444", "is_main": True}, {"number": "1133335555"}])
    entities.save_simple(session, entity.id, {"phone": "(11) 3333-5555"}, actor=attendant, now=NOON)
    assert [(row.number, row.is_main) for row in entity.phones] == [("+551133334444", False), ("+551133335555", True)]


def test_the_short_form_says_its_refusals_at_its_own_fields(session, attendant):
    errors = refused(entities.save_simple, session, None, {"name": "Rui", "phone": "123"}, actor=attendant, now=NOON)
    assert list(errors) == ["phone"]
    errors = refused(entities.save_simple, session, None, {"name": "", "email": "rui@"}, actor=attendant, now=NOON)
    assert set(errors) == {"name", "email"}
    errors = refused(entities.save_simple, session, None, {"name": "Rui", "document": "123"}, actor=attendant, now=NOON)
    assert list(errors) == ["document"]
    with pytest.raises(Invalid):
        entities.role_type_ids(session, ["customer", "nobody"])
