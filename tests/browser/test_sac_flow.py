"""The work of an attendant: find the entity, open, classify, answer, confirm, read the protocol out; and come back."""
import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.support.accessibility import assert_accessible
from tests.support.clients import PASSWORD

BLOCKS = ["Dados do atendimento", "Dados cadastrais da entidade", "Detalhes do atendimento", "Categoria do atendimento",
          "Informações do detalhe", "Situação do atendimento"]


def field(page, name):
    """A box by its label; required ones have a star that is no part of the name."""
    return page.get_by_label(re.compile(rf"^{re.escape(name)}( \*)?$"))


def picker(page, name):
    return page.get_by_role("combobox", name=re.compile(rf"^{name}(:|$)"))


def pick(page, name, typed, choice):
    """By keyboard alone: the picker has the focus, Enter opens it, what is typed searches, Enter takes the first."""
    expect(picker(page, name)).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.type(typed)
    expect(page.locator(".select2-results__option--highlighted")).to_have_text(choice)
    page.keyboard.press("Enter")
    expect(picker(page, name)).to_contain_text(choice)


def fill_required(page, description, motive="Reclamação"):
    page.get_by_role("combobox", name="Canal").select_option(label="E-mail")
    field(page, "Descrição").fill(description)
    picker(page, "Motivo").focus()
    pick(page, "Motivo", motive[:5].lower(), motive)


def block(page, number):
    return page.get_by_role("region", name=BLOCKS[number - 1])


@pytest.mark.req("S-02", "S-03", "S-04", "S-05", "S-08")
def test_the_menu_leads_to_the_search_and_the_search_to_the_entity(open_page, server):
    page = open_page("attendant", "/account/")
    page.get_by_role("navigation", name="Menu principal").get_by_role("link", name="Atendimentos", exact=True).click()
    box = page.get_by_label("NOME/RAZÃO SOCIAL ou CPF/CNPJ")
    expect(box).to_be_focused()
    box.fill("ninguém de nome assim")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nenhum registro encontrado.")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("^SAC"))).to_have_count(0)

    for typed in ("marcio antonio GONCALVES", "39053344705", "390.533.447-05"):
        page.get_by_label("NOME/RAZÃO SOCIAL ou CPF/CNPJ").fill(typed)
        page.get_by_role("button", name="Pesquisar").click()
        expect(page.get_by_role("row", name="Márcio Antônio Gonçalves")).to_be_visible()
        expect(page.get_by_role("row")).to_have_count(2)

    page.get_by_role("link", name="SAC: Márcio Antônio Gonçalves").click()
    expect(page).to_have_url(f"{server.url}/attendances/entity/{server.ids['whole']}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Márcio Antônio Gonçalves")
    page.get_by_role("link", name="Incluir").click()
    expect(page.get_by_role("heading", name="Novo atendimento")).to_be_visible()


@pytest.mark.req("S-01", "S-09", "S-10", "S-11", "S-12", "S-13", "S-26", "S-28", "S-29", "S-30", "S-32", "S-35", "S-36",
                 "S-43", "S-45", "S-46", "S-47", "S-48", "S-49", "S-50", "S-54", "S-55", "S-56", "S-57", "S-58", "S-60",
                 "S-62")
def test_an_attendance_is_filled_block_by_block_and_confirmed_by_keyboard(open_page, server):
    page = open_page("attendant", f"/attendances/new?entity={server.ids['whole']}")
    assert page.locator("main section:has(> header > .step) h2").all_inner_texts() == BLOCKS
    buttons = page.get_by_role("group", name="Botões de conclusão")
    expect(buttons.get_by_role("button", name="Confirmar")).to_be_visible()

    # 1
    expect(field(page, "Atendimento")).to_have_value("novo")
    expect(field(page, "Entidade")).to_have_value(str(server.ids["whole"]))
    expect(field(page, "Entidade")).not_to_be_editable()
    role = page.get_by_role("combobox", name="Papel")
    assert role.locator("option").all_inner_texts() == ["", "Cliente", "Fornecedor"]
    role.select_option(label="Fornecedor")
    expect(page.get_by_role("combobox", name="Empresa").locator("option:checked")).to_have_text("Azul")
    # 2: what is marked "Principal", and nothing else
    for text in ("Márcio Antônio Gonçalves", "•••.533.447-••", "(11) 3222-0000", "whole@example.com",
                 "Av. das Palmeiras, 1450, Bairro Novo, Monte Belo/MG, 37115-000"):
        expect(block(page, 2)).to_contain_text(text)
    for text in ("90000-0109", "marcio.example.com", "Travessa Antiga"):
        expect(block(page, 2)).not_to_contain_text(text)
    # 3
    yesterday = datetime.now(ZoneInfo("America/Sao_Paulo")) - timedelta(days=1)
    page.get_by_role("combobox", name="Canal").select_option(label="WhatsApp")
    expect(page.get_by_role("radio", name="Receptivo")).to_be_checked()
    page.get_by_role("radio", name="Ativo", exact=True).check(force=True)  # drawn as a segment: the label covers it
    field(page, "Data de recebimento").fill(yesterday.strftime("%Y-%m-%dT%H:%M"))
    field(page, "Descrição").fill("Tampa estufada.\nGuardou o produto.")
    field(page, "Resposta").fill("Troca combinada.")
    page.get_by_role("button", name="Escolher contato").click()
    contacts = page.get_by_role("dialog", name="Relacionado com")
    expect(contacts.get_by_role("listitem")).to_have_count(1)  # neither an inactive one nor another entity's
    contacts.get_by_role("button", name="Helena Nakamura").click()
    expect(contacts).to_be_hidden()
    contact = page.get_by_role("combobox", name="Contato")
    expect(contact).to_be_focused()
    expect(contact.locator("option:checked")).to_have_text("Helena Nakamura")
    # 4, by keyboard
    expect(picker(page, "Ocorrência")).to_contain_text("Escolha o motivo antes")
    picker(page, "Motivo").focus()
    pick(page, "Motivo", "recl", "Reclamação")
    page.keyboard.press("Tab")
    pick(page, "Ocorrência", "COBRANCA", "Cobrança indevida")
    page.keyboard.press("Tab")
    pick(page, "Causa", "valor", "Valor a maior")
    unit = page.get_by_role("combobox", name="Unidade")
    assert unit.locator("option").all_inner_texts() == ["", "Centro", "Fábrica Monte Belo"]
    unit.select_option(label="Fábrica Monte Belo")
    page.keyboard.press("Tab")
    unit.focus()
    page.keyboard.press("Tab")
    pick(page, "Local", "bonfim", "Mercado Bonfim")
    field(page, "Observação do local").fill("Geladeira da entrada")
    # 5 and 6
    field(page, "Nr. Lote").fill("L26-0418")
    field(page, "Nr. Série").fill("S-9")
    field(page, "Data fabricação").fill("2026-04-18")
    field(page, "Data validade").fill("2026-06-17")
    field(page, "Observação").fill("Sem vazamento.")
    expect(page.get_by_role("radio", name="Aberto")).to_be_checked()
    page.get_by_role("radio", name="Em andamento").check()
    page.keyboard.press("Control+s")

    panel = page.get_by_role("region", name="Protocolo")
    expect(panel.get_by_role("button", name="OK")).to_be_focused()
    protocol = panel.locator("output").inner_text()
    assert_accessible(page)
    page.keyboard.press("Enter")
    expect(panel).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_contain_text(protocol)
    expect(page).to_have_url(f"{server.url}/attendances/{protocol}")

    page.reload()
    expect(panel).to_be_hidden()  # told once
    expect(field(page, "Atendimento")).to_have_value(re.compile(r"^\d+$"))
    for name, text in (("Papel", "Fornecedor"), ("Canal", "WhatsApp"), ("Contato", "Helena Nakamura"),
                       ("Unidade", "Fábrica Monte Belo")):
        expect(page.get_by_role("combobox", name=name).locator("option:checked")).to_have_text(text)
    for name, text in (("Motivo", "Reclamação"), ("Ocorrência", "Cobrança indevida"), ("Causa", "Valor a maior"),
                       ("Local", "Mercado Bonfim")):
        expect(picker(page, name)).to_contain_text(text)
    for name, value in (("Descrição", "Tampa estufada.\nGuardou o produto."), ("Resposta", "Troca combinada."),
                        ("Data de recebimento", yesterday.strftime("%d/%m/%Y %H:%M")), ("Nr. Lote", "L26-0418"),
                        ("Nr. Série", "S-9"), ("Data fabricação", "18/04/2026"), ("Data validade", "17/06/2026"),
                        ("Observação", "Sem vazamento."), ("Observação do local", "Geladeira da entrada"),
                        ("Atendente", "Attendant Teste")):
        expect(field(page, name)).to_have_value(value)
    for name in ("Data de abertura", "Data da resposta"):
        expect(field(page, name)).to_have_value(re.compile(r"^\d\d/\d\d/\d{4} \d\d:\d\d$"))
        expect(field(page, name)).not_to_be_editable()
    expect(page.get_by_role("radio", name="Ativo", exact=True)).to_be_checked()
    expect(page.get_by_role("radio", name="Em andamento")).to_be_checked()
    given = block(page, 4).locator("dl").all_inner_texts()
    assert field(page, "Data de abertura").input_value() in given[0]
    assert re.search(r"Data fechamento\s*$", given[0])
    assert re.search(r"Atendente abertura\s+Attendant Teste\s+Atendente alteração\s*$", given[1])


@pytest.mark.req("S-30", "S-32", "S-45", "S-57", "S-58", "S-62")
def test_what_is_refused_is_marked_and_what_was_typed_stays(open_page, server):
    page = open_page("attendant", f"/attendances/new?entity={server.ids['refused']}")
    field(page, "Resposta").fill("<b>Resposta</b> que fica")
    field(page, "Data de recebimento").fill("2099-01-01T10:00")
    field(page, "Data fabricação").fill("2026-05-02")
    field(page, "Data validade").fill("2026-05-01")
    page.get_by_role("button", name="Confirmar").click()
    expect(page.get_by_role("alert").filter(has_text="não foi salvo")).to_be_visible()
    for wrong in (page.get_by_role("combobox", name="Canal"), field(page, "Descrição"), field(page, "Data validade"),
                  field(page, "Data de recebimento"), picker(page, "Motivo")):
        expect(wrong).to_have_attribute("aria-invalid", "true")
        assert page.locator("#" + wrong.get_attribute("aria-describedby")).inner_text().strip()
    expect(page.get_by_role("combobox", name="Canal")).to_be_focused()
    expect(field(page, "Resposta")).to_have_value("<b>Resposta</b> que fica")
    assert_accessible(page)
    fill_required(page, "Agora vai", "Elogio")
    expect(page.get_by_text("Rascunho guardado às")).to_be_visible()
    for name in ("Data de recebimento", "Data validade"):
        field(page, name).fill("")
    page.get_by_role("button", name="Confirmar").click()
    expect(page.get_by_role("region", name="Protocolo")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/attendances/[\d-]+$"))  # its script runs: it took the mark off the address
    page.keyboard.press("Escape")
    expect(page.get_by_role("region", name="Protocolo")).to_be_hidden()


@pytest.mark.req("S-46", "S-47")
def test_another_motive_empties_what_hung_on_the_first(open_page, server):
    page = open_page("attendant", f"/attendances/new?entity={server.ids['whole']}")
    picker(page, "Motivo").focus()
    pick(page, "Motivo", "recl", "Reclamação")
    page.keyboard.press("Tab")
    pick(page, "Ocorrência", "cob", "Cobrança indevida")
    page.keyboard.press("Tab")
    expect(picker(page, "Causa")).to_be_focused()
    picker(page, "Motivo").focus()
    pick(page, "Motivo", "elo", "Elogio")
    expect(picker(page, "Ocorrência")).not_to_contain_text("Cobrança")
    expect(picker(page, "Causa")).to_contain_text("Escolha a ocorrência antes")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("listbox").last.get_by_role("option")).to_have_text(["Produto"])
    page.keyboard.press("Escape")
    expect(picker(page, "Ocorrência")).to_be_focused()


@pytest.mark.req("S-41", "S-52", "S-63", "S-21")
def test_a_detail_is_saved_alone_and_unsaved_changes_ask_before_they_are_left(open_page, server):
    page = open_page("attendant", "/attendances/2026000203")
    field(page, "Descrição").fill("Descrição nova")
    page.get_by_role("radio", name="Pendente").check()
    page.get_by_role("button", name="Salvar detalhe").click()
    expect(page.get_by_text("Detalhe salvo")).to_be_visible()
    expect(field(page, "Descrição")).to_have_value("Descrição nova")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Aberto")  # the record itself was not confirmed
    expect(page.get_by_role("radio", name="Pendente")).to_be_checked()  # and what else was typed is kept
    expect(block(page, 4)).to_contain_text(re.compile(r"Atendente alteração\s*Attendant Teste"))

    field(page, "Resposta").fill("Meia resposta")
    dialog = page.get_by_role("alertdialog")
    page.get_by_role("link", name="Novo").click()
    expect(dialog).to_contain_text("não confirmadas")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(field(page, "Resposta")).to_have_value("Meia resposta")
    page.get_by_role("link", name="Novo").click()
    dialog.get_by_role("button", name="Sair").click()
    expect(page.get_by_role("heading", name="Novo atendimento")).to_be_visible()
    expect(field(page, "Entidade")).to_have_value(str(server.ids["leaving"]))
    expect(field(page, "Resposta")).to_have_value("")
    page.get_by_role("link", name="Visualiza atendimentos").click()  # nothing typed: nothing asked
    page.get_by_role("link", name="2026000203").click()
    expect(page.get_by_text("foi recuperado")).to_be_visible()
    expect(field(page, "Resposta")).to_have_value("Meia resposta")
    page.get_by_role("button", name="Descartar rascunho").click()
    dialog.get_by_role("button", name="Descartar").click()
    expect(field(page, "Resposta")).to_have_value("")
    expect(field(page, "Descrição")).to_have_value("Descrição nova")


@pytest.mark.req("S-63")
def test_novo_over_a_new_one_asks_and_gives_a_blank_page(open_page, server):
    page = open_page("attendant", f"/attendances/new?entity={server.ids['leaving']}")
    field(page, "Descrição").fill("Começou errado")
    page.get_by_role("link", name="Novo").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Descartar").click()
    expect(field(page, "Descrição")).to_have_value("")
    page.reload()
    expect(field(page, "Descrição")).to_have_value("")


def test_drafts_survive_reload_and_signing_out(open_page, server):
    page = open_page(None, f"/login/?next=/attendances/new?entity={server.ids['drafts']}")

    def sign_in():
        page.get_by_label("Usuário").fill("changer")
        page.get_by_label("Senha", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Entrar").click()
        page.wait_for_url(lambda url: "/login/" not in url)

    sign_in()
    page.goto(f"/attendances/new?entity={server.ids['drafts']}")
    fill_required(page, "Texto que não se perde", "Elogio")
    expect(page.get_by_text("Rascunho guardado às")).to_be_visible()
    page.reload()
    expect(page.get_by_text("foi recuperado")).to_be_visible()
    expect(field(page, "Descrição")).to_have_value("Texto que não se perde")
    page.get_by_role("button", name="Menu de Changer").click()
    page.get_by_role("button", name="Sair").click()
    sign_in()
    page.goto(f"/attendances/new?entity={server.ids['drafts']}")
    expect(field(page, "Descrição")).to_have_value("Texto que não se perde")
    expect(picker(page, "Motivo")).to_contain_text("Elogio")
    page.get_by_role("button", name="Confirmar").click()
    expect(page.get_by_role("region", name="Protocolo")).to_be_visible()
    page.goto(f"/attendances/new?entity={server.ids['drafts']}")
    expect(field(page, "Descrição")).to_have_value("")  # what was confirmed is no draft any more


@pytest.mark.req("S-16", "S-17")
def test_the_registration_is_mended_from_the_record_and_nothing_typed_is_lost(open_page, server):
    page = open_page("attendant", f"/attendances/new?entity={server.ids['simple']}")
    field(page, "Descrição").fill("No meio da frase")
    page.get_by_role("link", name="Cadastro simplificado").click()
    phone = page.get_by_label("Telefone")
    expect(phone).to_have_value("(11) 3222-0003")
    phone.fill("11 97777-6666")
    page.get_by_role("button", name="Salvar").click()
    expect(block(page, 2)).to_contain_text("(11) 97777-6666")
    expect(field(page, "Descrição")).to_have_value("No meio da frase")
    page.get_by_role("link", name="Cadastro completo").click()
    page.get_by_label("Nome social").fill("Célia")
    page.get_by_role("button", name="Salvar").click()
    expect(block(page, 2)).to_contain_text("Célia")
    expect(field(page, "Descrição")).to_have_value("No meio da frase")


@pytest.mark.req("S-62")
def test_who_saves_second_sees_both_values(open_page):
    first, second = (open_page(user, "/attendances/2026000201") for user in ("supervisor", "attendant"))
    field(first, "Descrição").fill("Do supervisor")
    first.get_by_role("button", name="Confirmar").click()
    expect(first.get_by_text("Atendimento confirmado")).to_be_visible()
    field(second, "Descrição").fill("Do atendente")
    second.get_by_role("button", name="Confirmar").click()
    expect(second.get_by_role("alert").first).to_contain_text("Supervisor Teste")
    description = field(second, "Descrição")
    expect(description).to_have_value("Do atendente")
    expect(description).to_be_focused()
    expect(second.locator("#description-now")).to_contain_text("Do supervisor")
    assert_accessible(second)
    second.get_by_role("button", name="Confirmar").click()
    expect(second.get_by_text("Atendimento confirmado")).to_be_visible()
    first.reload()
    expect(field(first, "Descrição")).to_have_value("Do atendente")


def test_a_double_click_on_confirm_opens_one_attendance(open_page, server):
    page = open_page("attendant", f"/attendances/new?entity={server.ids['double']}")
    fill_required(page, "Uma vez só", "Elogio")
    page.get_by_role("button", name="Confirmar").dblclick()
    expect(page.get_by_role("region", name="Protocolo")).to_be_visible()
    page.goto(f"/attendances/entity/{server.ids['double']}")
    expect(page.get_by_role("link", name="Todos 1")).to_be_visible()


@pytest.mark.req("S-44", "S-60")
def test_a_closed_record_is_read_only_until_a_supervisor_reopens_it(open_page):
    page = open_page("attendant", "/attendances/2026000202")
    expect(page.get_by_role("status").filter(has_text="só um supervisor pode reabri-lo")).to_be_visible()
    expect(page.get_by_role("button", name="Confirmar")).to_have_count(0)
    for box in (field(page, "Descrição"), field(page, "Observação do local"),
                page.get_by_role("combobox", name="Canal"), page.get_by_role("radio", name="Encerrado")):
        expect(box).to_be_disabled()
    for name in ("Motivo", "Ocorrência", "Causa", "Local"):
        expect(picker(page, name)).to_have_attribute("aria-disabled", "true")
    page.keyboard.press("Control+s")  # nothing to save, no dialog of the shell
    page.get_by_role("button", name="Mostrar o CPF/CNPJ inteiro").click()  # looking is still allowed
    expect(block(page, 2)).to_contain_text(re.compile(r"\d{3}\.\d{3}\.\d{3}-\d{2}"))

    chief = open_page("supervisor", "/attendances/2026000202")
    expect(block(chief, 4)).to_contain_text(re.compile(r"Data fechamento\s*\d\d/\d\d/\d{4}"))
    chief.get_by_role("radio", name="Em andamento").check()
    chief.get_by_role("button", name="Confirmar").click()
    expect(chief.get_by_text("Atendimento confirmado")).to_be_visible()
    expect(block(chief, 4)).not_to_contain_text(re.compile(r"Data fechamento\s*\d\d/"))
    page.reload()
    expect(field(page, "Descrição")).to_be_editable()
    page.get_by_role("radio", name="Encerrado").check()
    page.get_by_role("button", name="Confirmar").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Encerrar").click()
    expect(block(page, 4)).to_contain_text(re.compile(r"Data fechamento\s*\d\d/\d\d/\d{4}"))
    expect(field(page, "Descrição")).to_be_disabled()


@pytest.mark.req("S-06")
def test_an_entity_without_a_role_gets_no_attendance_but_the_way_to_its_registration(open_page, server):
    page = open_page("attendant", "/attendances/?entity=nadia sem papel")
    page.get_by_role("link", name="SAC: Nádia Sem Papel").click()
    sentence = "A entidade precisa ter um papel preenchido no cadastro."
    expect(page.get_by_role("alert")).to_contain_text(sentence)
    expect(page.get_by_role("link", name="Incluir")).to_have_count(0)
    page.goto(f"/attendances/new?entity={server.ids['roleless']}")
    expect(page.get_by_role("alert")).to_contain_text(sentence)
    assert_accessible(page)
    page.get_by_role("link", name="Cadastro completo").click()
    expect(page.get_by_role("heading", name="Cadastro completo")).to_be_visible()


def test_an_unknown_protocol_offers_the_search(open_page):
    page = open_page("attendant", "/attendances/2026-9999999999")
    expect(page.get_by_text("Erro 404")).to_be_visible()
    box = page.get_by_role("search", name="Buscar de novo").get_by_role("searchbox")
    box.fill("2026000101")
    box.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("2026000101")


def test_two_tabs_on_one_form_keep_a_draft_each_through_a_reload(open_page, server):
    where = f"/attendances/new?entity={server.ids['simple']}"
    first = open_page("attendant", where)
    second = first.context.new_page()
    second.goto(where)
    for page, text in ((first, "De uma aba"), (second, "Da outra aba")):
        field(page, "Descrição").fill(text)
        expect(page.get_by_text("Rascunho guardado às")).to_be_visible()
    for page, text in ((first, "De uma aba"), (second, "Da outra aba"), (first, "De uma aba")):
        page.reload()
        expect(field(page, "Descrição")).to_have_value(text)
        assert "tab=" not in page.url
