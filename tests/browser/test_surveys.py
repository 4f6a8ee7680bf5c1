"""Surveys in a browser: written with a live preview, filled by keyboard from the attendance, read as results."""
import re

import pytest
from playwright.sync_api import expect

from tests.support.accessibility import assert_accessible

from .conftest import NARROW

NAME, RECORD = "Depois da visita", "/attendances/2026000292"
_TOO_WIDE = """() => {
  const wide = document.documentElement.scrollWidth;
  if (wide <= innerWidth) return null;
  const parts = [...document.querySelectorAll("body *")].filter(part => part.getBoundingClientRect().right > wide - 1);
  return wide + " px: " + parts.slice(-3).map(part => part.outerHTML.slice(0, 160)).join(" | ");
}"""


@pytest.fixture(scope="package")
def survey(server, chrome, signed_in):
    """A survey of four questions, written by screen; its number."""
    page = chrome.new_context(base_url=server.url, locale="pt-BR", storage_state=signed_in("configurator")).new_page()
    page.goto("/surveys/add")
    page.get_by_label("Pesquisa", exact=False).first.fill(NAME)
    page.get_by_label("Descrição").fill("Leva um minuto.")
    preview = page.get_by_role("region", name="Prévia da pesquisa")
    expect(preview).to_contain_text("Inclua uma pergunta")
    for place, (text, kind, options, required) in enumerate((
            ("Como foi a visita?", "Escala de 1 a 5", "", True), ("Recomendaria?", "De 0 a 10 (NPS)", "", False),
            ("Quem atendeu?", "Uma entre várias", "Técnico\nVendedor", True), ("Algo mais?", "Texto", "", False))):
        page.get_by_role("button", name="Adicionar pergunta").click()
        row = page.locator("#questions tbody tr").nth(place)
        row.get_by_label("Pergunta", exact=True).fill(text)
        row.get_by_label("Tipo de resposta").select_option(kind)
        choices = row.get_by_label("Opções, uma por linha")
        expect(row.get_by_label("Menor número")).to_be_hidden()
        expect(choices).to_be_visible(visible=bool(options))
        if options:
            choices.fill(options)
        if required:
            row.get_by_label("Obrigatório").check()
        expect(preview).to_contain_text(text)
    expect(preview.get_by_role("radio", name="Vendedor")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Salvar").click()
    expect(page.get_by_text("Registro incluído.")).to_be_visible()
    page.goto("/surveys/list/")
    page.get_by_role("link", name=NAME, exact=True).click()
    assert_accessible(page)
    number = int(re.search(r"/surveys/show/(\d+)", page.url)[1])
    page.context.close()
    return number


@pytest.mark.req("S-24", "S-65")
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_an_attendant_fills_it_by_keyboard_and_what_is_wrong_takes_the_focus(open_page, survey, dark):
    page = open_page("attendant", RECORD, dark=dark)
    if dark:  # answered in the light: read now
        page.get_by_role("toolbar").get_by_role("link", name="Pesquisa").click()
        page.get_by_role("link", name=f"Ver as respostas: {NAME}").click()
        expect(page.get_by_text("Vendedor")).to_be_visible()
        assert_accessible(page)
        return
    conclusion = page.get_by_role("group", name="Botões de conclusão").get_by_role("link", name="Pesquisa")
    expect(conclusion).to_have_attribute("href", re.compile(r"/surveys/entity/\d+\?attendance=2026000292"))
    page.get_by_role("toolbar").get_by_role("link", name="Pesquisa").click()
    expect(page.get_by_text("Nenhuma pesquisa ainda")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("Pesquisa a preencher").select_option(NAME)
    page.get_by_role("button", name="Preencher").click()
    page.get_by_label("Algo mais?").fill("Gostei do café.")
    page.get_by_role("button", name="Salvar respostas").click()
    expect(page.get_by_text("Confira as perguntas marcadas")).to_be_visible()
    first = page.get_by_role("group", name=re.compile("Como foi a visita")).get_by_role("radio", name="1", exact=True)
    expect(first).to_be_focused()
    expect(page.get_by_label("Algo mais?")).to_have_value("Gostei do café.")
    assert_accessible(page)
    page.keyboard.press("ArrowRight")  # the second of the scale
    page.keyboard.press("Tab")
    page.keyboard.press("Space")  # 0 of the next question
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowUp")  # round to the last option
    expect(page.get_by_role("radio", name="Vendedor")).to_be_checked()
    page.get_by_role("button", name="Salvar respostas").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Respondida").first).to_be_visible()
    page.get_by_role("link", name="Voltar ao atendimento 2026000292").click()
    told = page.get_by_role("region", name="Respostas da pesquisa")
    expect(told).to_contain_text("Gostei do café.")
    expect(told).to_contain_text("Vendedor")


@pytest.mark.req("S-24")
def test_two_clicks_and_two_windows_answer_once(open_page, server, survey):
    pk = server.ids["surveyed"]
    page = open_page("attendant", f"/surveys/entity/{pk}")
    page.get_by_label("Pesquisa a preencher").select_option(NAME)
    page.get_by_role("button", name="Preencher").click()
    other = page.context.new_page()
    other.goto(page.url)
    for each, mark in ((page, "4"), (other, "1")):
        each.get_by_role("group", name=re.compile("Como foi a visita")).get_by_role("radio", name=mark).check()
        each.get_by_role("radio", name="Técnico").check()
    page.get_by_role("button", name="Salvar respostas").dblclick()
    expect(page.get_by_role("heading", name="Pesquisas de Custódia")).to_be_visible()
    other.get_by_role("button", name="Salvar respostas").click()
    expect(other.get_by_text("Esta pesquisa já foi respondida em")).to_be_visible()
    answers = other.get_by_role("region", name="Respostas")
    expect(answers).to_contain_text("4")
    expect(other.get_by_role("button", name="Salvar respostas")).to_have_count(0)


@pytest.mark.req("S-68", "B-26")
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_supervisor_finds_who_shall_take_part_and_reads_the_results(open_page, survey, dark):
    page = open_page("supervisor", f"/surveys/participants/{survey}", dark=dark)
    if not dark:
        page.locator("#entities + .select2 .select2-selection").click()
        page.keyboard.type("custodia", delay=20)
        page.locator(".select2-results__option", has_text="Custódia Falcão").wait_for()
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Incluir na lista").click()
        expect(page.get_by_text(re.compile("Entidades que passam a participar"))).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("Custódia Falcão")).first).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="Resultados").click()
    expect(page.get_by_role("table", name="Como foi a visita?")).to_be_visible()
    page.get_by_label("Respondida de").fill("2020-01-01")
    page.get_by_role("button", name="Filtrar").click()
    expect(page.get_by_label("Respondida de")).to_have_value("01/01/2020")
    assert_accessible(page)


@pytest.mark.req("S-68")
def test_nothing_is_wider_than_a_phone(open_page, server, survey):
    pages = {"configurator": [f"/surveys/edit/{survey}", f"/surveys/show/{survey}", f"/surveys/results/{survey}"],
             "supervisor": [f"/surveys/participants/{survey}", f"/surveys/results/{survey}",
                            f"/surveys/entity/{server.ids['surveyed']}"]}
    found = []
    for role, paths in pages.items():
        page = open_page(role, "/account/", size=NARROW)
        for path in paths:
            page.goto(path)
            page.wait_for_load_state("load")
            if wide := page.evaluate(_TOO_WIDE):
                found.append(f"{path}: {wide}")
    assert found == []
