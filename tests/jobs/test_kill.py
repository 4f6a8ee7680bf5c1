"""`flask worker` killed with -9 while a mail server has a message in its hands: nothing is lost (B-05)."""
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select, text

from app.database import unit_of_work, utc_now
from app.models.outbox import Outbox
from app.services import outbox
from tests.support.apps import fresh_app
from tests.support.mail_server import MailServer

ROOT = Path(__file__).parents[2]
COUNT = 12


@pytest.fixture
def own_app(databases):
    with fresh_app(databases) as app:
        yield app


def start_worker(app, mail_url):
    """A worker process of its own, as an operator starts it."""
    return subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "run", "worker"], cwd=ROOT, start_new_session=True,
        env={**os.environ, "DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"], "SMTP_URL": mail_url})


def states(session):
    session.rollback()
    return Counter(session.scalars(select(Outbox.state)))


def until(condition, seconds=60.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "did not happen"
        time.sleep(0.05)


@pytest.mark.req("B-05")
def test_a_worker_killed_in_mid_sending_loses_nothing_and_doubles_at_most_the_one_message(own_app):
    from app.extensions import db

    with own_app.app_context(), MailServer() as server:
        with unit_of_work(db.session) as session:
            for n in range(COUNT):
                outbox.enqueue_email(session, to=f"p{n}@example.com", subject="Oi", body="x", now=utc_now())
        server.hold = True
        first = start_worker(own_app, server.url)
        try:
            assert server.arrived.wait(60)
            os.kill(first.pid, signal.SIGKILL)  # the server has the text, the worker has not heard its "250"
            first.wait(10)
        finally:
            first.kill()
        server.hold = False
        server.go.set()
        assert states(db.session) == {"sending": 1, "due": COUNT - 1}

        second = start_worker(own_app, server.url)
        try:
            until(lambda: states(db.session)["sent"] == COUNT - 1)
            assert states(db.session)["sending"] == 1, "the lease of the dead worker is respected"
            with unit_of_work(db.session) as session:  # as if its five minutes had gone by
                session.execute(text("UPDATE outbox SET lease_until = '2020-01-01' WHERE state = 'sending'"))
            until(lambda: states(db.session) == {"sent": COUNT})
            second.terminate()
            assert second.wait(20) == 0
        finally:
            second.kill()
            second.wait(10)

    keys = Counter(taken.message["Message-ID"] for taken in server.taken)
    assert {taken.recipient for taken in server.taken} == {f"p{n}@example.com" for n in range(COUNT)}, "nothing lost"
    assert sorted(keys.values()) == [1] * (COUNT - 1) + [2], "the one in mid-sending twice, under the same key"
