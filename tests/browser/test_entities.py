"""The register of entities in a browser: rows, the mask and its eye, the warning, each theme and width."""
import pytest
from playwright.sync_api import expect

from tests.support.accessibility import assert_accessible

from .conftest import NARROW, WIDE

EYE = "Mostrar o CPF/CNPJ inteiro (a consulta fica registrada)"


@pytest.mark.req("B-29")
@pytest.mark.parametrize(("size", "dark"), [(WIDE, False), (NARROW, True)])
def test_no_screen_of_entities_has_a_barrier_or_scrolls_sideways(open_page, server, size, dark):
    pk = server.ids["provider"]
    page = open_page("supervisor", "/entities/list/?q=boa", size=size, dark=dark)
    for address in ("/entities/list/?q=boa", "/entities/list/?_flt_0_kind=company", "/entities/add",
                    f"/entities/edit/{pk}", f"/entities/show/{pk}", f"/entities/simple/{pk}", "/entities/simple/add"):
        page.goto(address)
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], address


@pytest.mark.req("S-27", "M-25")
def test_rows_are_added_marked_and_refused_in_place(open_page):
    page = open_page("attendant", "/entities/add")
    page.get_by_label("NOME/RAZÃO SOCIAL").fill("Olívia Rocha")
    phones = page.get_by_role("group", name="Telefones")
    for number in ("(11) 95555-0001", "123", "(11) 3333-0003"):
        phones.get_by_role("button", name="Adicionar telefone").click()
        phones.get_by_role("textbox", name="Telefone").last.fill(number)
    boxes = phones.get_by_role("checkbox", name="Principal")
    boxes.nth(0).check()
    boxes.nth(2).check()
    expect(boxes.nth(0)).not_to_be_checked()
    page.get_by_role("button", name="Salvar").click()
    wrong = phones.get_by_role("textbox", name="Telefone").nth(1)
    expect(wrong).to_be_focused()
    expect(wrong).to_have_value("123")
    expect(phones).to_contain_text("Telefone inválido")
    expect(boxes.nth(2)).to_be_checked()
    phones.get_by_role("button", name="Remover linha").nth(1).click()
    page.get_by_role("button", name="Salvar").click()
    page.wait_for_url("**/entities/list/")
    page.get_by_role("searchbox", name="NOME/RAZÃO SOCIAL ou CPF/CNPJ").fill("rocha olivia")
    page.get_by_role("button", name="Pesquisar").first.click()
    row = page.get_by_role("row").filter(has_text="Olívia Rocha")
    expect(row).to_contain_text("(11) 3333-0003")


@pytest.mark.req("B-16")
def test_the_eye_shows_the_document_and_hides_it_again(open_page, server):
    page = open_page("attendant", f"/entities/show/{server.ids['second_entity']}")
    mask = page.locator("[data-document]")
    expect(mask).to_have_text("•••.509.460-••")
    page.get_by_role("button", name=EYE).click()
    expect(mask).to_have_text("153.509.460-56")
    page.get_by_role("button", name=EYE).click()
    expect(mask).to_have_text("•••.509.460-••")


@pytest.mark.req("B-16")
def test_a_document_can_be_typed_over_only_after_it_was_shown(open_page, server):
    page = open_page("supervisor", f"/entities/edit/{server.ids['second_entity']}")
    box = page.get_by_role("textbox", name="CPF/CNPJ")
    expect(box).not_to_be_editable()
    expect(box).to_have_value("•••.509.460-••")
    page.get_by_role("button", name=EYE).click()
    expect(box).to_be_editable()
    expect(box).to_have_value("153.509.460-56")
    box.fill("153.509.460-57")
    page.get_by_role("button", name="Salvar").click()
    expect(page.get_by_text("CPF inválido.")).to_be_visible()
    expect(box).to_have_value("153.509.460-57")


@pytest.mark.req("W-24")
def test_the_short_form_goes_on_in_the_complete_one_with_what_was_typed(open_page):
    page = open_page("attendant", "/entities/simple/add")
    page.get_by_label("Nome").fill("Sandra Levada")
    page.get_by_label("Telefone").fill("(11) 94444-0001")
    page.keyboard.press("Tab")
    expect(page.get_by_label("E-mail")).to_be_focused()
    page.keyboard.type("sandra@example.com")
    page.get_by_label("CPF/CNPJ").fill("529.982.247-25")
    page.get_by_role("link", name="Cadastro completo").click()  # asks nothing: nothing is lost
    page.wait_for_url("**/entities/add?**")
    expect(page.get_by_label("NOME/RAZÃO SOCIAL")).to_have_value("Sandra Levada")
    expect(page.get_by_label("CPF/CNPJ")).to_have_value("529.982.247-25")
    expect(page.get_by_role("group", name="Telefones").get_by_label("Telefone", exact=True)).to_have_value(
        "(11) 94444-0001")
    contacts = page.get_by_role("group", name="E-contacts")
    expect(contacts.get_by_label("E-contact", exact=True)).to_have_value("sandra@example.com")
    expect(contacts.get_by_role("checkbox", name="Principal")).to_be_checked()
    expect(page.locator("#roles")).to_contain_text("Cliente")


@pytest.mark.req("W-24")
def test_a_known_phone_is_told_and_may_be_confirmed(open_page):
    page = open_page("attendant", "/entities/simple/add")
    page.get_by_label("Nome").fill("Irmã da Ana")
    page.get_by_label("Telefone").fill("11 98765-4321")
    page.get_by_role("button", name="Salvar").click()
    expect(page.get_by_role("link", name="Ana Lúcia Conceição")).to_be_visible()
    page.get_by_label("É outra pessoa: salvar mesmo assim.").check()
    page.get_by_role("button", name="Salvar").click()
    page.wait_for_url("**/entities/show/*")
    page.locator(".b-toast").get_by_role("link", name="SAC").click()
    expect(page.get_by_role("heading", name="Irmã da Ana")).to_be_visible()
