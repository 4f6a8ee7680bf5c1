"""The complete form of an entity: what it says beside its rows and after a save, and where refusals stand."""
import re

import pytest
from sqlalchemy import select

from app.models.entity import Entity
from app.security.permissions import ATTENDANT

ADD = "/entities/add"
BASE = {"kind": "individual", "name": "Nova Pessoa", "active": "y"}
PHONE = {"phones-0-kind": "mobile", "phones-0-number": "11 96666-5555"}
BLANK = "Nenhum marcado como Principal: o atendimento mostra este campo em branco."


@pytest.fixture
def browser(make_user, sign_in, world):
    """An attendant of Azul."""
    return sign_in(make_user(None, ATTENDANT, companies=[world.company]))


def refused_cells(response) -> set[str]:
    """Ids of what is painted red."""
    page = re.sub(r"<template>.*?</template>", "", response.text, flags=re.DOTALL)
    cells = re.findall(r'<td class="has-error".*?</td>', page, flags=re.DOTALL)
    return {re.search(r'id="([^"]+)-err"', cell)[1] for cell in cells}


@pytest.mark.req("S-26", "S-27")
def test_rows_without_a_main_one_are_saved_and_said_to_leave_the_field_blank(browser):
    assert browser.get(ADD).text.count(BLANK) == 3
    page = browser.get(browser.post(ADD, {**BASE, **PHONE}).location)
    assert f"Telefones: {BLANK}" in page.text
    page = browser.get(browser.post(ADD, {**BASE, **PHONE, "phones-0-is_main": "y", "confirmed": "1"}).location)
    assert BLANK not in page.text


@pytest.mark.req("M-25", "P-28")
def test_only_the_wrong_cell_of_a_row_is_marked_and_everything_wrong_is_told_at_once(browser, world):
    response = browser.post(ADD, {
        **BASE, "addresses-0-city": "Campinas", "contacts-0-related_entity": world.entity.id, "contacts-0-active": "y",
        "econtacts-0-kind": "email", "econtacts-0-value": "joana@"})
    assert response.status_code == 422
    assert refused_cells(response) == {
        "addresses-0-street", "contacts-0-name", "contacts-0-job_title", "econtacts-0-value"}
    assert response.text.count("Preencha ao menos um dos campos: Cargo, Fone, Fax, Celular ou Email.") == 1
    assert not re.search(r'class="b-line full has-error"', response.text)


def test_a_name_too_long_is_refused_in_words_and_never_cut(browser, session):
    for address in (ADD, "/entities/simple/add"):
        assert "maxlength" not in re.search(r'<input[^>]+name="name"[^>]*>', browser.get(address).text)[0]
        response = browser.post(address, {**BASE, "name": "Ana" * 70, "phone": "(11) 96666-5555"})
        assert response.status_code == 422
        assert f'value="{"Ana" * 70}"' in response.text
        assert re.search(r'id="name-err">.*?200', response.text, flags=re.DOTALL)
    assert session.scalar(select(Entity.id).where(Entity.name.startswith("AnaAna"))) is None
