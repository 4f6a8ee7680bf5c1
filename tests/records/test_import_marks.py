"""A row of a file comes in once, whatever becomes of the form afterwards: other types, fields retired and brought back.
"""
import pytest

from app.database import unit_of_work
from app.security.viewer import SYSTEM
from app.services import forms
from tests.forms.conftest import document
from tests.records.test_import import GOOD, HEAD, bring, counts, reasons, send, total
from tests.support.clock import NOON

pytestmark = pytest.mark.req("M-83", "B-20")
LAPA = GOOD.replace("Vila Nova", "Lapa").replace("Obra na rede, Falha elétrica", "Obra na rede")


@pytest.fixture
def reshape(session, stoppages):
    """`reshape(casas={"type": "decimal"})`: the form as a configurator leaves it."""
    def act(**fields):
        session.expire_all()
        values = document(stoppages.form)
        for each in values["fields"]:
            each |= fields.get(each["key"], {})
        with unit_of_work(session):
            forms.update(session, stoppages.form_id, values, actor=SYSTEM, now=NOON)
    return act


@pytest.fixture
def bring_in(browser, stoppages):
    """`bring_in(row, …)`: a file with them imported; how many were read, added, changed, left, refused."""
    def act(*rows):
        page = bring(browser, send(browser, stoppages.root, HEAD, *rows))
        return counts(page) or reasons(page)
    return act


def test_of_another_type_its_rows_are_the_same(session, reshape, bring_in):
    assert bring_in(GOOD, GOOD, LAPA) == [3, 3, 0, 0, 0]
    reshape(casas={"type": "decimal"})
    assert bring_in(GOOD, GOOD, LAPA) == [3, 0, 0, 3, 0]
    assert bring_in(GOOD, GOOD, GOOD, LAPA) == [4, 1, 0, 3, 0], "one more that says the same"
    reshape(custo={"type": "decimal"}, regiao={"type": "choices"}, documento={"type": "text"})
    half = GOOD.replace("1.200", "1.200,5")
    assert bring_in(GOOD, GOOD, GOOD, LAPA, half) == [5, 1, 0, 4, 0]
    reshape(documento={"type": "long_text"}, bairro={"type": "long_text"})
    assert bring_in(GOOD, GOOD, GOOD, LAPA, half) == [5, 0, 0, 5, 0]
    assert total(session) == 5


def test_of_a_field_retired_and_brought_back_its_rows_are_the_same(session, reshape, bring_in):
    assert bring_in(GOOD) == [1, 1, 0, 0, 0]
    reshape(casas={"active": False})
    assert bring_in(GOOD, LAPA) == [2, 1, 0, 1, 0], "LAPA comes in without the field"
    reshape(casas={"active": True, "type": "decimal"})
    assert bring_in(GOOD, LAPA) == [2, 0, 0, 2, 0]
    assert bring_in(GOOD.replace("1.200", "1.201")) == [1, 1, 0, 0, 0], "another row"
    assert total(session) == 3


def test_a_row_that_says_something_of_a_new_field_is_another(session, stoppages, reshape, browser):
    assert counts(bring(browser, send(browser, stoppages.root, "Bairro", "Lapa"))) == [1, 1, 0, 0, 0]
    session.expire_all()
    values = document(stoppages.form)
    values["fields"].append({"name": "Equipe", "type": "text"})
    with unit_of_work(session):
        forms.update(session, stoppages.form_id, values, actor=SYSTEM, now=NOON)
    again = send(browser, stoppages.root, "Bairro;Equipe", "Lapa;", "Lapa;Sul")
    assert counts(bring(browser, again)) == [2, 1, 0, 1, 0]
