"""What is told is written with the change it tells of, is undone with it, and each hears only what is his."""
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from app.database import unit_of_work
from app.errors import Conflict
from app.models.stream_event import StreamEvent, StreamTopic
from app.queries import live_events as reads
from app.security import audience
from app.security.permissions import Perm
from app.services import attendances, live_events, many_attendances
from app.services.notifications import notify
from app.services.pruning import prune
from tests.support.clock import DAY, NOON


@pytest.fixture
def told(session):
    """`told()`: (topic, kind, ids) of every event in order; forgets them."""
    def all_of_them():
        rows = session.execute(select(StreamEvent.topic, StreamEvent.kind, StreamEvent.ids).order_by(
            StreamEvent.topic, StreamEvent.seq)).all()
        session.query(StreamEvent).delete()
        session.commit()
        return [tuple(row) for row in rows]
    return all_of_them


@pytest.fixture
def people(make_user, viewer_for, world):
    """Viewers: an attendant and a configurator of the company, an attendant of another, a customer."""
    return SimpleNamespace(
        ana=viewer_for(make_user("ana", "Attendant", companies=[world.company], department=world.department)),
        conf=viewer_for(make_user("conf", "Configurator", companies=[world.company])),
        foreign=viewer_for(make_user("caio", "Attendant", companies=[world.other_company])),
        customer=viewer_for(make_user("cliente", "Customer", entity=world.entity)))


def say(session, kind="attendance.changed", ids=(), audience=frozenset({"attendances"}), at=NOON):
    with unit_of_work(session):
        live_events.tell(session, kind=kind, ids=ids, audience=audience, now=at)


def allowed(session, viewer):
    rows = reads.after(session, {row.name: 0 for row in session.scalars(select(StreamTopic))})
    return [(event.kind, ids) for event, ids in reads.allowed(session, viewer, rows).items()]


def test_a_save_tells_which_record_and_nothing_of_what_is_in_it(session, world, people, told):
    with unit_of_work(session):
        attendances.close_attendance(session, world.attendance.id, answer="Segredo", actor=people.ana, now=NOON)
    assert told() == [("attendances", "attendance.changed", [world.attendance.id])]


def test_nothing_is_told_of_what_is_rolled_back(session, told, monkeypatch):
    woken = []
    monkeypatch.setattr(live_events, "wakers", [woken.append])

    def tell(pk, then=None):
        live_events.tell(session, kind="attendance.changed", ids=[pk], audience={"attendances"}, now=NOON)
        if then:
            raise then

    def inner(tell):
        with session.begin_nested():
            tell(3)
        raise Conflict("no")

    with pytest.raises(Conflict), unit_of_work(session):
        tell(1, Conflict("no"))
    assert (told(), woken) == ([], [])
    with unit_of_work(session):
        tell(1)
        with pytest.raises(Conflict), session.begin_nested(), session.begin_nested():
            tell(2, Conflict("no"))
        with pytest.raises(Conflict), session.begin_nested():
            inner(tell)
        with session.begin_nested():
            tell(4)
    assert told() == [("attendances", "attendance.changed", [1, 4])]
    assert woken == [{"attendances"}]


def test_many_changes_at_once_are_one_event(session, world, people, told):
    rows = [(world.attendance.id, None), (world.closed_attendance.id, None), (world.other_attendance.id, None)]
    with unit_of_work(session):
        outcome = many_attendances.change(session, "forward", rows, {
            "department_id": world.department.id, "reason": "Vejam"}, actor=people.ana, now=NOON)
    assert (outcome.done, len(outcome.refused)) == (1, 2)
    assert [each for each in told() if each[0] == "attendances"] == [
        ("attendances", "attendance.changed", [world.attendance.id])]
    say(session, ids=range(1, 451))
    assert [len(ids) for _topic, _kind, ids in told()] == [200, 200, 50]


def test_numbers_of_a_topic_have_no_holes(session):
    for number in range(3):
        say(session, ids=[number])
        say(session, kind="bell.changed", audience=audience.people(1, 2))
    assert reads.last_numbers(session, ["attendances", "user:1", "user:2", "tickets"]) == {
        "attendances": 3, "user:1": 3, "user:2": 3, "tickets": 0}
    assert [event.seq for event in reads.after(session, {"attendances": 1})] == [2, 3]


@pytest.mark.req("B-29")
def test_each_is_told_only_of_rows_that_he_sees(session, world, people):
    say(session, ids=[world.attendance.id, world.restricted_attendance.id, world.other_attendance.id])
    assert allowed(session, people.ana) == [("attendance.changed", [world.attendance.id])]
    assert allowed(session, people.foreign) == [("attendance.changed", [world.other_attendance.id])]
    assert allowed(session, people.conf) == []
    assert allowed(session, people.customer) == []


@pytest.mark.req("B-29")
def test_a_topic_is_heard_by_those_it_is_for(session, world, people):
    assert people.ana.may(Perm.TICKET_READ)
    topics = {"tickets", "attendances", f"user:{people.ana.user_id}", f"company:{world.company.id}",
              f"department:{world.department.id}", "user:0", "company:x", "company:", "anything", ""}

    def heard(viewer):
        return {topic for topic in topics if audience.hears(session, viewer, topic)}

    own = f"user:{people.ana.user_id}"
    assert heard(people.ana) == {"tickets", "attendances", own, f"company:{world.company.id}",
                                 f"department:{world.department.id}"}
    assert heard(people.conf) == {f"company:{world.company.id}"}
    assert heard(people.foreign) == {"tickets", "attendances"}
    assert heard(people.customer) == set()


def test_what_is_not_declared_is_not_told(session):
    with pytest.raises(ValueError, match="no kind of event"), unit_of_work(session):
        live_events.tell(session, kind="salary.changed", audience={"attendances"}, now=NOON)
    with pytest.raises(KeyError):
        audience.holders(Perm.USER_WRITE)
    assert audience.holders(Perm.TICKET_READ) == {"tickets"}


def test_the_bell_rings_for_whom_it_concerns(session, people, told):
    from app.models.notification import NotificationKind
    with unit_of_work(session):
        notify(session, user_id=people.ana.user_id, key="a", kind=NotificationKind.MENTIONED, now=NOON)
        notify(session, user_id=people.ana.user_id, key="b", kind=NotificationKind.MENTIONED, now=NOON)
    assert told() == [(f"user:{people.ana.user_id}", "bell.changed", [])]


def test_events_are_forgotten_after_a_week_and_their_numbers_go_on(session):
    say(session, ids=[1], at=NOON - 8 * DAY)
    say(session, ids=[2], at=NOON)
    prune(session, NOON)
    assert [event.ids for event in reads.after(session, {"attendances": 0})] == [[2]]
    say(session, ids=[3])
    assert reads.last_numbers(session, ["attendances"]) == {"attendances": 3}
