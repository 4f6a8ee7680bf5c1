"""Alerts in a browser: written by screen, read behind the icon by keyboard, in both themes, on a phone."""
import re

import pytest
from playwright.sync_api import expect

from tests.support.accessibility import assert_accessible

from .conftest import NARROW

_TOO_WIDE = """() => {
  const wide = document.documentElement.scrollWidth;
  if (wide <= innerWidth) return null;
  const parts = [...document.querySelectorAll("body *")].filter(part => part.getBoundingClientRect().right > wide - 1);
  return wide + " px: " + parts.slice(-3).map(part => part.outerHTML.slice(0, 160)).join(" | ");
}"""
TEXT = "Só falar com a filha, que cuida dela."


def _priority(page, name, colour, position):
    page.goto("/alert-priorities/add")
    page.get_by_label("Prioridade de alerta").fill(name)
    page.get_by_role("radiogroup", name="Cor").get_by_label(colour).check()
    page.get_by_label("Ordem").fill(str(position))
    assert_accessible(page)
    page.get_by_role("button", name="Salvar").click()
    expect(page.get_by_text("Registro incluído.")).to_be_visible()


def _take(page, label, typed, option):
    """Open the picker of this label, type, take the option by keyboard."""
    page.locator(f"label:has-text('{label}') + .b-control .select2-selection").click()
    page.keyboard.type(typed, delay=20)
    expect(page.locator(".select2-results__option")).to_have_text([option])
    page.keyboard.press("Enter")


@pytest.fixture(scope="package")
def alerted(server, chrome, signed_in):
    """An entity with a red and an amber alert, written by screen; the keeper of the priorities made them there."""
    keeper = chrome.new_context(base_url=server.url, locale="pt-BR", storage_state=signed_in("configurator")).new_page()
    _priority(keeper, "Urgente", "Vermelho", 1)
    _priority(keeper, "Normal", "Âmbar", 2)
    keeper.context.close()
    page = chrome.new_context(base_url=server.url, locale="pt-BR", storage_state=signed_in("attendant")).new_page()
    pk = server.ids["leaving"]
    for priority, text in (("Normal", "Prefere e-mail."), ("Urgente", TEXT)):
        page.goto(f"/alerts/entity/{pk}")
        page.get_by_role("link", name="Novo alerta").first.click()
        _take(page, "Prioridade", priority.lower()[:5], priority)
        page.get_by_label("Texto do alerta").fill(text)
        page.get_by_role("button", name="Salvar").click()
        expect(page.get_by_text(text, exact=True)).to_be_visible()
    page.context.close()
    return pk


@pytest.mark.req("S-25", "S-68")
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_icon_opens_the_alerts_by_keyboard_and_gives_the_focus_back(open_page, alerted, dark):
    page = open_page("attendant", "/attendances/2026000203", dark=dark)
    icon = page.get_by_role("button", name=re.compile("2 alertas.*Urgente"))
    expect(icon).to_have_css("background-color", "rgb(179, 38, 30)")
    expect(icon).to_have_css("color", "rgb(255, 255, 255)")
    assert_accessible(page)
    icon.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name=re.compile("2 alertas"))
    expect(dialog).to_contain_text(TEXT)
    expect(dialog.locator("li").first).to_contain_text("Urgente")
    expect(dialog).to_contain_text("sem prazo")
    assert_accessible(page)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(icon).to_be_focused()


@pytest.mark.req("S-25", "B-29")
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_on_a_phone_the_alerts_stand_before_a_new_attendance_and_nothing_is_wider(open_page, alerted, dark):
    page = open_page("attendant", f"/attendances/new?entity={alerted}", size=NARROW, dark=dark)
    first = page.get_by_role("region", name="2 alertas")
    expect(first).to_contain_text(TEXT)
    expect(first.get_by_role("listitem").first).to_be_in_viewport(ratio=1)  # a focused field below would scroll it away
    for path in (page.url, f"/alerts/entity/{alerted}", f"/entities/show/{alerted}", "/alerts/list/", "/alerts/add"):
        page.goto(path)
        assert page.evaluate(_TOO_WIDE) is None, path
        assert_accessible(page)


@pytest.mark.req("S-68")
def test_a_colour_is_chosen_by_the_arrows(open_page, alerted):
    page = open_page("configurator", "/alert-priorities/list/")
    page.get_by_role("link", name="Editar Urgente").click()
    red = page.get_by_role("radio", name="Vermelho")
    expect(red).to_be_checked()
    red.focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="Laranja")).to_be_checked()
