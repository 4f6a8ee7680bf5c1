"""The panel of a ticket beside the list, as people use it: opened by keyboard, answered with a file, walked through."""
import re

import pytest
from playwright.sync_api import expect

from tests.support import samples
from tests.support.accessibility import assert_accessible

from .conftest import NARROW


@pytest.mark.req("C-85", "C-86", "C-02", "C-92", "C-36")
def test_a_ticket_is_taken_answered_and_walked_through_without_leaving_the_list(open_page):
    page = open_page("operator", "/provider-central/?filter=all&q=Retorno")
    row = page.locator("#central-rows tr").first
    row.click()
    page.keyboard.press("Enter")
    panel = page.get_by_role("region", name="Painel do chamado")
    expect(panel.get_by_role("heading", name="Retorno do laudo")).to_be_focused()
    expect(row).to_contain_text("Operator Teste")  # it is his now
    notice = panel.get_by_role("status").filter(has_text=re.compile(r"Chamado nº \d+ agora está com você"))
    expect(notice).to_be_visible()
    assert_accessible(page)

    reply = panel.get_by_label("Responder ao prestador")
    reply.fill("😀" * 4_001)
    expect(panel.get_by_text("Caracteres restantes: 0")).to_be_visible()
    assert page.evaluate("Array.from(document.querySelector('#ticket-reply').value).length") == 4_000
    reply.fill("Envie o laudo.")
    expect(panel.get_by_text(re.compile("Rascunho guardado"))).to_be_visible()
    with page.expect_file_chooser() as chooser:
        panel.get_by_role("button", name="Escolher arquivos").click()
    with page.expect_response("**/draft"):  # which keeps the file too
        chooser.value.set_files([{"name": "modelo.pdf", "mimeType": "application/pdf", "buffer": samples.PDF}])
    page.reload()
    row.click()
    page.keyboard.press("r")
    expect(panel.get_by_role("button", name="Remover modelo.pdf")).to_be_visible()
    expect(reply).to_have_value("Envie o laudo.")
    expect(reply).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Resposta enviada")).to_be_visible()
    expect(notice).to_have_count(0)
    expect(panel.get_by_role("link", name="modelo.pdf", exact=True)).to_be_visible()
    expect(reply).to_have_value("")

    panel.get_by_role("tab", name="Atendimento").press("F2")
    expect(panel.get_by_role("tab", name="Mensagens")).to_be_focused()
    expect(panel.get_by_role("tabpanel")).to_contain_text("Envie o laudo.")
    page.keyboard.press("ArrowRight")
    expect(panel.get_by_role("tab", name="Notas internas")).to_be_focused()
    note = panel.get_by_label("Nova nota")
    note.fill("Ligar amanhã")
    panel.get_by_role("button", name="Adicionar nota").click()
    expect(panel.locator("[data-notes]")).to_contain_text("Ligar amanhã")
    expect(panel.get_by_role("tab", name="Notas internas 1")).to_be_visible()
    panel.get_by_role("tab", name="Pagamentos").click()
    panel.get_by_role("button", name="Pesquisar").click()
    expect(panel.get_by_text("Informe a data inicial da busca.")).to_be_visible()
    panel.get_by_role("tab", name="Pagamentos").press("Escape")
    expect(panel).to_be_hidden()


@pytest.mark.req("C-38", "C-35", "C-32", "C-37")
def test_refusals_stand_at_their_fields_in_the_dialogs(open_page):
    page = open_page("operator", "/provider-central/?filter=all&q=Encaminhar")
    page.locator("#central-rows tr").first.click()
    page.keyboard.press("Alt+t")
    dialog = page.get_by_role("dialog", name="Encaminhar...")
    dialog.get_by_label("Motivo do encaminhamento").fill("É do financeiro")
    dialog.get_by_role("button", name="Encaminhar", exact=True).click()
    expect(dialog.get_by_role("alert").filter(has_text="Escolha")).to_be_visible()
    expect(dialog.get_by_label("Motivo do encaminhamento")).to_have_value("É do financeiro")
    page.keyboard.press("Escape")
    page.locator("#central-rows tr").first.click()
    page.keyboard.press("F3")
    new = page.get_by_role("dialog", name="Novo atendimento")
    expect(new.get_by_label("Pessoa para contato")).not_to_have_value("")  # of the chosen ticket
    for label in ("Pessoa para contato", "Telefone para contato", "E-mail"):
        new.get_by_label(label).fill("")
    new.get_by_label("Mensagem").press("Control+Enter")
    expect(new.get_by_role("alert").filter(visible=True)).to_have_count(7)
    assert_accessible(page)


@pytest.mark.req("C-93", "C-32")
def test_a_new_attendance_begins_with_the_provider_of_the_chosen_ticket_and_can_be_changed(open_page):
    page = open_page("operator", "/provider-central/?filter=all&q=Encaminhar")
    row = page.locator("#central-rows tr").first
    row.click()
    page.keyboard.press("F3")
    new = page.get_by_role("dialog", name="Novo atendimento")
    provider, name, phone, email = (new.locator(f"[name={each}]") for each in (
        "provider_id", "contact_name", "contact_phone", "contact_email"))
    expect(name).not_to_have_value("")
    known = [field.input_value() for field in (provider, name, phone, email)]
    assert all(known)
    name.fill("Outra pessoa")
    page.keyboard.press("Escape")
    page.keyboard.press("F3")
    expect(new).to_be_visible()
    assert [field.input_value() for field in (provider, name, phone, email)] == [known[0], "Outra pessoa", *known[2:]]


@pytest.mark.req("C-85")
def test_on_a_phone_the_panel_is_over_the_list(open_page):
    page = open_page("operator", "/provider-central/?filter=all&q=Telefone", size=NARROW)
    page.locator("[data-open-ticket]").first.click()
    panel = page.get_by_role("region", name="Painel do chamado")
    expect(panel.get_by_role("heading", name="Telefone do setor")).to_be_visible()
    panel.get_by_role("button", name="Devolver (F6)").click()
    expect(panel.get_by_text("Este atendimento não está com ninguém.")).to_be_visible()
    expect(panel.get_by_role("button", name="Devolver (F6)")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert_accessible(page)
    panel.get_by_role("button", name="Fechar o painel").click()
    expect(panel).to_be_hidden()


@pytest.mark.req("C-36", "C-86", "C-83", "C-97")
def test_an_act_is_about_the_ticket_that_is_read_and_nothing_typed_is_lost(open_page):
    page = open_page("operator", "/provider-central/?filter=all&order=ticket")
    page.keyboard.press("F3")  # before anything has the focus
    expect(page.get_by_role("dialog", name="Novo atendimento")).to_be_visible()
    page.keyboard.press("Escape")
    rows = page.locator("#central-rows tr")
    rows.nth(0).click()
    expect(rows.nth(0)).to_have_attribute("aria-selected", "false")  # a click is no selection
    rows.nth(0).get_by_role("checkbox").check()
    rows.nth(1).dblclick()
    panel = page.get_by_role("region", name="Painel do chamado")
    expect(panel.locator("[data-title]")).to_be_focused()
    expect(rows.nth(0)).to_have_attribute("aria-selected", "false")  # another one is read
    page.keyboard.press("Alt+t")  # in the panel too
    about = page.get_by_role("dialog", name="Encaminhar...").locator("[data-about]")
    expect(about).to_have_text(f"Chamado {rows.nth(1).get_attribute('data-number')}")
    page.keyboard.press("Escape")

    panel.get_by_role("tab", name="Comunicações internas").click()
    panel.get_by_label("Assunto").fill("Alguém viu?")
    panel.get_by_role("tab", name="Lotes").click()
    asked = page.get_by_role("alertdialog", name="Confirmar")
    expect(asked).to_contain_text("não foi salvo")
    asked.get_by_role("button", name="Voltar").click()
    expect(panel.get_by_label("Assunto")).to_have_value("Alguém viu?")
    panel.get_by_label("Assunto").fill("")

    panel.get_by_role("tab", name="Chamados anteriores").click()
    earlier = panel.get_by_role("tabpanel").get_by_role("listitem").filter(
        has_not_text="Encerrado").locator("[data-show-ticket]").last  # a closed one is refused without a dialog
    number = earlier.inner_text()
    earlier.click()
    expect(panel.get_by_text(re.compile(rf"Chamado {number}\b")).first).to_be_visible()
    expect(panel.locator("[data-title]")).to_be_focused()
    page.get_by_role("button", name="Encaminhar...").first.click()
    expect(about).to_have_text(f"Chamado {number}")


@pytest.mark.req("C-87", "C-88")
def test_an_email_and_an_sms_stand_in_the_conversation_as_soon_as_they_are_sent(open_page):
    page = open_page("operator", "/provider-central/?filter=all&q=Avisos")
    page.locator("#central-rows tr").first.click()
    page.keyboard.press("Enter")
    panel = page.get_by_role("region", name="Painel do chamado")
    talk = panel.locator(".b-messages")
    for name, field, words in (("E-mail", "Texto do e-mail", "Falta o laudo."),
                               ("SMS", "Texto do SMS", "Há novidades.")):
        panel.get_by_role("group", name="Notificar o contato").get_by_role("button", name=name).click()
        dialog = page.get_by_role("dialog", name=f"{name} para o contato")
        dialog.get_by_label(field).fill(words)  # what was sent is no longer typed: the panel is read again
        dialog.get_by_role("button", name=f"Enviar {name if name == 'SMS' else 'e-mail'}").click()
        entry = talk.get_by_role("listitem").filter(has_text=words)
        expect(entry).to_be_visible()
        expect(entry.get_by_text(name, exact=True)).to_be_visible()
    panel.get_by_role("tab", name="Mensagens").click()  # nothing is asked for
    expect(panel.get_by_role("tab", selected=True)).to_have_text(re.compile("Mensagens"))
    expect(talk.get_by_role("listitem").filter(has_text="Há novidades.")).to_be_visible()
    assert_accessible(page)


@pytest.mark.req("C-34", "B-23")
def test_the_message_is_marked_where_closing_demands_it(open_page):
    page = open_page("operator", "/provider-central/?filter=open")
    demanded = {"refused": "", "whose": "", "message": True}
    page.route("**/many/close/about?*", lambda route: route.fulfill(json=demanded))  # a parameter says so
    page.locator("#central-rows tr").first.click()
    page.keyboard.press("e")
    dialog = page.get_by_role("dialog", name="Encerrar atendimento")
    message, star = dialog.get_by_label("Mensagem ao prestador"), dialog.locator(".b-req")
    expect(message).to_have_attribute("aria-required", "true")
    expect(star).to_be_visible()
    dialog.get_by_label("Situação de encerramento").select_option("Cancelado")
    expect(star).to_be_hidden()
    expect(message).to_have_attribute("aria-required", "false")
    dialog.get_by_role("button", name="Voltar").click()
    demanded["message"] = False
    page.locator("#central-rows tr").first.focus()
    page.keyboard.press("e")
    expect(dialog).to_be_visible()
    expect(star).to_be_hidden()
    demanded["message"] = True
    dialog.locator("option").evaluate_all("each => each.forEach(option => option.remove())")  # no situation closes
    dialog.get_by_role("button", name="Voltar").click()
    page.locator("#central-rows tr").first.focus()
    page.keyboard.press("e")
    expect(star).to_be_visible()


@pytest.mark.req("C-85", "C-02")
def test_on_a_small_screen_the_last_message_and_the_answer_are_seen_and_every_tab_is_reached(open_page):
    page = open_page("operator", "/provider-central/?filter=open&q=longa", size={"width": 1366, "height": 768})
    page.locator("#central-rows tr").first.click()
    page.keyboard.press("r")
    panel = page.get_by_role("region", name="Painel do chamado")
    for text in ("Recebemos.\n\nEstamos conferindo.", "Falta a guia.\n\nPode enviar?", "E o laudo.\n\nObrigado."):
        panel.get_by_label("Responder ao prestador").fill(text)
        page.keyboard.press("Control+Enter")
        expect(panel.get_by_text(text.split("\n")[-1])).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    expect(panel.locator("[data-title]")).to_be_focused()
    last = panel.locator(".b-messages > li").last
    expect(last).to_be_in_viewport(ratio=1)
    expect(panel.get_by_label("Responder ao prestador")).to_be_in_viewport(ratio=1)
    body, said = panel.get_by_role("tabpanel").bounding_box(), last.bounding_box()
    assert body["y"] <= said["y"]
    assert said["y"] + said["height"] <= body["y"] + body["height"] + 1

    panel.get_by_role("button", name="Mais").focus()
    page.keyboard.press("Enter")
    expect(panel.get_by_role("link", name="Comunicações internas")).to_be_in_viewport(ratio=1)
    assert_accessible(page)
    pk = int(panel.locator("[data-ticket]").get_attribute("data-ticket"))
    panel.locator("[data-ticket]").evaluate("inside => { inside.dataset.old = '1'; }")
    page.evaluate("id => document.dispatchEvent(new CustomEvent('central:changed', {detail: {ids: [id]}}))", pk)
    expect(panel.locator("[data-old]")).to_have_count(0)  # read again meanwhile, it stays open
    expect(panel.get_by_role("button", name="Mais")).to_be_focused()
    expect(panel.get_by_role("link", name="Comunicações internas")).to_be_visible()
    page.keyboard.press("Escape")
    expect(panel.get_by_role("link", name="Comunicações internas")).to_be_hidden()
    expect(panel).to_be_visible()  # the menu alone is closed
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(panel.get_by_role("tab", selected=True)).to_be_focused()
    expect(panel.get_by_role("link", name="Comunicações internas")).to_be_hidden()


@pytest.mark.req("C-85", "B-39")
def test_half_a_note_is_kept_while_another_ticket_is_read(open_page):
    page = open_page("operator", "/provider-central/?filter=open&q=negada")
    rows, panel = page.locator("#central-rows tr"), page.get_by_role("region", name="Painel do chamado")
    note = panel.get_by_label("Nova nota")

    def read(row):
        row.dblclick()
        expect(panel.locator("[data-title]")).to_contain_text(row.get_attribute("data-number"))
        panel.get_by_role("tab", name="Notas internas").click()
        note.wait_for()
    read(rows.nth(0))
    with page.expect_response("**/notes/*/draft"):
        note.fill("Ligar ama")
    read(rows.nth(1))
    expect(page.get_by_role("alertdialog")).to_be_hidden()
    expect(note).to_have_value("")
    read(rows.nth(0))
    expect(note).to_have_value("Ligar ama")


@pytest.mark.req("C-85", "G-06")
@pytest.mark.parametrize("who", ["a colleague", "oneself"])
def test_what_is_begun_while_the_ticket_is_read_again_stays(open_page, who):
    page = open_page("operator", "/provider-central/?filter=open&q=repetida")
    page.locator("#central-rows tr").first.click()
    page.keyboard.press("Enter")
    panel = page.get_by_role("region", name="Painel do chamado")
    panel.get_by_role("tab", name="Notas internas").click()
    note = panel.get_by_label("Nova nota")
    note.wait_for()
    held = []
    page.route("**/provider-central/tickets/*/?tab=*", lambda route: held.append(route))
    with page.expect_request("**/provider-central/tickets/*/?tab=*"):
        if who == "oneself":
            panel.get_by_role("button", name="Ler o chamado novamente").click()
        else:
            page.evaluate("document.dispatchEvent(new CustomEvent('balcao:live', {detail: {kind: 'live.reset'}}))")
    note.fill("Ligar para a clínica")
    with page.expect_response("**/provider-central/tickets/*/?tab=*") as answer:
        held[0].continue_()
    answer.value.finished()
    expect(panel).not_to_have_attribute("aria-busy", "true")
    expect(note).to_have_value("Ligar para a clínica")


@pytest.mark.req("C-85", "C-94", "G-06")
def test_what_is_typed_while_an_answer_is_on_its_way_is_the_next_one(open_page):
    page = open_page("operator", "/provider-central/?filter=open&q=seguida")
    page.locator("#central-rows tr").first.click()
    page.keyboard.press("r")
    panel = page.get_by_role("region", name="Painel do chamado")
    reply, held, sent = panel.get_by_label("Responder ao prestador"), [], "**/provider-central/tickets/*/reply"
    page.route(sent, lambda route: held.append(route))
    with page.expect_request(sent):
        reply.fill("A primeira.")
        page.keyboard.press("Control+Enter")
    page.keyboard.press("Control+Enter")  # once more: it goes once
    reply.fill("A segunda.")
    page.keyboard.press("Control+Enter")
    with page.expect_request(sent):  # the first one arrives, and the second leaves by itself
        held.pop().continue_()
    reply.fill("A terceira, ainda não")
    held.pop().continue_()
    expect(panel.get_by_text("A segunda.", exact=True)).to_have_count(1)
    expect(panel.get_by_text("A primeira.", exact=True)).to_have_count(1)
    expect(reply).to_have_value("A terceira, ainda não")
    expect(panel.get_by_text("Rascunho")).to_be_visible()  # kept
    reply.fill("")
