"""How an e-mail leaves by SMTP, and what the server's refusals mean."""
import pytest

from app.channels.email.outbound import (
    DemoTransport,
    Letter,
    NotNowError,
    RefusedError,
    SmtpTransport,
    complaint,
    transport,
)
from tests.support.clock import NOON
from tests.support.mail_server import MailServer

LETTER = Letter(key="k1", recipient="ana@example.com", subject="Sua nova senha é provisória — leia já", written_at=NOON,
                body="Olá, Ângela.\n\n.linha que começa com ponto\n" + "ção " * 300)
SETTINGS = {"SMTP_URL": None, "DEMO": False, "MAIL_FROM": "nao-responda@desk.example.com", "APP_NAME": "Balcão"}


@pytest.fixture
def server():
    with MailServer() as running:
        yield running


def smtp(url):
    return SmtpTransport(url, sender=SETTINGS["MAIL_FROM"], sender_name=SETTINGS["APP_NAME"])


@pytest.mark.req("B-05")
def test_the_idempotency_key_is_on_the_wire_as_the_message_id(server):
    smtp(server.url).send(LETTER)
    assert server.taken[0].message["Message-ID"] == "<k1@desk.example.com>"


def test_accents_arrive_in_headers_and_text(server):
    smtp(server.url).send(LETTER)
    taken = server.taken[0]
    assert (taken.sender, taken.recipient) == ("nao-responda@desk.example.com", "ana@example.com")
    assert taken.message["From"] == "Balcão <nao-responda@desk.example.com>"
    assert taken.message["To"] == "ana@example.com"
    assert taken.message["Subject"] == LETTER.subject
    assert taken.message.get_content_type() == "text/plain"
    assert taken.message.get_content().splitlines() == LETTER.body.splitlines()


@pytest.mark.parametrize("command", ["RCPT", "DATA", "TEXT"])
def test_a_5xx_about_the_message_is_final_and_is_kept_as_it_was_said(server, command):
    server.answers[command] = "550 5.1.1 no such user"
    with pytest.raises(RefusedError, match=r"550 5\.1\.1 no such user"):
        smtp(server.url).send(LETTER)


@pytest.mark.parametrize("command", ["RCPT", "DATA", "TEXT"])
def test_a_4xx_is_for_later(server, command):
    server.answers[command] = "451 try again"
    with pytest.raises(NotNowError, match="451 try again"):
        smtp(server.url).send(LETTER)


def test_a_refused_sender_is_a_setting_to_mend_not_a_lost_message(server):
    server.answers["MAIL"] = "550 relay denied"
    with pytest.raises(NotNowError, match="relay denied"):
        smtp(server.url).send(LETTER)


def test_a_server_that_is_away_is_for_later(server):
    server.__exit__()
    with pytest.raises(NotNowError, match=r"127\.0\.0\.1"):
        smtp(server.url).send(LETTER)


def test_a_rude_goodbye_does_not_undo_what_was_taken(server):
    server.answers["QUIT"] = "421 out of here"
    smtp(server.url).send(LETTER)
    assert len(server.taken) == 1


def test_the_password_is_never_part_of_an_error(server):
    with pytest.raises(NotNowError) as error:  # this server knows no AUTH
        smtp(server.url.replace("://", "://user:s3cr3t-passw0rd@")).send(LETTER)
    assert "passw0rd" not in str(error.value)


@pytest.mark.parametrize("field", ["recipient", "subject"])
def test_a_line_break_never_reaches_a_header(server, field):
    values = {**LETTER.__dict__, field: "ana@example.com\r\nBcc: x@example.com"}
    with pytest.raises(RefusedError):
        smtp(server.url).send(Letter(**values))
    assert not server.taken


@pytest.mark.parametrize("url", ["http://mail", "smtp://", "smtp://host:abc", "mail.example.com"])
def test_an_smtp_url_of_another_form_is_named(url):
    assert "SMTP_URL" in complaint({**SETTINGS, "SMTP_URL": url})


def test_a_sender_that_is_no_address_is_named():
    assert "MAIL_FROM" in complaint({**SETTINGS, "SMTP_URL": "smtp://127.0.0.1", "MAIL_FROM": "balcao"})


def test_without_a_server_mail_waits_and_the_doctor_says_why():
    assert transport(SETTINGS) is None
    assert "SMTP_URL" in complaint(SETTINGS)


def test_in_the_demo_nothing_leaves():
    assert isinstance(transport({**SETTINGS, "DEMO": True}), DemoTransport)
    assert complaint({**SETTINGS, "DEMO": True}) is None
