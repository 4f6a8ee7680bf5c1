"""What is done to a ticket, and what is refused (C-23 to C-38, C-94 to C-97)."""
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.database import unit_of_work
from app.errors import Conflict, Forbidden, Invalid, InvalidMany, NotFound
from app.models.attendance import Attendance
from app.models.notification import Notification
from app.models.outbox import Outbox
from app.models.provider_ticket import Message, ProviderTicket
from app.models.stream_event import StreamEvent
from app.services import assignment, attendances, entity_merge
from app.services.settings import set_setting
from app.services.tickets import forwarding, work
from tests.support.clock import DAY, HOUR, NOON
from tests.support.world import add_entity

from .conftest import PUBLIC_URL


@pytest.fixture
def do(session):
    """`do(work.take, ticket, by=…)`: a verb in a unit of work of its own."""
    def act(verb, ticket, *arguments, by, now=NOON, **named):
        with unit_of_work(session):
            return verb(session, ticket.attendance_id, *arguments, actor=by, now=now, **named)
    return act


@pytest.mark.req("C-01", "C-23", "C-67")
def test_a_provider_opens_a_ticket(session, world, desk, open_ticket):
    ticket = open_ticket()
    attendance = ticket.attendance
    assert (attendance.kind, attendance.entity_id, attendance.phase) == ("provider", world.provider.id, "open")
    assert attendance.protocol
    assert attendance.opened_by_id == desk.pedro.id
    assert (ticket.number, ticket.return_days, ticket.waiting, ticket.started) == (1, 2, "operator", False)
    assert ticket.due_at.isoformat() == "2026-03-19T02:59:59+00:00"  # two days on, 23:59:59 in São Paulo
    assert [message.text for message in session.scalars(select(Message))] == ["Por que foi negada?"]
    assert open_ticket().number == 2


@pytest.mark.req("C-12", "C-17")
def test_every_field_is_refused_at_once(open_ticket, world, session, seeding):
    with pytest.raises(InvalidMany) as refused:
        open_ticket(title=" ", subclassification_id=None, contact_name="", contact_phone="12", contact_email="x",
                    message="")
    assert {error.field for error in refused.value.errors} == {
        "title", "subclassification_id", "contact_name", "contact_phone", "contact_email", "message"}


@pytest.mark.req("C-21")
def test_a_message_has_four_thousand_characters_and_a_line_break_is_one(open_ticket):
    with pytest.raises(Invalid):
        open_ticket(message="á" * 4_001)
    assert len(open_ticket(message="é\r\n" * 1_999 + "😀!").attendance.details[0].description) == 4_000


@pytest.mark.req("C-23")
def test_a_second_click_opens_no_second_ticket(session, open_ticket):
    assert open_ticket(request_key="k1").number == open_ticket(request_key="k1").number
    assert len(session.scalars(select(ProviderTicket)).all()) == 1


def test_an_operator_says_for_which_provider(open_ticket, desk, world):
    with pytest.raises(Invalid) as refused:
        open_ticket(by=desk.as_ana)
    assert refused.value.field == "provider_id"
    with pytest.raises(Invalid):
        open_ticket(by=desk.as_ana, provider_id=world.entity.id)  # a customer
    assert open_ticket(by=desk.as_ana, provider_id=world.provider.id).attendance.opened_by_id == desk.ana.id


@pytest.mark.req("C-104", "C-78")
def test_without_protocols_a_ticket_has_its_number_alone(session, open_ticket, make_user, viewer_for):
    with unit_of_work(session):
        set_setting(session, "provider_protocol", False, actor=viewer_for(make_user("adm", "Admin")), now=NOON)
    ticket = open_ticket()
    assert ticket.attendance.protocol is None
    assert ticket.number == 1


@pytest.mark.req("C-85", "C-75", "C-103")
def test_of_two_who_take_it_the_second_is_told_who_was_first(do, desk, open_ticket):
    ticket = open_ticket()
    taken = do(work.take, ticket, by=desk.as_bruno)
    assert (taken.assignee_id, taken.phase, taken.started) == (desk.bruno.id, "in_progress", True)
    assert taken.department_id == desk.bruno.profile.department_id
    with pytest.raises(Conflict, match="Bruno Teste"):
        do(work.take, ticket, by=desk.as_ana)
    with pytest.raises(Forbidden):
        do(work.take, open_ticket(), by=desk.as_carla)


@pytest.mark.req("C-36", "C-96")
def test_giving_up_leaves_it_as_it_was(do, desk, open_ticket, say):
    ticket = open_ticket()
    do(work.take, ticket, by=desk.as_bruno)
    left = do(work.give_up, ticket, by=desk.as_bruno)
    assert (left.assignee_id, left.department_id, left.phase, left.started) == (None, None, "open", False)
    do(work.take, ticket, by=desk.as_bruno)
    say.reply(ticket, by=desk.as_bruno)
    assert do(work.give_up, ticket, by=desk.as_bruno).started  # it was answered
    with pytest.raises(Conflict):
        do(work.give_up, ticket, by=desk.as_bruno)


@pytest.mark.req("C-02", "C-30", "C-27", "C-20")
def test_an_answer_waits_for_the_provider_and_a_complement_for_the_operadora(session, desk, open_ticket, say):
    ticket = open_ticket()
    say.reply(ticket, "Envie o laudo.", now=NOON + HOUR)
    session.refresh(ticket)
    assert (ticket.waiting, ticket.due_at, ticket.assignee_id) == ("provider", None, desk.ana.id)
    mail = session.scalars(select(Outbox)).one()
    assert mail.recipient == "pedro@clinica.example"
    assert "Envie o laudo." in mail.body
    assert f"{PUBLIC_URL}/portal/tickets/{ticket.attendance.address}" in mail.body
    say.complement(ticket, now=NOON + HOUR + 2 * DAY)
    session.refresh(ticket)
    assert ticket.waiting == "operator"
    assert ticket.due_at.isoformat() == "2026-03-20T02:59:59+00:00"
    told = select(Notification.user_id).where(Notification.kind == "complemented")
    assert session.scalars(told).all() == [desk.ana.id]


def test_a_closed_ticket_takes_no_message(do, desk, open_ticket, say):
    ticket = open_ticket()
    do(work.close, ticket, by=desk.as_ana, public_url=PUBLIC_URL)
    for speak in (say.reply, say.complement):
        with pytest.raises(Conflict):
            speak(ticket)


@pytest.mark.req("C-34", "C-74")
def test_closing_once_tells_the_provider(session, do, desk, open_ticket, say):
    ticket = open_ticket()
    say.reply(ticket)
    closed = do(work.close, ticket, by=desk.as_ana, now=NOON + DAY, public_url=PUBLIC_URL)
    assert closed.closed_at == NOON + DAY
    assert closed.phase == "closed"
    assert closed.clock_stopped_at is None
    assert len(session.scalars(select(Outbox)).all()) == 2
    with pytest.raises(Conflict):
        do(work.close, ticket, by=desk.as_ana, public_url=PUBLIC_URL)


def test_closed_by_the_sac_screen_the_clock_runs_out_too(session, desk, open_ticket, say):
    ticket = open_ticket()
    say.reply(ticket)
    with unit_of_work(session):
        attendances.close_attendance(session, ticket.attendance_id, actor=desk.as_ana, now=NOON + HOUR)
    session.refresh(ticket)
    assert ticket.clock_stopped_at is None
    assert ticket.due_at is not None
    assert ticket.closed_at == NOON + HOUR


@pytest.mark.req("C-35")
def test_pending_once(do, desk, open_ticket):
    ticket = open_ticket()
    assert do(work.leave_pending, ticket, by=desk.as_ana).phase == "pending"
    with pytest.raises(Conflict):
        do(work.leave_pending, ticket, by=desk.as_ana)


@pytest.mark.req("C-38", "C-76", "C-97")
def test_forwarding(session, do, desk, open_ticket):
    ticket = open_ticket()
    do(work.take, ticket, by=desk.as_ana)
    for asked, field in (({"operator_id": desk.ana.id}, "operator_id"), ({"operator_id": desk.carla.id}, "operator_id"),
                         ({"operator_id": desk.bruno.id, "reason": ""}, "reason")):
        with pytest.raises(Invalid) as refused:
            do(forwarding.forward, ticket, by=desk.as_ana, **{"reason": "Cobrança", **asked})
        assert refused.value.field == field
    there = do(forwarding.forward, ticket, by=desk.as_ana, operator_id=desk.bruno.id, reason="Cobrança")
    assert (there.assignee_id, there.department_id) == (desk.bruno.id, desk.bruno.profile.department_id)
    assert there.operator_key == "bruno teste"
    assert session.scalars(select(Notification.user_id)).all() == [desk.bruno.id]


@pytest.mark.req("C-94")
def test_what_was_given_to_an_operator_on_the_record_is_not_deleted(session, do, desk, open_ticket):
    ticket = open_ticket()
    do(assignment.forward, ticket, by=desk.as_ana, operator_id=desk.bruno.id, reason="Cobrança")
    with pytest.raises(Conflict):
        do(work.delete, ticket, by=desk.as_sofia)


@pytest.mark.req("C-20", "C-22")
def test_an_address_that_no_answer_could_reach_is_refused_at_once(open_ticket):
    with pytest.raises(Invalid) as refused:
        open_ticket(contact_email="joão@clinica.example")
    assert refused.value.field == "contact_email"


@pytest.mark.req("C-33", "C-94")
def test_only_what_nobody_started_is_deleted(session, do, desk, open_ticket):
    ticket, started = open_ticket(), open_ticket()
    do(work.leave_pending, started, by=desk.as_ana)
    with pytest.raises(Conflict):
        do(work.delete, started, by=desk.as_sofia)
    with pytest.raises(Forbidden):
        do(work.delete, ticket, by=desk.as_ana)
    pk = ticket.attendance_id
    do(work.delete, ticket, by=desk.as_sofia)
    assert session.get(Attendance, pk) is None
    assert session.get(ProviderTicket, pk) is None


def test_another_providers_ticket_is_not_there(do, desk, open_ticket, say, viewer_for, make_user, world, session):
    ticket = open_ticket()
    other = viewer_for(make_user("outro", "Provider", entity=world.entity))
    with pytest.raises(NotFound):
        say.complement(ticket, by=other)


def test_classifying_again_moves_no_deadline(session, do, desk, open_ticket, world, seeding):
    ticket = open_ticket()
    due = ticket.due_at
    with seeding():
        world.subclassification.return_days = 30
    asked = {"classification_id": world.classification.id, "subclassification_id": world.subclassification.id,
             "motive_id": world.default_motive.id}
    changed = do(work.classify, ticket, asked, by=desk.as_ana)
    assert changed.default_motive_id == world.default_motive.id
    assert changed.due_at == due


def test_the_copies_follow(session, desk, open_ticket, world, seeding):
    ticket = open_ticket()
    with seeding():
        world.provider.name = "Ácme Clínica"
        ticket.attendance.title = "Zebra"
    session.commit()
    session.refresh(ticket)
    assert (ticket.client_key, ticket.title_key) == ("acme clinica", "zebra")
    assert timedelta(0) == ticket.opened_at - ticket.attendance.opened_at


def test_two_registers_of_a_provider_made_one_have_one_list(session, desk, open_ticket, world, seeding, viewer_for,
                                                           make_user):
    ticket = open_ticket()
    with seeding():
        twin = add_entity(session, world.company, "Zulu Clínica", role=world.role_types["provider"])
    with unit_of_work(session):
        done = entity_merge.merge(session, twin.id, world.provider.id, same_person=True, actor=desk.as_sofia, now=NOON)
    session.refresh(ticket)
    assert (ticket.entity_id, ticket.client_key) == (twin.id, "zulu clinica")
    with unit_of_work(session):
        entity_merge.undo(session, done.id, actor=desk.as_sofia, now=NOON)
    session.refresh(ticket)
    assert (ticket.entity_id, ticket.client_key) == (world.provider.id, world.provider.name_key)


def test_every_change_is_told_to_who_has_the_central_before_him(session, do, desk, open_ticket, say):
    def heard():
        return session.scalars(select(StreamEvent.ids).where(StreamEvent.kind == "ticket.changed")).all()

    ticket = open_ticket()
    say.reply(ticket)
    do(forwarding.forward, ticket, by=desk.as_ana, operator_id=desk.bruno.id, reason="Cobrança")
    do(work.leave_pending, ticket, by=desk.as_bruno)
    assert heard() == [[ticket.attendance_id]] * 4


@pytest.mark.req("C-07")
def test_with_the_crm_in_use_the_central_takes_nothing(session, do, desk, open_ticket, make_user, viewer_for):
    ticket = open_ticket()
    with unit_of_work(session):
        set_setting(session, "uses_crm", True, actor=viewer_for(make_user("adm", "Admin")), now=NOON)
    for act in (open_ticket, lambda: do(work.take, ticket, by=desk.as_ana)):
        with pytest.raises(Conflict, match="Utiliza o módulo CRM"):
            act()
