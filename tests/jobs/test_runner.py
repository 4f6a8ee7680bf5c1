"""The job thread: it runs, goes on after failures, stops at once, and two of them do nothing twice."""
import threading
import time

import pytest
from sqlalchemy import func, select

from app.database import unit_of_work, utc_now
from app.jobs import runner
from app.models.identity import LoginAttempt, PasswordReset, UserSession
from app.models.log import AuditAnchor, LogEntry
from app.models.outbox import Outbox
from app.security.viewer import SYSTEM
from app.services import log, outbox
from app.services.pruning import prune
from tests.support.apps import fresh_app
from tests.support.clock import DAY, NOON
from tests.support.mail_server import MailServer
from tests.support.people import make_user


@pytest.fixture(scope="module")
def own_app(databases):
    with fresh_app(databases) as app:
        yield app


@pytest.fixture
def context(own_app):
    from app.extensions import db

    with own_app.app_context():
        yield db.session


@pytest.fixture
def settings(own_app, monkeypatch):
    return lambda **values: [monkeypatch.setitem(own_app.config, name, value) for name, value in values.items()]


@pytest.fixture
def running(own_app):
    """`running(n)`: n job threads until the test ends."""
    made = []
    yield lambda count=1: [made.append(runner.start(own_app)) for _ in range(count)]
    for each in made:
        each.stop()


def until(condition, seconds=60.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "did not happen"
        time.sleep(0.02)


def write(session, count=1):
    with unit_of_work(session):
        return [outbox.enqueue_email(session, to=f"p{n}@example.com", subject="Oi", body="x", now=utc_now()).id
                for n in range(count)]


def states(session, ids):
    session.rollback()
    return list(session.scalars(select(Outbox.state).where(Outbox.id.in_(ids)).order_by(Outbox.id)))


@pytest.mark.req("B-05")
def test_mail_leaves_by_smtp_as_soon_as_it_is_written(context, settings, running):
    with MailServer() as server:
        settings(SMTP_URL=server.url)
        running()
        time.sleep(0.3)
        ids = write(context)
        until(lambda: states(context, ids) == ["sent"], seconds=20)
    assert [taken.recipient for taken in server.taken] == ["p0@example.com"]


@pytest.mark.req("B-05")
def test_two_job_threads_send_every_message_once(context, settings, running):
    with MailServer() as server:
        settings(SMTP_URL=server.url)
        ids = write(context, 25)
        running(2)
        until(lambda: states(context, ids) == ["sent"] * 25)
    assert sorted(taken.recipient for taken in server.taken) == sorted(f"p{n}@example.com" for n in range(25))


@pytest.mark.req("B-05")
def test_a_message_the_server_refuses_for_good_does_not_hold_up_the_others(context, settings, running):
    with MailServer() as server:
        server.answers["RCPT"] = "550 no such user"
        settings(SMTP_URL=server.url)
        ids = write(context)
        running()
        until(lambda: states(context, ids) == ["dead"])
        server.answers.clear()
        others = write(context, 2)
        until(lambda: states(context, others) == ["sent"] * 2)
    assert context.get(Outbox, ids[0]).error == "550 no such user"


def test_in_the_demo_a_message_counts_as_sent_and_keeps_its_text(context, settings, running):
    settings(SMTP_URL=None, DEMO=True)
    ids = write(context)
    running()
    until(lambda: states(context, ids) == ["sent"])
    message = context.get(Outbox, ids[0])
    assert (message.payload["transport"], message.body) == ("demo", "x")


def test_without_a_mail_server_a_message_waits_and_uses_up_no_try(context, settings, running):
    settings(SMTP_URL=None, DEMO=False)
    ids = write(context)
    running()
    time.sleep(1.3)
    assert states(context, ids) == ["due"]
    assert context.get(Outbox, ids[0]).attempts == 0


@pytest.mark.req("B-19")
def test_the_log_is_anchored_once_however_many_threads_there_are(context, running):
    with unit_of_work(context):
        for n in range(5):
            log.record_id(context, "thing", n + 1, "create", {}, actor=SYSTEM, now=utc_now(), first=True)
            context.flush()
    before = context.scalar(select(func.count()).select_from(AuditAnchor))
    running(3)

    def all_anchored():
        context.rollback()
        return not context.scalar(select(LogEntry.id).where(LogEntry.anchor_id.is_(None)).limit(1))
    until(all_anchored)
    time.sleep(0.3)
    context.rollback()
    assert context.scalar(select(func.count()).select_from(AuditAnchor)) == before + 1


def test_a_job_that_fails_is_logged_and_the_others_go_on(own_app, caplog, monkeypatch):
    ran = threading.Event()

    def fail(*_):
        raise ZeroDivisionError("broken on purpose")

    jobs = runner.Runner(own_app, (runner.Job("bad", 1, fail), runner.Job("good", 1, lambda *_: ran.set()))).start()
    assert ran.wait(20)
    until(lambda: "broken on purpose" in caplog.text)
    jobs.stop()


def test_a_stop_takes_less_than_three_seconds_even_in_mid_sending(context, own_app, settings):
    with MailServer(hold=True) as server:
        settings(SMTP_URL=server.url)
        write(context)
        jobs = runner.start(own_app)
        assert server.arrived.wait(60)
        began = time.monotonic()
        jobs.stop()
        assert time.monotonic() - began < 3
        server.go.set()
        until(lambda: context.rollback() or not context.scalar(select(Outbox.id).where(Outbox.state == "sending")))
    assert len(server.taken) == 1


def test_an_idle_stop_is_immediate(own_app):
    jobs = runner.start(own_app)
    time.sleep(0.2)
    began = time.monotonic()
    jobs.stop()
    assert time.monotonic() - began < 0.5


def test_what_is_old_is_forgotten_and_what_is_not_is_kept(context):
    user = make_user(context(), "caio").id
    with unit_of_work(context):
        for age in (89, 91):
            context.add(LoginAttempt(at=NOON - age * DAY, username=f"u{age}", via="form", outcome="ok", ip=""))
        for age in (1, 8):
            context.add(PasswordReset(user_id=user, token_hash=f"h{age}", expires_at=NOON - age * DAY))
        for age in (1, 31):
            context.add(UserSession(token_hash=f"s{age}", user_id=user, created_at=NOON - 40 * DAY,
                                    last_seen_at=NOON - age * DAY))
            context.add(UserSession(token_hash=f"r{age}", user_id=user, created_at=NOON - 40 * DAY, last_seen_at=NOON,
                                    revoked_at=NOON - age * DAY))
        context.flush()
        assert prune(context, NOON) == 4
        assert prune(context, NOON) == 0
    assert list(context.scalars(select(LoginAttempt.username))) == ["u89"]
    assert list(context.scalars(select(PasswordReset.token_hash))) == ["h1"]
    assert sorted(context.scalars(select(UserSession.token_hash))) == ["r1", "s1"]
