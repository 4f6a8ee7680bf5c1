"""The central with a ticket that one opens, and with what one had begun in another: the list, the panel, the dialog."""
import re

import pytest
from playwright.sync_api import expect

LIST = "/provider-central/?filter=open&q=lado"


def panel_of(page):
    return page.get_by_role("region", name="Painel do chamado")


def fill_new(page, title):
    """"Novo atendimento" with the provider and the contact of the row that has the focus."""
    new = page.get_by_role("dialog", name="Novo atendimento")
    expect(new.locator("[name=contact_name]")).not_to_have_value("")
    new.get_by_label("Título").fill(title)
    for name, text in (("classification", "Guias"), ("subclassification", "Autorização")):
        new.locator(f"#new-{name} + .select2 .select2-selection").click()
        page.locator(".select2-results__option", has_text=text).click()
    new.get_by_label("Mensagem").fill("A guia foi pedida.")
    return new


@pytest.mark.req("C-32", "C-85")
def test_a_new_ticket_is_read_in_the_panel_and_stands_in_the_list(open_page):
    page = open_page("operator", LIST)
    page.locator("#central-rows tr", has_text="Guia ao lado").click()
    count = page.locator(".b-foot [data-count]")
    before = int(count.inner_text())
    page.keyboard.press("F3")
    fill_new(page, "Laudo ao lado").get_by_role("button", name="Salvar").click()
    expect(page.get_by_text(re.compile("Chamado .* aberto sob o protocolo"))).to_be_visible()
    made = page.locator("#central-rows tr", has_text="Laudo ao lado")
    expect(made).to_have_class(re.compile("is-here"))
    title = panel_of(page).locator("[data-title]")
    expect(title).to_have_text("Laudo ao lado")
    expect(count).to_have_text(str(before + 1))
    page.wait_for_timeout(800)  # what the live channel tells of it moves nothing
    expect(title).to_have_text("Laudo ao lado")
    expect(title).to_be_focused()
    expect(page.locator(".b-foot [data-news]")).to_be_hidden()


@pytest.mark.req("C-32")
def test_a_refused_file_is_told_in_the_dialog_and_filled_fields_lose_their_errors(open_page):
    page = open_page("operator", LIST)
    page.locator("#central-rows tr", has_text="Guia ao lado").click()
    page.keyboard.press("F3")
    new = page.get_by_role("dialog", name="Novo atendimento")
    said = new.get_by_role("alert").filter(visible=True)
    expect(new.locator("[name=contact_name]")).not_to_have_value("")
    new.get_by_role("button", name="Salvar").click()
    expect(said).to_have_count(4)
    fill_new(page, "Sem nada ao lado")
    expect(said).to_have_count(0)
    expect(new.locator("[aria-invalid]")).to_have_count(0)
    new.locator("#new-files").set_input_files({"name": "vazio.pdf", "mimeType": "application/pdf", "buffer": b""})
    expect(said).to_have_text(["O arquivo está vazio."])
    new.get_by_role("button", name="Salvar").click()
    expect(said).to_have_count(2)
    expect(said.last).to_have_text(re.compile("não foi aceito"))
    drop = new.get_by_role("button", name="Dispensar: vazio.pdf")
    expect(drop).to_be_focused()
    expect(page.locator(".b-toast")).to_have_count(0)
    drop.click()
    expect(said).to_have_count(0)


@pytest.mark.req("C-36", "C-85")
def test_a_ticket_that_a_colleague_closed_is_not_said_to_be_with_oneself(open_page):
    page = open_page("operator", "/provider-central/?filter=all&q=Fechado")
    page.locator("#central-rows tr").first.click()
    page.keyboard.press("Enter")
    mine = panel_of(page).get_by_text("agora está com você")
    expect(mine).to_be_visible()
    theirs = open_page("reader", "/provider-central/?filter=all&q=Fechado")
    theirs.locator("#central-rows tr").first.click()
    theirs.keyboard.press("e")
    theirs.get_by_role("dialog", name="Encerrar atendimento").get_by_role("button", name="Encerrar").click()
    expect(theirs.get_by_text("Atendimento encerrado.")).to_be_visible()
    panel_of(page).get_by_role("button", name="Ler o chamado novamente").click()
    expect(panel_of(page).get_by_text("Este atendimento foi encerrado")).to_be_visible()
    expect(mine).to_have_count(0)


@pytest.mark.req("C-83", "C-85", "B-39")
def test_half_a_communication_is_asked_for_and_half_a_note_is_kept(open_page):
    page = open_page("operator", "/provider-central/?filter=open&q=negada&order=ticket")
    rows, panel = page.locator("#central-rows tr"), panel_of(page)
    rows.nth(0).dblclick()
    title = panel.locator("[data-title]")
    expect(title).to_contain_text("Guia 1")
    panel.get_by_role("tab", name="Comunicações internas").click()
    subject, asked = panel.get_by_label("Assunto"), page.get_by_role("alertdialog", name="Confirmar")
    subject.fill("Alguém viu?")
    rows.nth(1).dblclick()
    expect(asked).to_contain_text("não foi salvo")
    asked.get_by_role("button", name="Voltar").click()
    expect(title).to_contain_text("Guia 1")
    expect(subject).to_have_value("Alguém viu?")
    subject.fill("")
    panel.get_by_role("tab", name="Notas internas").click()
    note = panel.get_by_label("Nova nota")
    note.fill("Sem esperar")
    rows.nth(1).dblclick()  # nothing is asked, for it is kept
    expect(title).to_contain_text("Guia 2")
    rows.nth(0).dblclick()
    expect(title).to_contain_text("Guia 1")
    expect(note).to_have_value("Sem esperar")
    note.fill("")


@pytest.mark.req("C-58")
@pytest.mark.parametrize("period", ["period=between", "opened_from=2026-06-10&opened_to=2026-06-01"])
def test_a_period_that_cannot_be_read_is_no_empty_list(open_page, period):
    page = open_page("operator", f"/provider-central/?filter=all&{period}")
    expect(page.get_by_text("Não foi possível ler o filtro.")).to_be_visible()
    expect(page.get_by_text("Nenhum chamado encontrado.")).to_have_count(0)
    expect(page.locator(".b-foot [data-count]")).to_be_hidden()


@pytest.mark.req("C-85")
@pytest.mark.parametrize("size", [{"width": 1280, "height": 800}, {"width": 1000, "height": 700}],
                         ids=["beside", "over"])
def test_the_page_does_not_scroll_beside_an_open_panel(open_page, size):
    page = open_page("operator", "/provider-central/?filter=all", size=size)  # more rows than there is room for
    page.locator("#central-rows tr", has_text="Guia ao lado").first.dblclick()
    expect(panel_of(page).locator("[data-title]")).to_be_focused()
    for tab in ("Atendimento", "Mensagens", "Notas internas", "Comunicações internas"):
        panel_of(page).get_by_role("tab", name=tab).click()
        expect(panel_of(page).get_by_role("tabpanel")).not_to_have_attribute("aria-busy", "true")
        assert page.evaluate("document.documentElement.scrollHeight") <= size["height"], tab
