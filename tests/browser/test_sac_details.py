"""Detail pages and what is known of a product, worked by keyboard; leaving, closing and going back without loss."""
import re

import pytest
from playwright.sync_api import expect

from tests.support.accessibility import assert_accessible

from .conftest import NARROW
from .test_sac_flow import block, field, fill_required, pick, picker

SAVE_FIRST = "Salve o detalhe atual antes de incluir outro."


def place(page):
    return page.locator("#detail-place")


def shown(page):
    """The lookups are drawn: what is typed before would be lost."""
    expect(page.locator(".select2-container").first).to_be_visible()


def turn(page, name):
    return page.get_by_role("link", name=name)


@pytest.mark.req("S-33", "S-34", "S-37", "S-38", "S-39", "S-40", "S-41")
def test_pages_are_added_saved_and_turned_by_keyboard(open_page):
    page = open_page("attendant", "/attendances/2026000205")
    shown(page)
    expect(place(page)).to_have_text("1/1")
    for name in ("Detalhe anterior", "Próximo detalhe"):
        expect(turn(page, name)).to_be_disabled()
    field(page, "Descrição").fill("Meia frase")
    page.get_by_role("button", name="Novo detalhe").press("Enter")
    refusal = block(page, 3).get_by_role("alert")
    expect(refusal).to_have_text(SAVE_FIRST)
    expect(refusal).to_be_focused()
    expect(page).to_have_url(re.compile(r"/attendances/2026000205$"))  # its script runs
    expect(field(page, "Descrição")).to_have_value("Meia frase")
    assert_accessible(page)

    page.get_by_role("button", name="Salvar detalhe").press("Enter")
    expect(page.get_by_text("Detalhe salvo")).to_be_visible()
    page.get_by_role("button", name="Novo detalhe").press("Enter")
    expect(place(page)).to_have_text("2/2")
    expect(field(page, "Descrição")).to_have_value("")
    expect(page.get_by_role("combobox", name="Canal")).to_have_value("")
    expect(field(page, "Atendente")).to_have_value("Attendant Teste")
    page.get_by_role("button", name="Novo detalhe").press("Enter")
    expect(block(page, 3).get_by_role("alert")).to_have_text(SAVE_FIRST)
    page.get_by_role("combobox", name="Canal").select_option(label="E-mail")
    field(page, "Descrição").fill("Ligou de novo")
    field(page, "Resposta").fill("Troca combinada")
    page.get_by_role("button", name="Salvar detalhe").dblclick()
    expect(page.get_by_text("Detalhe salvo")).to_be_visible()
    expect(place(page)).to_have_text("2/2")
    expect(field(page, "Data da resposta")).to_have_value(re.compile(r"\d\d/\d\d/\d{4}"))

    turn(page, "Detalhe anterior").press("Enter")
    expect(place(page)).to_have_text("1/2")
    expect(field(page, "Descrição")).to_have_value("Meia frase")
    expect(field(page, "Data da resposta")).to_have_value("")
    expect(turn(page, "Detalhe anterior")).to_be_disabled()
    field(page, "Resposta").fill("Não gravado")
    turn(page, "Próximo detalhe").press("Enter")
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_contain_text("Ir para o outro?")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(field(page, "Resposta")).to_have_value("Não gravado")
    turn(page, "Próximo detalhe").click()
    dialog.get_by_role("button", name="Mudar de detalhe").click()
    expect(place(page)).to_have_text("2/2")
    expect(field(page, "Resposta")).to_have_value("Troca combinada")


@pytest.mark.req("S-53", "S-54", "S-55", "S-56", "S-57", "S-58", "S-59")
def test_what_is_known_of_a_product_is_found_linked_and_read(open_page, server):
    page = open_page("attendant", f"/attendances/new?entity={server.ids['known']}")
    shown(page)
    information = page.locator("#information_ids + .select2")
    expect(information.get_by_role("searchbox")).to_be_disabled()
    expect(information.get_by_role("searchbox")).to_have_attribute("placeholder", "Escolha o motivo antes")
    picker(page, "Motivo").focus()
    pick(page, "Motivo", "elo", "Elogio")
    information.get_by_role("searchbox").press("Enter")
    expect(page.get_by_role("listbox").last).to_contain_text("Prazo de resposta")
    page.keyboard.type("inexistente")
    expect(page.get_by_text("Nenhuma informação vinculada a este motivo e ocorrência.")).to_be_visible()
    page.keyboard.press("Escape")
    picker(page, "Produto").focus()
    pick(page, "Produto", "iog", "Iogurte natural (7001)")
    information.get_by_role("searchbox").focus()
    page.keyboard.type("prazo")
    expect(page.locator(".select2-results__option--highlighted")).to_have_text("Iogurte natural · Prazo de resposta")
    page.keyboard.press("Enter")
    expect(information).to_contain_text("Iogurte natural · Prazo de resposta")
    page.get_by_role("button", name="Ver informação").press("Enter")
    dialog = page.get_by_role("dialog", name="Informações deste detalhe")
    expect(dialog).to_contain_text("Cinco dias úteis depois da coleta.")
    assert_accessible(page)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    field(page, "Data validade").fill("2020-02-01")
    expect(block(page, 5).get_by_text("Vencido")).to_be_visible()
    field(page, "Data fabricação").fill("2020-03-01")
    page.get_by_role("button", name="Confirmar").click()
    expect(field(page, "Data validade")).to_have_attribute("aria-invalid", "true")
    expect(information).to_contain_text("Iogurte natural · Prazo de resposta")
    expect(page.get_by_text("Vencido")).to_be_visible()
    assert_accessible(page)


@pytest.mark.req("S-49", "S-15")
def test_the_place_and_the_related_attendance_are_looked_up_in_a_dialog(open_page, server):
    page = open_page("attendant", f"/attendances/new?entity={server.ids['places']}")
    shown(page)
    page.get_by_role("button", name="Selecionar parceiro").press("Enter")
    dialog = page.get_by_role("dialog", name="Selecionar parceiro")
    box = dialog.get_by_role("searchbox")
    expect(box).to_be_focused()
    box.fill("ninguém assim")
    expect(dialog.get_by_role("status")).to_have_text("Nenhum parceiro encontrado.")
    box.fill("bonfim")
    expect(dialog.get_by_role("button", name="Mercado Bonfim")).to_be_visible()
    assert_accessible(page)
    page.keyboard.press("ArrowDown")
    expect(dialog.get_by_role("button", name="Mercado Bonfim")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(picker(page, "Local")).to_contain_text("Mercado Bonfim")
    expect(picker(page, "Local")).to_be_focused()
    expect(page.get_by_text("Rascunho guardado às")).to_be_visible()
    page.reload()
    expect(picker(page, "Local")).to_contain_text("Mercado Bonfim")
    page.get_by_role("button", name="Selecionar parceiro").click()
    dialog.get_by_role("button", name="Limpar o campo").click()
    expect(picker(page, "Local")).not_to_contain_text("Mercado Bonfim")
    page.get_by_role("button", name="Buscar atendimento").click()
    dialog = page.get_by_role("dialog", name="Buscar atendimento")
    dialog.get_by_role("searchbox").fill("2026000102")
    dialog.get_by_role("button", name="2026000102").click()
    expect(field(page, "SAC Relacionado")).to_have_value("2026000102")


@pytest.mark.req("S-44", "S-60", "S-62")
def test_a_closing_situation_asks_before_it_ends_the_attendance(open_page):
    page = open_page("attendant", "/attendances/2026000206")
    shown(page)
    page.get_by_role("radio", name="Encerrado").check()
    page.keyboard.press("Control+s")
    dialog = page.get_by_role("alertdialog")
    for text in ("2026000206", "Encerrado", "Só um supervisor pode reabri-lo.", "Nenhum detalhe tem resposta ainda."):
        expect(dialog).to_contain_text(text)
    assert_accessible(page)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(field(page, "Descrição")).to_be_editable()
    field(page, "Resposta").fill("Resolvido")
    page.get_by_role("button", name="Confirmar").click()
    expect(dialog).to_contain_text("Encerrar o atendimento")
    expect(dialog).not_to_contain_text("Nenhum detalhe")
    dialog.get_by_role("button", name="Encerrar").click()
    expect(page.get_by_text("Atendimento confirmado")).to_be_visible()
    expect(field(page, "Descrição")).to_be_disabled()
    expect(page.get_by_role("button", name="Novo detalhe")).to_have_count(0)
    page.goto("/attendances/2026000206?page=new")
    expect(page.get_by_text("Este atendimento está encerrado.")).to_be_visible()
    expect(place(page)).to_have_text("1/1")


@pytest.mark.req("S-62")
def test_after_a_refusal_the_back_button_sends_nothing_again(open_page, server):
    page = open_page("attendant", f"/attendances/new?entity={server.ids['back']}")
    shown(page)
    field(page, "Resposta").fill("Que fica")
    page.get_by_role("button", name="Confirmar").click()
    expect(page.get_by_role("alert").first).to_contain_text("não foi salvo")
    page.get_by_role("link", name="Visualiza atendimentos").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Sair").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Eunice Tavares")
    page.go_back()
    expect(field(page, "Resposta")).to_have_value("Que fica")
    fill_required(page, "Agora vai", "Elogio")
    page.get_by_role("button", name="Confirmar").click()
    expect(page.get_by_role("region", name="Protocolo")).to_be_visible()


@pytest.mark.req("S-37", "S-53", "B-29")
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_new_pages_and_dialogs_have_no_barrier_and_fit_a_phone(open_page, dark):
    page = open_page("attendant", "/attendances/2026000207?page=new", size=NARROW, dark=dark)
    shown(page)
    assert_accessible(page)
    for button, name in (("Selecionar parceiro", "Selecionar parceiro"),
                         ("Ver informação", "Informações deste detalhe")):
        page.get_by_role("button", name=button).click()
        expect(page.get_by_role("dialog", name=name)).to_be_visible()
        assert_accessible(page)
        page.keyboard.press("Escape")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
