"""A value given for a field that another answer hides: refused where a file or another system says it, for what is
dropped without a word is lost; a page that does not show the field says nothing of it.
"""
import pytest
from sqlalchemy import select

from app.models.custom_field import CustomField, FieldType
from app.models.custom_record import CustomRecord
from tests.records.conftest import stored
from tests.records.test_import import bring, counts, mapping, reasons, send, total
from tests.records.test_rest import RECORDS
from tests.records.test_screens import fill

pytestmark = pytest.mark.req("B-20")
REASON = "Este campo só existe quando “Programada” é: Sim. Deixe-o vazio."


@pytest.fixture
def notice(stoppages, seeding):
    """The field "Aviso", of planned stoppages only."""
    with seeding():
        stoppages.form.fields.append(CustomField(
            key="aviso", name="Aviso", type=FieldType.TEXT, position=20,
            shown_if={"field": "programada", "in": [True]}))


@pytest.mark.usefixtures("notice")
def test_rest_refuses_it_at_its_field(ana, api, add):
    caller, values = api(ana), {"bairro": "Centro", "programada": False, "aviso": "Rádio"}
    refused = caller.post(RECORDS, {"values": values})
    assert (refused.status_code, refused.json["error"]["fields"]) == (422, {"values.aviso": REASON})
    assert caller.post(RECORDS, {"values": {**values, "aviso": None}}).status_code == 201
    pk = add(programada=True, aviso="Rádio")
    refused = caller.put(f"{RECORDS}/{pk}", {"version": 1, "values": values})
    assert (refused.status_code, refused.json["error"]["fields"]) == (422, {"values.aviso": REASON})
    changed = caller.put(f"{RECORDS}/{pk}", {"version": 1, "values": {"bairro": "Centro", "programada": False}})
    assert changed.json["values"] == {"bairro": "Centro", "programada": False}


@pytest.mark.usefixtures("notice")
def test_a_file_is_told_of_the_row(session, stoppages, browser, add):
    pk = add(programada=True, aviso="Rádio")
    head = "Código;Bairro;Programada;Aviso"
    rows = [";Lapa;Não;Rádio", ";Lapa;Sim;Rádio", ";Lapa;Não;", f"{pk};Centro;Não;Rádio"]
    at = send(browser, stoppages.root, head, *rows)
    page = browser.get(at)
    assert counts(page) == [4, 2, 0, 0, 2]
    assert reasons(page) == {"2": f"Aviso: {REASON}", "5": f"Aviso: {REASON}"}
    assert REASON in browser.post(at, {**mapping(page), "action": "refused"}).data.decode("utf-8-sig")
    assert counts(bring(browser, at)) == [4, 2, 0, 0, 2]
    assert total(session) == 3
    assert stored(session, pk).values["aviso"] == "Rádio", "refused whole"
    again = send(browser, stoppages.root, "Código;Bairro;Programada", f"{pk};Centro;Não")
    assert counts(bring(browser, again)) == [1, 0, 1, 0, 0]
    assert "aviso" not in stored(session, pk).values


@pytest.mark.usefixtures("notice")
def test_a_page_says_nothing_of_what_it_does_not_show(session, stoppages, browser):
    sent = fill(browser, stoppages.root, x_programada="n", x_aviso="digitado antes")
    assert sent.status_code == 302, sent.text
    (made,) = session.scalars(select(CustomRecord)).all()
    assert made.values["programada"] is False
    assert "aviso" not in made.values
