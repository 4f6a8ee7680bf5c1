"""Tabs "Menu" and "Dados personalizados" in a browser: a preview while one types, icons by word, order by keys."""
import itertools
import re

import pytest
from playwright.sync_api import expect

from tests.support.accessibility import assert_accessible

from .conftest import NARROW
from .test_every_page import _TOO_WIDE

HOME = "/settings/menus/"
_TRY = itertools.count(1)  # a test tried again meets what it left behind


@pytest.fixture(scope="package")
def form(server, chrome, signed_in):
    """A form with one field, made by screen; its name."""
    page = chrome.new_context(base_url=server.url, locale="pt-BR", storage_state=signed_in("configurator")).new_page()
    page.goto("/settings/forms/add")
    page.keyboard.type("Ocorrência de rua")
    page.locator("[data-palette]").get_by_role("button", name="Texto curto", exact=True).click()
    page.locator("#p-name").fill("Bairro")
    page.get_by_role("button", name="Salvar", exact=True).click()
    expect(page.get_by_text("Formulário salvo.")).to_be_visible()
    page.context.close()
    return "Ocorrência de rua"


@pytest.fixture
def add(open_page, form):
    """`add("Buraco", group="Operação")`: a menu made by screen; its page."""
    def make(name, group=None, **options):
        page = open_page("configurator", HOME + "add", **options)
        page.get_by_label("Nome", exact=False).first.fill(name)
        page.get_by_label("Formulário").select_option(label=form)
        choose_group(page, group)
        page.get_by_role("button", name="Salvar", exact=True).click()
        expect(page.get_by_text("Menu salvo.", exact=False)).to_be_visible()
        return page
    return make


def choose_group(page, group):
    if group is None:
        return
    select = page.get_by_label("Grupo", exact=True)
    if select.locator("option", has_text=re.compile(f"^{re.escape(group)}$")).count():
        select.select_option(label=group)
    else:
        select.select_option(label="+ Novo grupo…")
        page.get_by_label("Nome do novo grupo").fill(group)


def listed(page) -> list[str]:
    return page.locator("[data-order] > li").evaluate_all(
        "all => all.map(each => (each.matches('[data-head]') ? '# ' : '') + each.dataset.name)")


def previewed(page) -> list[str]:
    return page.locator("[data-preview-list] > li").evaluate_all(
        "all => all.map(each => (each.matches('.is-group') ? '# ' : '') + each.textContent.trim())")


def only(page, *names) -> list[str]:
    """Of the preview, what this test made: others stand in it too."""
    return [each for each in previewed(page) if each in names]


@pytest.mark.req("M-80", "M-81", "M-82", "M-83")
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_preview_shows_what_is_typed_before_it_is_saved(open_page, form, dark):
    page = open_page("configurator", HOME, dark=dark)
    page.get_by_role("link", name="Novo", exact=True).first.click()
    name = f"Árvore caída {dark}"
    page.get_by_label("Nome", exact=False).first.fill(name)
    assert only(page, name) == [name]
    find = page.get_by_label("Localizar ícone")
    find.fill("arvore")
    expect(page.get_by_role("radio", name="Casa", exact=True)).to_be_hidden()
    find.press("Enter")
    expect(page.get_by_role("radio", name="Árvore", exact=True)).to_be_checked()
    expect(page.locator("[data-preview-list] .active i")).to_have_class("fa-solid fa-tree")
    find.fill("xyz")
    expect(page.get_by_text("Nenhum ícone com este nome")).to_be_visible()
    page.get_by_label("Grupo", exact=True).select_option(label="+ Novo grupo…")
    page.get_by_label("Nome do novo grupo").fill(f"Verde {dark}")
    assert only(page, name, f"# Verde {dark}") == [f"# Verde {dark}", name]
    page.locator("label", has_text="Inativo").click()
    assert only(page, name) == []
    page.locator("label", has_text=re.compile("^Ativo$")).click()
    assert_accessible(page)
    page.get_by_role("button", name="Salvar", exact=True).click()
    expect(page.get_by_label("Formulário")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Formulário")).to_be_focused()
    expect(page.get_by_label("Nome do novo grupo")).to_have_value(f"Verde {dark}")
    page.get_by_label("Formulário").select_option(label=form)
    page.get_by_role("button", name="Salvar", exact=True).click()
    expect(page.get_by_text("Menu salvo.", exact=False)).to_be_visible()
    expect(page.get_by_role("radio", name="Árvore", exact=True)).to_be_checked()
    expect(page.locator(".b-drag .is-on")).to_contain_text(name)


@pytest.mark.req("M-82")
def test_the_icon_is_chosen_by_arrows(open_page, form):
    page = open_page("configurator", HOME + "add")
    chosen = page.locator("[name=icon]:checked")
    first = chosen.get_attribute("value")
    chosen.focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("[name=icon]:checked").get_attribute("value") != first
    expect(page.locator("[name=icon]:checked")).to_be_focused()


@pytest.mark.req("M-83", "M-86")
def test_the_order_by_keyboard_and_pointer_is_kept(add):
    again = next(_TRY)
    lamp, drain, pavement = f"Poste {again}", f"Bueiro {again}", f"Calçada {again}"
    street, walk = f"Rua {again}", f"Passeio {again}"
    add(lamp, street)
    add(drain, street)
    page = add(pavement, walk)
    names = [f"# {street}", lamp, drain, f"# {walk}", pavement]

    def mine():
        return [each for each in listed(page) if each in names]

    assert mine() == names
    grip = page.get_by_role("button", name=f"Mover {drain}", exact=True)
    grip.focus()
    page.keyboard.press("ArrowUp")
    expect(page.locator("[data-order-said]")).to_have_text(f"{drain}: {street}, 1 de 2")
    expect(grip).to_be_focused()
    assert only(page, drain, lamp) == [drain, lamp]
    page.reload()
    assert mine() == [f"# {street}", drain, lamp, f"# {walk}", pavement]
    below = page.locator(f'[data-row][data-name="{pavement}"]')
    below.evaluate("row => row.scrollIntoView({block: 'center'})")  # near the edge what is held scrolls the list on
    start, end = grip.bounding_box(), below.bounding_box()
    with page.expect_response(re.compile("/move$")) as answer:
        page.mouse.move(start["x"] + 5, start["y"] + 5)
        page.mouse.down()
        page.mouse.move(end["x"] + 40, end["y"] + 2, steps=5)
        end = below.bounding_box()  # what marks the place moves it
        page.mouse.move(end["x"] + 40, end["y"] + 4, steps=2)
        page.mouse.up()
    assert answer.value.ok
    page.reload()
    assert mine() == [f"# {street}", lamp, f"# {walk}", drain, pavement]
    page.get_by_role("link", name=f"Editar {drain}", exact=True).click()
    expect(page.get_by_label("Grupo", exact=True).locator("option:checked")).to_have_text(walk)


@pytest.mark.req("M-83")
def test_a_move_into_another_group_holds_at_once_and_is_taken_back(add):
    again = next(_TRY)
    first, second, lone = f"Leste {again}", f"Oeste {again}", f"Guarita {again}"
    add(lone, first)
    page = add(f"Portão {again}", second)

    def mine():
        return [each for each in listed(page) if each.endswith(f" {again}") and "Portão" not in each]

    grip = page.get_by_role("button", name=f"Mover {lone}", exact=True)
    grip.focus()
    with page.expect_response(re.compile("/move$")):
        page.keyboard.press("ArrowDown")
    expect(page.locator("[data-order-told]")).to_have_text(f"{lone}: {second}, 1 de 2")
    page.reload()
    assert mine() == [f"# {first}", f"# {second}", lone]  # the group that it left is still there
    grip.focus()
    with page.expect_response(re.compile("/move$")):
        page.keyboard.press("ArrowUp")
    back = page.get_by_role("button", name="Desfazer a mudança de lugar")
    assert_accessible(page)
    with page.expect_response(re.compile("/move$")) as answer:
        back.click()
    assert answer.value.ok
    expect(grip).to_be_focused()
    expect(back).to_be_hidden()
    assert mine() == [f"# {first}", f"# {second}", lone]
    page.reload()
    assert mine() == [f"# {first}", f"# {second}", lone]


@pytest.mark.req("M-84", "M-85", "M-86")
def test_a_menu_is_changed_and_deleted_after_a_question(add):
    page = add("Praça", "Lazer")
    page.get_by_label("Nome", exact=False).first.fill("Praça e parque")
    page.get_by_role("radio", name="Leitura", exact=False).check()
    page.get_by_role("radio", name="Próprios", exact=False).check()
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_role("link", name="Cancelar").click()
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    page.get_by_role("button", name="Salvar", exact=True).click()
    expect(page.get_by_text("Menu salvo.", exact=False)).to_be_visible()
    page.get_by_role("link", name="Editar Praça e parque").click()
    expect(page.get_by_role("radio", name="Leitura", exact=False)).to_be_checked()
    expect(page.get_by_role("radio", name="Próprios", exact=False)).to_be_checked()
    page.get_by_role("button", name="Excluir").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Excluir").click()
    expect(page.get_by_text("Menu excluído.")).to_be_visible()
    expect(page.get_by_role("link", name="Editar Praça e parque")).to_have_count(0)


@pytest.mark.req("M-82", "M-87", "M-88")
def test_both_tabs_fit_a_phone(add, open_page, form):
    page = add("Lixo", "Limpeza", size=NARROW)
    assert_accessible(page)
    assert page.evaluate(_TOO_WIDE) is None
    page = open_page("configurator", "/settings/custom-data/add", size=NARROW)
    page.get_by_label("Nome", exact=False).first.fill("Rua")
    page.get_by_label("Formulário").select_option(label=form)
    expect(page.locator("[data-form-look]")).to_contain_text("Bairro")
    page.get_by_role("radio", name="Atendimento", exact=False).check()
    expect(page.get_by_text("Tipo de pessoa")).to_be_hidden()
    page.get_by_role("radio", name="Cadastro de pessoa", exact=False).check()
    page.get_by_text("Pessoa jurídica", exact=True).click()
    assert_accessible(page)
    assert page.evaluate(_TOO_WIDE) is None
    page.locator("label", has_text="Inativo").click()  # nobody else's forms change
    page.get_by_role("button", name="Salvar", exact=True).click()
    expect(page.get_by_text("Dados personalizados salvos.")).to_be_visible()
    expect(page.get_by_role("radio", name="Pessoa jurídica")).to_be_checked()
