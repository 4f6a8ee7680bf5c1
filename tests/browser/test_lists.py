"""Lists of work as a person uses them: by role and label, by keyboard, at both widths."""
import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NARROW, WIDE
from tests.support.accessibility import assert_accessible

LIST = "/attendances/list"


def rows(page):
    return page.get_by_role("region", name="Atendimentos").get_by_role("row")


def choose_lookup(page, name, typed, choice):
    page.get_by_role("combobox", name=re.compile(rf"^{name}(:|$)")).click()
    page.keyboard.type(typed)
    page.locator(".select2-results__option", has_text=choice).first.click()


@pytest.mark.req("B-40")
def test_a_view_is_saved_refused_without_a_name_and_deleted(open_page):
    page = open_page("supervisor", f"{LIST}?phase=closed")
    page.get_by_role("button", name="Salvar visão").click()
    dialog = page.get_by_role("dialog", name="Salvar visão")
    dialog.get_by_role("button", name="Salvar visão").click()
    expect(dialog.get_by_text("Dê um nome à visão.")).to_be_visible()
    expect(dialog.get_by_label("Nome da visão")).to_be_focused()
    assert_accessible(page)
    page.keyboard.type("Os fechados")
    dialog.get_by_label("Compartilhar com todos os colegas").check()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Os fechados")).to_have_attribute("aria-current", "page")
    expect(page).to_have_url(re.compile(r"phase=closed.*view=\d+"))
    page.get_by_role("button", name="Excluir visão").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Excluir").click()
    expect(page.get_by_role("link", name="Os fechados")).to_have_count(0)


@pytest.mark.req("B-40")
def test_columns_are_ordered_by_keyboard_and_what_moved_is_said(open_page):
    page = open_page("changer", LIST)
    page.get_by_role("button", name="Colunas").click()
    dialog = page.get_by_role("dialog", name="Colunas")
    up = dialog.get_by_role("button", name="Mover Entidade para cima")
    up.focus()
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("status")).to_have_text("Entidade agora é o número 2")
    expect(up).to_be_focused()
    page.keyboard.press("Enter")
    dialog.get_by_label("Coluna Canal", exact=True).uncheck()
    assert_accessible(page)
    dialog.get_by_role("button", name="Aplicar").click()
    expect(page.get_by_role("columnheader", name="Canal")).to_have_count(0)
    expect(page.get_by_role("columnheader").nth(1)).to_have_text("Entidade")
    page.get_by_role("button", name="Colunas").click()
    dialog.get_by_role("button", name="Restaurar padrão").click()
    expect(page.get_by_role("columnheader", name="Canal")).to_be_visible()


@pytest.mark.req("B-40")
def test_rows_are_chosen_with_shift_and_changed_and_the_refused_one_is_told(open_page):
    page = open_page("supervisor", f"{LIST}?q=20260002&order=id")  # the records of the desk: one is closed
    boxes = page.get_by_role("checkbox", name=re.compile("^Marcar 2026"))
    expect(boxes.first).to_be_visible()
    count, closed = boxes.count(), rows(page).filter(has_text=re.compile("Encerrado|Fechado")).count()
    assert count > closed > 0
    forward = page.get_by_role("button", name="Encaminhar…")
    expect(forward).to_be_disabled()
    boxes.first.click()
    boxes.last.click(modifiers=["Shift"])
    expect(page.get_by_role("toolbar", name="Mudar os atendimentos escolhidos").get_by_role("status")
           ).to_have_text(f"{count} selecionados")
    expect(page.get_by_role("checkbox", name="Selecionar todos desta página")).to_be_checked()
    forward.click()
    dialog = page.get_by_role("dialog", name="Encaminhar")
    dialog.get_by_role("button", name="Encaminhar", exact=True).click()
    expect(dialog.get_by_text("Escolha um operador ou um setor.")).to_be_visible()
    choose_lookup(page, "Operador", "changer", "Changer Teste")
    dialog.get_by_label("Motivo do encaminhamento").fill("Plantão")
    assert_accessible(page)
    dialog.get_by_role("button", name="Encaminhar", exact=True).click()
    expect(dialog.get_by_text(f"Feitos: {count - closed}. Não feitos: {closed}")).to_be_visible()
    expect(dialog.get_by_role("listitem").filter(has_text="2026000202")).to_contain_text("encerrado")
    dialog.get_by_role("link", name="Fechar").click()
    expect(rows(page).filter(has_text="Changer Teste")).to_have_count(count - closed)


@pytest.mark.req("B-40")
def test_reopening_many_is_asked_about_in_the_dialog(open_page):
    page = open_page("supervisor", f"{LIST}?q=2026000202&view=")
    page.get_by_role("checkbox", name=re.compile("^Marcar 2026")).first.check()
    page.get_by_role("button", name="Mudar situação…").click()
    dialog = page.get_by_role("dialog", name="Mudar situação")
    expect(dialog.get_by_role("link", name="Fechar")).to_be_hidden()
    dialog.get_by_label("Nova situação").select_option("Em andamento")
    dialog.get_by_role("button", name="Mudar situação").click()
    question = dialog.get_by_role("alertdialog")
    expect(question).to_contain_text("1 atendimento encerrado será reaberto")
    expect(question.get_by_role("button", name="Voltar")).to_be_focused()
    assert_accessible(page)
    page.keyboard.press("Enter")
    expect(question).to_be_hidden()
    expect(dialog.get_by_label("Nova situação")).to_be_focused()
    dialog.get_by_role("button", name="Mudar situação").click()
    question.get_by_role("button", name="Voltar").press("Escape")
    expect(dialog).to_be_hidden()
    expect(rows(page).nth(1)).to_contain_text("Encerrado")


@pytest.mark.req("B-38")
def test_labels_on_the_record_without_losing_what_is_typed(open_page, server):
    keeper = open_page("configurator", "/labels/add")
    keeper.get_by_label("Etiqueta").fill("Urgente")
    keeper.get_by_role("radio", name="Âmbar").check()
    keeper.get_by_role("button", name="Salvar").click()
    expect(keeper.get_by_role("row", name=re.compile("Urgente"))).to_be_visible()

    page = open_page("supervisor", "/attendances/2026000203")
    page.get_by_label("Descrição").fill("Texto que não pode se perder")
    page.get_by_role("button", name="Acrescentar etiqueta").click()
    offered = page.get_by_role("group", name="Acrescentar etiqueta").get_by_role("button")
    expect(offered.first).to_be_focused()
    page.keyboard.press("ArrowUp")  # walks, and adds nothing
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(offered).to_have_count(0)
    adding = page.get_by_role("button", name="Acrescentar etiqueta")
    expect(adding).to_be_focused()
    page.keyboard.press("Enter")
    expect(offered.first).to_be_focused()
    while not offered.filter(has_text="Urgente").evaluate("button => button === document.activeElement"):
        page.keyboard.press("ArrowDown")
    expect(page.get_by_role("button", name="Retirar a etiqueta")).to_have_count(0)
    page.keyboard.press("Enter")
    taking_off = page.get_by_role("button", name="Retirar a etiqueta Urgente")
    expect(taking_off).to_be_visible()
    expect(page.get_by_label("Descrição")).to_have_value("Texto que não pode se perder")
    assert_accessible(page)
    listed = open_page("supervisor", f"{LIST}?q=2026000203")
    expect(rows(listed).nth(1)).to_contain_text("Urgente")
    taking_off.focus()
    page.keyboard.press("Enter")
    expect(taking_off).to_have_count(0)


@pytest.mark.req("B-40")
def test_a_record_is_forwarded_from_its_page(open_page):
    page = open_page("attendant", "/attendances/2026000201")
    page.get_by_role("button", name="Encaminhar…").click()
    choose_lookup(page, "Operador", "superv", "Supervisor Teste")
    dialog = page.get_by_role("dialog", name="Encaminhar")
    dialog.get_by_label("Motivo do encaminhamento").fill("Precisa de alçada")
    dialog.get_by_role("button", name="Encaminhar", exact=True).click()
    expect(page.get_by_text("Responsável: Supervisor Teste")).to_be_visible()


@pytest.mark.req("B-40", "B-32")
@pytest.mark.parametrize("size", [WIDE, NARROW])
@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("address", [LIST, "/entities/list/", "/jobs/", "/labels/list/"])
def test_every_list_is_accessible_and_fits(open_page, address, size, dark):
    user = "configurator" if "labels" in address else "supervisor"
    page = open_page(user, address, size=size, dark=dark)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert_accessible(page)
