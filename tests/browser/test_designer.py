"""The designer of forms in a browser: by keyboard alone, by the pointer, refused, overtaken, on a phone."""
import re

import pytest
from playwright.sync_api import expect

from tests.support.accessibility import assert_accessible

from .conftest import NARROW
from .test_every_page import _TOO_WIDE

pytestmark = pytest.mark.req("B-20", "M-82", "M-88")


@pytest.fixture
def designer(open_page):
    """`designer(name, "Texto curto=Nome", …)`: a new form with these fields, saved by the screen; its page."""
    def make(name, *fields, **options):
        page = open_page("configurator", "/settings/forms/add", **options)
        page.get_by_label("Nome", exact=False).first.fill(name)
        for each in fields:
            kind, _equal, label = each.partition("=")
            palette(page, kind).click()
            if kind != "Seção":
                page.locator("#p-name").fill(label)
            else:
                page.locator("#p-section-title").fill(label)
            if kind in ("Lista", "Múltipla escolha"):
                for place, text in enumerate(("Sim", "Talvez")):
                    page.locator("[data-option-label]").nth(place).fill(text)
        save(page)
        return page
    return make


def palette(page, kind):
    opened = page.locator(".b-palette details")
    if not opened.evaluate("each => each.open"):
        opened.locator("summary").click()
    return page.locator("[data-palette]").get_by_role("button", name=kind, exact=True)


def save(page):
    page.get_by_role("button", name="Salvar", exact=True).click()
    expect(page.get_by_text("Formulário salvo.").last).to_be_visible()
    expect(page.locator("[data-dirty]")).to_be_hidden()


def order(page) -> list[str]:
    return page.locator("[data-canvas] [data-name]").all_text_contents()


def card(page, name):
    return page.locator("[data-canvas] > li", has=page.get_by_role("button", name=re.compile(f"^{re.escape(name)}")))


def opened(page, name):
    """The card's own button, which shows its properties."""
    return card(page, name).locator("[data-choose]")


def said(page):
    return page.locator("[data-said]")


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def test_a_form_is_made_by_keyboard_alone(open_page):
    page = open_page("configurator", "/settings/forms/add")
    expect(page.locator("#p-form-name")).to_be_focused()
    page.keyboard.type("Vistoria")
    palette(page, "Texto curto").focus()
    press(page, "Enter")
    expect(page.locator("#p-name")).to_be_focused()
    expect(said(page)).to_have_text("Texto curto incluído, 1 de 1.")
    page.keyboard.type("Endereço")
    palette(page, "Lista").focus()
    press(page, "Enter")
    page.keyboard.type("Estado")
    press(page, "Tab", "Tab", "Tab", "Tab")  # variable, type, the grip of the first option, its label
    page.keyboard.type("Bom")
    press(page, "Enter")  # one more below it
    page.keyboard.type("Regular")
    press(page, "Tab", "Tab", "Tab")
    page.keyboard.type("Ruim")
    press(page, "Shift+Tab", "ArrowUp")
    labels = page.locator("[data-option-label]")
    expect(labels.nth(1)).to_have_value("Ruim")
    press(page, "Escape")
    expect(opened(page, "Estado")).to_be_focused()
    press(page, "Alt+ArrowUp")
    expect(said(page)).to_have_text("Estado: 1 de 2.")
    assert order(page) == ["Estado", "Endereço"]
    palette(page, "Seção").focus()
    press(page, "Enter")
    page.keyboard.type("Depois")
    press(page, "Escape")
    expect(opened(page, "Depois")).to_be_focused()
    opened(page, "Endereço").focus()
    press(page, "Alt+ArrowDown")
    expect(said(page)).to_have_text("Endereço: seção Depois, 1 de 1.")
    expect(page.get_by_role("button", name="Mover Endereço", exact=True)).to_be_focused()
    expect(page.locator("[data-look]")).to_contain_text("Depois")
    press(page, "Control+s")
    expect(page.get_by_text("Formulário salvo.")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/settings/forms/edit/\d+$"))
    page.reload()
    assert order(page) == ["Estado", "Depois", "Endereço"]
    opened(page, "Estado").press("Enter")
    expect(page.locator("#p-name")).to_be_focused()
    expect(page.locator("#p-key")).to_have_value("estado")
    expect(page.locator("#p-key")).not_to_be_editable()
    assert [box.input_value() for box in page.locator("[data-option-label]").all()] == ["Bom", "Ruim", "Regular"]


def test_types_and_fields_are_dragged(designer):
    page = designer("Arrastar", "Texto curto=Um", "Data=Dois", "Seção=Parte", "Telefone=Três")
    drag(page, palette(page, "E-mail"), card(page, "Dois"))
    assert order(page) == ["Um", "E-mail", "Dois", "Parte", "Três"]
    drag(page, page.get_by_role("button", name="Mover Três", exact=True), card(page, "Um"))
    assert order(page) == ["Três", "Um", "E-mail", "Dois", "Parte"]
    drag(page, page.get_by_role("button", name="Mover Um", exact=True), page.locator("[data-end]"), below=60)
    assert order(page) == ["Três", "E-mail", "Dois", "Parte", "Um"]
    drag(page, page.get_by_role("button", name="Mover Parte", exact=True), card(page, "Três"), drop=False)
    press(page, "Escape")
    page.mouse.up()
    assert order(page) == ["Três", "E-mail", "Dois", "Parte", "Um"]
    save(page)
    page.reload()
    assert order(page) == ["Três", "E-mail", "Dois", "Parte", "Um"]


def drag(page, what, before, *, below=3, drop=True):
    start, target = what.bounding_box(), before.bounding_box()
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(target["x"] + 80, target["y"] + below, steps=6)
    expect(page.locator(".b-drophere")).to_be_visible()
    if drop:
        page.mouse.up()


def test_what_is_refused_stands_beside_its_property_with_what_was_typed(designer):
    page = designer("Recusado", "Número inteiro=Quantidade", "E-mail=Contato", "Lista=Escolha")
    opened(page, "Contato").click()
    page.locator("#p-name").fill("quantidade")
    page.locator("#p-default").fill("sem arroba")
    opened(page, "Quantidade").click()
    page.locator("#p-minimum").fill("10")
    page.locator("#p-maximum").fill("5")
    opened(page, "Escolha").click()
    page.locator("[data-option-label]").nth(1).fill("sim")
    page.get_by_role("button", name="Salvar", exact=True).click()
    alert = page.get_by_role("alert").filter(has_text="O formulário não foi salvo")
    expect(alert).to_be_visible()
    expect(page.locator("#p-maximum")).to_be_focused()  # of the first refused field of the page
    expect(page.locator("#p-maximum")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#p-maximum-err")).to_have_text("O máximo não pode ser menor que o mínimo.")
    expect(page.locator("#p-maximum")).to_have_value("5")
    assert page.locator(".is-wrong [data-name]").all_text_contents() == ["Quantidade", "quantidade", "Escolha"]
    assert_accessible(page)
    page.locator("#p-maximum").fill("50")
    expect(page.locator("#p-maximum-err")).to_be_hidden()
    opened(page, "quantidade").click()
    expect(page.locator("#p-name-err")).to_have_text("Já existe um campo com este nome.")
    expect(page.locator("#p-default")).to_have_value("sem arroba")
    page.locator("#p-name").fill("Contato")
    page.locator("#p-default").fill("")
    opened(page, "Escolha").click()
    expect(page.locator("[data-option-wrong]").nth(1)).to_have_text("Já existe uma opção com este nome.")
    page.locator("[data-option-label]").nth(1).fill("Não")
    save(page)
    expect(alert).to_be_hidden()
    opened(page, "Quantidade").click()
    expect(page.locator("#p-maximum")).to_have_value("50")
    page.locator("#p-type").select_option(label="Texto curto")  # 50 was a number, not a count of characters
    expect(page.locator("#p-maximum")).to_have_value("")


def test_the_preview_follows_and_a_rule_is_built_of_options_not_saved_yet(designer):
    page = designer("Regra")
    palette(page, "Lista").click()
    page.locator("#p-name").fill("Tipo")
    for place, text in enumerate(("Água", "Esgoto")):
        page.locator("[data-option-label]").nth(place).fill(text)
    expect(page.locator("[data-kind]").first).to_have_text("Lista · 2 opções")
    page.locator("[data-options] li").nth(1).get_by_role("button").last.click()
    expect(page.locator("[data-kind]").first).to_have_text("Lista · 1 opção")
    page.get_by_role("button", name="Opção", exact=True).click()
    page.locator("[data-option-label]").nth(1).fill("Esgoto")
    palette(page, "Texto curto").click()
    page.locator("#p-name").fill("Hidrômetro")
    page.locator("#p-rule").select_option(label="Quando “Tipo”…")
    page.locator("#p-rule-how").select_option(label="é um destes")
    page.locator("[data-rule-values]").get_by_label("Água").check()
    opened(page, "Tipo").click()
    page.locator("[data-option-label]").first.fill("Água tratada")
    page.locator("#p-default").select_option(label="Esgoto")
    look = page.locator("[data-look]")
    expect(look.get_by_label("Tipo")).to_be_visible()
    expect(look.get_by_label("Hidrômetro")).to_be_hidden()
    look.get_by_label("Tipo").select_option(label="Água tratada")
    expect(look.get_by_label("Hidrômetro")).to_be_visible()
    save(page)
    page.reload()
    opened(page, "Hidrômetro").click()
    expect(page.locator("[data-rule-values]").get_by_label("Água tratada")).to_be_checked()
    expect(page.locator("[data-rule-values]").get_by_label("Esgoto")).not_to_be_checked()
    opened(page, "Tipo").click()
    expect(page.locator("#p-default option:checked")).to_have_text("Esgoto")


def test_a_field_is_duplicated_retired_and_brought_back(designer):
    page = designer("Retirar", "Texto curto=Um", "Lista=Dois")
    page.get_by_role("button", name="Duplicar Dois").click()
    expect(page.locator("#p-name")).to_have_value("Dois (cópia)")
    assert [box.input_value() for box in page.locator("[data-option-label]").all()] == ["Sim", "Talvez"]
    page.get_by_role("button", name="Remover Dois (cópia)").click()  # it was never saved
    assert order(page) == ["Um", "Dois"]
    page.get_by_role("button", name="Retirar Um", exact=True).click()
    expect(said(page)).to_have_text("Um retirado: o que os registros guardam fica.")
    assert order(page) == ["Dois"]
    save(page)
    page.reload()
    page.get_by_text("Campos retirados").click()
    page.get_by_role("button", name="Trazer Um de volta").click()
    assert order(page) == ["Um", "Dois"]  # where it stood in its section
    page.get_by_role("button", name="Retirar Um", exact=True).click()
    page.get_by_role("button", name="Remover Um", exact=True).click()
    page.get_by_role("alertdialog").get_by_role("button", name="Remover").click()
    save(page)
    page.reload()
    expect(page.get_by_text("Campos retirados")).to_be_hidden()


def test_two_who_edit_at_once_lose_nothing(designer, open_page):
    mine = designer("Juntos", "Texto curto=Um", "Texto curto=Dois")
    theirs = open_page("admin", mine.evaluate("location.pathname"))
    palette(theirs, "Data").click()
    theirs.locator("#p-name").fill("Do colega")
    opened(theirs, "Dois").click()
    theirs.get_by_label("Obrigatório").check()
    save(theirs)
    opened(mine, "Um").click()
    mine.locator("#p-name").fill("Meu")
    mine.get_by_role("button", name="Salvar", exact=True).click()
    alert = mine.get_by_role("alert").filter(has_text="Este formulário foi alterado em outra aba ou por outra pessoa")
    expect(alert).to_contain_text("Diferente do que está gravado agora: Dois.")
    assert order(mine) == ["Meu", "Dois", "Do colega"]
    save(mine)
    mine.reload()
    assert order(mine) == ["Meu", "Dois", "Do colega"]


def test_leaving_what_is_not_saved_asks(designer):
    page = designer("Sair", "Texto curto=Um")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    opened(page, "Um").click()
    page.locator("#p-help").fill("Ajuda")
    expect(page.locator("[data-dirty]")).to_be_visible()
    page.get_by_role("link", name="Menu", exact=True).click()
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    assert "/settings/forms/" in page.url
    save(page)
    page.get_by_role("link", name="Menu", exact=True).click()
    expect(page).to_have_url(re.compile("/settings/menus/$"))


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_on_a_phone_the_properties_stand_below_their_field(designer, dark):
    page = designer(f"Telefone {dark}", "Texto curto=Um", "Seção=Parte", "Lista=Dois", size=NARROW, dark=dark)
    opened(page, "Dois").click()
    panel = page.locator("[data-panel]")
    assert panel.evaluate("panel => panel.parentElement.querySelector('[data-name]').textContent") == "Dois"
    page.locator("#p-help").fill("Escolha uma")
    expect(page.locator("[data-look]")).to_contain_text("Escolha uma")
    assert_accessible(page)
    assert page.evaluate(_TOO_WIDE) is None
    page.get_by_role("button", name="Mover Dois", exact=True).focus()
    press(page, "ArrowUp")
    assert order(page) == ["Um", "Dois", "Parte"]
    assert panel.evaluate("panel => panel.parentElement.querySelector('[data-name]').textContent") == "Dois"
    save(page)


def test_what_records_hold_comes_back_when_it_was_to_be_removed(designer):
    page = designer("Guardado", "Texto curto=Um", "Lista=Dois")
    address = page.evaluate("location.pathname")
    page.goto(f"/settings/menus/add?form={address.rpartition('/')[2]}")
    page.get_by_label("Nome", exact=False).first.fill("Guardados")
    page.get_by_role("button", name="Salvar", exact=True).click()
    page.get_by_role("link", name="Guardados", exact=True).click()
    page.get_by_role("link", name="Incluir").first.click()
    page.get_by_label("Um", exact=True).fill("Texto")
    page.get_by_label("Dois", exact=True).select_option(label="Talvez")
    page.get_by_role("button", name="Salvar").click()
    expect(page.get_by_text("Texto").first).to_be_visible()
    page.goto(address)
    opened(page, "Dois").click()
    page.get_by_role("button", name="Excluir a opção Talvez").click()
    page.get_by_role("button", name="Retirar Um", exact=True).click()
    page.get_by_text("Campos retirados").click()
    page.get_by_role("button", name="Remover Um", exact=True).click()
    page.get_by_role("alertdialog").get_by_role("button", name="Remover").click()
    page.get_by_role("button", name="Salvar", exact=True).click()
    expect(page.locator("[data-refused-text]")).to_have_text("“Um” tem valores: retire em vez de excluir.")
    expect(page.locator("[data-retired-list]")).to_contain_text("Um")
    expect(page.locator("#p-options-err")).to_have_text("Em uso, retire em vez de excluir: Talvez.")
    assert [box.input_value() for box in page.locator("[data-option-label]").all()] == ["Sim", "Talvez"]
    page.get_by_role("button", name="Retirar a opção Talvez").click()
    save(page)
    page.reload()
    opened(page, "Dois").click()
    expect(page.get_by_role("button", name="Trazer a opção Talvez de volta")).to_be_visible()


def test_a_form_in_use_says_before_and_after_what_goes_out_of_sight_and_is_not_deleted(designer):
    page = designer("Em uso", "Lista=Dois")
    address = page.evaluate("location.pathname")
    page.goto(f"/settings/menus/add?form={address.rpartition('/')[2]}")
    page.get_by_label("Nome", exact=False).first.fill("Usado")
    page.get_by_role("button", name="Salvar", exact=True).click()
    expect(page.get_by_text("Menu salvo.", exact=False)).to_be_visible()
    page.goto("/settings/forms/list/")
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name="Em uso", exact=True))
    row.get_by_role("button", name="Excluir Em uso").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Excluir").click()
    expect(page.get_by_text("Há menus que usam este formulário", exact=False)).to_be_visible()
    expect(page).to_have_url(re.compile("/settings/forms/list/$"))  # which can be read again
    page.goto(address)
    gone = page.locator("[data-taken-away]")
    expect(gone).to_be_hidden()
    page.locator("label", has_text="Inativo").click()
    expect(gone).to_contain_text("deixa de aparecer: o menu “Usado”")
    assert_accessible(page)
    page.get_by_role("button", name="Salvar", exact=True).click()
    expect(page.get_by_text("inativo. Não aparece mais: o menu “Usado”", exact=False)).to_be_visible()
    page.goto("/settings/menus/")
    name = page.locator("[data-row][data-name=Usado]")
    expect(name).to_contain_text("Formulário inativo")
    assert name.locator("b").evaluate("each => each.scrollWidth <= each.clientWidth")  # it is not cut for the mark


def test_options_without_a_name_are_neither_counted_nor_sent(designer):
    page = designer("Opções", "Lista=Dois")
    page.locator("[data-option-label]").nth(1).focus()
    press(page, "Enter")
    expect(page.locator("[data-option-label]")).to_have_count(3)
    expect(page.locator("[data-kind]").first).to_have_text("Lista · 2 opções")
    save(page)
    page.reload()
    opened(page, "Dois").click()
    assert [box.input_value() for box in page.locator("[data-option-label]").all()] == ["Sim", "Talvez"]
    palette(page, "Lista").click()
    page.locator("#p-name").fill("")
    page.get_by_role("button", name="Salvar", exact=True).click()
    expect(page.locator("#p-name-err")).to_be_visible()
    expect(page.locator("#p-options-err")).to_have_text("A lista precisa de ao menos uma opção em uso.")
    expect(page.get_by_text("Formulário salvo.")).to_have_count(0)  # what was told before is no longer so
    page.locator("#p-name").fill("Três")
    page.locator("[data-option-label]").first.fill("Um")
    page.locator("[data-option-label]").nth(1).fill("um")
    page.get_by_role("button", name="Salvar", exact=True).click()
    expect(page.locator("[data-option-label]").nth(1)).to_have_attribute("aria-invalid", "true")
    expect(page.locator("[data-option-label]").nth(1)).to_be_focused()


def test_one_too_many_to_be_searched_has_the_focus_on_its_box(designer):
    page = designer("Pesquisar", *(f"Texto curto=Campo {letter}" for letter in "ABCDEFGHIJK"))
    for letter in "ABCDEFGHIJK":
        opened(page, f"Campo {letter}").click()
        page.get_by_role("checkbox", name="Pesquisável").check()
    page.get_by_role("button", name="Salvar", exact=True).click()
    expect(page.locator("#p-name")).to_have_value("Campo K")
    expect(page.locator("#p-searchable-err")).to_be_visible()
    expect(page.get_by_role("checkbox", name="Pesquisável")).to_be_focused()


def test_a_field_with_values_offers_the_types_it_may_have(designer):
    page = designer("Tipos", "Texto curto=Um", "Lista=Dois")
    address = page.evaluate("location.pathname")
    page.goto(f"/settings/menus/add?form={address.rpartition('/')[2]}")
    page.get_by_label("Nome", exact=False).first.fill("Tipados")
    page.get_by_role("button", name="Salvar", exact=True).click()
    page.get_by_role("link", name="Tipados", exact=True).click()
    page.get_by_role("link", name="Incluir").first.click()
    page.get_by_label("Um", exact=True).fill("Texto")
    page.get_by_label("Dois", exact=True).select_option(label="Sim")
    page.get_by_role("button", name="Salvar").click()
    expect(page.get_by_text("Texto").first).to_be_visible()
    page.goto(address)
    opened(page, "Um").click()
    page.locator("#p-type").focus()
    expect(page.locator("[data-type-stays]")).to_have_text("Este campo tem valores: só pode virar Texto longo.")
    enabled = page.locator("#p-type option:not([disabled])").all_text_contents()
    assert enabled == ["Texto curto", "Texto longo"]
    opened(page, "Dois").click()
    page.get_by_role("button", name="Excluir a opção Sim").click()
    page.get_by_role("button", name="Salvar", exact=True).click()
    expect(page.locator("#p-options-err")).to_have_text("Em uso, retire em vez de excluir: Sim.")
    assert [box.input_value() for box in page.locator("[data-option-label]").all()] == ["Sim", "Talvez"]  # where it was


def test_what_is_searched_of_a_type_is_said_beside_the_mark(designer):
    page = designer("Ligações", "Texto curto=Código", "Pessoa=Titular")
    said_of = page.locator("#p-searchable-help")
    opened(page, "Código").click()
    expect(said_of).to_contain_text("Filtro, ordem e pesquisa")
    opened(page, "Titular").click()
    expect(said_of).to_contain_text("a caixa de pesquisa da lista procura palavras, e este tipo não as tem")
