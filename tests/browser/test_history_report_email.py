"""The history of an entity, the printed report and the e-mail to the entity, as an attendant uses them."""
import io
import re

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.support.accessibility import assert_accessible

from .conftest import NARROW

RECORD = "/attendances/2026000290"  # of Vera Pacheco


def _fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.req("S-18")
def test_the_icon_leads_to_the_history_which_is_narrowed_by_keyboard_and_leads_back(open_page, server):
    page = open_page("attendant", RECORD)
    page.get_by_role("link", name="Histórico da entidade").click()
    expect(page.get_by_role("heading", level=1, name="Histórico da entidade")).to_be_visible()
    opened = page.get_by_role("link", name="Atendimento aberto")
    expect(opened).to_have_count(1)
    assert_accessible(page)

    page.get_by_role("checkbox", name="Detalhes").focus()
    page.keyboard.press("Space")
    page.get_by_label("Texto").focus()
    page.keyboard.type("DESCRICAO")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Detalhe 1")).to_be_visible()
    expect(opened).to_have_count(0)
    expect(page.get_by_role("checkbox", name="Detalhes")).to_be_checked()
    page.get_by_label("Texto").fill("isso não existe")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nada encontrado no histórico")).to_be_visible()
    page.get_by_role("link", name="Limpar").click()
    expect(opened).to_be_visible()
    page.get_by_role("link", name="Voltar").click()
    expect(page).to_have_url(server.url + RECORD)


@pytest.mark.req("S-18")
@pytest.mark.parametrize("dark", [False, True])
def test_the_history_fits_a_phone(open_page, server, dark):
    page = open_page("attendant", f"/entities/show/{server.ids['told']}", size=NARROW, dark=dark)
    page.get_by_role("link", name="Histórico da entidade").click()
    expect(page.get_by_role("link", name="Atendimento aberto")).to_be_visible()
    assert _fits(page)
    assert_accessible(page)


@pytest.mark.req("S-20")
def test_the_report_opens_beside_the_record(open_page):
    page = open_page("attendant", RECORD)
    link = page.get_by_role("link", name="Imprimir relatório")
    answer = page.request.get(link.get_attribute("href"))
    assert answer.headers["content-type"] == "application/pdf"
    assert "2026000290" in PdfReader(io.BytesIO(answer.body())).pages[0].extract_text()
    assert link.get_attribute("target") == "_blank"


@pytest.mark.req("S-20")
@pytest.mark.parametrize("new", [False, True])
def test_what_is_not_confirmed_is_asked_to_be_before_printing(open_page, server, new):
    page = open_page("attendant", f"/attendances/new?entity={server.ids['told']}" if new else RECORD)
    if not new:
        page.get_by_label(re.compile("^Observação do local")).fill("Ainda não confirmado")
    pages = page.context.pages
    page.get_by_role("link", name="Imprimir relatório").focus()
    page.keyboard.press("Enter")
    question = page.get_by_role("alertdialog")
    expect(question).to_contain_text("Confirme o atendimento antes de imprimir.")
    question.get_by_role("button", name="Voltar").click()
    expect(question).to_be_hidden()
    assert page.context.pages == pages
    if not new:
        page.get_by_role("link", name="Imprimir relatório").click()
        page.get_by_role("alertdialog").get_by_role("button", name="Confirmar").click()
        expect(page.get_by_text("Atendimento confirmado.")).to_be_visible()
        words = PdfReader(io.BytesIO(page.request.get(RECORD + "/report.pdf").body())).pages[0].extract_text()
        assert "Ainda não confirmado" in words


@pytest.mark.req("S-42")
def test_an_email_is_written_looked_at_and_sent_from_the_record(open_page):
    page = open_page("attendant", "/attendances/2026000291")
    page.get_by_role("link", name="Enviar e-mail à entidade").click()
    expect(page.get_by_label(re.compile("^Destinatário")).locator("option:checked")).to_contain_text("written@example.com")
    expect(page.get_by_label(re.compile("^Assunto"))).to_have_value("Atendimento 2026000291")
    assert_accessible(page)
    page.get_by_label(re.compile("^Assunto")).fill("")
    page.get_by_role("button", name="Enviar e-mail").click()
    expect(page.get_by_text("Escreva o assunto.")).to_be_visible()
    expect(page.get_by_label(re.compile("^Assunto"))).to_be_focused()
    page.keyboard.type("Troca do produto")
    page.get_by_label(re.compile("^Texto do e-mail")).fill("Olá.\n<b>A troca</b> está combinada.")
    page.get_by_role("button", name="Pré-visualizar").click()
    preview = page.get_by_role("region", name="Como vai chegar")
    expect(preview).to_contain_text("Troca do produto [2026000291]")
    expect(preview).to_contain_text("<b>A troca</b> está combinada.")
    page.get_by_role("button", name="Enviar e-mail").dblclick()
    sent = page.get_by_role("region", name="E-mails deste atendimento")
    expect(sent.get_by_role("listitem")).to_have_count(1)
    expect(sent).to_contain_text("Na fila")
    page.get_by_role("link", name="Histórico da entidade").click()
    expect(page.get_by_role("link", name="E-mail: Troca do produto [2026000291]")).to_be_visible()


@pytest.mark.req("S-42")
def test_a_closed_attendance_that_one_may_not_change_still_leads_to_its_email(open_page):
    page = open_page("attendant", "/attendances/2026000202")
    page.get_by_role("link", name="Enviar e-mail à entidade").click()
    expect(page.get_by_role("button", name="Enviar e-mail")).to_be_visible()


@pytest.mark.req("S-42")
def test_the_page_of_the_email_fits_a_phone(open_page):
    page = open_page("attendant", "/attendances/2026000291/email", size=NARROW, dark=True)
    expect(page.get_by_role("button", name="Enviar e-mail")).to_be_visible()
    assert _fits(page)
    assert_accessible(page)
