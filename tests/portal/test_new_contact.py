""""Novo contato" (C-09 to C-25): every field, what is refused and kept, one ticket on a double click."""
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from app.database import unit_of_work
from app.models.attachment import Attachment
from app.models.held_file import HeldFile
from app.models.outbox import Outbox
from app.models.provider_ticket import Message, ProviderTicket
from app.services.settings import set_setting
from tests.support import samples
from tests.support.clock import NOON

from .conftest import hold, key_of, post

LABELS = ("Título", "Classificação", "Subclassificação", "Pessoa para contato", "Telefone para contato", "E-mail",
          "Mensagem", "Caracteres restantes:", "Anexos", "Escolher Arquivos", "Salvar", "Cancelar")


def tickets(session):
    return session.scalars(select(ProviderTicket)).all()


@pytest.mark.req("C-09", "C-10", "C-11")
def test_the_contact_screen_offers_a_new_contact_and_the_open_ones(browser):
    page = browser.get("/portal/")
    for told in ("Web Prestador", "Utilitários/outros", "Fale conosco", "Novo contato", "Em aberto",
                 "Nenhum contato em aberto."):
        assert told in page.text
    assert 'id="side"' not in page.text  # no menu of the back office
    form = browser.get("/portal/new").text
    at = -1
    for label in LABELS:
        assert form.index(label, at + 1) > at
        at = form.index(label, at + 1)
    assert 'value="Pedro Teste"' in form
    assert "4.000" in form


@pytest.mark.req("C-09")
@pytest.mark.parametrize("address", ["/portal/new", "/portal/open", "/portal/closed", "/portal/tickets/id-1"])
def test_it_is_for_providers_alone(address, desk, sign_in, client, make_user, world):
    assert client().get(address).status_code == 302
    assert sign_in(desk.ana).get(address).status_code == 403
    assert sign_in(desk.sofia).get(address).status_code == 404  # holds the permission to give it
    assert sign_in(make_user("cliente", "Customer", entity=world.entity)).get(address).status_code == 404


@pytest.mark.req("C-01", "C-13", "C-14", "C-15", "C-17", "C-18", "C-19", "C-20", "C-23", "C-25")
def test_a_contact_is_saved_with_its_file_and_confirmed_under_its_protocol(browser, session, ticket_values, world):
    key = key_of(browser.get("/portal/new"))
    assert hold(browser, key, "guia.pdf", samples.PDF).status_code == 201
    saved = post(browser, "/portal/new", {**ticket_values, "request_key": key, "action": "save"})
    assert saved.status_code == 302
    (ticket,) = tickets(session)
    assert (ticket.attendance.title, ticket.classification_id, ticket.subclassification_id, ticket.contact_name,
            ticket.contact_phone, ticket.contact_email, ticket.entity_id, ticket.phase) == (
        "Guia negada sem motivo", world.classification.id, world.subclassification.id, "Pedro Lima", "+5511987654321",
        "pedro@clinica.example", world.provider.id, "open")
    for _reload in range(2):
        page = browser.get(saved.location)
        assert f"Atendimento aberto com sucesso. Protocolo: {ticket.attendance.protocol}" in page.text
    assert len(tickets(session)) == 1
    mail = session.scalars(select(Outbox)).one()
    assert mail.recipient == ticket.contact_email
    assert "Recebemos o seu contato" in mail.subject
    assert ticket.attendance.protocol in mail.subject
    due = ticket.due_at.astimezone(ZoneInfo("America/Sao_Paulo"))
    assert f"Respondemos até {due:%d/%m/%Y}." in mail.body
    assert f"/portal/tickets/{ticket.attendance.protocol}" in mail.body
    file = session.scalars(select(Attachment)).one()
    got = browser.get(f"/portal/files/{file.id}")
    assert got.data == samples.PDF
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["Content-Security-Policy"].startswith("sandbox;")


@pytest.mark.req("C-07")
def test_while_the_central_is_not_in_use_no_new_contact_is_offered_and_what_was_typed_is_kept(
        browser, session, ticket_values, viewer_for, make_user):
    with unit_of_work(session):
        set_setting(session, "uses_crm", True, actor=viewer_for(make_user("chefe", "Admin")), now=NOON)
    page = browser.get("/portal/new")
    assert page.status_code == 409
    assert "Novos contatos não são recebidos por aqui agora" in page.text
    refused = post(browser, "/portal/new", {**ticket_values, "action": "save"})
    assert refused.status_code == 409
    assert ticket_values["message"] in refused.text
    assert tickets(session) == []


@pytest.mark.req("C-104", "C-25")
def test_where_protocols_are_off_the_number_is_told(browser, session, ticket_values, viewer_for, make_user):
    with unit_of_work(session):
        set_setting(session, "provider_protocol", False, actor=viewer_for(make_user("adm", "Admin")), now=NOON)
    saved = post(browser, "/portal/new", {**ticket_values, "request_key": key_of(browser.get("/portal/new"))})
    assert saved.location.endswith(f"/portal/tickets/id-{tickets(session)[0].attendance_id}/opened")
    assert "Atendimento aberto com sucesso. N.º Chamado: 1" in browser.get(saved.location).text
    assert browser.get(saved.location.removesuffix("/opened")).status_code == 200


@pytest.mark.req("C-12", "X-36")
@pytest.mark.parametrize("blank", ["title", "classification_id", "subclassification_id", "contact_name",
                                   "contact_phone", "contact_email", "message"])
def test_a_blank_field_is_refused_beside_it_and_the_rest_is_kept(browser, session, ticket_values, blank):
    key = key_of(browser.get("/portal/new"))
    hold(browser, key, "guia.pdf", samples.PDF)
    page = post(browser, "/portal/new", {**ticket_values, blank: "  ", "request_key": key})
    assert page.status_code == 422
    assert f'id="{blank}-err"' in page.text
    assert page.text.count('class="b-err" id=') == (2 if blank == "classification_id" else 1) or blank != "title"
    for name in {"title", "contact_name", "contact_email", "message"} - {blank}:
        assert ticket_values[name] in page.text
    assert "guia.pdf" in page.text
    assert key_of(page) == key
    assert tickets(session) == []
    assert post(browser, "/portal/new", {**ticket_values, "request_key": key}).status_code == 302
    assert [row.filename for row in session.scalars(select(Attachment))] == ["guia.pdf"]


@pytest.mark.req("C-12")
def test_without_attachments_it_is_saved(browser, session, ticket_values):
    assert post(browser, "/portal/new", {**ticket_values, "request_key": key_of(browser.get("/portal/new"))}
                ).status_code == 302
    assert len(tickets(session)) == 1


@pytest.mark.req("C-23")
def test_a_double_click_opens_one_ticket_with_its_files(browser, session, ticket_values):
    key = key_of(browser.get("/portal/new"))
    hold(browser, key, "guia.pdf", samples.PDF)
    first, second = (post(browser, "/portal/new", {**ticket_values, "request_key": key}) for _ in range(2))
    assert first.location == second.location
    assert len(session.scalars(select(Outbox)).all()) == 1
    assert len(tickets(session)) == len(session.scalars(select(Attachment)).all()) == 1


def test_a_form_saved_before_and_changed_becomes_another_contact_when_it_is_saved_again(browser, session,
                                                                                         ticket_values):
    key = key_of(browser.get("/portal/new"))
    post(browser, "/portal/new", {**ticket_values, "request_key": key})
    page = post(browser, "/portal/new", {**ticket_values, "title": "Outro assunto", "request_key": key},
                [("novo.pdf", samples.PDF)])
    assert page.status_code == 409
    assert "Este formulário já foi salvo." in page.text
    assert "novo.pdf" in page.text
    assert post(browser, "/portal/new", {**ticket_values, "title": "Outro assunto", "request_key": key_of(page)}
                ).status_code == 302
    assert [ticket.attendance.title for ticket in tickets(session)] == ["Guia negada sem motivo", "Outro assunto"]
    assert [row.attendance_id for row in session.scalars(select(Attachment))] == [tickets(session)[1].attendance_id]


@pytest.mark.req("C-24")
def test_cancelling_leaves_nothing(browser, session, ticket_values, folder):
    key = key_of(browser.get("/portal/new"))
    hold(browser, key, "guia.pdf", samples.PDF)
    gone = post(browser, "/portal/new", {**ticket_values, "request_key": key, "action": "cancel"})
    assert gone.location.endswith("/portal/")
    assert tickets(session) == session.scalars(select(HeldFile)).all() == []
    assert [path for path in folder.rglob("*") if path.is_file()] == []


@pytest.mark.req("C-21", "C-22")
def test_four_thousand_characters_are_saved_and_one_more_is_refused(browser, session, ticket_values):
    key = key_of(browser.get("/portal/new"))
    page = post(browser, "/portal/new", {**ticket_values, "message": "á" * 4_001, "request_key": key})
    assert page.status_code == 422
    assert "4001" in page.text
    assert "á" * 4_001 in page.text
    assert "<b data-left>0</b>" in page.text
    text = "é\r\n" * 1_999 + "😀!"  # 4,000: a line break is one, an emoji too
    refused = post(browser, "/portal/new", {**ticket_values, "message": text, "title": "", "request_key": key})
    assert "<b data-left>0</b>" in refused.text
    assert post(browser, "/portal/new", {**ticket_values, "message": text, "request_key": key}).status_code == 302
    assert session.scalars(select(Message.text)).all() == ["é\n" * 1_999 + "😀!"]


@pytest.mark.req("C-15", "C-17")
def test_only_active_choices_are_offered_and_a_foreign_pair_is_refused(browser, session, ticket_values, seeding, world):
    from app.models.classification import Classification, Subclassification

    with seeding():
        old = Classification(name="Antiga", active=False)
        other = Classification(name="Pagamento")
        session.add_all([old, other, Subclassification(name="Glosa", classification=other),
                         Subclassification(name="Desligada", classification=other, active=False)])
    page = browser.get("/portal/new").text
    assert "Antiga" not in page
    assert "Desligada" not in page
    assert page.index('<optgroup label="Pagamento"') < page.index("Glosa")
    key = key_of(browser.get("/portal/new"))
    for wrong in ({"classification_id": other.id}, {"classification_id": old.id}, {"subclassification_id": 999_999}):
        assert post(browser, "/portal/new", {**ticket_values, **wrong, "request_key": key}).status_code == 422
    assert tickets(session) == []
