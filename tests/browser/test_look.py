"""What a new person stumbled over with the eyes: long names, a telephone's width, the dark theme, the red cells."""
import pytest
from playwright.sync_api import expect

from tests.support.accessibility import assert_accessible

from .conftest import NARROW

LONG = "Nomemuitocompridosemespaco" * 7


@pytest.mark.parametrize("path", ["/attendances/list", "/attendances/", "/entities/list/"])
def test_lists_fit_a_telephone(open_page, path):
    page = open_page("attendant", path, size=NARROW)
    table = page.locator("table").first
    assert table.evaluate("t => t.scrollWidth <= t.parentElement.clientWidth + 1")
    row = table.locator("tbody tr").first
    assert all(box["x"] + box["width"] <= 390 for box in (
        each.bounding_box() for each in row.locator("a").all()) if box)


@pytest.mark.parametrize("path", ["/attendances/?entity=ana", "/search?q=ana", "/logs/entity/",
                                  "/duplicates/?reason=name"])
def test_results_logs_and_duplicates_are_cards_on_a_telephone(open_page, server, path):
    if "duplicates" in path or "logs" in path:  # two of one name, each with a log
        made = open_page("attendant")
        for place in (1, 2):
            phone = f"(11) 93333-{len(path):02}0{place}"
            made.goto("/entities/simple/add")
            made.get_by_label("Nome").fill("Gêmea Repetida da Silva e Souza")
            made.get_by_label("Telefone").fill(phone)
            made.get_by_label("E-mail").fill(f"gemea.repetida{len(path)}{place}@example.com")
            made.get_by_role("button", name="Salvar").click()
            made.wait_for_url("**/entities/show/*")
        path = path + made.url.rsplit("/", 1)[1] if "logs" in path else path
    page = open_page("supervisor", path, size=NARROW)
    expect(page.locator("table").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for box in page.locator(".table-responsive, .b-scroll").all():
        assert box.evaluate("box => box.scrollWidth <= box.clientWidth + 1")
    assert_accessible(page)


def test_the_groups_of_an_entity_have_their_columns_below_each_other(open_page, server):
    page = open_page("supervisor", f"/attendances/entity/{server.ids['leaving']}")
    edges = page.locator(".b-group table").evaluate_all(
        "tables => tables.map(t => [...t.querySelectorAll('th')].map(each => Math.round(each.offsetLeft)))")
    assert edges
    assert all(each == edges[0] for each in edges)


def test_a_long_name_breaks_and_moves_nothing_else_out_of_sight(open_page, server):
    page = open_page("attendant", f"/attendances/entity/{server.ids['entity']}")
    page.locator("h1").evaluate("(h, name) => { h.textContent = name }", LONG)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.goto(page.url.split("/attendances")[0] + "/attendances/?entity=ana")
    page.locator("tbody td").first.evaluate("(cell, name) => { cell.textContent = name }", LONG)
    box = page.locator("tbody a.btn").first.bounding_box()
    assert box["x"] + box["width"] < 1280


def test_the_search_box_of_a_lookup_is_dark_in_the_dark(open_page, server):
    page = open_page("attendant", f"/attendances/new?entity={server.ids['entity']}", dark=True)
    page.locator(".select2-selection").first.click()
    box = page.locator(".select2-search--dropdown .select2-search__field")
    colour = box.evaluate("b => getComputedStyle(b).backgroundColor")
    surface = page.locator(".select2-dropdown").evaluate("b => getComputedStyle(b).backgroundColor")
    assert colour == surface != "rgb(255, 255, 255)"


def test_the_hint_of_rows_without_a_main_one_comes_and_goes(open_page):
    page = open_page("attendant", "/entities/add")
    note = page.locator("#phones .b-rows-note")
    assert not note.is_visible()
    page.locator("#phones [data-rows-add]").click()
    assert note.is_visible()
    page.locator("#phones [name$='-is_main']").check()
    assert not note.is_visible()


def test_help_stays_grey_where_the_field_is_refused(open_page):
    page = open_page("attendant", "/entities/simple/add")
    page.fill("#name", "Rui")
    page.fill("#phone", "11 98888-7777")
    page.fill("#document", "123")
    page.locator("form#model_form button.btn-primary").click()
    colour = "e => getComputedStyle(e).color"
    page.locator("#document-err").wait_for()
    assert page.locator("#document-help").evaluate(colour) == page.locator("#phone-help").evaluate(colour)
    assert page.locator("#document-help").evaluate(colour) != page.locator("#document-err").evaluate(colour)
