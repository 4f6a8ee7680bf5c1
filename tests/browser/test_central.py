"""The provider central by keyboard and by mouse: rows, selection, keys, menu, columns; also on a phone."""
import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NARROW, WIDE
from tests.support.accessibility import assert_accessible

CENTRAL = "/provider-central/"
LISTEN = """() => {
  window.told = [];
  ["act", "open"].forEach(name => window.addEventListener("central:" + name, event => {
    told.push(event.detail);
    event.stopImmediatePropagation();  // the panel and its dialogs have tests of their own
  }, true));
}"""
SAY = "([name, detail]) => document.dispatchEvent(new CustomEvent(name, {detail}))"


def told(page):
    """What the grid has said on the document since the last look."""
    return page.evaluate("() => window.told.splice(0)")


@pytest.fixture
def central(open_page):
    def enter(query="order=ticket", user="supervisor", **options):
        page = open_page(user, f"{CENTRAL}?{query}", **options)
        page.evaluate(LISTEN)
        return page
    return enter


def row(page, number):
    return page.get_by_role("row").filter(has=page.get_by_role("button", name=str(number), exact=True))


@pytest.mark.req("C-90", "C-92", "C-93", "C-94", "C-95", "C-96", "C-97", "C-100", "X-18", "X-23")
def test_the_keys_work_in_the_grid_and_nowhere_else(central, server):
    page = central()
    footer = page.get_by_role("region", name="Rodapé de informações")
    expect(footer.get_by_text("Protocolo")).to_be_hidden()  # nothing is selected
    page.get_by_role("searchbox", name="Localizar").focus()
    page.keyboard.press("F3")
    page.keyboard.type("rape")
    assert told(page) == []
    row(page, 1).click()
    page.keyboard.press("ArrowDown")
    expect(row(page, 2)).to_be_focused()
    expect(footer).to_contain_text(re.compile(r"Chamado\s*2.*Aberto em.*Protocolo.*Status.*Responsável"))
    page.keyboard.press("End")
    page.keyboard.press("Home")
    expect(row(page, 1)).to_be_focused()
    first, second = (int(row(page, n).get_attribute("data-id")) for n in (1, 2))
    for key, expected in (("F3", {"act": "new", "ids": [first]}), ("F4", {"act": "delete", "ids": [first]}),
                          ("F6", {"act": "give_up", "ids": [first]}), ("Alt+t", {"act": "forward", "ids": [first]}),
                          ("r", {"act": "answer", "ids": [first]}), ("a", {"act": "take", "ids": [first]}),
                          ("E", {"act": "close", "ids": [first]}), ("p", {"act": "pending", "ids": [first]}),
                          ("Enter", {"id": first})):
        page.keyboard.press(key)
        assert told(page) == [expected], key
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+Space")
    expect(page.get_by_text("2 selecionados")).to_be_visible()
    page.get_by_role("button", name="Encerrar atendimento").click()
    assert told(page) == [{"act": "close", "ids": [first, second]}]
    row(page, 2).focus()
    page.keyboard.press("Control+a")
    assert page.locator("#central-rows [aria-selected=true]").count() == page.locator("#central-rows tr").count() >= 3
    page.keyboard.press("Escape")
    expect(page.locator("#central-rows [aria-selected=true]")).to_have_count(0)
    assert_accessible(page)
    page.keyboard.press("F2")  # from "all tickets" round to the first tab, and the focus stays in the grid
    expect(page).to_have_url(re.compile("filter=open"))
    expect(page.locator("#central-rows tr").first).to_be_focused()
    page.keyboard.press("F5")
    expect(page).to_have_url(re.compile("filter=pending_operator"))
    expect(page.get_by_text("Nenhum chamado encontrado.")).to_be_visible()
    expect(page.locator("#central-empty")).to_be_focused()  # the page's script is there
    page.keyboard.press("F12")
    expect(page).to_have_url(server.url + "/")


@pytest.mark.req("C-91", "C-98", "C-99", "C-79")
def test_the_menu_opens_by_the_right_button_and_by_keyboard(central):
    page = central()
    row(page, 2).click(button="right")
    menu = page.get_by_role("menu", name="Menu do chamado")
    expect(menu.get_by_role("menuitem")).to_have_count(9)
    letters = page.get_by_role("group", name="Com uma tecla").get_by_role("button")
    assert [(each.inner_text().split("\n")[0], each.get_attribute("aria-keyshortcuts")) for each in letters.all()] == [
        ("Responder", "R"), ("Assumir", "A"), ("Encerrar atendimento", "E"), ("Chamado pendente", "P")]
    assert_accessible(page)
    second = int(row(page, 2).get_attribute("data-id"))
    menu.get_by_role("menuitem", name="Logs").click()
    assert told(page) == [{"act": "logs", "ids": [second]}]
    expect(row(page, 2)).to_be_focused()
    page.keyboard.press("Shift+F10")
    page.keyboard.press("p")  # by its first letter
    page.keyboard.press("ArrowRight")
    side = page.get_by_role("menu", name="Prestadores")
    expect(side.get_by_role("menuitem")).to_have_count(5)
    expect(side.get_by_role("menuitem").first).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert told(page) == [{"act": "batches", "ids": [second]}]
    page.keyboard.press("Shift+F10")
    page.keyboard.press("ArrowUp")  # round to the last of the letters
    page.keyboard.press("Enter")
    assert told(page) == [{"act": "pending", "ids": [second]}]
    row(page, 1).get_by_role("button", name="Menu do chamado 1").click()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(row(page, 1)).to_be_focused()


def test_a_row_is_read_again_where_it_stands(central):
    page = central("order=ticket&filter=open")
    row(page, 2).click()
    pk = int(row(page, 2).get_attribute("data-id"))
    page.evaluate("() => document.querySelector('tbody tr:nth-child(2)').dataset.old = '1'")
    page.evaluate(SAY, ["central:changed", {"ids": [pk]}])
    expect(page.locator("tbody tr[data-old]")).to_have_count(0)
    expect(row(page, 2)).to_be_focused()
    page.evaluate(SAY, ["balcao:live", {"kind": "ticket.changed", "ids": [pk]}])
    footer, rows = page.get_by_role("region", name="Rodapé de informações"), page.locator("#central-rows tr").count()
    expect(footer).to_contain_text(f"{rows} chamados")
    page.evaluate(SAY, ["central:removed", {"ids": [pk]}])
    expect(row(page, 2)).to_have_count(0)
    expect(footer).to_contain_text(f"{rows - 1} chamados")
    expect(row(page, 3)).to_be_focused()


@pytest.mark.parametrize("size", [{"width": 1024, "height": 700}, {"width": 1280, "height": 720}], ids=["low", "wide"])
def test_some_rows_are_seen_whatever_is_open_above_them(open_page, size):
    page = open_page("operator", f"{CENTRAL}?filter=all", size=size)
    filters = page.get_by_role("search", name="Critérios da lista")
    expect(filters).to_be_visible()
    page.locator("#central-rows tr").first.click()
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Painel do chamado").locator("[data-title]")).to_be_focused()
    assert page.locator("#central-rows").evaluate("""body => {
        const low = body.closest("[data-scroll]").getBoundingClientRect().bottom;
        return Array.from(body.rows).filter(row => row.getBoundingClientRect().bottom <= low).length; }""") >= 4
    apply = filters.get_by_role("button", name="Aplicar")
    apply.scroll_into_view_if_needed()  # the filters scroll by themselves
    apply.click(trial=True)
    assert_accessible(page)


def test_the_ring_of_a_row_is_seen_on_its_fixed_columns(central):
    page = central()
    row(page, 1).click()
    page.keyboard.press("ArrowDown")
    rings = row(page, 2).evaluate("""row => [getComputedStyle(row).outlineStyle, ...Array.from(row.cells, cell =>
        /inset/.test(getComputedStyle(cell).boxShadow))]""")
    assert rings[0] == "none", "it would be drawn beneath the fixed columns, and twice elsewhere"
    assert all(rings[1:])


@pytest.mark.req("C-67")
def test_how_the_deadline_stands_is_seen_whole_beside_the_days(central):
    page = central()
    cell = page.locator("#central-rows td[data-key=return_days]").first
    cell.evaluate("""cell => { cell.innerHTML = '<span class="b-returns">15 days</span> <span class="b-chip sm warn">'
        + '<i class="fa-solid fa-clock"></i>Attention to the deadline</span>'; }""")  # the longest of both languages
    whole, chip = cell.bounding_box(), cell.locator(".b-chip").bounding_box()
    assert chip["x"] + chip["width"] <= whole["x"] + whole["width"]
    assert chip["width"] > 100


def test_one_that_is_new_is_told_of_as_one(central):
    page = central("order=ticket&filter=all")
    news = page.get_by_role("button", name="atualizar a lista")
    for text in ("1 novo ou alterado: atualizar a lista", "2 novos ou alterados: atualizar a lista"):
        pk = page.evaluate("""() => {  // as if one more had been opened meanwhile: the page does not show it
          const first = document.querySelector('#central-rows tr');
          first.remove();
          return Number(first.dataset.id);
        }""")
        page.evaluate(SAY, ["central:changed", {"ids": [pk]}])
        expect(news).to_have_text(text)


def test_a_column_is_widened_by_keyboard_and_by_the_pointer_and_stays_so(central):
    page = central(user="changer")
    head = page.get_by_role("columnheader", name="Cliente")
    before = head.bounding_box()["width"]
    page.get_by_role("columnheader", name="N.º Chamado").focus()
    for _n in range(3):
        page.keyboard.press("ArrowRight")
    expect(head).to_be_focused()
    with page.expect_response(re.compile("/lists/tickets/look")):
        page.keyboard.press("Shift+ArrowRight")
    assert round(head.bounding_box()["width"] - before) == 16
    box = head.bounding_box()
    with page.expect_response(re.compile("/lists/tickets/look")):
        page.mouse.move(box["x"] + box["width"] - 1, box["y"] + 8)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] + 49, box["y"] + 8)
        page.mouse.up()
    page.reload()
    assert round(head.bounding_box()["width"] - before) == 66
    head.focus()
    page.keyboard.press("Enter")
    expect(head).to_have_attribute("aria-sort", "ascending")


@pytest.mark.req("C-54", "C-55", "C-56", "C-58")
def test_filters_follow_each_other_and_leave_a_clean_address(central):
    page = central("order=ticket")
    motive = page.get_by_label("Motivo do atendimento", exact=True)
    expect(motive).to_be_disabled()
    page.get_by_label("Classificação", exact=True).select_option(label="Guias")
    page.get_by_label("Subclassificação", exact=True).select_option(label="Autorização")
    motive.select_option(label="Guia negada")
    page.get_by_label("Status de Atendimento", exact=True).select_option(label="Dentro do prazo")
    page.get_by_label("Data de abertura").select_option(label="Entre")
    page.get_by_role("button", name="Aplicar").click()
    expect(page.get_by_text("Informe a data inicial e a data final.").first).to_be_visible()
    page.get_by_label("Data de abertura").select_option(label="Independente")
    page.get_by_role("button", name="Escolher vários").nth(3).click()  # of "Responsável pelo atendimento"
    page.get_by_label("Responsável pelo atendimento", exact=True).select_option(label="sem operador")
    page.get_by_role("button", name="Aplicar").click()
    expect(page).to_have_url(re.compile(
        r"\?filter=all&order=ticket&classification=\d+&subclassification=\d+&motive=\d+&assignee=none"
        r"&status_deadline=within$"))


def test_rows_are_cards_on_a_phone(central):
    page = central(size=NARROW, dark=True, has_touch=True)
    expect(row(page, 1)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    assert row(page, 1).get_by_role("gridcell").nth(6).bounding_box()["width"] < NARROW["width"]
    assert_accessible(page)
    row(page, 1).get_by_role("button", name="1", exact=True).click()
    assert told(page) == [{"id": int(row(page, 1).get_attribute("data-id"))}]
    row(page, 1).locator("[data-key=title]").tap()
    assert told(page) == [{"id": int(row(page, 1).get_attribute("data-id"))}]


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_figure_of_the_period_opens_its_list_with_a_chip(open_page, size):
    page = open_page("supervisor", f"{CENTRAL}figures/?days=7", size=size)
    figure = page.get_by_role("link", name="Encerrados fora do prazo")
    n = int(figure.locator("b").inner_text())
    figure.click()
    expect(page).to_have_url(re.compile("closed_from="))
    chip = page.locator(".b-head .b-chip", has_text="Encerrados de")
    expect(chip).to_be_visible()
    assert page.locator("#central-rows tr").count() == n
    if page.locator("#central-filters").is_hidden():
        page.get_by_role("button", name="Filtros").click()
    expect(page.get_by_label("Data do fechamento", exact=True)).to_have_value("between")
    expect(page.locator("#f-opened_from")).to_be_hidden()
    first = page.locator("#f-closed_from").input_value()
    assert first in chip.inner_text()
    assert_accessible(page)
    page.get_by_role("button", name="Aplicar").click()
    expect(page).to_have_url(re.compile(r"\?filter=all&status_deadline=expired&closed_from=\d{4}-\d\d-\d\d&closed_to=[\d-]+$"))
    chip.get_by_role("link", name="Tirar o filtro").click()
    expect(page).to_have_url(re.compile(r"\?filter=all&status_deadline=expired$"))
    expect(page.get_by_label("Data do fechamento", exact=True)).to_have_value("")
