"""The agenda in a browser: by keyboard from cell to cell, an appointment, a conflict, every width, both themes."""
import pytest
from playwright.sync_api import expect

from tests.support.accessibility import assert_accessible

from .conftest import NARROW, WIDE

MONTH = "/agenda/?view=month&date=2027-05-03"


def choose(page, label, name):
    """A row of a lookup, typed and taken; on a page that has loaded, whose script draws the picker."""
    page.get_by_role("combobox", name=label).click()
    page.get_by_role("searchbox").last.fill(name)
    page.get_by_role("option", name=name).first.click()


@pytest.mark.req("S-19")
def test_an_appointment_is_made_by_keyboard_from_a_cell_and_a_conflict_is_warned(open_page):
    page = open_page("supervisor", MONTH)
    table = page.get_by_role("table", name="maio de 2027")
    assert_accessible(page)
    table.get_by_role("link", name="Novo agendamento em 25/04/2027").focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight", "ArrowDown", "ArrowLeft"):
        page.keyboard.press(key)
    expect(table.get_by_role("link", name="Novo agendamento em 10/05/2027")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/agenda/add?**")
    expect(page.get_by_label("Início")).to_have_value("10/05/2027 09:00")
    choose(page, "Entidade", "João Pereira")
    page.get_by_label("Assunto").fill("Reunião de contrato")
    page.get_by_label("Início").fill("2027-05-10T10:00")
    page.get_by_label("Início").blur()
    expect(page.get_by_label("Término")).to_have_value("10/05/2027 11:00")
    page.get_by_label("Término").fill("2027-05-10T09:30")
    page.get_by_role("button", name="Salvar").click()
    ends = page.get_by_label("Término")
    expect(ends).to_be_focused()
    expect(ends).to_have_accessible_description("O agendamento termina antes de começar.")
    expect(page.get_by_label("Assunto")).to_have_value("Reunião de contrato")
    assert_accessible(page)
    ends.fill("2027-05-10T11:00")
    page.get_by_role("button", name="Salvar").click()
    page.wait_for_url("**/agenda/?view=month&date=2027-05-03")
    expect(table.get_by_role("link", name="10:00–11:00 Reunião de contrato")).to_be_visible()

    page.get_by_role("navigation", name="Visões da agenda").get_by_role("link", name="Semana").click()
    page.get_by_role("link", name="Próxima semana").click()
    page.get_by_role("link", name="Novo agendamento em 10/05/2027 às 10:00").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/agenda/add?**")
    choose(page, "Entidade", "Ana Lúcia")
    page.get_by_label("Assunto").fill("Ligação no mesmo horário")
    page.get_by_role("button", name="Salvar").click()
    expect(page.get_by_role("alert").filter(has_text="No mesmo horário o operador tem")).to_contain_text(
        "Reunião de contrato")
    assert_accessible(page)
    page.get_by_role("link", name="Ligação no mesmo horário").click()
    assert_accessible(page)
    page.get_by_role("button", name="Concluir").click()
    expect(page.get_by_text("Realizado").first).to_be_visible()
    page.get_by_role("button", name="Reabrir agendamento").click()
    page.get_by_role("button", name="Cancelar agendamento").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Cancelar agendamento").click()
    expect(page.get_by_text("Cancelado").first).to_be_visible()


@pytest.mark.req("S-19")
def test_the_icon_of_the_record_leads_to_the_entitys_agenda_and_back(open_page):
    page = open_page("attendant", "/attendances/2026000203")
    page.get_by_role("toolbar", name="Atalhos da entidade").get_by_role("link", name="Agenda").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Agenda de")
    expect(page.get_by_text("A agenda está vazia")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="Voltar").click()
    page.wait_for_url("**/attendances/2026000203*")


@pytest.mark.req("S-19")
@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_the_three_views_are_accessible_at_every_width_and_a_phone_has_the_list(open_page, size, dark):
    page = open_page("changer", MONTH, size=size, dark=dark)
    for view in ("month", "week", "list"):
        page.goto(f"/agenda/?view={view}&date=2027-05-10&operator=all")
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        table = page.get_by_role("table")
        if view == "list" or size is NARROW:
            expect(table).to_have_count(0)
        else:
            expect(table).to_be_visible()


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_a_day_is_typed_with_its_slashes_put_in_or_taken_from_the_calendar(open_page, size):
    page = open_page("supervisor", "/agenda/add", size=size)
    starts = page.get_by_label("Início")
    starts.fill("")
    starts.press_sequentially("050620270830")
    expect(starts).to_have_value("05/06/2027 08:30")
    starts.fill("")
    starts.press_sequentially("5/6/2027 8:30")
    starts.blur()
    expect(starts).to_have_value("05/06/2027 08:30")
    starts.fill("")
    starts.press_sequentially("0506")
    starts.press("Backspace")
    expect(starts).to_have_value("05/06")
    page.get_by_role("button", name="Abrir o calendário").first.click()
    native = page.locator(".b-date-native")
    native.evaluate("box => { box.value = '2027-06-07T09:15'; box.dispatchEvent(new Event('change')); }")
    expect(starts).to_have_value("07/06/2027 09:15")
    assert_accessible(page)
