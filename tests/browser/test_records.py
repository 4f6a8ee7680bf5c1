"""What lies behind a menu of configurators, in a browser: its list, and the drawer beside an attendance."""
import pytest
from playwright.sync_api import expect

from tests.support.accessibility import assert_accessible

from .test_sac_flow import field

pytestmark = pytest.mark.req("M-62", "M-82", "M-83")


def test_records_are_listed_added_and_told_beside_an_attendance(open_page, server):
    root = f"/records/{server.ids['visits_menu']}/"
    page = open_page("supervisor", "/notifications/")
    page.get_by_role("navigation").get_by_role("link", name="Calçadas").click()
    expect(page).to_have_url(server.url + root)
    page.get_by_role("link", name="Incluir").first.click()
    page.get_by_label("Custo").fill("12,345")
    page.get_by_role("button", name="Salvar").click()
    expect(page.get_by_label("Rua")).to_be_focused()  # the first that was refused
    expect(page.get_by_text("Este campo é obrigatório")).to_be_visible()
    expect(page.get_by_label("Custo")).to_have_value("12,345")
    page.get_by_label("Rua").fill("Rua do Sol")
    page.get_by_label("Custo").fill("12,34")
    page.keyboard.press("Enter")
    expect(page.locator("tr[data-id]")).to_have_count(2)
    page.get_by_role("columnheader", name="Custo").get_by_role("link").click()
    expect(page.locator("tr[data-id]").first).to_contain_text("R$ 99,00")  # descending first
    page.get_by_text("Filtros", exact=True).click()
    page.locator("#f-cf_rua").fill("sol")
    page.get_by_role("button", name="Pesquisar").click()
    expect(page.locator("tr[data-id]")).to_have_count(1)
    expect(page.locator("tr[data-id]")).to_contain_text("Rua do Sol")
    assert "cf_rua=%2Asol%2A" in page.locator("a[download][href*=csv]").get_attribute("href")

    page.goto("/attendances/2026000294")
    answer, here = field(page, "Resposta"), page.locator("#custom-information")
    line = here.get_by_role("link", name="Calçadas", exact=True)
    answer.fill("Meia frase")
    line.click()
    drawer = page.get_by_role("dialog", name="Calçadas")
    drawer.get_by_role("link", name="Incluir").click()
    expect(drawer.get_by_label("Rua")).to_be_focused()
    assert_accessible(page)
    page.keyboard.press("Control+s")  # the drawer's, not the attendance's
    expect(drawer.get_by_text("Este campo é obrigatório")).to_be_visible()
    page.keyboard.type("Rua da Lua")
    page.keyboard.press("Escape")
    expect(drawer.get_by_role("button", name="Continuar digitando")).to_be_focused()
    page.keyboard.press("Enter")
    expect(drawer.get_by_label("Rua")).to_be_focused()
    page.keyboard.press("Control+s")
    expect(drawer.get_by_role("status")).to_have_text("Registro incluído.")
    expect(drawer.get_by_text("Rua da Lua")).to_be_visible()
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(line).to_be_focused()
    own = here.get_by_role("listitem").filter(has=page.get_by_role("link", name="Calçadas", exact=True))
    expect(own.locator("[data-n]")).to_have_text("1")
    expect(answer).to_have_value("Meia frase")
