"""Webhooks from the register to the wire: a signed post for each event, tried again, never twice, never inside."""
import contextlib
import hashlib
import hmac
import json
import re
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from sqlalchemy import func, select

from app.channels.webhook import outbound
from app.database import utc_now
from app.jobs.webhooks import deliver
from app.models.webhook import Webhook, WebhookDelivery
from app.outgoing_http import addresses
from app.services import webhook_deliveries, webhook_events
from tests.support.clock import NOON

pytestmark = pytest.mark.req("B-30")
SETTINGS = {"ENCRYPTION_KEYS": ["an-encryption-key-for-tests-0123456789"], "WEBHOOK_ALLOW_PRIVATE": True}


class Server:
    """What another system is: keeps what it is sent, and answers `status`."""

    def __init__(self):
        self.posts, self.status, self.said, self.more = [], 200, b"ok", {}
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.posts.append((self.path, dict(self.headers), body))
                self.send_response(outer.status)
                for name, value in outer.more.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(outer.said)

            def log_message(self, *args):
                return

        self.httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.httpd.server_port}/hook?x=1"
        threading.Thread(target=self.httpd.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        self.httpd.shutdown()
        self.httpd.server_close()


@pytest.fixture
def server():
    made = Server()
    yield made
    made.close()


@pytest.fixture
def keeper(make_user, sign_in, world):
    return sign_in(make_user("cleo", "Configurator", companies=[world.company]))


@pytest.fixture
def hook(keeper, server, world, session):
    """`hook("attendance.closed")` registers a webhook and answers (id, its secret)."""
    def make(*events, **more):
        answer = keeper.post("/outgoing-webhooks/add", {
            "name": "ERP", "url": server.url, "company": str(world.company.id), "events": list(events), "active": "y",
            **more})
        assert answer.status_code == 302, answer.text
        pk = int(re.search(r"/show/(\d+)$", answer.location)[1])
        shown = keeper.get(answer.location, headers={"Referer": "http://localhost/outgoing-webhooks/add"})
        assert shown.headers["Cache-Control"] == "no-store"
        assert 'href="/outgoing-webhooks/add"' not in shown.text  # "Voltar" leads to the list
        return pk, re.search(r'id="fresh-secret"[^>]*>(whsec_[\w-]+)<', shown.text)[1]
    return make


@pytest.fixture
def caller(make_user, world, api):
    return api(make_user("robo", "Attendant", companies=[world.company]))


def sent(session, **options):
    return deliver(session, SETTINGS, **options)


def test_an_event_is_posted_once_signed_and_told_on_the_page(hook, caller, server, session, world, keeper):
    pk, secret = hook("attendance.closed", "detail.added")
    address = f"/api/v1/attendances/{world.attendance.address}"
    caller.post(f"{address}/details", {"channel": "phone", "description": "Ligou"})
    caller.post(f"{address}/close", {})
    assert sent(session) == 2
    assert sent(session) == 0
    (path, headers, body), (_path, closed_headers, closed) = server.posts
    assert path == "/hook?x=1"
    assert headers["X-Balcao-Event"] == "detail.added"
    told = json.loads(body)
    assert (told["event"], told["id"], told["company"]) == (
        "detail.added", headers["X-Balcao-Delivery"], world.company.id)
    assert told["data"]["protocol"] == world.attendance.protocol
    assert told["data"]["changes"]["details.2.description"] == [None, "Ligou"]
    stamp, mac = re.fullmatch(r"t=(\d+),v1=([0-9a-f]{64})", closed_headers["X-Balcao-Signature"]).groups()
    assert hmac.new(secret.encode(), f"{stamp}.".encode() + closed, hashlib.sha256).hexdigest() == mac
    assert json.loads(closed)["data"]["changes"]["phase"] == ["open", "closed"]
    page = keeper.get(f"/outgoing-webhooks/deliveries/{pk}").text
    assert page.count("Entregue") >= 2
    assert "HTTP 200" in page


def test_the_secret_is_encrypted_shown_once_and_in_no_log(hook, keeper, session):
    from app.models.log import LogEntry

    pk, secret = hook("attendance.closed")
    stored = session.get(Webhook, pk)
    assert secret not in stored.secret
    assert secret not in keeper.get(f"/outgoing-webhooks/show/{pk}").text
    logged = str([entry.changes for entry in session.scalars(select(LogEntry).where(LogEntry.target == "webhook"))])
    assert secret not in logged
    assert stored.secret not in logged
    answer = keeper.post(f"/outgoing-webhooks/secret/{pk}")
    assert answer.status_code == 302  # to a page that can be opened again
    other = re.search(r"whsec_[\w-]{43}", keeper.get(answer.location).text)[0]
    assert other != secret
    assert "whsec_" not in keeper.get(answer.location).text


def test_nothing_is_asked_of_the_database_while_there_is_no_webhook(caller, world, queries, hook, keeper, session):
    opening = {"person_id": world.entity.id, "role": "customer", "channel": "phone", "description": "x",
               "motive_id": world.motive.id}
    caller.post("/api/v1/attendances", opening)

    def statements():
        queries.clear()
        assert caller.post("/api/v1/attendances", opening).status_code == 201
        return [x for x in queries if "webhook" in x and "insert into log_entry" not in x.lower()]
    assert statements() == []
    pk, _secret = hook("attendance.closed")
    statements()
    assert statements() == []  # one that listens to something else
    keeper.post(f"/outgoing-webhooks/delete/{pk}")
    statements()
    assert statements() == []


def test_a_webhook_holds_from_the_next_event_on_and_is_off_at_once(hook, caller, session, world, keeper):
    address = f"/api/v1/attendances/{world.attendance.address}"
    caller.post(f"{address}/notes", {"text": "antes"})
    pk, _secret = hook("attendance.updated")
    caller.post(f"{address}/forward", {"department_id": world.department.id, "reason": "x"})
    count = select(func.count()).select_from(WebhookDelivery)
    assert session.scalar(count) == 1
    caller.post(f"{address}/notes", {"text": "segredo da casa"})  # internal words go nowhere
    assert session.scalar(count) == 1
    item = session.get(Webhook, pk)
    version = item.version
    answer = keeper.post(f"/outgoing-webhooks/edit/{pk}", {
        "name": "ERP", "url": item.url, "company": str(world.company.id), "events": ["attendance.updated"],
        "version": str(version)})
    assert answer.status_code == 302, answer.text
    caller.post(f"{address}/forward", {"department_id": world.child_department.id, "reason": "x"})
    assert session.scalar(count) == 1
    assert sent(session) == 0  # what was due dies with it
    session.expire_all()
    assert session.scalar(select(WebhookDelivery.state)) == "dead"


def test_events_of_another_company_are_not_told_and_documents_are_kept_back(hook, api, make_user, world, session):
    hook("entity.created", "entity.updated", "attendance.created")
    far = api(make_user("longe", "Attendant", companies=[world.other_company]))
    near = api(make_user("perto", "Attendant", companies=[world.company]))
    person = {"name": "Maria", "document": "111.444.777-35", "roles": ["customer"]}
    assert far.post("/api/v1/persons", {**person, "document": "935.411.347-80"}).status_code == 201
    assert near.post("/api/v1/persons", person).status_code == 201
    (delivery,) = session.scalars(select(WebhookDelivery)).all()
    assert "11144477735" not in json.dumps(delivery.body)
    assert delivery.body["data"]["changes"]["name"] == [None, "Maria"]
    assert delivery.body["data"]["changes"]["document"] == [None, "***"]


def test_what_is_rolled_back_is_told_to_nobody(hook, caller, world, session):
    hook("attendance.closed")
    refused = caller.post(f"/api/v1/attendances/{world.attendance.address}/close", {"situation_id": 99_999})
    assert refused.status_code == 422
    assert session.scalar(select(func.count()).select_from(WebhookDelivery)) == 0


def one_due(hook, caller, world, event="attendance.closed"):
    pk, _secret = hook(event)
    caller.post(f"/api/v1/attendances/{world.attendance.address}/close", {})
    return pk


def test_a_failing_system_is_tried_again_later_then_given_up_and_sent_again_by_hand(
        hook, caller, world, session, server, seeding, keeper):
    pk = one_due(hook, caller, world)
    server.status, server.said = 500, b"<b>boom</b>" + b"x" * 100_000
    for n in range(1, webhook_deliveries.MAX_TRIES + 1):
        assert sent(session) == 1
        assert sent(session) == 0  # not at once
        session.expire_all()
        row = session.scalar(select(WebhookDelivery))
        assert (row.attempts, row.status) == (n, 500)
        with seeding():
            row.due_at = utc_now()
    assert row.state == "dead"
    assert row.error.startswith("HTTP 500 <b>boom</b>")
    assert len(row.error) <= 500
    page = keeper.get(f"/outgoing-webhooks/deliveries/{pk}?state=dead").text
    assert "&lt;b&gt;boom" in page
    assert "<b>boom" not in page
    server.status = 204
    assert keeper.post(f"/outgoing-webhooks/replay/{row.id}").status_code == 302
    assert sent(session) == 1
    session.expire_all()
    assert session.scalar(select(WebhookDelivery.state)) == "sent"
    page = keeper.get(f"/outgoing-webhooks/deliveries/{pk}").text
    assert "Reenviada; tentativas antes: 8" in page
    assert "Antes: HTTP 500 &lt;b&gt;boom" in page
    assert len({headers["X-Balcao-Delivery"] for _path, headers, _body in server.posts}) == 1


def test_all_that_failed_are_sent_again_at_once(hook, caller, world, session, server, seeding, keeper):
    pk = one_due(hook, caller, world)
    with seeding():
        session.scalar(select(WebhookDelivery)).state = "dead"
    assert keeper.post(f"/outgoing-webhooks/replay-dead/{pk}").status_code == 302
    assert sent(session) == 1


def test_a_failure_is_told_in_words(hook, caller, world, session, server, keeper):
    pk = one_due(hook, caller, world)
    server.close()
    assert sent(session) == 1
    page = keeper.get(f"/outgoing-webhooks/deliveries/{pk}").text
    assert "O endereço recusou a conexão" in page
    assert "Errno" not in page


def test_the_only_company_is_filled_in_and_its_help_promises_nothing_else(keeper, world):
    page = keeper.get("/outgoing-webhooks/add").text
    assert f'<option value="{world.company.id}" selected>' in page
    assert "De quem são os eventos avisados.<" in page
    assert "de todas as empresas" not in page


def test_a_redirect_is_not_followed_and_gone_is_gone(hook, caller, world, session, server):
    one_due(hook, caller, world)
    server.status, server.more = 302, {"Location": server.url}
    assert sent(session) == 1
    session.expire_all()
    row = session.scalar(select(WebhookDelivery))
    assert (row.state, row.status, len(server.posts)) == ("dead", 302, 1)


def test_a_test_is_sent_from_its_page(hook, keeper, session, server):
    pk, _secret = hook("attendance.closed")
    assert keeper.post(f"/outgoing-webhooks/test/{pk}").status_code == 302
    assert sent(session) == 1
    assert server.posts[0][1]["X-Balcao-Event"] == "test"


def test_a_worker_that_dies_in_mid_sending_loses_its_lease_and_the_key_stays(
        hook, caller, world, session, server, seeding):
    one_due(hook, caller, world)

    def die(*args, **options):
        outbound.post(*args, **options)
        raise KeyboardInterrupt
    with pytest.raises(KeyboardInterrupt):
        sent(session, post=die, worker="first")
    assert sent(session, worker="second") == 0  # still the first one's
    with seeding():
        session.scalar(select(WebhookDelivery)).lease_until = NOON
    assert sent(session, worker="second") == 1
    assert len(server.posts) == 2
    assert len({headers["Idempotency-Key"] for _path, headers, _body in server.posts}) == 1


@pytest.mark.parametrize("address", [
    "127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "0.0.0.1", "100.64.0.1", "224.0.0.1",
    "::", "::1", "fe80::1", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
    "255.255.255.255"])
def test_addresses_inside_are_no_place_for_a_webhook(address):
    assert not addresses.is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"])
def test_addresses_of_the_internet_are(address):
    assert addresses.is_public(address)


def test_a_name_that_leads_inside_is_refused_after_it_was_looked_up(server):
    answer = outbound.post(server.url.replace("127.0.0.1", "localhost"), {}, event="test", key="k", secret="s", stamp=1,
                           allow_private=False)
    assert (answer.status, answer.permanent) == (None, True)
    assert server.posts == []


def test_a_slow_answer_is_cut(monkeypatch):
    monkeypatch.setattr(outbound, "WHOLE_SECONDS", 0.5)
    listening = socket.create_server(("127.0.0.1", 0))

    def trickle():
        channel, _who = listening.accept()
        with channel, contextlib.suppress(OSError):
            for _ in range(100):
                channel.sendall(b"H")
                time.sleep(0.1)
    slow = threading.Thread(target=trickle, daemon=True)
    slow.start()
    began = time.monotonic()
    answer = outbound.post(f"http://127.0.0.1:{listening.getsockname()[1]}/", {}, event="test", key="k", secret="s",
                           stamp=1, allow_private=True)
    assert answer.status is None
    assert time.monotonic() - began < 5
    slow.join(5)
    listening.close()


@pytest.mark.parametrize(("change", "field"), [
    ({"url": "ftp://x"}, "url"), ({"url": "http://user:pass@x/"}, "url"), ({"url": "javascript:alert(1)"}, "url"),
    ({"events": []}, "events"), ({"company": ""}, "company"), ({"name": ""}, "name")])
def test_what_is_wrong_is_refused_at_its_field(keeper, world, change, field, session):
    answer = keeper.post("/outgoing-webhooks/add", {
        "name": "ERP", "url": "https://example.com/", "company": str(world.company.id), "events": ["entity.created"],
        "active": "y", **change})
    assert answer.status_code == 422
    assert session.scalar(select(func.count()).select_from(Webhook)) == 0
    assert re.search(rf'id="{field}[^"]*err|aria-invalid="true"', answer.text)


def test_who_may_not_keep_webhooks_does_not_and_those_of_others_do_not_exist(hook, make_user, sign_in, world):
    pk, _secret = hook("entity.created")
    supervisor = sign_in(make_user("sueli", "Supervisor", companies=[world.company]))
    assert supervisor.get(f"/outgoing-webhooks/deliveries/{pk}").status_code == 200
    assert supervisor.post(f"/outgoing-webhooks/test/{pk}").status_code == 403
    assert sign_in(make_user("ana", "Attendant", companies=[world.company])).get(
        f"/outgoing-webhooks/deliveries/{pk}").status_code == 403
    far = sign_in(make_user("longe", "Configurator", companies=[world.other_company]))
    assert far.get(f"/outgoing-webhooks/deliveries/{pk}").status_code == 404
    assert far.post(f"/outgoing-webhooks/secret/{pk}").status_code == 404


def test_every_event_offered_can_happen():
    assert set(webhook_events._OF.values()) | {"detail.added"} == set(webhook_events.EVENTS)
