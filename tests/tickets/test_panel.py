"""The panel of a ticket: what it shows, to whom, and what it never shows (C-79 to C-90, C-99)."""
import io
import re
from datetime import date
from decimal import Decimal

import pytest

from app.database import unit_of_work
from app.models.provider_account import Batch, Guide, Payment
from app.services import notes
from app.services.settings import set_setting
from app.services.tickets import notices, work
from tests.support import samples
from tests.support.clock import DAY, HOUR, NOON
from tests.support.world import add_entity

TICKETS = "/provider-central/tickets"


@pytest.fixture
def ana(sign_in, desk):
    return sign_in(desk.ana)


@pytest.fixture
def tab(ana):
    """`tab(ticket, "payments", since=…)`: a tab as the script of the panel asks for it."""
    def get(ticket, name, browser=ana, **query):
        return browser.get(f"{TICKETS}/{ticket.attendance_id}/tab/{name}", query_string=query,
                           headers={"X-Requested-With": "fetch"})
    return get


def panel(browser, ticket, name="attendance"):
    return browser.get(f"{TICKETS}/{ticket.attendance_id}/?tab={name}", headers={"X-Requested-With": "fetch"})


@pytest.mark.req("C-85", "C-90")
def test_it_opens_with_data_messages_and_attachments(ana, open_ticket, say):
    ticket = open_ticket()
    say.complement(ticket, "Segue o laudo.", now=NOON + HOUR)
    page = panel(ana, ticket)
    assert page.status_code == 200
    assert "<html" not in page.text
    for text in ("Guia negada sem motivo", ticket.protocol, "Pedro Lima", "(11) 98765-4321", "pedro@clinica.example",
                 "Por que foi negada?", "Segue o laudo.", "16/03/2026", "Guias › Autorização", "não está com ninguém"):
        assert text in page.text, text


def test_without_a_script_it_is_a_page_of_its_own(ana, open_ticket):
    page = ana.get(f"{TICKETS}/{open_ticket().attendance_id}/")
    assert "<html" in page.text
    assert "Guia negada sem motivo" in page.text


@pytest.mark.req("B-12")
def test_it_says_step_by_step_why_this_is_the_deadline(ana, open_ticket):
    page = panel(ana, open_ticket()).text
    steps = re.findall(r"<li>(.*?)</li>", re.search(r"Por que este prazo.*?</ol>", page, re.S)[0])
    assert len(steps) >= 2
    assert "18/03/2026" in steps[-1]


@pytest.mark.req("B-12")
def test_the_steps_speak_of_the_provider_and_a_status_stops_no_clock(session, ana, open_ticket, say, desk, api, tab):
    left, answered = open_ticket(), open_ticket()
    say.reply(answered)
    with unit_of_work(session):
        work.leave_pending(session, left.attendance_id, actor=desk.as_ana, now=NOON)

    def why(ticket):
        return re.search(r"Por que este prazo.*?</details>", tab(ticket, "attendance").text, re.S)[0]

    assert "À espera do prestador desde" in why(answered)
    assert "espera do cliente" not in why(answered)
    steps = api(desk.ana).get(f"/api/v1/provider-tickets/{answered.protocol}").json["deadline_steps"]
    assert steps[-1].startswith("À espera do prestador desde")
    assert "Prazo:" in why(left), "left pending, its clock goes on"
    for ticket in (left, answered):
        assert "O status não para o relógio, nem “pendente”." in why(ticket)


@pytest.mark.req("C-75")
def test_it_says_with_whom_it_is(session, desk, ana, open_ticket):
    ticket = open_ticket()
    with unit_of_work(session):
        work.take(session, ticket.attendance_id, actor=desk.as_bruno, now=NOON)
    assert "está com Bruno Teste" in panel(ana, ticket).text
    with unit_of_work(session):
        work.close(session, ticket.attendance_id, actor=desk.as_bruno, now=NOON + DAY, public_url="https://x.example")
    page = panel(ana, ticket).text
    assert "foi encerrado em 17/03/2026" in page
    assert "Responder ao prestador" not in page


@pytest.mark.req("C-02", "C-28")
def test_the_conversation_has_both_sides_with_author_time_and_files_by_pages(tab, ana, open_ticket, say, desk,
                                                                             viewer_for):
    ticket = open_ticket()
    answered = ana.post(f"{TICKETS}/{ticket.attendance_id}/reply", {
        "message": "Envie o laudo.", "files": (io.BytesIO(samples.PDF), "modelo.pdf")})
    assert answered.status_code == 200, answered.text
    page = tab(ticket, "messages").text
    assert page.index("Por que foi negada?") < page.index("Envie o laudo.")
    assert "Ana Teste" in page
    assert "modelo.pdf" in page
    address = re.search(r'href="([^"]+/files/\d+)"', page)[1]
    file = ana.get(address)
    assert (file.status_code, file.data) == (200, samples.PDF)
    for number in range(55):
        say.reply(ticket, f"Mensagem {number:02}")
    page = tab(ticket, "messages").text
    assert "Mensagem 54" in page
    assert "Por que foi negada?" not in page
    older = re.search(r"before=(\d+)", page)[1]
    assert "Por que foi negada?" in tab(ticket, "messages", before=older).text


@pytest.mark.req("C-28", "B-29")
def test_another_companys_ticket_and_its_files_are_not_there(ana, sign_in, make_user, open_ticket, world, desk):
    ticket = open_ticket()
    ana.post(f"{TICKETS}/{ticket.attendance_id}/reply", {
        "message": "Veja.", "files": (io.BytesIO(samples.PDF), "modelo.pdf")})
    page = ana.get(f"{TICKETS}/{ticket.attendance_id}/tab/messages").text
    address = re.search(r'href="([^"]+/files/\d+)"', page)[1]
    stranger = sign_in(make_user("verde", "Attendant", companies=[world.other_company], central_operator=True))
    other = open_ticket()
    for path in (f"{TICKETS}/{ticket.attendance_id}/", f"{TICKETS}/{ticket.attendance_id}/tab/messages", address,
                 f"{TICKETS}/{ticket.attendance_id}/survey"):
        assert stranger.get(path).status_code == 404, path
    assert ana.get(address.replace(str(ticket.attendance_id), str(other.attendance_id))).status_code == 404
    provider = sign_in(desk.pedro)
    assert provider.get(f"{TICKETS}/{ticket.attendance_id}/").status_code in (302, 403, 404)


@pytest.mark.req("C-86")
def test_the_providers_other_tickets_are_listed_without_this_one(tab, open_ticket):
    tickets = [open_ticket(title=f"Assunto {number}", now=NOON + number * HOUR) for number in range(4)]
    page = tab(tickets[1], "earlier").text
    assert re.findall(r"<b>(Assunto \d)</b>", page) == ["Assunto 3", "Assunto 2", "Assunto 0"]
    for number in range(30):
        open_ticket(title="Mais", now=NOON + number * HOUR)
    page = tab(tickets[1], "earlier").text
    after = re.search(r"after=([\w-]+)", page)[1]
    assert tab(tickets[1], "earlier", after=after).text.count("data-show-ticket") == 13
    assert tab(tickets[1], "earlier", after="nonsense").status_code == 400


def test_a_providers_first_ticket_says_that_there_is_no_other(tab, open_ticket):
    assert "não tem outro chamado" in tab(open_ticket(), "earlier").text


@pytest.mark.req("C-99")
def test_the_logs_tell_who_when_what_old_and_new(session, tab, open_ticket, desk):
    ticket = open_ticket()
    with unit_of_work(session):
        work.leave_pending(session, ticket.attendance_id, actor=desk.as_ana, now=NOON + HOUR)
    page = tab(ticket, "logs").text
    for text in ("Deixado pendente", "Ana Teste", "16/03/2026 13:00", "Situação", "Aberto", "Pendente"):
        assert text in page, text


def test_internal_notes_are_those_of_the_record(session, tab, open_ticket, desk):
    ticket = open_ticket()
    with unit_of_work(session):
        notes.add(session, ticket.attendance_id, "Falar com a auditoria", actor=desk.as_ana, now=NOON)
    page = tab(ticket, "notes").text
    assert "Falar com a auditoria" in page
    assert f"/notes/{ticket.attendance_id}/add" in page


@pytest.mark.req("C-79")
def test_the_providers_registration_in_short_with_its_document_masked(session, seeding, tab, open_ticket, world):
    with seeding():
        world.provider.document = "11222333000181"
    page = tab(open_ticket(), "provider").text
    assert world.provider.name in page
    assert "11.222.333/0001-81" not in page
    assert "•" in page or "*" in page
    assert "Prestador" in page


@pytest.fixture
def accounts(session, seeding, world):
    """Lots, guides and payments of the provider, and one of each of another provider of the same company."""
    with seeding():
        other = add_entity(session, world.company, "Outra Clínica", role=world.role_types["provider"])
        session.flush()
        for owner, mark in ((world.provider, "P"), (other, "X")):
            batch = Batch(provider_id=owner.id, number=f"{mark}-L1", received_on=date(2026, 3, 2), state="paid",
                          total=Decimal("150.5"))
            session.add(batch)
            session.add(Guide(provider_id=owner.id, batch=batch, number=f"{mark}-G1", issued_on=date(2026, 3, 1),
                              beneficiary="Rosa Dias", state="issued", total=Decimal("99.9")))
            for day, amount in ((1, "100.10"), (15, "50.40"), (31, "7")):
                session.add(Payment(provider_id=owner.id, batch=batch, document=f"{mark}-D{day}",
                                    paid_on=date(2026, 3, day), amount=Decimal(amount)))


@pytest.mark.req("C-80", "C-81")
def test_only_his_lots_and_guides(tab, open_ticket, accounts):
    ticket = open_ticket()
    lots, guides = tab(ticket, "batches").text, tab(ticket, "guides").text
    assert "P-L1" in lots
    assert "R$\xa0150,50" in lots
    assert "X-L1" not in lots
    assert "P-G1" in guides
    assert "Rosa Dias" in guides
    assert "X-G1" not in guides


@pytest.mark.req("C-82", "C-84")
def test_payments_of_a_period_with_their_total(tab, open_ticket, accounts):
    ticket = open_ticket()
    assert "P-D1" not in tab(ticket, "payments").text, "nothing before a search"
    page = tab(ticket, "payments", since="2026-03-01", until="2026-03-15")
    assert page.status_code == 200
    assert re.findall(r">(\w-D\d+)<", page.text) == ["P-D15", "P-D1"]
    assert "R$\xa0150,50" in page.text
    assert "2 pagamentos" in page.text
    assert "Nenhum pagamento" in tab(ticket, "payments", since="2025-01-01", until="2025-01-31").text


@pytest.mark.req("C-84")
@pytest.mark.parametrize(("query", "said"), [
    ({"since": "", "until": ""}, "data inicial"), ({"since": "2026-03-01", "until": ""}, "data final"),
    ({"since": "ontem", "until": "01/03/2026"}, "dd/mm/aaaa"),
    ({"since": "2026-03-02", "until": "2026-03-01"}, "O fim do período")])
def test_a_period_that_is_none_is_refused_beside_its_field(tab, open_ticket, query, said):
    page = tab(open_ticket(), "payments", **query)
    assert page.status_code == 422
    assert said in page.text
    assert 'aria-invalid="true"' in page.text


@pytest.mark.req("C-80", "C-81", "C-82")
def test_who_keeps_nothing_is_told_so(tab, open_ticket):
    ticket = open_ticket()
    assert "não tem lotes" in tab(ticket, "batches").text
    assert "Nenhuma guia" in tab(ticket, "guides").text


@pytest.mark.req("C-87", "C-88")
def test_what_was_sent_to_the_contact_is_shown_with_what_became_of_it(session, ana, open_ticket, desk):
    ticket = open_ticket()
    with unit_of_work(session):
        notices.email(session, ticket.attendance_id, subject="Retorno", body="Olá", actor=desk.as_ana, now=NOON)
        notices.sms(session, ticket.attendance_id, text="Há novidades", actor=desk.as_ana, now=NOON)
    page = panel(ana, ticket).text
    for text in ("Retorno", "Há novidades", "Na fila", "SMS_URL", "SMTP_URL"):
        assert text in page, text


@pytest.mark.req("C-07")
def test_where_the_crm_is_used_the_central_stays_closed(session, ana, open_ticket, viewer_for, make_user):
    ticket = open_ticket()
    with unit_of_work(session):
        set_setting(session, "uses_crm", True, actor=viewer_for(make_user("adm", "Admin")), now=NOON)
    assert panel(ana, ticket).status_code == 409
    answer = ana.post(f"{TICKETS}/{ticket.attendance_id}/take")
    assert answer.status_code == 409
    assert "CRM" in answer.json["error"]


def test_as_many_queries_for_a_long_ticket_as_for_a_short_one(ana, open_ticket, say, queries):
    def count(ticket, name):
        panel(ana, ticket, name)
        queries.clear()
        assert panel(ana, ticket, name).status_code == 200
        return len(queries)

    short, long = open_ticket(), open_ticket()
    for number in range(12):
        say.reply(long, f"{number}", now=NOON + number * HOUR)
        open_ticket()
    for name in ("attendance", "messages", "earlier", "logs", "batches"):
        few, many = count(short, name), count(long, name)
        assert few == many, name
        assert many <= 15, (name, queries)


@pytest.mark.req("C-85", "C-86")
def test_the_last_messages_come_first_and_tabs_say_how_much_is_behind_them(session, ana, desk, open_ticket, say):
    ticket, _other, _third = open_ticket(), open_ticket(), open_ticket()
    say.complement(ticket, "Segue o laudo.", now=NOON + HOUR)
    with unit_of_work(session):
        notes.add(session, ticket.attendance_id, "Ligar amanhã", actor=desk.as_ana, now=NOON)
    page = panel(ana, ticket).text
    assert page.index("Segue o laudo.") < page.index("Dados do chamado")
    strip = re.findall(r'<button[^>]* role="tab".*?</button>', page, re.S)
    menu = re.findall(r"<li><a [^>]*data-go-tab.*?</a></li>", page, re.S)
    assert len(strip) == len(menu)
    for rows in (strip, menu):
        said = {re.search(r'(?:data-tab-name|data-go-tab)="(\w+)"', row)[1]: re.search(
            r'<span class="b-n"[^>]*?( hidden)?>([^<]+)</span>', row) for row in rows}
        assert {name: found.groups() for name, found in said.items() if found} == {
            "messages": (None, "2"), "notes": (None, "1"), "earlier": (None, "2")}
    assert re.search(r'data-count="notes" hidden>0<', panel(ana, _other).text)
