"""Registers in a browser: pickers and cascades by keyboard, refusals, leaving without saving, a phone."""
import re

import pytest
from playwright.sync_api import expect

from tests.support.accessibility import assert_accessible

from .conftest import NARROW


def choose(page, label, typed, option):
    """Open the picker of this label, type as a person does, take the option by keyboard."""
    page.locator(f"label:has-text('{label}') + .b-control .select2-selection, "
                 f"label:has-text('{label}') ~ .b-filter-value .select2-selection").click()
    page.keyboard.type(typed, delay=20)
    expect(page.locator(".select2-results__option")).to_have_text([option])
    page.keyboard.press("Enter")


@pytest.mark.req("S-66")
def test_an_occurrence_is_added_below_a_motive_found_by_typing(open_page):
    page = open_page("configurator", "/occurrences/add")
    choose(page, "Motivo", "RECLAMACAO", "Reclamação")
    page.get_by_label("Ocorrência").fill("Produto violado")
    assert_accessible(page)
    page.get_by_role("button", name="Salvar").click()
    expect(page.get_by_text("Registro incluído.")).to_be_visible()
    page.get_by_text("Pesquisar", exact=True).first.click()
    choose(page, "Motivo", "recla", "Reclamação")
    page.get_by_role("search", name="Pesquisar em Ocorrências").get_by_role("button", name="Pesquisar").click()
    expect(page.get_by_role("link", name="Editar Produto violado")).to_be_visible()
    expect(page.get_by_text("Segunda via")).to_have_count(0)
    expect(page.locator("#flt-motive option:checked")).to_have_text("Reclamação")
    assert re.search(r"_flt_0_motive=\d+", page.url)
    assert "_flt_0_name" not in page.url


def test_a_child_waits_for_its_parent(open_page):
    page = open_page("supervisor", "/departments/add")
    inside = page.locator("#parent + .select2 .select2-selection")
    expect(inside).to_contain_text("Escolha a empresa antes")
    expect(page.locator("#parent")).to_be_disabled()
    choose(page, "Empresa", "azul", "Azul")
    expect(page.locator("#parent")).to_be_enabled()
    choose(page, "Dentro de", "fina", "Financeiro")
    expect(inside).to_contain_text("Financeiro")
    page.locator("#company + .select2 .select2-selection__clear").click()
    expect(page.locator("#parent")).to_be_disabled()
    expect(inside).to_contain_text("Escolha a empresa antes")


def test_a_refusal_keeps_what_was_typed_and_takes_the_focus(open_page):
    page = open_page("configurator", "/causes/add")
    page.get_by_label("Causa").fill("Sem ocorrência")
    page.get_by_role("button", name="Salvar").click()
    expect(page.get_by_text("Campo obrigatório.")).to_be_visible()
    expect(page.get_by_role("textbox", name="Causa")).to_have_value("Sem ocorrência")
    expect(page.locator("#occurrence + .select2 .select2-selection")).to_be_focused()
    assert_accessible(page)


def test_leaving_without_saving_is_asked(open_page):
    page = open_page("configurator", "/motives/add")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_label("Motivo").fill("Meio digitado")
    page.get_by_role("link", name="Voltar").click()
    expect(page).to_have_url(re.compile("/motives/list/"))
    assert asked == ["beforeunload"]
    page.goto("/motives/add")
    page.get_by_role("link", name="Voltar").click()
    expect(page).to_have_url(re.compile("/motives/list/"))
    assert asked == ["beforeunload"]


def test_a_row_in_use_is_asked_about_refused_and_explained(open_page, server):
    page = open_page("configurator", "/motives/list/")
    page.get_by_role("button", name="Excluir Reclamação").click()
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_contain_text("Excluir “Reclamação”?")
    dialog.get_by_role("button", name="Excluir").click()
    expect(page.get_by_text("pode ser desativado, não excluído")).to_be_visible()
    expect(page.get_by_role("link", name="Editar Reclamação")).to_be_visible()


def test_a_stale_save_shows_both_values(open_page, server):
    first = open_page("configurator", f"/motives/edit/{server.ids['other_motive']}")
    second = open_page("admin", f"/motives/edit/{server.ids['other_motive']}")
    second.get_by_label("Motivo").fill("Pergunta")
    second.get_by_role("button", name="Salvar").click()
    expect(second.get_by_text("Registro alterado.")).to_be_visible()
    first.get_by_label("Motivo").fill("Consulta")
    first.get_by_role("button", name="Salvar").click()
    expect(first.get_by_text("Valor gravado agora: Pergunta")).to_be_visible()
    expect(first.get_by_label("Motivo")).to_have_value("Consulta")
    assert_accessible(first)
    first.get_by_role("button", name="Salvar").click()
    expect(first.get_by_text("Registro alterado.")).to_be_visible()


def test_the_log_of_a_record_is_two_clicks_away(open_page, server):
    page = open_page("configurator", "/contact-types/add")
    page.get_by_label("Tipo do Contato").fill("Ouvidoria externa")
    page.get_by_role("button", name="Salvar").click()
    page.get_by_role("link", name="Ouvidoria externa", exact=True).click()
    page.get_by_role("link", name="Logs").click()
    expect(page.get_by_role("cell", name="Inclusão")).to_be_visible()
    assert_accessible(page)


def test_on_a_phone_the_table_scrolls_inside_its_card(open_page):
    page = open_page("admin", "/situations/list/", size=NARROW, dark=True)
    wide = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide[0] <= wide[1]
    card = page.get_by_role("region", name="Situações")
    assert card.evaluate("card => card.scrollWidth > card.clientWidth")
    assert page.locator("tbody td").first.evaluate("cell => getComputedStyle(cell).display") == "table-cell"
    assert_accessible(page)
