""""Em aberto", "Ver contato", "Complementar" and the closed ones (C-26 to C-30)."""
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.models.attachment import Attachment
from app.models.outbox import Outbox
from app.models.provider_ticket import Message
from tests.support import samples
from tests.support.clock import DAY, HOUR, NOON

from .conftest import hold, key_of, post


def page_of(ticket):
    return f"/portal/tickets/{ticket.attendance.address}"


@pytest.mark.req("C-26", "C-27")
def test_what_the_operadora_answered_stands_first_and_closed_ones_elsewhere(browser, open_ticket, say, close):
    answered, _other, closed = (open_ticket(title=title, now=NOON + hours * HOUR)
                               for hours, title in enumerate(("Respondido", "Aguardando", "Resolvido")))
    say.reply(answered, now=NOON + 3 * HOUR)
    close(closed)
    page = browser.get("/portal/open").text
    assert page.index("Respondido") < page.index("Operadora respondeu") < page.index("Aguardando")
    assert page.index("Aguardando") < page.index("Aguardando operadora")
    assert "Prazo parado até você complementar" in page
    assert "Resolvido" not in page
    assert page.count("Ver contato") >= 2
    closed_page = browser.get("/portal/closed").text
    assert "Resolvido" in closed_page
    assert "Respondido" not in closed_page
    say.complement(answered, now=NOON + 4 * HOUR)
    assert "Operadora respondeu" not in browser.get("/portal/open").text


@pytest.mark.req("C-26")
def test_the_list_goes_on_by_key_in_a_fixed_number_of_queries(browser, open_ticket, say, queries):
    tickets = [open_ticket(title=f"Contato {number:03}", now=NOON + timedelta(minutes=number // 2))
               for number in range(25)]
    for ticket in tickets[:3]:
        say.reply(ticket)
    counted, seen, address = [], [], "/portal/open"
    while address:
        queries.clear()
        page = browser.get(address).text
        counted.append(len(queries))
        seen += re.findall(r"<h3>Contato (\d+)", page)
        found = re.search(r'href="(/portal/open\?after=[^"]+)"', page)
        address = found and found[1]
    assert len(counted) == 2
    assert max(counted) <= 12
    assert seen[:3] == ["002", "001", "000"]
    assert sorted(seen) == [f"{number:03}" for number in range(25)]


@pytest.mark.parametrize("key", ["x", "pW10", "zWzEsMV0", "o"])
def test_a_made_up_page_key_is_refused(browser, key):
    assert browser.get(f"/portal/open?after={key}").status_code == 400
    assert browser.get(f"/portal/closed?after={key}").status_code == 400


@pytest.mark.req("C-01", "C-26")
def test_closed_ones_are_found_by_title_protocol_or_number(browser, open_ticket, close):
    first, second = open_ticket(title="Glosa de março"), open_ticket(title="Cadastro vencido")
    close(first)
    close(second, now=NOON + DAY)
    for words in ("glosa", first.attendance.protocol, str(first.number)):
        page = browser.get("/portal/closed", query_string={"q": words}).text
        assert "Glosa de março" in page
        assert "Cadastro vencido" not in page
    assert "Nenhum contato encerrado com estas palavras." in browser.get("/portal/closed?q=xyz").text


@pytest.mark.req("C-02", "C-28", "C-29", "C-30")
def test_both_sides_talk_with_files_and_the_flag_says_whose_turn_it_is(browser, session, open_ticket, say):
    ticket = open_ticket(message="Por que <b>foi</b> negada?")
    address = page_of(ticket)
    page = browser.get(address)
    assert "Por que &lt;b&gt;foi&lt;/b&gt; negada?" in page.text
    assert "Aguardando operadora" in page.text
    assert "Mensagem Complementar" in page.text
    say.reply(ticket, "Envie o laudo.")
    page = browser.get(address)
    assert "Envie o laudo." in page.text
    assert "Operadora respondeu" in page.text
    key = key_of(page)
    hold(browser, key, "laudo.pdf", samples.PDF)
    answer = post(browser, address, {"message": "Segue o laudo.", "request_key": key})
    assert answer.status_code == 302
    post(browser, address, {"message": "Segue o laudo.", "request_key": key})  # a second click
    page = browser.get(address).text
    assert page.count("Segue o laudo.") == 1
    assert "laudo.pdf" in page
    assert "Aguardando operadora" in page
    assert session.scalars(select(Message.author_name).order_by(Message.id)).all()[-1] == "Pedro Teste"
    assert session.scalars(select(Attachment.message_id)).one() is not None


@pytest.mark.req("C-29")
def test_a_blank_or_too_long_complement_is_refused_and_keeps_its_file(browser, session, open_ticket):
    ticket = open_ticket()
    key = key_of(browser.get(page_of(ticket)))
    hold(browser, key, "laudo.pdf", samples.PDF)
    for text, words in ((" \n", "Escreva a mensagem."), ("x" * 4_001, "4001")):
        page = post(browser, page_of(ticket), {"message": text, "request_key": key})
        assert page.status_code == 422
        assert words in page.text
        assert "laudo.pdf" in page.text
    assert len(session.scalars(select(Message)).all()) == 1


@pytest.mark.req("C-29")
def test_a_closed_contact_takes_no_message_and_says_so(browser, session, open_ticket, close):
    ticket = open_ticket()
    key = key_of(browser.get(page_of(ticket)))
    hold(browser, key, "laudo.pdf", samples.PDF)
    close(ticket)
    page = post(browser, page_of(ticket), {"message": "Mais uma coisa", "request_key": key})
    assert page.status_code == 409
    assert "Este contato está encerrado e não recebe mais mensagens." in page.text
    assert "Mais uma coisa" in page.text  # not lost
    assert "laudo.pdf" in page.text[page.text.index("Anexos que não foram enviados"):]
    assert "Remover laudo.pdf" not in page.text
    assert len(session.scalars(select(Message)).all()) == 1
    assert 'name="request_key"' not in browser.get(page_of(ticket)).text


def test_a_long_conversation_is_read_page_by_page(browser, open_ticket, say, queries):
    ticket = open_ticket(message="A primeira")
    for number in range(60):
        say.complement(ticket, f"Mensagem {number:03}")
    address = page_of(ticket)
    browser.get(address)
    queries.clear()
    page = browser.get(address).text
    assert len([sent for sent in queries if sent.startswith("SELECT") and "SELECT set_config" not in sent]) <= 16
    assert "Mensagem 059" in page
    assert "A primeira" not in page
    earlier = re.search(r'href="([^"]+\?before=\d+)"', page)[1]
    assert "A primeira" in browser.get(earlier).text


@pytest.mark.req("C-20", "M-97")
def test_the_link_of_the_mail_leads_there_after_signing_in(client, session, open_ticket, say, desk):
    ticket = open_ticket()
    say.reply(ticket)
    link = re.search(r"https://balcao\.example(/portal/tickets/\S+)", session.scalars(select(Outbox.body)).one())[1]
    browser = client()
    asked = browser.get(link)
    assert asked.status_code == 302
    going = asked.location.split("next=")[1]
    entered = browser.login("pedro", going_to=going)
    assert entered.location.endswith(link)
    assert "Vamos verificar." in browser.get(entered.location).text


@pytest.mark.req("C-27")
@pytest.mark.parametrize(("passed", "words"), [
    (0 * DAY, "Retorno até 18/03/2026"), (1 * DAY, "Retorno até amanhã"), (2 * DAY, "Retorno até hoje"),
    (3 * DAY, "Prazo de retorno expirado em 18/03/2026")])
def test_the_deadline_is_told_in_plain_words(app, open_ticket, passed, words):
    from app.views.portal.words import deadline

    ticket = open_ticket()
    with app.test_request_context(headers={"Accept-Language": "pt-BR"}):
        assert deadline(ticket, NOON + passed).text == words
