"""Two operators of the central on one ticket: what is asked, what is refused, and that no word typed is lost."""
import pytest
from playwright.sync_api import expect

from tests.support import samples
from tests.support.accessibility import assert_accessible

TEXT = "O laudo chegou hoje."


def opened(page):
    """The ticket by the keyboard; its panel."""
    page.locator("#central-rows tr").first.click()
    page.keyboard.press("Enter")
    panel = page.get_by_role("region", name="Painel do chamado")
    expect(panel.get_by_role("heading", name="Laudo do colega")).to_be_visible()
    return panel


@pytest.mark.req("C-02", "C-34", "C-35", "C-85", "C-94")
def test_a_ticket_that_is_with_a_colleague(open_page):
    theirs = open_page("reader", "/provider-central/?filter=all&q=colega")
    colleague = opened(theirs)
    expect(colleague.get_by_role("button", name="Devolver (F6)")).to_be_visible()

    page = open_page("operator", "/provider-central/?filter=all&q=colega")
    panel, asked = opened(page), page.get_by_role("alertdialog", name="Confirmar")
    reply = panel.get_by_label("Responder ao prestador")
    reply.fill("Já verifico.")
    panel.get_by_role("button", name="Responder", exact=True).click()
    expect(asked).to_contain_text("Este chamado está com Reader Teste. Responder assim mesmo?")
    asked.get_by_role("button", name="Voltar").click()
    expect(reply).to_have_value("Já verifico.")
    panel.get_by_role("button", name="Responder", exact=True).click()
    asked.get_by_role("button", name="Responder").click()
    expect(page.get_by_text("Resposta enviada")).to_be_visible()
    page.get_by_role("button", name="Chamado pendente").first.click()
    expect(asked).to_contain_text("Está com Reader Teste.")
    asked.get_by_role("button", name="Voltar").click()
    reply.fill(TEXT)
    panel.locator("#reply-files").set_input_files(
        {"name": "laudo.pdf", "mimeType": "application/pdf", "buffer": samples.PDF})
    expect(panel.get_by_role("button", name="Remover laudo.pdf")).to_be_visible()

    colleague.get_by_role("button", name="Ler o chamado novamente").click()
    expect(colleague).not_to_have_attribute("aria-busy", "true")
    expect(colleague.get_by_text("Já verifico.").first).to_be_visible()
    situation = colleague.get_by_label("Status de Atendimento")  # in the tab
    situation.focus()  # what the live channel tells draws no form anew that is being filled
    situation.select_option(label="Encerrado")
    colleague.get_by_role("button", name="Alterar", exact=True).click()
    dialog = theirs.get_by_role("dialog", name="Encerrar atendimento")
    expect(dialog.get_by_label("Situação de encerramento").locator("option:checked")).to_have_text("Encerrado")
    dialog.get_by_label("Mensagem ao prestador").fill("Está resolvido.")
    expect(dialog.get_by_text("Caracteres restantes: 3.985")).to_be_visible()
    assert_accessible(theirs)
    dialog.get_by_role("button", name="Encerrar").click()
    expect(theirs.get_by_text("Atendimento encerrado.")).to_be_visible()

    unsent = panel.get_by_label("Sua resposta que não foi enviada")
    panel.get_by_role("button", name="Ler o chamado novamente").click()  # or by the live channel, whichever is first
    expect(unsent).to_have_value(TEXT)
    expect(reply).to_have_count(0)
    left = panel.get_by_role("list", name="Anexos que não foram enviados")
    expect(left).to_contain_text("laudo.pdf")
    expect(left.get_by_role("button")).to_have_count(0)
    assert_accessible(page)
    page.reload()
    opened(page)
    expect(unsent).to_have_value(TEXT)
    expect(unsent).not_to_be_editable()
    expect(left).to_contain_text("laudo.pdf")
    panel.get_by_role("button", name="Copiar").click()
    expect(panel.get_by_role("button", name="Copiado")).to_be_visible()
    page.get_by_role("button", name="Encerrar atendimento").first.click()
    expect(page.get_by_text("Este atendimento já está encerrado.")).to_be_visible()
    expect(page.get_by_role("dialog", name="Encerrar atendimento")).to_have_count(0)
