""""Reclassificar atendimentos" as a configurator uses it: paths by keyboard, counted, run, undone."""
import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NARROW, WIDE
from tests.support.accessibility import assert_accessible

NEW = "/reclassify/new/motives"


def choose(page, group, level, typed):
    """One level of a path, by keyboard alone."""
    box = page.get_by_role("group", name=group).get_by_role("combobox", name=re.compile(rf"^{level}(:|$)"))
    box.focus()
    page.keyboard.press("Enter")
    page.keyboard.type(typed)
    expect(page.locator(".select2-results__option--highlighted", has_text=typed)).to_be_visible()
    page.keyboard.press("Enter")
    expect(box).to_contain_text(typed)


@pytest.mark.req("B-23")
def test_a_mapping_is_put_together_counted_run_and_undone(open_page):
    page = open_page("configurator", "/reclassify/")
    page.get_by_role("link", name="Por motivo, ocorrência e causa").first.click()
    page.get_by_role("button", name="Acrescentar linha").click()
    expect(page.get_by_text("Escolha o caminho antigo.")).to_be_visible()
    choose(page, "Atendimentos que têm", "Motivo", "Reclamação")
    choose(page, "Passam a ter", "Motivo", "Dúvida")
    choose(page, "Passam a ter", "Ocorrência", "Segunda via")
    page.get_by_role("button", name="Acrescentar linha").click()
    mapping = page.get_by_role("region", name="Mapeamento").get_by_role("row")
    expect(mapping.nth(1)).to_contain_text("Dúvida › Segunda via")
    expect(page.get_by_role("button", name="Reclassificar", exact=True)).to_have_count(0)
    page.get_by_role("button", name="Ver quantos").click()
    said = page.get_by_text(re.compile(r"Isto alteraria \d+ atendimentos?\."))
    expect(said).to_be_visible()
    count = re.search(r"\d+", said.text_content())[0]
    assert_accessible(page)
    page.get_by_role("button", name="Reclassificar", exact=True).click()
    page.get_by_role("alertdialog").get_by_role("button", name="Reclassificar").click()
    outcome = page.get_by_role("region", name="Resultado")
    expect(outcome.get_by_text("Pronto")).to_be_visible(timeout=30_000)
    expect(outcome.get_by_text(f"Atendimentos alterados: {count}")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Desfazer").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Desfazer").click()
    expect(outcome.get_by_text("Desfeita")).to_be_visible(timeout=30_000)
    expect(outcome.get_by_text("Receberam de volta o que tinham")).to_be_visible()


@pytest.mark.req("B-32")
@pytest.mark.parametrize(("size", "dark"), [(WIDE, True), (NARROW, False)])
def test_the_form_with_rows_and_refused_lines_is_accessible(open_page, size, dark):
    page = open_page("supervisor", NEW, size=size, dark=dark)
    page.get_by_text("Linhas de um arquivo CSV").click()
    page.get_by_label("Arquivo CSV").set_input_files({
        "name": "m.csv", "mimeType": "text/csv", "buffer": "antigo;novo\nDúvida;Reclamação\nNada;Dúvida".encode()})
    page.get_by_role("button", name="Ler arquivo").click()
    expect(page.get_by_text("Linhas recusadas: 1")).to_be_visible()
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
