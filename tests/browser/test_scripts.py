""""Scripts de atendimento" by keyboard beside an attendance, and the knowledge base: nothing typed is lost."""
import pytest
from playwright.sync_api import expect

from tests.support.accessibility import assert_accessible

from .conftest import NARROW
from .test_sac_flow import field


def drawer(page):
    return page.get_by_role("region", name="Scripts de atendimento")


def reading(page):
    return page.get_by_role("region", name="Texto do script")


@pytest.mark.req("M-61", "M-93")
def test_a_script_is_found_and_read_by_keyboard_while_one_types(open_page):
    page = open_page("reader", "/attendances/2026000293")
    answer = field(page, "Resposta")
    answer.fill("Meia frase")
    page.keyboard.press("Alt+s")
    search = drawer(page).get_by_label("Buscar nos scripts por título e texto")
    expect(search).to_be_focused()
    expect(drawer(page).get_by_role("button", name="Saudação")).to_be_visible()
    assert_accessible(page)
    page.keyboard.type("BOIA")
    expect(drawer(page).get_by_role("button", name="Saudação")).to_be_hidden()
    page.keyboard.press("ArrowDown")
    expect(drawer(page).get_by_role("button", name="Falta de água")).to_be_focused()
    page.keyboard.press("Enter")
    expect(reading(page)).to_be_focused()  # so that the arrows walk through a long text
    expect(reading(page)).to_contain_text("2. A boia está solta?")
    assert page.locator("#script-text").evaluate("e => getComputedStyle(e).whiteSpace") == "pre-wrap"
    page.keyboard.press("Alt+s")
    expect(answer).to_be_focused()  # back to where one was, the script still in sight
    page.keyboard.type(" inteira")
    expect(answer).to_have_value("Meia frase inteira")
    expect(reading(page)).to_be_visible()
    page.keyboard.press("Alt+s")
    expect(reading(page)).to_be_focused()
    page.keyboard.press("Escape")
    expect(drawer(page)).to_be_hidden()
    expect(answer).to_be_focused()
    expect(answer).to_have_value("Meia frase inteira")
    page.keyboard.press("Alt+s")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Alt+s")
    page.keyboard.press("Escape")  # from where one types as well
    expect(drawer(page)).to_be_hidden()


@pytest.mark.req("M-61")
def test_what_is_read_names_the_customer_is_copied_and_stays_open_on_the_next_page(open_page):
    page = open_page("reader", "/attendances/2026000293", permissions=["clipboard-read", "clipboard-write"])
    opener = page.get_by_role("button", name="Scripts de atendimento")
    expect(opener).to_have_attribute("aria-expanded", "false")
    box, foot = opener.bounding_box(), page.get_by_role("group", name="Botões de conclusão").bounding_box()
    assert box["x"] - foot["x"] < 40  # the corner at the left of the bottom
    assert box["y"] > 800 * 0.9
    opener.click()
    drawer(page).get_by_role("button", name="Saudação").click()
    expect(reading(page)).to_contain_text("Bom dia, Zuleica. Aqui é Reader Teste.")
    reading(page).get_by_role("button", name="Copiar").click()
    expect(reading(page).get_by_role("button", name="Copiado")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "Bom dia, Zuleica. Aqui é Reader Teste."
    page.goto("/attendances/2026000101")
    expect(reading(page)).to_contain_text("Bom dia, Ana.")  # as it was left, about who is attended now
    expect(page.get_by_role("button", name="Scripts de atendimento")).to_have_attribute("aria-expanded", "true")
    side = drawer(page).bounding_box()["x"]
    drawer(page).get_by_role("button", name="Passar para o outro lado").click()
    assert drawer(page).bounding_box()["x"] < side
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    help_ = page.get_by_role("dialog", name="Atalhos de teclado")
    expect(help_.get_by_role("row", name="Scripts de atendimento Alt S")).to_be_visible()


@pytest.mark.req("M-61")
def test_in_the_central_the_script_follows_the_ticket_and_the_keys_of_the_list_stay(open_page):
    page = open_page("reader", "/provider-central/?filter=all&order=ticket&q=Guia")
    rows = page.locator("#central-rows tr")
    rows.nth(0).dblclick()
    panel = page.get_by_role("region", name="Painel do chamado")
    first = panel.locator(".b-mono").first.inner_text()
    page.keyboard.press("Alt+s")
    drawer(page).get_by_role("button", name="Religação").click()
    expect(reading(page)).to_contain_text(f"O protocolo é {first}.")
    rows.nth(1).dblclick()
    expect(panel.locator(".b-mono").first).not_to_have_text(first)
    expect(reading(page)).to_contain_text(f"O protocolo é {panel.locator('.b-mono').first.inner_text()}.")
    assert_accessible(page)


@pytest.mark.req("M-61")
def test_on_a_phone_the_drawer_is_a_sheet_and_leaves_the_page_above_it(open_page):
    page = open_page("reader", "/attendances/2026000293", size=NARROW, dark=True)
    page.get_by_role("button", name="Scripts de atendimento").click()
    drawer(page).get_by_role("button", name="Falta de água").click()
    expect(reading(page)).to_contain_text("A boia está solta?")
    assert drawer(page).bounding_box()["width"] == 390
    assert drawer(page).bounding_box()["y"] > 200
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert_accessible(page)
    drawer(page).get_by_role("button", name="Fechar").click()
    expect(drawer(page)).to_be_hidden()


@pytest.mark.req("M-94")
def test_the_base_is_read_and_an_item_kept_by_keyboard(open_page):
    page = open_page("reader", "/knowledge/")
    item = page.locator("details", has_text="Falta de água no imóvel")
    item.locator("summary").press("Enter")
    expect(item.get_by_text("Pergunte pela boia.")).to_be_visible()
    expect(item.locator("summary")).to_contain_text("IDENTIFICADA")
    assert_accessible(page)
    page.get_by_role("searchbox", name="Buscar na base de conhecimento").fill("MANUTENCAO")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Mantenha o registro aberto.")).to_be_visible()

    page = open_page("configurator", "/knowledge-items/add")
    expect(page.get_by_label("Identificação")).to_be_hidden()  # an information has none
    page.get_by_label("Tipo").select_option(label="Solicitação")
    expect(page.get_by_label("Identificação")).to_be_visible()
    page.get_by_label("Título").fill("Religar a água")
    page.get_by_role("button", name="Salvar").click()
    expect(page.locator("#identification-err")).to_have_text("Diga se a solicitação é anônima ou identificada.")
    expect(page.get_by_label("Título")).to_have_value("Religar a água")
    page.get_by_label("Tipo").select_option(label="Informação")
    page.get_by_label("Sessão/Categoria").locator("xpath=following-sibling::span").click()
    page.get_by_role("option", name="Falta de água — Abastecimento").click()
    page.get_by_label("Solução Proposta").fill("Em até 24 horas.")
    page.get_by_role("button", name="Salvar").click()
    expect(page.get_by_role("link", name="Religar a água", exact=True)).to_be_visible()


@pytest.mark.req("M-61")
def test_the_drawer_opens_by_itself_over_nothing_that_was_refused(open_page):
    page = open_page("reader", "/attendances/2026000293")
    page.keyboard.press("Alt+s")
    expect(drawer(page)).to_be_visible()
    page.keyboard.press("Alt+s")
    field(page, "Descrição").fill("")
    page.keyboard.press("Control+s")
    expect(page.locator("#refusal")).to_be_visible()
    expect(page.locator("#description-err")).to_be_visible()
    expect(drawer(page)).to_be_hidden()
