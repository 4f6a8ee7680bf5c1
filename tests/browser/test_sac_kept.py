"""What is typed on the record stays: half a note, a save that comes second, a session that ends, a page turned."""
import re

import pytest
from playwright.sync_api import expect

from tests.support.accessibility import assert_accessible
from tests.support.clients import PASSWORD

from .test_sac_flow import block, field, pick, picker

CONFIRMED = "Atendimento confirmado"


def note(page):
    return page.get_by_label("Nova nota")


@pytest.mark.req("S-62", "B-39")
def test_half_a_note_stays_through_a_confirm_and_a_reload(open_page):
    page = open_page("attendant", "/attendances/2026000221")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    field(page, "Resposta").fill("Troca combinada")
    note(page).press_sequentially("Ligar ama")
    page.keyboard.press("Control+s")  # at once: nothing was kept yet
    expect(page.get_by_text(CONFIRMED)).to_be_visible()
    expect(note(page)).to_have_value("Ligar ama")
    expect(page.get_by_text("foi recuperado")).to_have_count(0)
    with page.expect_response("**/notes/*/draft"):
        note(page).fill("Ligar amanhã cedo")
    page.reload()
    expect(note(page)).to_have_value("Ligar amanhã cedo")
    page.get_by_role("button", name="Adicionar nota").click()
    expect(page.locator("[data-notes]")).to_contain_text("Ligar amanhã cedo")
    expect(note(page)).to_have_value("")
    page.reload()
    expect(note(page)).to_have_value("")
    assert asked == []


@pytest.mark.req("S-62", "B-39")
def test_a_note_that_could_not_be_kept_goes_along_with_the_record(open_page):
    page = open_page("attendant", "/attendances/2026000221")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.route("**/notes/*/draft", lambda route: route.fulfill(status=422, body="{}"))
    field(page, "Resposta").fill("Troca combinada e paga")
    note(page).fill("Não chega")
    page.keyboard.press("Control+s")
    expect(page.get_by_text(CONFIRMED)).to_be_visible()
    expect(note(page)).to_have_value("Não chega")
    assert asked == []
    with page.expect_response("**/notes/*/draft"):
        note(page).fill("Nem agora")
    page.get_by_role("link", name="Visualiza atendimentos").click()  # elsewhere it would be lost: the browser asks
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    page.unroute("**/notes/*/draft")
    page.keyboard.press("Control+s")
    expect(page.get_by_text(CONFIRMED)).to_be_visible()
    expect(note(page)).to_have_value("Nem agora")


@pytest.mark.req("S-62", "S-50", "S-60")
def test_what_one_did_not_touch_is_the_others_and_what_both_changed_is_chosen(open_page):
    page, chief = (open_page(user, "/attendances/2026000222") for user in ("attendant", "supervisor"))
    field(chief, "Resposta").fill("Da Sueli")
    field(chief, "Observação do local").fill("Loja 12 confirmada")
    chief.get_by_role("radio", name="Em andamento").check()
    chief.get_by_role("button", name="Confirmar").click()
    expect(chief.get_by_text(CONFIRMED)).to_be_visible()

    field(page, "Resposta").fill("Da Renata")
    page.keyboard.press("Control+s")
    expect(page.get_by_role("alert").first).to_contain_text("Supervisor Teste alterou este atendimento")
    expect(page.get_by_text("Valor gravado agora")).to_have_count(1)
    answer = field(page, "Resposta")
    expect(answer).to_be_focused()
    expect(answer).to_have_value("Da Renata")
    expect(answer).to_have_accessible_description(re.compile("Valor gravado agora: Da Sueli"))
    expect(field(page, "Observação do local")).to_have_value("Loja 12 confirmada")
    expect(page.get_by_role("radio", name="Em andamento")).to_be_checked()
    assert_accessible(page)
    answer.fill("Da Renata, de novo")
    expect(page.get_by_text("Valor gravado agora")).to_be_visible()  # typing on takes nothing away
    expect(page.get_by_text("Rascunho guardado às")).to_be_visible()
    page.reload()
    expect(answer).to_have_value("Da Renata, de novo")
    page.get_by_role("button", name="Usar o valor gravado: Resposta").press("Enter")
    expect(answer).to_have_value("Da Sueli")
    expect(answer).to_be_focused()
    expect(page.get_by_text("Valor gravado agora")).to_have_count(0)
    field(page, "Observação do local").fill("Loja 12, fundos")
    page.keyboard.press("Control+s")
    expect(page.get_by_text(CONFIRMED)).to_be_visible()
    chief.reload()
    expect(field(chief, "Resposta")).to_have_value("Da Sueli")
    expect(field(chief, "Observação do local")).to_have_value("Loja 12, fundos")
    expect(chief.get_by_role("radio", name="Em andamento")).to_be_checked()


@pytest.mark.req("G-06")
def test_who_signed_out_in_another_tab_is_told_so_and_comes_back_to_the_record(open_page):
    page = open_page(None, "/login/?next=/attendances/2026000223")

    def sign_in():
        page.get_by_label("Usuário").fill("changer")
        page.get_by_label("Senha", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Entrar").click()

    sign_in()
    expect(page.get_by_role("heading", level=1)).to_contain_text("2026000223")
    other = page.context.new_page()
    other.goto("/account/")
    other.get_by_role("button", name="Menu de Changer").click()
    other.get_by_role("button", name="Sair").click()
    expect(other.get_by_label("Usuário")).to_be_visible()
    field(page, "Resposta").fill("Troca\ncombinada")
    note(page).fill("Ligar amanhã")
    said = "Sua sessão terminou: nada mais é guardado. Copie o que digitou e entre de novo."
    expect(page.locator("#draft-state")).to_have_text(said)
    page.keyboard.press("Control+s")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sua sessão terminou")
    typed = page.locator(".b-typed li")
    expect(typed).to_have_text(["RespostaTroca\ncombinada", "Nova notaLigar amanhã"])
    assert_accessible(page)
    page.get_by_role("link", name="Entrar").click()
    sign_in()
    expect(page.get_by_role("heading", level=1)).to_contain_text("2026000223")


@pytest.mark.req("S-45")
def test_a_choice_that_was_missing_is_not_called_missing_once_it_is_made(open_page, server):
    page = open_page("attendant", f"/attendances/new?entity={server.ids['kept']}")
    page.get_by_role("button", name="Confirmar").click()
    missing = page.locator("#motive_id-err")
    expect(missing).to_have_text("Este campo é obrigatório.")
    expect(picker(page, "Motivo")).to_have_attribute("aria-invalid", "true")
    picker(page, "Motivo").focus()
    pick(page, "Motivo", "elo", "Elogio")
    expect(missing).to_have_count(0)
    expect(picker(page, "Motivo")).not_to_have_attribute("aria-invalid", "true")
    page.get_by_role("combobox", name="Canal").select_option(label="E-mail")
    expect(page.locator("#channel_id-err")).to_have_count(0)


@pytest.mark.req("S-37", "S-39")
def test_a_page_that_is_turned_or_added_leaves_the_block_in_view_with_the_focus_in_it(open_page):
    page = open_page("attendant", "/attendances/2026000224")
    heading = block(page, 3).get_by_role("heading", name="Detalhes do atendimento")

    def there(place):
        expect(page.locator("#detail-place")).to_have_text(place)
        expect(heading).to_be_focused()
        expect(heading).to_be_in_viewport()
    page.get_by_role("button", name="Novo detalhe").click()
    there("2/2")
    page.get_by_role("combobox", name="Canal").select_option(label="E-mail")
    field(page, "Descrição").fill("Ligou de novo")
    page.get_by_role("button", name="Salvar detalhe").click()
    expect(page.get_by_text("Detalhe salvo")).to_be_visible()
    there("2/2")
    page.get_by_role("link", name="Detalhe anterior").press("Enter")
    there("1/2")
    field(page, "Resposta").fill("Meia resposta")
    page.get_by_role("link", name="Próximo detalhe").click()
    asked = page.get_by_role("alertdialog")
    expect(asked).to_contain_text("rascunho deste detalhe. Ir para o outro?")
    asked.get_by_role("button", name="Mudar de detalhe").click()
    there("2/2")
    page.get_by_role("link", name="Detalhe anterior").click()
    there("1/2")
    expect(field(page, "Resposta")).to_have_value("Meia resposta")
