"""What an outgoing message goes through, from the transaction that wrote it to sent or dead (B-05)."""
import random

import pytest
from sqlalchemy import select

from app.database import unit_of_work
from app.errors import Conflict, Forbidden, Invalid
from app.models.log import LogEntry
from app.models.outbox import Outbox
from app.models.stream_event import StreamEvent
from app.security.viewer import SYSTEM, Viewer
from app.services import outbox
from tests.support.clock import DAY, MINUTE, NOON

pytestmark = pytest.mark.req("B-05")


def write(session, to="ana@example.com", **values):
    with unit_of_work(session):
        return outbox.enqueue_email(session, to=to, subject="Olá", body="Tudo bem?", now=NOON, **values).id


def claim(session, worker="a", now=NOON):
    with unit_of_work(session):
        message = outbox.claim(session, worker=worker, now=now)
        return message and message.id


def row(session, pk):
    session.expire_all()
    return session.get(Outbox, pk)


def test_a_message_is_written_only_with_the_transaction_that_caused_it(session):
    outbox.wake_up.clear()

    def act_and_fail():
        with unit_of_work(session):
            outbox.enqueue_email(session, to="ana@example.com", subject="", body="", now=NOON)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        act_and_fail()
    assert session.scalar(select(Outbox.id)) is None
    assert not outbox.wake_up.is_set()


def test_the_job_thread_is_woken_when_the_transaction_is_stored(session):
    outbox.wake_up.clear()
    with unit_of_work(session):
        outbox.enqueue_email(session, to="ana@example.com", subject="", body="", now=NOON)
        assert not outbox.wake_up.is_set()
    assert outbox.wake_up.is_set()


def test_two_messages_never_share_a_key(session):
    assert row(session, write(session)).key != row(session, write(session)).key


@pytest.mark.parametrize("to", [
    "", "ana", "ana@", "@example.com", "ana@example.com, bia@example.com", "<ana@example.com>", "ana @example.com",
    "ana@example.com\r\nBcc: x@example.com", "a" * 400 + "@example.com"])
def test_what_is_no_address_is_refused_in_portuguese_at_its_field(session, to):
    with pytest.raises(Invalid) as refusal:
        write(session, to=to)
    assert refusal.value.field == "to"


def test_a_line_break_in_the_subject_is_refused(session):
    with pytest.raises(Invalid) as refusal:
        outbox.enqueue_email(session, to="ana@example.com", subject="Oi\r\nBcc: x@example.com", body="", now=NOON)
    assert refusal.value.field == "subject"


def test_a_claimed_message_is_not_given_to_a_second_worker(session):
    pk = write(session)
    assert claim(session, "a") == pk
    assert claim(session, "b") is None
    assert not outbox.is_waiting(session, NOON)


def test_messages_are_claimed_in_the_order_they_became_due(session):
    first, second = write(session), write(session)
    with unit_of_work(session):
        session.get(Outbox, first).due_at = NOON + MINUTE
    assert [claim(session, now=NOON + MINUTE), claim(session, now=NOON + MINUTE)] == [second, first]


def test_a_message_whose_worker_died_is_claimed_again_when_the_lease_has_ended(session):
    pk = write(session)
    claim(session, "a")
    later = NOON + outbox.LEASE + MINUTE
    assert outbox.is_waiting(session, later)
    assert claim(session, "b", later) == pk
    with unit_of_work(session):
        assert not outbox.mark_sent(session, pk, worker="a", now=later, transport="smtp"), "the dead worker has no say"
        assert outbox.mark_sent(session, pk, worker="b", now=later, transport="smtp")


def test_a_sent_message_says_when_and_is_never_claimed_again(session):
    pk = write(session)
    claim(session)
    with unit_of_work(session):
        outbox.mark_sent(session, pk, worker="a", now=NOON, transport="smtp")
    sent = row(session, pk)
    assert (sent.state, sent.sent_at, sent.payload["transport"], sent.attempts) == ("sent", NOON, "smtp", 1)
    assert claim(session, now=NOON + DAY) is None


def test_a_failed_try_waits_longer_each_time_and_the_eighth_is_the_last(session):
    random.seed(5)
    pk, now, waits = write(session), NOON, []
    for attempt in range(1, 9):
        assert claim(session, now=now) == pk
        with unit_of_work(session):
            outbox.mark_failed(session, pk, worker="a", error="450 later", permanent=False, now=now)
        message = row(session, pk)
        assert message.attempts == attempt
        if attempt < 8:
            assert message.state == "due"
            assert claim(session, now=now) is None, "not before its time"
            waits.append(message.due_at - now)
            now = message.due_at
    assert (message.state, message.error) == ("dead", "450 later")
    assert [wait.total_seconds() for wait in waits] == pytest.approx([30, 120, 480, 1920, 7680, 14400, 14400], rel=0.26)
    assert len(set(waits)) == 7
    assert claim(session, now=now + DAY) is None


def test_a_message_the_server_will_never_take_is_dead_at_once(session):
    pk = write(session)
    claim(session)
    with unit_of_work(session):
        outbox.mark_failed(session, pk, worker="a", error="550 no such user", permanent=True, now=NOON)
    assert (row(session, pk).state, row(session, pk).attempts) == ("dead", 1)


def test_a_message_that_kills_its_workers_is_given_up_after_eight_tries(session):
    pk, now = write(session), NOON
    for _ in range(8):
        assert claim(session, now=now) == pk
        now += outbox.LEASE + MINUTE
    assert claim(session, now=now) is None
    assert row(session, pk).state == "dead"
    assert row(session, pk).error


def bury(session, pk):
    claim(session)
    with unit_of_work(session):
        outbox.mark_failed(session, pk, worker="a", error="550", permanent=True, now=NOON)


def test_a_dead_message_can_be_sent_again_and_the_log_says_by_whom(session):
    pk = write(session)
    bury(session, pk)
    with unit_of_work(session):
        outbox.resend(session, pk, actor=SYSTEM, now=NOON + DAY)
    again = row(session, pk)
    assert (again.state, again.attempts, again.error, again.due_at) == ("due", 0, None, NOON + DAY)
    entry = session.scalar(select(LogEntry).where(LogEntry.target == "outbox", LogEntry.target_id == pk))
    assert (entry.action, entry.actor_name, entry.changes["state"][:2]) == ("resend", SYSTEM.name, ["dead", "due"])
    assert claim(session, now=NOON + DAY) == pk


def test_a_message_that_is_not_dead_is_not_sent_again(session):
    pk = write(session)
    with pytest.raises(Conflict), unit_of_work(session):
        outbox.resend(session, pk, actor=SYSTEM, now=NOON)


def test_sending_again_asks_for_the_permission(session):
    pk = write(session)
    bury(session, pk)
    with pytest.raises(Forbidden), unit_of_work(session):
        outbox.resend(session, pk, actor=Viewer(user_id=1), now=NOON)
    assert row(session, pk).state == "dead"


def test_the_text_of_a_confidential_message_is_gone_once_a_mail_server_has_it(session):
    pk = write(session, confidential=True)
    claim(session)
    with unit_of_work(session):
        outbox.mark_sent(session, pk, worker="a", now=NOON, transport="smtp")
    assert row(session, pk).body == ""


def test_who_wrote_a_message_that_failed_for_good_is_told_each_time(session, world, make_user, sign_in):
    bia = make_user("bia", "Attendant", companies=[world.company])
    with unit_of_work(session):
        pk = outbox.enqueue_email(session, to="ana@example.com", subject="Sua entrega", body="Olá", now=NOON,
                                  attendance_id=world.attendance.id, sender_id=bia.id).id
    assert "não foi entregue" not in sign_in(bia).get("/notifications/").text
    bury(session, pk)
    html = sign_in(bia).get("/notifications/").text
    assert "Sua mensagem para ana@example.com não foi entregue: Sua entrega" in html
    assert f"/attendances/{world.attendance.protocol}" in html
    rung = select(StreamEvent.topic).where(StreamEvent.kind == "bell.changed")
    assert session.scalars(rung).all() == [f"user:{bia.id}"]
