"""The browser's Back after a form was refused, corrected and saved: nothing is sent again, the form begins anew."""
import re

import pytest
from playwright.sync_api import expect

from .test_agenda import choose


@pytest.mark.req("S-19")
def test_a_saved_appointment_is_not_made_a_second_time(open_page):
    page = open_page("supervisor", "/agenda/add?start=2027-08-02T10:00")
    choose(page, "Entidade", "João Pereira")
    page.get_by_label("Assunto").fill("Só uma vez")
    page.get_by_label("Início").fill("2027-08-03T14:00")
    page.get_by_label("Início").blur()
    page.get_by_label("Término").fill("2027-08-03T13:00")
    page.get_by_role("button", name="Salvar").click()
    expect(page.get_by_text("O agendamento termina antes de começar.")).to_be_visible()
    page.get_by_label("Término").fill("2027-08-03T15:00")
    page.get_by_role("button", name="Salvar").click()
    expect(page.locator(".b-toast").first).to_be_visible()
    page.go_back()
    expect(page.get_by_label("Assunto")).to_have_value("")
    expect(page.get_by_label("Início")).to_have_value("02/08/2027 10:00")
    page.get_by_label("Assunto").fill("Outro, ainda não salvo")
    page.once("dialog", lambda dialog: dialog.accept())
    page.goto("/agenda/")
    page.go_back()
    expect(page.get_by_label("Assunto")).to_have_value("Outro, ainda não salvo")


@pytest.mark.req("S-64", "S-24")
@pytest.mark.parametrize("kind", ["order", "survey"])
def test_a_form_refused_and_then_saved_is_begun_anew(open_page, server, kind):
    if kind == "order":
        page = open_page("supervisor", f"/orders/add?entity={server.ids['known']}")
        field, wrong, right = "Número do pedido", "", "V-1"
    else:
        page = open_page("configurator", "/surveys/add")
        field, wrong, right = "Pesquisa", "Sem perguntas", "Ida e volta"
    page.get_by_label(field).first.fill(wrong)
    page.get_by_role("button", name="Salvar").click()
    expect(page.locator(".alert-danger")).to_be_visible()
    page.get_by_label(field).first.fill(right)
    if kind == "survey":
        page.get_by_role("button", name="Adicionar pergunta").click()
        page.get_by_label("Pergunta", exact=True).fill("Como foi?")
    else:
        page.get_by_role("button", name="Adicionar item").click()
        page.get_by_role("group", name="Itens").get_by_label("Descrição").fill("Frete")
    page.get_by_role("button", name="Salvar").click()
    expect(page.locator(".b-toast").first).to_be_visible()
    for _step in range(2):
        page.go_back()
        if page.url == "about:blank":
            break
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.locator(f"input[value='{right}']")).to_have_count(0)
        assert page.get_by_label(field).first.input_value() == ""


@pytest.mark.req("B-15")
def test_a_refusal_under_an_address_of_its_own_leads_back_to_the_page_of_its_form(open_page):
    page = open_page("supervisor", "/attendances/2026000205/merging")
    page.get_by_label("Protocolo ou número do outro atendimento").fill("2026-999")
    page.get_by_role("button", name="Ver").click()
    expect(page.get_by_role("alert")).to_contain_text("Não existe atendimento")
    expect(page).to_have_url(re.compile("/attendances/2026000205/merging$"))
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_contain_text("2026000205")
    page.get_by_role("link", name="Atendimentos", exact=True).first.click()
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_contain_text("2026000205")


def test_what_was_typed_and_not_sent_is_given_back(open_page):
    page = open_page("configurator", "/motives/add")
    page.get_by_label("Motivo").fill("Ainda não salvo")
    page.once("dialog", lambda dialog: dialog.accept())
    page.goto("/motives/list/")
    page.go_back()
    expect(page.get_by_label("Motivo")).to_have_value("Ainda não salvo")
