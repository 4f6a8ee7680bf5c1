"""Packages in a browser: a ready-made one is looked at, parts ticked all at once, imported with a click, taken back."""
import re

import pytest
from playwright.sync_api import expect

from tests.support.accessibility import assert_accessible

from .conftest import NARROW
from .test_every_page import _TOO_WIDE

pytestmark = pytest.mark.req("B-21")


@pytest.mark.parametrize("size", [None, NARROW], ids=["wide", "narrow"])
def test_a_ready_made_package_is_imported_with_the_first_click_and_taken_back(open_page, size):
    page = open_page("configurator", "/settings/packages/", **({"size": size} if size else {}))
    page.get_by_role("button", name="Provedor de internet").click()
    bring = page.get_by_role("button", name="Importar", exact=True)
    expect(bring).to_be_enabled()
    expect(page.get_by_text("itens ficam de fora desta importação", exact=False)).to_be_visible()
    assert_accessible(page)
    assert page.evaluate(_TOO_WIDE) is None
    every, forms = page.get_by_label("Marcar todos"), page.get_by_role("checkbox", name=re.compile("^Formulários"))
    expect(every).to_be_checked()
    every.uncheck()
    expect(forms).not_to_be_checked()
    page.get_by_role("checkbox", name="Etiquetas").check()
    page.get_by_role("button", name="Testar só estas partes").click()
    expect(forms).not_to_be_checked()
    every.check()
    expect(forms).to_be_checked()
    page.get_by_role("button", name="Testar só estas partes").click()
    bring.click()
    expect(page.get_by_text("Pacote importado", exact=False)).to_be_visible()
    page.get_by_role("button", name="Desfazer").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Desfazer").click()
    expect(page.get_by_text("A importação foi desfeita.", exact=False)).to_be_visible()


def test_what_stands_in_the_way_is_left_out_with_a_click_and_taken_in_again(open_page):
    page = open_page("configurator", "/settings/forms/add")
    page.keyboard.type("Cartão do cliente")
    page.locator("[data-palette]").get_by_role("button", name="Texto curto", exact=True).click()
    page.locator("#p-name").fill("Plano")
    page.get_by_role("button", name="Salvar", exact=True).click()
    expect(page.get_by_text("Formulário salvo.")).to_be_visible()
    page.goto("/settings/custom-data/add")
    page.get_by_label("Nome", exact=False).first.fill("Cartão do cliente")
    page.get_by_label("Formulário").select_option(label="Cartão do cliente")
    page.get_by_role("button", name="Salvar", exact=True).click()
    expect(page.get_by_text("Dados personalizados salvos.", exact=False)).to_be_visible()
    placed = page.url
    page.goto("/settings/packages/")
    page.get_by_role("button", name="Operadora de plano de saúde").click()
    bring = page.get_by_role("button", name="Importar", exact=True)
    expect(bring).to_be_disabled()
    expect(page.get_by_text("já é de “Cartão do cliente”", exact=False)).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="Deixar de fora Cadastro de pessoa").click()
    expect(page.get_by_text("Você o deixou de fora.")).to_be_visible()
    expect(bring).to_be_enabled()
    assert_accessible(page)
    page.set_viewport_size(NARROW)
    assert page.evaluate(_TOO_WIDE) is None
    page.get_by_role("link", name="Incluir de novo Cadastro de pessoa").click()
    expect(bring).to_be_disabled()
    assert page.evaluate(_TOO_WIDE) is None
    page.goto(placed)  # other tests find the register of persons as it was
    page.get_by_role("button", name="Excluir").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Excluir").click()
    expect(page.get_by_text("Dados personalizados excluídos.", exact=False)).to_be_visible()
