"""The central is told of its tickets at once, who may not read them is not."""
from sqlalchemy import select

from app.database import unit_of_work
from app.models.stream_event import StreamEvent
from app.queries import live_events
from app.services.tickets import work
from tests.support.clock import NOON


def told(session, viewer):
    rows = live_events.after(session, {"tickets": 0, "attendances": 0})
    return {(event.kind, tuple(ids)) for event, ids in live_events.allowed(session, viewer, rows).items()}


def test_the_central_is_told_of_an_opening_and_of_every_change(session, desk, open_ticket, say, viewer_for, make_user,
                                                              world):
    ticket = open_ticket()
    pk = ticket.attendance_id
    assert told(session, desk.as_ana) == {("ticket.changed", (pk,))}
    say.reply(ticket)
    assert told(session, desk.as_ana) == {("ticket.changed", (pk,)), ("attendance.changed", (pk,))}
    numbers = session.scalars(select(StreamEvent.seq).where(StreamEvent.topic == "tickets").order_by(StreamEvent.seq))
    assert numbers.all() == [1, 2]
    foreign = viewer_for(make_user("fora", "Attendant", companies=[world.other_company]))
    configurator = viewer_for(make_user("conf", "Configurator", companies=[world.company]))
    assert told(session, foreign) == told(session, configurator) == set()


def test_a_deleted_ticket_is_told_without_its_number(session, desk, open_ticket, viewer_for, make_user, world):
    ticket = open_ticket()
    with unit_of_work(session):
        work.delete(session, ticket.attendance_id, actor=desk.as_sofia, now=NOON)
    assert {each for each in told(session, desk.as_ana) if each[0] == "ticket.deleted"} == {("ticket.deleted", ())}
    configurator = viewer_for(make_user("conf", "Configurator", companies=[world.company]))
    assert told(session, configurator) == set()
