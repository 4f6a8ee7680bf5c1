"""Configurators' fields in a browser, on the three kinds of form: shown if, masks, persons and files by keyboard."""
import os
import re
from types import SimpleNamespace

import pytest
from flask_appbuilder.security.sqla.models import Role
from playwright.sync_api import expect
from sqlalchemy import select

from app.models.custom_field import CustomField
from tests.conftest import SETTINGS
from tests.support import forms, samples
from tests.support.accessibility import assert_accessible
from tests.support.clients import PASSWORD
from tests.support.databases import Databases
from tests.support.seeding import seeding
from tests.support.server import running

from .conftest import NARROW, WIDE, _seed
from .test_every_page import _TOO_WIDE

pytestmark = pytest.mark.req("B-20")
PLANS = [{"value": "a", "label": "Água"}, {"value": "c", "label": "Cais"}]


def fields():
    return (CustomField(key="plan", name="Plano", type="choice", options=PLANS, help="Qual dos dois."),
            CustomField(key="boat", name="Barco", required=True, shown_if={"field": "plan", "in": ["c"]}),
            CustomField(key="sails", name="Velas", type="integer", shown_if={"field": "boat", "filled": True}),
            CustomField(key="plate", name="Placa", mask="AAA-9999", searchable=True),
            CustomField(key="extras", name="Extras", type="choices", options=PLANS),
            CustomField(key="owner", name="Dono", type="person"),
            CustomField(key="papers", name="Papéis", type="attachment", maximum=2))


@pytest.fixture(scope="module")
def place(environment, tmp_path_factory):
    """A server of its own, where these fields stand on persons, on attendances and behind a menu."""
    folder = tmp_path_factory.mktemp("fields")
    url = Databases("sqlite", folder).create()
    ids = _seed(url)
    from app import create_app
    from app.extensions import db
    application = create_app({**SETTINGS, "SQLALCHEMY_DATABASE_URI": url})
    with application.app_context():
        with seeding(db.session()) as session:
            form = forms.form("Vistoria", *fields())
            menu = forms.menu("Vistorias", form, session.scalar(select(Role).where(Role.name == "Attendant")))
            session.add_all([form, menu, *forms.placed("entity", *fields()), *forms.placed("attendance", *fields())])
            session.flush()
            ids["menu"] = menu.id
        db.session.remove()
        db.engine.dispose()
    environ = {**os.environ, "DATABASE_URL": url, "INSTANCE_PATH": str(folder / "instance")}
    with running(environ, folder / "server.log") as address:
        yield SimpleNamespace(url=address, paths={
            "record": f"/records/{ids['menu']}/add", "person": f"/entities/edit/{ids['entity']}",
            "attendance": f"/attendances/id-{ids['attendance']}"})


@pytest.fixture
def visit(place, chrome):
    """`visit("record", size=NARROW)`: the form, opened by an attendant; errors in the console fail the test."""
    contexts, errors = [], []

    def enter(name, *, size=WIDE, dark=False, **options):
        context = chrome.new_context(base_url=place.url, locale="pt-BR", viewport=size,
                                     color_scheme="dark" if dark else "light", **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        page.goto("/login/")
        page.get_by_label("Usuário").fill("attendant")
        page.get_by_label("Senha", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Entrar").click()
        page.wait_for_url(lambda url: "/login/" not in url)
        page.goto(place.paths[name])
        return page

    yield enter
    for context in contexts:
        context.close()
    assert [each for each in errors if "status of 422" not in each] == []


@pytest.mark.parametrize("name", ["record", "person", "attendance"])
def test_fields_come_and_go_with_what_is_chosen_and_masks_are_written_as_one_types(visit, name):
    page = visit(name)
    boat, sails, plan = page.locator("#x_boat"), page.locator("#x_sails"), page.locator("#x_plan")
    expect(boat).to_be_hidden()
    plan.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(plan).to_have_value("c")
    expect(boat).to_be_visible()
    expect(sails).to_be_hidden()
    page.keyboard.press("Tab")
    expect(boat).to_be_focused()
    page.keyboard.type("Vento")
    expect(sails).to_be_visible()
    page.locator("#x_plate").press_sequentially("abc1234")
    expect(page.locator("#x_plate")).to_have_value("abc-1234")
    plan.select_option("a")
    expect(boat).to_be_hidden()
    expect(sails).to_be_hidden()  # what it hangs on is hidden
    plan.select_option("c")
    expect(boat).to_have_value("Vento")  # nothing that was typed is lost on the way


_ROWS = """() => [...document.querySelectorAll(".b-level")].map(grid => [...grid.children]
  .filter(cell => cell.offsetParent).map(cell => ({
    row: Math.round(cell.getBoundingClientRect().top), label: cell.children[0].offsetHeight,
    box: Math.round(cell.children[1].getBoundingClientRect().top)})))"""


@pytest.mark.req("S-14")
def test_the_boxes_of_one_row_stand_on_one_line_whatever_their_labels_and_notes(visit):
    page = visit("attendance")
    page.locator("label[for=x_plate]").evaluate("label => label.append(' do veículo que faz a entrega, com as letras')")
    rows = {}
    for cell in [cell for grid in page.evaluate(_ROWS) for cell in grid]:
        rows.setdefault(cell["row"], []).append(cell)
    uneven = [cells for cells in rows.values() if len({cell["label"] for cell in cells}) > 1]
    assert uneven  # a label of two lines beside one of a line
    assert [cells for cells in rows.values() if len({cell["box"] for cell in cells}) > 1] == []
    assert page.evaluate(_TOO_WIDE) is None


def test_without_scripts_a_stored_file_is_taken_off_by_a_box(visit):
    page = visit("person", java_script_enabled=False)
    assert page.locator("#x_papers").bounding_box()["height"] >= 20  # the browser's own box, with its name of the file
    expect(page.get_by_text("Escolher arquivos")).to_be_hidden()
    attach(page, ("guia.pdf", samples.PDF))
    page.get_by_role("button", name="Salvar").first.click()
    expect(page.get_by_text("Registro alterado.")).to_be_visible()
    again = visit("person")
    expect(again.get_by_role("link", name="guia.pdf")).to_be_visible()
    expect(again.get_by_role("button", name="Remover guia.pdf")).to_be_visible()
    expect(again.get_by_role("checkbox", name="Remover guia.pdf")).to_have_count(0)  # with scripts there is the button
    page = visit("person", java_script_enabled=False)
    expect(page.get_by_role("button", name="Remover guia.pdf")).to_be_hidden()
    page.get_by_role("checkbox", name="Remover guia.pdf").check()
    page.get_by_role("button", name="Salvar").first.click()
    expect(page.get_by_text("Registro alterado.")).to_be_visible()
    expect(visit("person").get_by_role("link", name="guia.pdf")).to_have_count(0)


def choose_person(page, typed):
    """The picker by keyboard alone."""
    page.locator("#x_owner + .select2 .select2-selection").focus()
    page.keyboard.press("Enter")
    page.locator(".select2-search__field").last.press_sequentially(typed)
    expect(page.locator(".select2-results__option--highlighted")).to_contain_text(typed)
    page.keyboard.press("Enter")


def attach(page, *files):
    page.locator("#x_papers").set_input_files(
        [{"name": name, "mimeType": "application/octet-stream", "buffer": data} for name, data in files])


@pytest.mark.parametrize("name", ["record", "person", "attendance"])
def test_a_person_and_files_are_chosen_saved_and_there_again(visit, name):
    page = visit(name)
    choose_person(page, "Mercado Bonfim")
    attach(page, ("contrato.pdf", samples.PDF), ("vazio.txt", b""))
    files = page.locator("[data-field-files]")
    expect(files.get_by_role("link", name="contrato.pdf")).to_be_visible()
    expect(files.get_by_text("O arquivo está vazio.")).to_be_visible()
    files.get_by_role("button", name="Dispensar: vazio.txt").press("Enter")
    attach(page, ("nota.txt", b"Oi"))
    expect(files.get_by_role("link", name="nota.txt")).to_be_visible()
    attach(page, ("demais.txt", b"Oi"))
    expect(files.get_by_text("No máximo 2 arquivos aqui.").last).to_be_visible()
    files.get_by_role("button", name="Dispensar: demais.txt").press("Enter")
    files.get_by_role("button", name="Remover nota.txt").press("Enter")
    expect(page.locator("#x_papers")).to_be_focused()
    assert_accessible(page)
    if name == "attendance":
        page.keyboard.press("Control+s")
        expect(page.get_by_text("Atendimento confirmado.")).to_be_visible()
    else:
        page.get_by_role("button", name="Salvar").press("Enter")
        page.wait_for_url(lambda url: "/add" not in url and "/edit/" not in url)
    if name == "record":
        page.locator("a.b-name").first.click()
        expect(page.get_by_role("link", name="contrato.pdf")).to_be_visible()
        expect(page.get_by_role("link", name="Mercado Bonfim")).to_be_visible()
    if name == "attendance":
        expect(page.locator("[data-field-files]").get_by_role("link", name="contrato.pdf")).to_be_visible()
        expect(page.locator("#x_owner")).to_contain_text("Mercado Bonfim")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", ["record", "person", "attendance"])
def test_the_fields_fit_a_phone_and_are_accessible(visit, name, dark):
    page = visit(name, size=NARROW, dark=dark)
    page.locator("#x_plan").select_option("c")
    page.locator("#x_boat").fill("Vento")
    assert page.evaluate(_TOO_WIDE) is None
    assert_accessible(page)


def test_what_has_a_mask_is_found_without_it_and_the_box_says_what_to_type(visit):
    page = visit("person")
    page.get_by_label("Placa").fill("ABC1234")
    page.get_by_role("button", name="Salvar", exact=True).click()
    expect(page).to_have_url(re.compile("/entities/list/$"))
    rows = page.locator("tr", has=page.locator('a[href*="/entities/show/"]'))
    box = page.locator("#f-cf_plate")
    for typed, found in (("abc1234", 1), ("1234", 1), ("234", 0)):
        if not box.is_visible():
            page.locator("#filter_form summary").click()
        assert box.get_attribute("placeholder") == "Palavras, ou o começo delas"
        box.fill(typed)
        page.locator("#entity-box + button").click()  # the upper button asks for what is typed below
        expect(page).to_have_url(re.compile(rf"cf_plate=\*{typed}\*"))
        expect(rows).to_have_count(found)
        expect(box).to_have_value(typed)
    assert_accessible(page)
