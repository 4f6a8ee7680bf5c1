"""Button 5 of the details: writing to the entity from its attendance."""
import re
from html import unescape

import pytest
from sqlalchemy import select

from app.models.entity import EContact, EntityContact
from app.models.log import LogEntry
from app.models.outbox import Outbox
from tests.support.clock import NOON
from tests.support.world import add_attendance

pytestmark = pytest.mark.req("S-42")


@pytest.fixture
def reachable(world, session, seeding):
    """Ana with a second e-mail of hers, a site, and contacts with and without e-mail."""
    with seeding():
        world.entity.econtacts += [EContact(value="ana.antiga@example.com"),
                                   EContact(kind="site", value="https://ana.example.com")]
        world.entity.contacts += [
            EntityContact(name="Helena Dias", email="helena@example.com"),
            EntityContact(name="Repetida", email="ANA@example.com"),
            EntityContact(name="Sem e-mail", job_title="Irmã"),
            EntityContact(name="Antigo", email="antigo@example.com", active=False)]


def choices(page):
    box = re.search(r'<select[^>]*name="to".*?</select>', page, re.S)[0]
    return re.findall(r'<option( selected)? value="([^"]+)">([^<]+)<', box)


def test_the_record_has_the_button_and_it_opens_the_page(writer):
    record = writer.browser.get(f"/attendances/{writer.attendance.address}").text
    link = re.search(r'<a [^>]*href="([^"]+/email)"[^>]*>(.*?)</a>', record, re.S)
    assert "Enviar e-mail à entidade" in link[2]
    assert "E-mail à entidade" in writer.browser.get(link[1]).text


def test_the_recipient_begins_as_the_main_email_among_all_of_the_entity_and_its_contacts(writer, reachable):
    found = choices(writer.page())
    assert [(bool(on), address) for on, address, _name in found] == [
        (True, "ana@example.com"), (False, "ana.antiga@example.com"), (False, "helena@example.com")]
    assert "Helena Dias" in found[2][2]


def test_the_subject_begins_with_the_protocol(writer, typed):
    subject, body = typed(writer.page())
    assert subject == "Atendimento 2026000101"
    assert body.startswith("Olá, Ana Lúcia Conceição.")
    assert "Renata" in body


def test_it_is_queued_logged_and_shown_in_one_go(writer, session, world, attendant):
    answer = writer.post()
    assert answer.status_code == 302
    assert answer.location.endswith("/attendances/2026000101#emails")
    [mail] = writer.mails()
    assert (mail.recipient, mail.subject, mail.body, mail.state) == (
        "ana@example.com", "Sobre a troca [2026000101]", "Olá, Ana.", "due")
    assert (mail.attendance_id, mail.entity_id, mail.sender_id) == (
        world.attendance.id, world.entity.id, attendant.id)
    entry = session.scalar(select(LogEntry).where(LogEntry.action == "email"))
    assert (entry.target, entry.target_id, entry.actor_id) == ("attendance", world.attendance.id, attendant.id)
    assert entry.changes["recipient"][1] == "ana@example.com"
    record = writer.browser.get("/attendances/2026000101").text
    assert "E-mail para ana@example.com na fila de envio." in record
    assert "E-mails deste atendimento" in record
    assert "Na fila" in record
    assert "E-mail escrito" in writer.browser.get(f"/logs/attendance/{world.attendance.id}").text
    assert "E-mail: Sobre a troca [2026000101]" in writer.browser.get(f"/history/entity/{world.entity.id}").text


def test_pressing_twice_sends_once(writer):
    assert writer.post().status_code == writer.post().status_code == 302
    assert len(writer.mails()) == 1
    assert writer.post(request_key="k2").status_code == 302
    assert len(writer.mails()) == 2


def test_the_same_page_with_another_text_is_not_taken_for_the_first(writer):
    writer.post()
    answer = writer.post(body="Outro texto")
    assert answer.status_code == 409
    assert "Outro texto" in answer.text
    assert len(writer.mails()) == 1


@pytest.mark.parametrize(("field", "value", "said"), [
    ("to", "estranho@example.com", "Escolha um e-mail da entidade ou dos contatos dela."),
    ("to", "", "Escolha um e-mail da entidade ou dos contatos dela."),
    ("to", "ana@example.com\r\nBcc: x@example.com", "Escolha um e-mail da entidade ou dos contatos dela."),
    ("to", "antigo@example.com", "Escolha um e-mail da entidade ou dos contatos dela."),
    ("subject", "  ", "Escreva o assunto."),
    ("subject", "Oi\r\nBcc: x@example.com", "Quebras de linha e caracteres de controle não são permitidos aqui."),
    ("subject", "Oi\u2028Bcc: x@example.com", "Quebras de linha e caracteres de controle não são permitidos aqui."),
    ("subject", "x" * 201, "O assunto tem mais de 200 caracteres."),
    ("body", " \n ", "Escreva o texto do e-mail."), ("body", "x" * 20_001, "O texto tem mais de 20000 caracteres.")])
@pytest.mark.parametrize("action", ["send", "preview"])
def test_what_cannot_be_sent_is_refused_at_its_field_and_stays(writer, reachable, error_at, field, value, said, action):
    answer = writer.post(action, **{"body": "Fica aqui", field: value})
    assert answer.status_code == 422
    assert error_at(answer.text, field) == said
    if field != "body":
        assert "Fica aqui" in answer.text
    assert writer.mails() == []


def test_the_preview_shows_what_will_arrive_and_sends_nothing(writer):
    answer = writer.post("preview", body="<b>Olá</b>\n{{protocolo}} {{ 7*7 }}")
    assert answer.status_code == 200
    assert "Como vai chegar" in answer.text
    assert "Sobre a troca [2026000101]" in answer.text
    assert "&lt;b&gt;Olá&lt;/b&gt;" in answer.text
    assert "<b>Olá</b>" not in answer.text
    assert writer.mails() == []


def test_the_text_leaves_as_plain_text_whatever_is_in_it(writer):
    from email.headerregistry import Address

    from app.channels.email.outbound import Letter, compose

    writer.post(body="<script>alert(1)</script>\r\n.\r\nFrom: x\x00\x07", subject="Ação 😀 <b>")
    [mail] = writer.mails()
    assert mail.body == "<script>alert(1)</script>\n.\nFrom: x"
    message = compose(Letter(key=mail.key, recipient=mail.recipient, subject=mail.subject, body=mail.body,
                             written_at=NOON, automatic=mail.sender_id is None),
                      sender=Address("Balcão", addr_spec="a@example.com"))
    assert message.get_content_type() == "text/plain"
    assert message["Subject"] == "Ação 😀 <b> [2026000101]"
    assert message["Bcc"] is None
    assert message["Auto-Submitted"] is None  # a person wrote it


def test_a_subject_with_the_protocol_is_left_as_it_is(writer):
    writer.post(subject="Protocolo 2026000101: troca")
    assert writer.mails()[0].subject == "Protocolo 2026000101: troca"


def test_without_an_email_the_page_says_so_and_leads_to_the_registration(writer, session, seeding, world):
    with seeding():
        made = add_attendance(session, world, world.provider, protocol="2026000301")
    page = writer.of(made).page()
    assert "A entidade não tem e-mail" in page
    link = unescape(re.search(r'href="(/entities/edit/[^"]+)"', page)[1])
    assert "return=" in link
    assert writer.browser.get(link).status_code == 200
    assert 'name="body"' not in page
    assert writer.of(made).post().status_code == 422
    assert writer.mails() == []


def test_of_an_anonymous_attendance_there_is_nobody_to_write_to(writer, session, seeding, world):
    with seeding():
        made = add_attendance(session, world, None, protocol="2026000302")
    assert "Não há a quem escrever." in writer.of(made).page()
    assert writer.of(made).post().status_code == 422


def test_a_closed_attendance_may_be_written_about(writer, world):
    other = writer.of(world.closed_attendance)
    assert other.post(to="joao@example.com").status_code == 302
    assert [mail.attendance_id for mail in other.mails()] == [world.closed_attendance.id]


@pytest.mark.parametrize(("state", "error", "said"), [
    ("sent", None, "Enviado"), ("dead", "550 no such user", "Não foi entregue: 550 no such user"),
    ("due", "451 try later", "Ainda não entregue: 451 try later."), ("sending", None, "Na fila")])
def test_what_became_of_it_is_told_on_the_record_the_page_and_the_history(writer, session, seeding, world, state, error,
                                                                          said):
    with seeding():
        session.add(Outbox(key="e1", kind="email", recipient="ana@example.com", subject="Aviso", body="Texto",
                           state=state, error=error, due_at=NOON, created_at=NOON, attendance_id=world.attendance.id,
                           entity_id=world.entity.id))
    assert said in writer.browser.get("/attendances/2026000101").text
    assert said in writer.page()
    history = writer.browser.get(f"/history/entity/{world.entity.id}").text
    assert (error or said) in history


def test_who_may_not_send_has_no_button_and_no_page(writer, session, seeding, world, make_user, sign_in):
    from flask_appbuilder.security.sqla.models import Role

    from app.security.permissions import Perm
    role = session.scalar(select(Role).where(Role.name == "Attendant"))
    with seeding():
        role.permissions = [x for x in role.permissions
                            if (x.permission.name, x.view_menu.name) != Perm.EMAIL_SEND.pair]
    browser = sign_in(make_user("nilo", "Attendant", companies=[world.company]))
    assert "Enviar e-mail à entidade" not in browser.get("/attendances/2026000101").text
    assert browser.get(writer.path).status_code in (302, 403)
    assert browser.post(writer.path, {"to": "ana@example.com", "subject": "x", "body": "x", "action": "send",
                                      "request_key": "k"}).status_code in (302, 403)
    assert writer.mails() == []


def test_an_attendance_that_one_does_not_see_cannot_be_written_about(writer, world):
    for hidden in (world.restricted_attendance, world.other_attendance):
        other = writer.of(hidden)
        other.page(status=404)
        assert other.post().status_code == 404
    assert writer.mails() == []


def test_a_post_without_the_token_of_the_page_does_nothing(writer):
    answer = writer.browser.post(writer.path, {"to": "ana@example.com", "subject": "x", "body": "x", "action": "send",
                                               "request_key": "k"}, csrf=False)
    assert answer.status_code == 400
    assert writer.mails() == []
