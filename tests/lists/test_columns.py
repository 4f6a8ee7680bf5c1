"""Columns: chosen, ordered and remembered; page size too; fields of configurators among them."""
import pytest

from app.models.custom_field import CustomField, FieldType
from app.views.attendances.listed import COLUMNS
from tests.lists.conftest import LIST, by_script, heads, protocols
from tests.support.forms import placed

pytestmark = pytest.mark.req("B-40")
CHOOSE = "/lists/attendances/columns"


def choose(browser, *keys, query=""):
    return by_script(browser, CHOOSE, {"columns": list(keys), "query": query})


def test_the_chosen_columns_stand_in_their_order_and_are_there_the_next_time(browser, sign_in, ana, staff):
    assert choose(browser, "closed_at", "entity", "protocol").status_code == 200
    assert heads(browser.get(LIST)) == ["Data fechamento", "Entidade", "Protocolo"]
    assert heads(sign_in(ana).get(LIST)) == ["Data fechamento", "Entidade", "Protocolo"]
    assert heads(sign_in(staff("bia")).get(LIST))[0] == "Protocolo"


def test_the_list_as_delivered_comes_back(browser):
    first = heads(browser.get(LIST))
    choose(browser, "entity")
    by_script(browser, CHOOSE, {"reset": "1", "query": ""})
    assert heads(browser.get(LIST)) == first


def test_no_column_at_all_is_refused_at_its_place(browser):
    for keys in ((), ("password",)):
        answer = choose(browser, *keys)
        assert (answer.status_code, answer.json["field"]) == (422, "columns")


def test_columns_nobody_knows_are_left_out_of_an_address(browser):
    assert heads(browser.get(f"{LIST}?columns=entity,nonsense,entity,protocol")) == ["Entidade", "Protocolo"]
    assert heads(browser.get(f"{LIST}?columns=nonsense"))[0] == "Protocolo"


def test_every_column_can_be_shown(browser, world, session):
    page = browser.get(f"{LIST}?columns={','.join(COLUMNS)}")
    assert heads(page) == [str(column.label) for column in COLUMNS.values()]
    assert protocols(page)


def test_the_number_of_queries_is_fixed_whatever_the_columns(browser, many, queries):
    address = f"{LIST}?columns={','.join(COLUMNS)}"
    many(40)
    browser.get(address)
    queries.clear()
    few = len(protocols(browser.get(f"{address}&size=3"))), len(queries)
    queries.clear()
    assert (3, few[1]) == few
    assert (len(protocols(browser.get(f"{address}&size=40"))), len(queries)) == (40, few[1])


def test_the_page_size_is_remembered(browser, many):
    many(60)
    assert len(protocols(browser.get(LIST))) == 25
    answer = browser.post("/lists/attendances/size", {"size": "50", "query": "phase=open&after=x&size=25"})
    assert answer.headers["Location"] == f"{LIST}?phase=open"
    assert len(protocols(browser.get(LIST))) == 50
    assert browser.post("/lists/attendances/size", {"size": "5000", "query": ""}).status_code == 400


@pytest.fixture
def field(session, seeding, world):
    with seeding():
        session.add_all([*placed(
            "attendance", CustomField(key="contract", name="Contrato", type=FieldType.TEXT, in_list=True),
            CustomField(key="secret", name="Reservado", type=FieldType.TEXT, in_list=False)), *placed(
            "entity", CustomField(key="since", name="Cliente desde", type=FieldType.DATE, in_list=True))])
        world.attendance.custom_values = {"contract": "C-77", "secret": "não"}
        world.entity.custom_values = {"since": "2020-02-29"}
    session.commit()


def test_fields_of_configurators_marked_for_lists_are_columns(browser, field):
    page = browser.get(LIST)
    assert heads(page)[-1] == "Contrato"
    assert "C-77" in page.text
    assert "Reservado" not in page.text
    choose(browser, "x_contract", "protocol")
    assert heads(browser.get(LIST)) == ["Contrato", "Protocolo"]


def test_the_register_of_entities_has_the_same_tools(browser, world, field):
    page = browser.get("/entities/list/").text
    assert "29/02/2020" in page
    by_script(browser, "/lists/entities/columns", {"columns": ["company", "name"], "query": ""})
    page = browser.get("/entities/list/").text
    assert page.index("Empresa</th>") < page.index("NOME/RAZÃO SOCIAL <i")
    assert "29/02/2020" not in page
    assert "Azul" in browser.get("/entities/list/?q=ana").text
    browser.post("/lists/entities/size", {"size": "100", "query": "psize_EntityView=10&q=ana"})
    assert 'value="100" aria-current="true"' in browser.get("/entities/list/").text
