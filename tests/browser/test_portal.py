""""Fale conosco" in the browser: counted, sent ahead, asked and saved once; by keyboard, on a phone, in the dark."""
import re

import pytest
from playwright.sync_api import expect

from tests.support import samples
from tests.support.accessibility import assert_accessible

from .conftest import NARROW, WIDE

PASTE = """([area, text]) => { area.focus(); document.execCommand("insertText", false, text); }"""


def left(page):
    return page.locator("[data-left]").text_content()


def fill(page, title):
    page.get_by_label("Título").fill(title)
    page.get_by_role("combobox", name="Classificação", exact=True).select_option(label="Guias")
    page.get_by_label("Subclassificação").select_option(label="Autorização")
    page.get_by_label("Telefone para contato").fill("(11) 98765-4321")
    page.get_by_label("E-mail").fill("pedro@clinica.example")


def paste(page, label, text):
    area = page.get_by_label(label)
    page.evaluate(PASTE, [area.element_handle(), text])
    return area


@pytest.mark.req("C-21", "C-22", "C-23", "C-25")
def test_what_the_counter_says_is_what_the_server_takes(open_page):
    page = open_page("provider", "/portal/new")
    expect(page.locator("[data-left]")).to_have_text("4.000")
    page.get_by_label("Mensagem").press_sequentially("1234567890")
    assert left(page) == "3.990"
    paste(page, "Mensagem", "é😀\r\nç")  # a line break is one, the emoji too
    assert left(page) == "3.986"
    area = page.get_by_label("Mensagem")
    area.fill("")
    paste(page, "Mensagem", "😀\n" * 2_001)
    assert left(page) == "0"
    assert page.evaluate("Array.from(document.getElementById('message').value).length") == 4_000
    expect(page.locator("[data-left-said]")).to_contain_text("O limite de 4.000 caracteres foi atingido")
    area.evaluate("area => area.setSelectionRange(0, 0)")
    paste(page, "Mensagem", "não cabe")  # what stood there stays
    assert area.input_value().startswith("😀\n😀")
    fill(page, "Quatro mil")
    page.get_by_role("button", name="Salvar").click()
    page.get_by_text(re.compile(r"Atendimento aberto com sucesso\. Protocolo: \S+")).wait_for()


@pytest.mark.req("C-13", "C-23", "C-27")
def test_files_go_ahead_survive_a_refusal_and_a_double_click_opens_one_contact(open_page):
    page = open_page("provider", "/portal/new")
    page.get_by_label("Escolher Arquivos").set_input_files([
        {"name": "guia.pdf", "mimeType": "application/pdf", "buffer": samples.PDF},
        {"name": "foto.png", "mimeType": "image/png", "buffer": samples.PDF}])
    page.get_by_text("O conteúdo não é de um arquivo .png").wait_for()
    page.get_by_role("button", name="Dispensar: foto.png").click()
    page.evaluate("""() => {
        const data = new DataTransfer();
        data.items.add(new File(["bilhete"], "arrastado.txt"));
        data.items.add(new File([new Uint8Array(21 * 1024 * 1024)], "enorme.mp4"));
        document.querySelector("[data-drop]").dispatchEvent(
            new DragEvent("drop", {bubbles: true, cancelable: true, dataTransfer: data}));
    }""")
    page.get_by_role("button", name="Remover arrastado.txt").wait_for()
    page.get_by_text("O arquivo é grande demais: no máximo 20 MB.").wait_for()
    page.get_by_role("button", name="Dispensar: enorme.mp4").click()
    page.get_by_role("button", name="Salvar").click()
    page.get_by_text("Escreva a mensagem.").wait_for()
    expect(page.get_by_label("Título")).to_be_focused()
    page.get_by_role("button", name="Remover arrastado.txt").click()
    expect(page.get_by_text("arrastado.txt")).to_have_count(0)
    fill(page, "Clique duplo")
    page.get_by_label("Mensagem").fill("Uma vez só")
    page.get_by_role("button", name="Salvar").dblclick()
    page.get_by_text("Atendimento aberto com sucesso.").wait_for()
    page.reload()
    page.goto("/portal/open")
    expect(page.get_by_role("heading", name="Clique duplo")).to_have_count(1)
    page.get_by_role("link", name="Ver contato: Clique duplo").click()
    expect(page.get_by_role("link", name="guia.pdf")).to_have_count(1)
    expect(page.get_by_text("Aguardando operadora").first).to_be_visible()


@pytest.mark.req("C-13")
def test_saving_waits_for_the_files_on_their_way(open_page):
    page = open_page("provider", "/portal/new")
    page.route("**/portal/held", lambda route: (page.wait_for_timeout(600), route.continue_()))
    fill(page, "Espera os arquivos")
    page.get_by_label("Mensagem").fill("Com anexo")
    page.get_by_label("Escolher Arquivos").set_input_files([
        {"name": name, "mimeType": "application/pdf", "buffer": samples.PDF} for name in ("laudo.pdf", "engano.pdf")])
    page.get_by_role("button", name="Cancelar envio: engano.pdf").press("Enter")
    expect(page.get_by_label("Escolher Arquivos")).to_be_focused()
    page.get_by_role("button", name="Salvar").click()
    page.get_by_text("Atendimento aberto com sucesso.").wait_for()
    page.get_by_role("link", name="Ver contato", exact=True).click()
    expect(page.get_by_role("link", name="laudo.pdf")).to_be_visible()
    expect(page.get_by_text("engano.pdf")).to_have_count(0)


@pytest.mark.req("C-17", "C-24")
def test_the_cascade_clears_and_cancelling_asks_only_where_something_was_typed(open_page):
    page = open_page("provider", "/portal/new")
    below = page.get_by_label("Subclassificação")
    expect(below).to_be_disabled()
    page.get_by_role("combobox", name="Classificação", exact=True).select_option(label="Guias")
    below.select_option(label="Autorização")
    page.get_by_role("combobox", name="Classificação", exact=True).select_option("")
    expect(below).to_be_disabled()
    expect(below).to_have_value("")
    page.get_by_role("button", name="Cancelar").click()
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_contain_text("serão perdidos")
    dialog.get_by_role("button", name="Descartar").click()
    page.wait_for_url("**/portal/")
    page.goto("/portal/new")
    page.get_by_role("button", name="Cancelar").click()
    page.wait_for_url("**/portal/")


@pytest.mark.req("C-28", "C-29")
def test_a_complement_is_counted_and_sent(open_page):
    page = open_page("provider", "/portal/new")
    fill(page, "Para complementar")
    page.get_by_label("Mensagem").fill("Primeira")
    page.keyboard.press("Control+Enter")
    page.get_by_role("link", name="Ver contato", exact=True).click()
    page.get_by_role("button", name="Complementar").click()
    page.get_by_text("Escreva a mensagem.").wait_for()
    page.get_by_label("Mensagem Complementar").press_sequentially("Segue.")
    assert left(page) == "3.994"
    page.keyboard.press("Control+Enter")
    page.get_by_role("log").get_by_text("Segue.").wait_for()


@pytest.mark.req("B-29")
@pytest.mark.parametrize(("size", "dark"), [(WIDE, False), (NARROW, True)])
def test_the_pages_have_no_barrier_and_fit_a_telephone(open_page, size, dark):
    page = open_page("provider", "/portal/new", size=size, dark=dark)
    assert_accessible(page)
    page.get_by_role("button", name="Salvar").click()
    page.locator("[aria-invalid=true]").first.wait_for()
    assert_accessible(page, "refused")
    fill(page, "Nomemuitocompridosemespaco" * 7)
    page.get_by_label("Mensagem").fill("x" * 300)
    page.get_by_role("button", name="Salvar").click()
    page.get_by_text("Atendimento aberto com sucesso.").wait_for()
    opened = page.url
    for address in (opened, opened.removesuffix("/opened"), "/portal/", "/portal/open", "/portal/closed",
                    "/portal/attendances"):
        page.goto(address)
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], address


@pytest.mark.req("C-24", "C-25")
def test_back_after_a_saved_contact_begins_a_new_one(open_page):
    page = open_page("provider", "/portal/new")
    fill(page, "Salvo e voltei")
    page.get_by_label("Mensagem").fill("Uma só vez.")
    page.get_by_role("button", name="Salvar").click()
    page.get_by_text("Atendimento aberto com sucesso").wait_for()
    page.go_back()
    expect(page.get_by_label("Título")).to_have_value("")
    expect(page.get_by_label("Mensagem")).to_have_value("")
    page.get_by_label("Mensagem").fill("Ainda não salva")  # of another one, left and come back to, nothing is taken
    page.once("dialog", lambda dialog: dialog.accept())
    page.goto("/portal/open")
    page.go_back()
    expect(page.get_by_label("Mensagem")).to_have_value("Ainda não salva")
