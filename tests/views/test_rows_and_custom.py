"""Child rows inside their parent's form, fields that configurators add, dates in the time zone of the company."""
import re

import pytest
from sqlalchemy import select

from app.models.custom_field import CustomField
from app.models.custom_form import CustomData, CustomForm
from app.models.entity import Entity, Phone
from app.models.log import LogEntry
from tests.support.forms import placed


@pytest.fixture
def browser(probe):
    return probe.client("ana")


@pytest.fixture
def custom(probe):
    """Definitions for the target `entity`, gone when the test ends."""
    with probe.session() as session:
        session.add_all(placed(
            "entity",
            CustomField(key="color", name="Cor", in_list=True, position=1),
            CustomField(key="level", name="Nível", type="integer", required=True, position=2),
            CustomField(key="value", name="Limite", type="money", position=3),
            CustomField(key="since", name="Desde", type="datetime", position=4),
            CustomField(key="vip", name="VIP", type="boolean", position=5),
            CustomField(key="kind", name="Grupo", type="choice", position=6, options=[
                {"value": "a", "label": "Ouro"}, {"value": "b", "label": "Prata", "active": False}]),
            CustomField(key="gone", name="Antigo", active=False)))
    yield
    with probe.session() as session:
        for row in (*session.scalars(select(CustomData)), *session.scalars(select(CustomForm))):
            session.delete(row)


def rows(*values, start=0):
    """Posted fields of phone rows: [(index, {column: value})] or plain dicts."""
    numbered = [value if isinstance(value, tuple) else (start + i, value) for i, value in enumerate(values)]
    return {f"phones-{index}-{column}": text for index, row in numbered for column, text in row.items()}


def mobile(number, main=False, **more):
    return {"kind": "mobile", "number": number, **({"is_main": "y"} if main else {}), **more}


def read(probe, name):
    """The stored entity of this name as plain values."""
    with probe.session() as session:
        entity = session.scalar(select(Entity).where(Entity.name == name).order_by(Entity.id.desc()).limit(1))
        return None if entity is None else {
            "id": entity.id, "version": entity.version, "custom": entity.custom_values,
            "units": [unit.id for unit in entity.units], "birth": entity.birth_date,
            "phones": [(phone.id, phone.number, phone.is_main) for phone in entity.phones]}


@pytest.mark.req("S-27")
def test_rows_are_added_changed_and_removed_with_their_parent(probe, browser):
    form = {"name": "Nina", "company": probe.ids["company"]}
    typed = rows((0, mobile("+5511911110000", True)), (3, mobile("+5511922220000")), (4, mobile("")))
    new = browser.post("/people/add", {**form, **typed})
    assert new.status_code == 302, new.text[-1500:]
    nina = read(probe, "Nina")
    assert [(number, main) for _pk, number, main in nina["phones"]] == [
        ("+5511911110000", True), ("+5511922220000", False)]
    first, second = (pk for pk, _number, _main in nina["phones"])
    page = browser.get(f"/people/edit/{nina['id']}").text
    assert f'value="{first}"' in page
    assert "__i__" in page

    swapped = {**form, "version": "1", **rows(mobile("+5511911110000", id=first),
                                              mobile("+5511922220000", True, id=second))}
    assert browser.post(f"/people/edit/{nina['id']}", swapped).status_code == 302
    assert [main for _pk, _number, main in read(probe, "Nina")["phones"]] == [False, True]

    two = {**form, "version": "2", **rows(mobile("+5511911110000", True, id=first),
                                          mobile("+5511922220000", True, id=second))}
    refused = browser.post(f"/people/edit/{nina['id']}", two)
    assert refused.status_code == 422
    assert 'id="phones-1-is_main-err"' in refused.text

    alien = {**form, "version": "2", **rows(mobile("+5511900000000", id=999999))}
    assert browser.post(f"/people/edit/{nina['id']}", alien).status_code == 422
    assert browser.post(f"/people/edit/{nina['id']}", {**form, "version": "2"}).status_code == 302
    assert read(probe, "Nina")["phones"] == []


def test_a_refused_row_says_so_at_its_field_and_keeps_what_was_typed(probe, browser):
    form = {"name": "Otto", "company": probe.ids["company"], **rows(mobile("+5511911110001"), mobile("000"))}
    page = browser.post("/people/add", form)
    assert page.status_code == 422
    assert re.search(r'id="phones-1-number-err">[^<]*Número inexistente', page.text)
    assert 'value="000"' in page.text
    assert read(probe, "Otto") is None
    holes = {"name": "Otto", "company": probe.ids["company"], **rows((5, {"id": "1", "kind": "mobile", "number": ""}))}
    assert 'id="phones-5-number-err"' in browser.post("/people/add", holes).text


def test_a_hostile_number_of_rows_is_cut(probe, browser):
    form = {"name": "Muitos", "company": probe.ids["company"]}
    many = rows(*(mobile(f"+55119{number:08}") for number in range(120)))
    assert browser.post("/people/add", {**form, **many}).status_code == 302
    assert len(read(probe, "Muitos")["phones"]) == 50


def test_rows_stand_in_the_log_of_the_parent(probe, browser):
    form = {"name": "Logada", "company": probe.ids["company"], **rows(mobile("+5511911110009", True))}
    assert browser.post("/people/add", form).status_code == 302
    pk = read(probe, "Logada")["id"]
    with probe.session() as session:
        entry = session.scalars(select(LogEntry).where(LogEntry.target == "entity", LogEntry.target_id == pk)).one()
        assert entry.changes["phones"][1][0]["number"] == "+5511911110009"
        assert session.scalar(select(Phone).where(Phone.entity_id == pk)).is_main
    page = browser.get(f"/logs/entity/{pk}").text
    assert "91111-0009" in page


def test_many_to_many_is_scoped_and_kept_after_a_refusal(probe, browser):
    form = {"name": "proibido", "company": probe.ids["company"], "units": [probe.ids["unit"]]}
    page = browser.post("/people/add", form)
    assert page.status_code == 422
    assert "Este nome não é permitido" in page.text
    assert f'<option value="{probe.ids["unit"]}" selected>Centro</option>' in page.text
    assert "Matriz Verde" not in page.text
    alien = browser.post("/people/add", {**form, "name": "Lia", "units": [probe.ids["other_unit"]]})
    assert alien.status_code == 422
    assert browser.post("/people/add", {**form, "name": "Lia"}).status_code == 302
    assert read(probe, "Lia")["units"] == [probe.ids["unit"]]


def test_added_fields_are_asked_stored_listed_and_shown(probe, browser, custom):
    base = {"name": "Clara", "company": probe.ids["company"]}
    page = browser.get("/people/add").text
    assert "Dados do cadastro" in page
    assert 'name="x_color"' in page
    assert "x_gone" not in page
    assert "Prata" not in page
    missing = browser.post("/people/add", base)
    assert missing.status_code == 422
    assert 'id="x_level-err"' in missing.text
    typed = {**base, "x_color": "azul", "x_level": "7", "x_value": "1.234,50", "x_since": "2026-03-01T10:30",
             "x_vip": "n", "x_kind": "a", "custom_values": "hack", "x_gone": "1"}
    made = browser.post("/people/add", typed)
    assert made.status_code == 302, made.text[-2000:]
    clara = read(probe, "Clara")
    assert clara["custom"] == {"color": "azul", "level": 7, "value": "1234.50", "since": "2026-03-01T13:30:00+00:00",
                               "vip": False, "kind": "a"}
    shown = browser.get(f"/people/show/{clara['id']}").text
    for text in ("azul", "R$\xa01.234,50", "01/03/2026 10:30", "Ouro"):
        assert text in shown, text
    assert "azul" in browser.get("/people/list/?_flt_0_name=clara").text
    form = browser.get(f"/people/edit/{clara['id']}").text
    assert 'value="01/03/2026 10:30"' in form
    assert 'value="1.234,50"' in form or 'value="1234,50"' in form
    bad = browser.post(f"/people/edit/{clara['id']}", {**typed, "version": "1", "x_kind": "b", "x_value": "muito"})
    assert bad.status_code == 422
    assert 'id="x_kind-err"' in bad.text
    assert 'id="x_value-err"' in bad.text
    cleared = {**typed, "version": "1", "x_color": "", "x_kind": ""}
    assert browser.post(f"/people/edit/{clara['id']}", cleared).status_code == 302
    assert read(probe, "Clara")["custom"]["color"] is None


def test_a_stale_save_shows_the_stored_value_of_an_added_field(probe, browser, custom):
    base = {"name": "Dora", "company": probe.ids["company"], "x_level": "1"}
    assert browser.post("/people/add", {**base, "x_color": "azul"}).status_code == 302
    pk = read(probe, "Dora")["id"]
    assert browser.post(f"/people/edit/{pk}", {**base, "x_color": "verde", "version": "1"}).status_code == 302
    page = browser.post(f"/people/edit/{pk}", {**base, "x_color": "roxo", "version": "1"})
    assert page.status_code == 409
    assert 'value="roxo"' in page.text
    assert "Valor gravado agora: verde" in page.text
    assert page.text.count("Valor gravado agora") == 1


def test_a_view_without_added_fields_does_not_ask_for_them(probe, browser):
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    asked = []

    def note(_connection, _cursor, statement, *_rest):
        asked.append(statement)

    browser.get("/probe/list/")  # the menu reads what is defined, once until it changes
    event.listen(Engine, "before_cursor_execute", note)
    try:
        browser.get("/probe/list/")
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert not [statement for statement in asked if "custom_field" in statement]


@pytest.mark.req("G-04")
def test_dates_are_read_by_day_of_the_company(probe, browser):
    from datetime import UTC, datetime

    with probe.session() as session:
        entity = session.get(Entity, probe.ids["entity"])
        entity.created_at = datetime(2026, 5, 11, 1, 30, tzinfo=UTC)  # 22:30 of the tenth in São Paulo
    root = "/people/list/?_flt_0_name=conceicao"
    inside = browser.get(f"{root}&_flt_0_created_at=2026-05-10&_flt_1_created_at=2026-05-10").text
    assert "Ana Lúcia" in re.search(r"<tbody>.*</tbody>", inside, re.S)[0]
    assert 'value="10/05/2026"' in inside
    outside = browser.get(f"{root}&_flt_0_created_at=2026-05-11").text
    assert "Nenhum registro encontrado" in outside
    assert "10/05/2026 22:30" in browser.get(f"/people/show/{probe.ids['entity']}").text
    wrong = browser.get(f"{root}&_flt_0_created_at=ontem")
    assert wrong.status_code == 200
    assert "Nenhum registro encontrado" in wrong.text
    form = {"name": "Bia", "company": probe.ids["company"], "birth_date": "1986-04-12"}
    assert browser.post("/people/add", form).status_code == 302
    assert read(probe, "Bia")["birth"].isoformat() == "1986-04-12"
    assert browser.post("/people/add", {**form, "birth_date": "12/13/1986"}).status_code == 422
