"""What a colleague does shows by itself: the bell, the record that both have open, the row of a list."""
import re
from contextlib import closing

import httpx
import pytest
from playwright.sync_api import expect

from tests.support.accessibility import assert_accessible
from tests.support.clients import PASSWORD

SOON = 5_000  # ms: far sooner than the bell used to ask


def by_rest(server, username):
    client = httpx.Client(base_url=f"{server.url}/api/v1", timeout=30)
    token = client.post("/security/login", json={"username": username, "password": PASSWORD, "provider": "db"})
    client.headers["Authorization"] = f"Bearer {token.json()['access_token']}"
    return client


@pytest.fixture
def colleague(server):
    """`colleague.post(path, json)`: the supervisor by REST; `colleague.opened()` a new attendance."""
    client = by_rest(server, "supervisor")

    def opened():
        answer = client.post("/attendances", json={
            "person_id": server.ids["entity"], "role": "customer", "channel": "phone", "direction": "receptive",
            "description": "Quer saber da entrega.", "motive_id": server.ids["motive"]})
        assert answer.status_code == 201, answer.text
        return answer.json()["protocol"]
    client.opened = opened
    yield client
    client.close()


def connected(page):
    expect(page.locator("[data-live-stream]")).to_have_attribute("data-state", "live", timeout=15_000)


@pytest.mark.req("B-39")
def test_the_bell_rings_at_once_and_falls_silent_where_it_was_read(open_page, colleague):
    page = open_page("attendant", "/account/")
    other = page.context.new_page()
    other.goto("/notifications/")
    for each in (page, other):
        connected(each)
    bell = page.get_by_role("link", name=re.compile("^Avisos:"))
    before = bell.get_attribute("aria-label")
    protocol = colleague.opened()
    given = colleague.post(f"/attendances/{protocol}/forward", json={"operator": "attendant", "reason": "Veja"})
    assert given.status_code == 200, given.text
    page.bring_to_front()
    expect(bell).not_to_have_attribute("aria-label", before, timeout=SOON)
    expect(bell).to_have_attribute("aria-label", re.compile(r"\d+ não lidos?"))
    other.bring_to_front()
    other.reload()
    other.get_by_role("button", name="Marcar todos como lidos").click()
    page.bring_to_front()
    expect(bell).to_have_attribute("aria-label", re.compile("nenhum"), timeout=SOON)


def test_a_record_says_that_a_colleague_saved_it_and_shows_it_on_demand(open_page, colleague):
    protocol = colleague.opened()
    page = open_page("attendant", f"/attendances/{protocol}")
    connected(page)
    page.get_by_label("Descrição").fill("Meu texto")
    assert colleague.post(f"/attendances/{protocol}/details", json={
        "channel": "phone", "direction": "receptive", "description": "Outra ligação"}).status_code in (200, 201)
    notice = page.get_by_role("status").filter(has_text="salvou este atendimento")
    expect(notice).to_contain_text("Supervisor Teste", timeout=SOON)
    expect(page.get_by_label("Descrição")).to_have_value("Meu texto")
    assert_accessible(page)
    notice.get_by_role("link", name="Mostrar o que foi salvo").click()
    expect(page.locator("#detail-place")).to_have_text("1/2")
    expect(page.get_by_label("Descrição")).to_have_value("Meu texto")  # the draft
    expect(notice).to_have_count(0)


def test_a_list_shows_the_row_as_a_colleague_left_it_and_keeps_what_is_chosen(open_page, colleague):
    first, second = colleague.opened(), colleague.opened()
    page = open_page("attendant", "/attendances/list")
    connected(page)
    row = page.get_by_role("row").filter(has_text=first)
    expect(row).to_contain_text("Aberto")
    page.get_by_role("checkbox", name=f"Marcar {second}").check()
    assert colleague.post(f"/attendances/{first}/close", json={}).status_code == 200
    expect(row).to_contain_text("Encerrado", timeout=SOON)
    expect(page.get_by_role("checkbox", name=f"Marcar {second}")).to_be_checked()
    expect(page.get_by_role("status").filter(has_text="1 selecionado")).to_be_visible()
    page.get_by_role("checkbox", name=f"Marcar {first}").check()
    expect(page.get_by_role("status").filter(has_text="2 selecionados")).to_be_visible()


def test_without_a_connection_the_page_says_so_and_goes_on_when_it_is_back(open_page, colleague):
    page = open_page("attendant", "/account/")
    page.add_init_script("delete window.SharedWorker")  # a browser that has none: each page has its own stream
    page.route("**/live/events*", lambda route: route.fulfill(status=429))
    page.goto("/notifications/")
    hint = page.get_by_text("Sem conexão")
    expect(hint).to_be_visible(timeout=15_000)
    assert_accessible(page)
    page.unroute("**/live/events*")
    connected(page)
    expect(hint).to_be_hidden()
    bell = page.get_by_role("link", name=re.compile("^Avisos:"))
    before = bell.get_attribute("aria-label")
    assert colleague.post(f"/attendances/{colleague.opened()}/forward", json={
        "operator": "attendant", "reason": "Veja"}).status_code == 200
    expect(bell).not_to_have_attribute("aria-label", before, timeout=SOON)


def test_the_central_shows_what_a_colleague_did_to_a_ticket_without_losing_the_row(open_page, colleague):
    page = open_page("operator", "/provider-central/?order=ticket&filter=open")
    connected(page)
    row = page.get_by_role("row").filter(has=page.get_by_role("button", name=re.compile(r"^\d+$"))).first
    number = row.get_by_role("button", name=re.compile(r"^\d+$")).inner_text()
    row.click()
    protocol = next(each["protocol"] for each in colleague.get("/provider-tickets?order=ticket&filter=open").json()[
        "items"] if str(each["number"]) == number)
    closed = colleague.post(f"/provider-tickets/{protocol}/close", json={})
    assert closed.status_code == 200, closed.text
    expect(row).to_contain_text(re.compile(r"\d\d/\d\d/\d{4}.*\d\d/\d\d/\d{4}", re.S), timeout=SOON)  # opened, closed
    expect(row).to_be_focused()


@pytest.mark.req("B-39")
def test_the_central_offers_a_ticket_that_was_just_opened(open_page, colleague):
    like = colleague.get("/provider-tickets?limit=1&filter=open").json()["items"][0]
    page = open_page("supervisor", "/provider-central/?filter=open")
    connected(page)
    opened = colleague.post("/provider-tickets", json={
        "provider_id": like["provider"]["id"], "title": "Guia sem retorno", "contact_name": "Rosa Peixoto",
        "classification_id": like["classification"]["id"], "subclassification_id": like["subclassification"]["id"],
        "contact_phone": "(11) 98765-4321", "contact_email": "rosa@example.com", "message": "Quando responderão?"})
    assert opened.status_code == 201, opened.text
    news = page.get_by_role("button", name=re.compile("atualizar a lista"))
    expect(news).to_be_visible(timeout=SOON)
    news.click()
    expect(page.get_by_role("row").filter(has_text="Guia sem retorno")).to_have_count(1)


@pytest.mark.req("B-39", "C-27", "C-28")
def test_a_provider_reads_the_answer_as_it_is_written_and_keeps_what_he_types(open_page, server, colleague):
    tree = colleague.get("/provider-tickets?limit=1&filter=open").json()["items"][0]
    with closing(by_rest(server, "provider")) as provider, closing(by_rest(server, "operator")) as operator:
        contact = provider.post("/me/tickets", json={
            "title": "Aguardo a guia", "classification_id": tree["classification"]["id"],
            "subclassification_id": tree["subclassification"]["id"], "contact_name": "Pedro",
            "contact_phone": "(11) 98765-4321", "contact_email": "pedro@clinica.example", "message": "Chegou?"})
        assert contact.status_code == 201, contact.text
        protocol = contact.json()["protocol"]
        page = open_page("provider", f"/portal/tickets/{protocol}")
        connected(page)
        page.get_by_label("Mensagem Complementar").fill("Ainda não")
        answer = operator.post(f"/provider-tickets/{protocol}/messages", json={"text": "Segue hoje."})
        assert answer.status_code == 201, answer.text
    expect(page.get_by_role("log")).to_contain_text("Segue hoje.", timeout=SOON)
    expect(page.get_by_text("A Operadora escreveu para você.")).to_be_attached()
    expect(page.get_by_label("Mensagem Complementar")).to_have_value("Ainda não")
    expect(page.get_by_role("region", name="Em aberto").get_by_role("link", name="Aguardo a guia")).to_contain_text(
        "Operadora respondeu")
