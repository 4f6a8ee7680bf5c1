"""Signing in and out as a person does it."""
import pytest
from playwright.sync_api import expect

from tests.support.accessibility import assert_accessible
from tests.support.clients import PASSWORD

from .conftest import NARROW


@pytest.mark.req("G-05")
def test_a_person_signs_in_and_out(page):
    page.get_by_label("Usuário").fill("changer")
    page.get_by_label("Senha", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Entrar").click()
    expect(page.get_by_role("navigation", name="Menu principal")).to_be_visible()

    page.get_by_role("button", name="Menu de Changer").click()
    page.get_by_role("button", name="Sair").click()
    expect(page.get_by_role("button", name="Entrar")).to_be_visible()
    page.goto("/account/")
    expect(page.get_by_role("button", name="Entrar")).to_be_visible()


def test_the_enter_key_signs_in_and_leads_to_the_page_that_was_asked_for(open_page):
    page = open_page(None, "/account/")
    page.get_by_label("Usuário").fill("changer")
    page.keyboard.press("Tab")
    page.get_by_label("Senha", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/account/")


def test_a_wrong_password_says_so_and_keeps_the_name(page):
    page.get_by_label("Usuário").fill("changer")
    page.get_by_label("Senha", exact=True).fill("errada de todo")
    page.get_by_role("button", name="Entrar").click()
    expect(page.get_by_role("alert")).to_contain_text("senha")
    expect(page.get_by_label("Usuário")).to_have_value("changer")
    expect(page.get_by_label("Senha", exact=True)).to_have_value("")


def test_a_password_can_be_shown(page):
    box = page.get_by_label("Senha", exact=True)
    box.fill("segredo")
    page.get_by_role("button", name="Mostrar senha").click()
    expect(box).to_have_attribute("type", "text")


@pytest.mark.parametrize("path", ["/login/", "/forgot/"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_pages_before_the_sign_in_are_accessible_and_fit_a_phone(open_page, path, dark):
    page = open_page(None, path, size=NARROW, dark=dark)
    assert_accessible(page)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= NARROW["width"]
