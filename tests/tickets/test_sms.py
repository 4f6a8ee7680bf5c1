"""SMS to the contact of a ticket (C-88): only to a mobile, queued, posted to the gateway, tried again or given up."""
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from sqlalchemy import select

from app import phones
from app.channels.outgoing import NotNowError, RefusedError
from app.channels.sms import outbound
from app.channels.sms.outbound import HttpTransport, Text
from app.database import unit_of_work
from app.errors import Invalid
from app.jobs.mail import drain
from app.jobs.runner import JOBS
from app.models.entity import Phone
from app.models.log import LogEntry
from app.models.outbox import SMS, Outbox
from app.services import outbox
from app.services.tickets import notices
from config import ConfigError, load
from tests.support.clock import NOON

pytestmark = pytest.mark.req("C-88")
TEXT = Text("k1", "+5511987654321", "Olá, há novidades ✔")


@pytest.fixture
def gateway():
    """A gateway on loopback: `gateway.got` are the requests, `gateway.answer` the status of the next answers."""
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            server.got.append((self.path, dict(self.headers), json.loads(body)))
            self.send_response(server.answer)
            if 300 <= server.answer < 400:
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "4")
            self.end_headers()
            self.wfile.write(b"done")

        def log_message(self, *_arguments):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.got, server.answer = [], 202
    server.url = f"http://127.0.0.1:{server.server_port}/send?account=7"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def queued(session, desk, open_ticket):
    """`queued(text, phone=…)`: an SMS to the contact of a new ticket."""
    def act(text="Há novidades.", ticket=None, phone="(11) 98765-4321", **named):
        ticket = ticket or open_ticket(contact_phone=phone)
        with unit_of_work(session):
            return notices.sms(session, ticket.attendance_id, text=text, actor=desk.as_ana, now=NOON, **named)
    return act


def test_it_is_queued_and_logged_and_the_ticket_is_begun(session, queued, open_ticket):
    ticket = open_ticket()
    message = queued(ticket=ticket)
    assert (message.kind, message.recipient, message.body, message.state) == (
        SMS, "+5511987654321", "Há novidades.", "due")
    entry = session.scalars(select(LogEntry).where(LogEntry.action == "sms")).one()
    assert entry.changes["recipient"][1] == "+5511987654321"
    session.refresh(ticket)
    assert ticket.started


@pytest.mark.parametrize(("phone", "text", "field"), [
    ("(11) 3222-1000", "Olá", "to"), ("0800 123 4567", "Olá", "to"), ("(11) 98765-4321", " \r\n", "text"),
    ("(11) 98765-4321", "x" * 481, "text")])
def test_what_cannot_be_sent_is_refused_at_its_field(session, queued, phone, text, field):
    with pytest.raises(Invalid) as refused:
        queued(text, phone=phone)
    assert refused.value.field == field
    assert session.scalars(select(Outbox)).all() == []


def test_without_a_mobile_of_the_contact_those_of_the_provider_are_offered(
        session, seeding, world, open_ticket, desk, sign_in):
    ana, ticket = sign_in(desk.ana), open_ticket(contact_phone="(11) 3222-1000")
    at = f"/provider-central/tickets/{ticket.attendance_id}"

    def dialog():
        page = ana.get(f"{at}/tab/attendance").text
        return page[page.index('id="ticket-sms"'):]

    with seeding():
        session.add_all(Phone(entity_id=world.provider.id, number=number, search_digits=number[3:], kind=kind)
                        for number, kind in (("+551132221001", "landline"), ("+5511333344", "fax")))
    assert "Um SMS precisa de um celular" in dialog()
    assert "Enviar SMS" not in dialog()
    refused = ana.post(f"{at}/sms", {"text": "Olá"})
    assert refused.json["field"] == "to"
    assert "e-mail" in refused.json["error"]
    with seeding():
        session.add_all(Phone(entity_id=world.provider.id, number=number, search_digits=number[3:], kind="mobile")
                        for number in ("+5511987650001", "+5511987650002"))
    assert re.findall(r'<option value="([^"]+)">', dialog()) == ["+5511987650001", "+5511987650002"]
    assert "(11) 3222-1000, não é um celular" in dialog()
    assert ana.post(f"{at}/sms", {"text": "Olá", "to": "+5511987650009"}).json["field"] == "to"
    assert ana.post(f"{at}/sms", {"text": "Olá", "to": "+5511987650002"}).status_code == 200
    assert session.scalars(select(Outbox.recipient)).all() == ["+5511987650002"]


def test_a_second_click_sends_no_second_one(session, queued, open_ticket):
    ticket = open_ticket()
    assert queued(ticket=ticket, request_key="a").id == queued(ticket=ticket, request_key="a").id
    assert len(session.scalars(select(Outbox)).all()) == 1


@pytest.mark.parametrize(("number", "mobile"), [
    ("+5511987654321", True), ("+551132221000", False), ("+5508001234567", False), ("+5501987654321", False),
    ("+351912345678", True), ("+351212345678", False), ("", False), (None, False), ("11987654321", False)])
def test_which_numbers_are_mobiles(number, mobile):
    assert phones.is_mobile(number) is mobile


def test_the_gateway_gets_number_text_and_key(gateway):
    HttpTransport(gateway.url, "secret").send(TEXT)
    path, headers, body = gateway.got[0]
    assert path == "/send?account=7"
    assert (headers["Authorization"], headers["Idempotency-Key"]) == ("Bearer secret", "k1")
    assert body == {"to": "+5511987654321", "text": "Olá, há novidades ✔", "key": "k1"}
    HttpTransport(gateway.url, None).send(TEXT)
    assert "Authorization" not in gateway.got[1][1]


@pytest.mark.parametrize(("status", "error"), [
    (400, RefusedError), (422, RefusedError), (401, NotNowError), (404, NotNowError), (429, NotNowError),
    (500, NotNowError), (503, NotNowError), (302, NotNowError)])
def test_what_the_gateway_refuses_is_final_or_tried_again(gateway, status, error):
    gateway.answer = status
    with pytest.raises(error, match=f"HTTP {status}"):
        HttpTransport(gateway.url, None).send(TEXT)
    assert len(gateway.got) == 1, "a redirect is not followed"


def test_a_gateway_that_is_away_is_tried_again():
    with pytest.raises(NotNowError):
        HttpTransport("http://127.0.0.1:9/", None).send(TEXT)


def test_the_job_sends_what_is_due_and_leaves_mail_alone(session, queued, gateway):
    pk = queued().id
    with unit_of_work(session):
        mail = outbox.enqueue_email(session, to="a@example.com", subject="Olá", body="x", now=NOON).id
    assert drain(session, HttpTransport(gateway.url, None), kind=SMS) == 1
    session.expire_all()
    assert (session.get(Outbox, pk).state, session.get(Outbox, pk).payload["transport"]) == ("sent", "http")
    assert session.get(Outbox, mail).state == "due"


def test_a_refused_one_is_dead_and_a_failed_one_due_again(session, queued, gateway):
    refused = queued().id
    gateway.answer = 400
    drain(session, HttpTransport(gateway.url, None), kind=SMS)
    failed = queued().id
    gateway.answer = 503
    drain(session, HttpTransport(gateway.url, None), kind=SMS)
    session.expire_all()
    assert session.get(Outbox, refused).state == "dead"
    assert (session.get(Outbox, failed).state, session.get(Outbox, failed).attempts) == ("due", 1)


def test_without_a_gateway_it_waits_and_the_mailbox_says_so(app, session, queued, sign_in, desk):
    pk = queued().id
    next(job for job in JOBS if job.name == "sms").run(session, app.config, lambda: False)
    session.expire_all()
    assert session.get(Outbox, pk).state == "due"
    page = sign_in(desk.sofia).get(f"/mailbox/show/{pk}")
    assert "SMS_URL" in page.text
    assert "SMTP_URL" not in page.text


def test_in_the_demo_the_mailbox_shows_what_would_have_been_sent(app, session, queued, sign_in, desk, monkeypatch):
    monkeypatch.setitem(app.config, "DEMO", True)
    pk = queued("Texto para a clínica").id
    next(job for job in JOBS if job.name == "sms").run(session, app.config, lambda: False)
    session.expire_all()
    assert session.get(Outbox, pk).state == "sent"
    page = sign_in(desk.sofia).get(f"/mailbox/show/{pk}").text
    assert "Texto para a clínica" in page
    assert "nada saiu desta máquina" in page


def test_which_transport_the_settings_ask_for():
    settings = {"SMS_URL": None, "SMS_TOKEN": None, "DEMO": False}
    assert outbound.transport(settings) is None
    assert outbound.transport({**settings, "DEMO": True}).name == "demo"
    assert outbound.transport({**settings, "DEMO": True, "SMS_URL": "https://sms.example"}).name == "http"


@pytest.mark.parametrize("values", [
    {"SMS_URL": "ftp://sms.example"}, {"SMS_URL": "sms.example"}, {"SMS_URL": "https://user:secret@sms.example"},
    {"SMS_URL": "http://sms.example", "SMS_TOKEN": "secret"}])
def test_a_wrong_setting_stops_the_start_without_telling_the_secret(tmp_path, values):
    with pytest.raises(ConfigError) as stop:
        load({"INSTANCE_PATH": str(tmp_path), **values})
    assert "SMS_URL" in str(stop.value.message)
    assert "secret@" not in str(stop.value.message)
