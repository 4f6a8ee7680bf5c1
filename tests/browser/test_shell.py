"""The shell by keyboard, on a phone, in both themes, and to assistive technology."""
import pytest
from playwright.sync_api import expect

from tests.support.accessibility import assert_accessible

from .conftest import NARROW, WIDE

PAGES = {"supervisor": ["/", "/search?q=ana", "/settings/", "/no/such/page"], "customer": ["/portal/"],
         "configurator": ["/settings/"], "attendant": ["/attendances/", "/search?q=nada"]}


@pytest.mark.req("B-29")
@pytest.mark.parametrize("user", list(PAGES))
@pytest.mark.parametrize(("size", "dark"), [(WIDE, False), (NARROW, True)])
def test_no_page_has_a_barrier_or_scrolls_sideways(open_page, user, size, dark):
    page = open_page(user, size=size, dark=dark)
    for address in PAGES[user]:
        page.goto(address)
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], address
        assert page.evaluate("document.documentElement.dataset.theme") == ("dark" if dark else "light")


def test_escape_gives_the_focus_back_to_where_the_search_was_called_from(open_page):
    page = open_page("attendant", "/attendances/")
    link = page.get_by_role("link", name="Ver todos")
    link.focus()
    page.keyboard.press("Control+k")
    page.keyboard.type("ana")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("option")).to_have_count(0)
    expect(link).to_be_focused()


def test_search_and_help_answer_to_the_keyboard(open_page):
    page = open_page("attendant", "/attendances/")
    page.keyboard.press("Control+k")
    search = page.get_by_role("combobox", name="Busca geral")
    expect(search).to_be_focused()
    page.keyboard.type("?")  # text while typing, not a shortcut
    expect(search).to_have_value("?")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.locator("#content").focus()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Atalhos de teclado")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("Busca geral")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_the_key_of_the_help_can_be_switched_off(open_page):
    page = open_page("attendant", "/attendances/")
    page.get_by_role("button", name="Atalhos de teclado").click()
    dialog = page.get_by_role("dialog", name="Atalhos de teclado")
    dialog.get_by_label("Abrir esta ajuda com a tecla ?").uncheck()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.reload()
    page.locator("#content").focus()
    page.keyboard.press("?")
    page.wait_for_timeout(300)
    expect(dialog).to_be_hidden()


def test_the_first_tab_skips_to_the_content(open_page):
    page = open_page("supervisor", "/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Pular para o conteúdo")
    expect(skip).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()


def test_on_a_phone_the_menu_slides_over_and_gives_the_focus_back(open_page):
    page = open_page("supervisor", "/", size=NARROW)
    side, burger = page.get_by_role("complementary", name="Módulos"), page.get_by_role("button", name="Abrir módulos")
    expect(side).to_be_hidden()
    burger.click()
    expect(side).to_be_visible()
    assert side.evaluate("el => el.contains(document.activeElement)")
    page.keyboard.press("Escape")
    expect(side).to_be_hidden()
    expect(burger).to_be_focused()
    burger.click()
    page.get_by_role("button", name="Fechar módulos").click()
    expect(side).to_be_hidden()
    burger.click()
    page.get_by_role("link", name="Atendimentos", exact=True).click()
    expect(page).to_have_url("/attendances/")


def test_between_phone_and_desk_the_menu_shows_its_icons_with_their_names(open_page):
    page = open_page("supervisor", "/", size={"width": 900, "height": 700})
    link = page.get_by_role("link", name="Atendimentos", exact=True)
    expect(link).to_be_visible()
    expect(link).to_have_attribute("title", "Atendimentos")
    assert page.locator("#side").bounding_box()["width"] == 56


def test_theme_and_language_change_from_the_avatar_menu_on_the_same_page(open_page):
    page = open_page("configurator", "/settings/")
    page.get_by_role("button", name="Menu de").click()
    page.get_by_role("button", name="Escuro").click()
    expect(page).to_have_url("/settings/")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_role("button", name="Menu de").click()
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("button", name="Menu of").click()
    page.get_by_role("button", name="Português").click()
    expect(page.locator("html")).to_have_attribute("lang", "pt-BR")
    page.get_by_role("button", name="Menu de").click()
    page.get_by_role("button", name="Automático").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")


def test_deleting_asks_first_and_tells_what_was_done(open_page):
    page = open_page("configurator", "/motives/add")
    page.get_by_label("Motivo").fill("Motivo de passagem")
    page.get_by_role("button", name="Salvar").first.click()
    toast = page.locator(".b-toast").first
    expect(toast).to_be_visible()
    toast.get_by_role("button", name="Fechar").click()
    expect(page.locator(".b-toast")).to_have_count(0)
    page.goto("/motives/list/")
    row = page.get_by_role("row", name="Motivo de passagem")
    row.get_by_role("button", name="Excluir").click()
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_contain_text("Motivo de passagem")
    expect(dialog.get_by_role("button", name="Voltar")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(row).to_be_visible()
    row.get_by_role("button", name="Excluir").dblclick()  # the second click does not take the question away
    dialog.get_by_role("button", name="Excluir").click()
    expect(page.locator(".b-toast").first).to_be_visible()
    expect(row).to_have_count(0)
