"""The register of entities as the desk meets it: what a form there changes on the attendance, and who looked."""
import re

import pytest
from playwright.sync_api import expect


def rows(page, name):
    """The rows of one group of the form."""
    return page.get_by_role("group", name=name, exact=True)


@pytest.mark.req("S-17", "S-27")
def test_three_phones_and_one_principal_at_a_time(open_page, server):
    page = open_page("attendant", f"/entities/edit/{server.ids['phones']}")
    phones = rows(page, "Telefones")
    for number in ("(21) 99876-5432", "(21) 3210-5678"):
        phones.get_by_role("button", name="Adicionar telefone").click()
        expect(phones.get_by_role("combobox", name="Tipo").last).to_be_focused()
        phones.get_by_label("Telefone", exact=True).last.fill(number)
    main = phones.get_by_role("checkbox", name="Principal")
    expect(main).to_have_count(3)
    expect(main.nth(0)).to_be_checked()
    main.nth(2).check()
    expect(main.nth(0)).not_to_be_checked()
    main.nth(1).check()
    expect(main.nth(2)).not_to_be_checked()
    page.get_by_role("button", name="Salvar").click()
    expect(page.locator(".b-toast").first).to_be_visible()
    page.goto(f"/attendances/new?entity={server.ids['phones']}")
    block = page.get_by_role("region", name="Dados cadastrais da entidade")
    expect(block).to_contain_text("(21) 99876-5432")
    expect(block).not_to_contain_text("3210-5678")


@pytest.mark.req("B-16")
def test_an_invalid_cpf_is_refused_in_words_at_its_field(open_page):
    page = open_page("attendant", "/entities/simple/add")
    page.get_by_label("Nome").fill("Quem Errou")
    page.get_by_label("Telefone").fill("(11) 98765-0000")
    page.get_by_label("CPF/CNPJ").fill("111.222.333-44")
    page.get_by_role("button", name="Salvar").click()
    document = page.get_by_label("CPF/CNPJ")
    expect(document).to_be_focused()
    expect(document).to_have_value("111.222.333-44")
    expect(page.locator("#document-err")).to_have_text("CPF inválido.")
    expect(page.get_by_label("Nome")).to_have_value("Quem Errou")


def test_the_eye_shows_a_cpf_and_the_look_is_logged(open_page, server):
    page = open_page("attendant", f"/attendances/entity/{server.ids['reveal']}")
    heading = page.locator(".b-head")
    expect(heading).to_contain_text(re.compile(r"•••\.\d{3}\.\d{3}-••"))
    page.get_by_role("button", name="Mostrar o CPF/CNPJ inteiro").click()
    expect(heading).to_contain_text("029.365.710-65")
    page.get_by_role("button", name="Mostrar o CPF/CNPJ inteiro").click()  # again: hidden
    expect(heading).not_to_contain_text("029.365")

    chief = open_page("supervisor", f"/entities/show/{server.ids['reveal']}")
    chief.get_by_role("link", name="Logs").click()
    expect(chief.get_by_role("main")).to_contain_text("Attendant Teste")
    expect(chief.get_by_role("main")).to_contain_text("CPF/CNPJ")
    expect(chief.get_by_role("main")).not_to_contain_text("02936571065")
