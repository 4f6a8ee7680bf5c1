"""Several processes at the queue of webhooks, one of them killed with -9: none is lost, none goes twice (B-30)."""
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text

from app.database import unit_of_work, utc_now
from app.models.webhook import Webhook, WebhookDelivery
from app.secrets_at_rest import seal
from app.services.webhook_events import delivery
from tests.support.apps import fresh_app
from tests.support.seeding import seeding

from .drainer import TAKEN

pytestmark = pytest.mark.req("B-30", "B-05")
ROOT = Path(__file__).parents[2]
KEYS = ["an-encryption-key-for-tests-0123456789"]
COUNT = 60


@pytest.fixture
def postgresql_url():
    """Only there do several processes drain one queue (SQLite has one by its lock)."""
    return os.environ["TEST_DATABASE_URL"]


@pytest.fixture
def posts():
    """The keys that another system was sent, in order; `posts.url` is its address."""
    class Posts(list):
        url = ""

    came = Posts()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            assert body["id"] == self.headers["Idempotency-Key"]
            came.append(body["id"])
            time.sleep(0.02)  # so that who comes second finds work, too
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args):
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    came.url = f"http://127.0.0.1:{server.server_port}/hook"
    yield came
    server.shutdown()
    server.server_close()


@pytest.fixture
def queue(databases, postgresql_url, posts):
    """A session on a database of its own where COUNT deliveries are due, and its address."""
    from app.extensions import db

    with fresh_app(databases) as app, app.app_context():
        session, now = db.session, utc_now()
        with seeding(session()):
            hook = Webhook(name="ERP", url=posts.url, secret=seal("whsec_x", KEYS), events=["test"], active=True)
            session.add(hook)
            session.flush()
            session.execute(insert(WebhookDelivery), [delivery(hook.id, "test", {"n": n}, None, now)
                                                      for n in range(COUNT)])
        session.commit()
        yield session, app.config["SQLALCHEMY_DATABASE_URI"]


@pytest.fixture
def drainer(queue):
    """`drainer("one")`: a process that waits to be told to begin."""
    started = []

    def start(*arguments):
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.webhooks.drainer", *arguments], cwd=ROOT, text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, env={**os.environ, "DATABASE_URL": queue[1], "WEBHOOK_ALLOW_PRIVATE": "1"})
        started.append(process)
        assert process.stdout.readline() == "ready\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def begin(*processes):
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()


def tried(process) -> int:
    return int(process.communicate(timeout=120)[0])


def states(session):
    session.rollback()
    return Counter(session.scalars(select(WebhookDelivery.state)))


def keys(session):
    session.rollback()
    return sorted(session.scalars(select(WebhookDelivery.key)))


def test_two_drainers_share_the_queue_and_each_delivery_goes_once(queue, drainer, posts):
    session, _url = queue
    pair = drainer("one"), drainer("two")
    begin(*pair)
    shares = [tried(each) for each in pair]
    assert sum(shares) == COUNT
    assert all(shares), f"both have a part in it: {shares}"
    assert sorted(posts) == keys(session)
    assert states(session) == {"sent": COUNT}
    assert set(session.scalars(select(WebhookDelivery.attempts))) == {1}


def test_one_killed_between_taking_and_sending_loses_nothing_and_nothing_goes_twice(queue, drainer, posts):
    session, _url = queue
    dying = drainer("dying", "hang")
    begin(dying)
    assert dying.stdout.readline() == f"{TAKEN}\n"
    os.kill(dying.pid, signal.SIGKILL)
    dying.wait(10)
    assert states(session) == {"sending": 1, "due": COUNT - 1}
    assert posts == []

    heirs = drainer("one"), drainer("two")
    begin(*heirs)
    assert sum(map(tried, heirs)) == COUNT - 1
    assert states(session) == {"sending": 1, "sent": COUNT - 1}, "the lease of the dead one is respected"

    with unit_of_work(session) as work:  # as if its two minutes had gone by
        work.execute(text("UPDATE webhook_delivery SET lease_until = '2020-01-01' WHERE state = 'sending'"))
    late = drainer("three"), drainer("four")
    begin(*late)
    assert sum(map(tried, late)) == 1
    assert sorted(posts) == keys(session)
    assert states(session) == {"sent": COUNT}
    assert Counter(session.scalars(select(WebhookDelivery.attempts))) == {1: COUNT - 1, 2: 1}
