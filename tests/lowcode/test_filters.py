"""Lists narrowed by configurators' fields: tickets, attendances and persons, on pages, in files and by REST (B-20)."""
import csv
import io
import re
from unittest.mock import ANY

import pytest

from app.database import unit_of_work
from app.models.custom_field import CustomField
from app.services import attendances, entities
from app.services.tickets import opening
from tests.support.clock import NOON

from .conftest import HELD

pytestmark = pytest.mark.req("B-20")
# what is asked -> the numbers of the owners found
ASKED = [
    ("cf_text=carteira 10", {1}), ("cf_text=CARTEIRA 100", {2}), ("cf_text=carteira*", {1, 2}), ("cf_text=10", set()),
    ("cf_text=carteira 10&cf_text=carteira 100", {1, 2}), ("cf_long_text=tres", {2}), ("cf_integer=-7", {1}),
    ("cf_integer_from=-7", {1, 2}), ("cf_integer_from=-6", {2}), ("cf_integer_to=-7", {1}), ("cf_decimal=1.50", {1}),
    ("cf_decimal=10,25", {2}), ("cf_decimal_from=1.5&cf_decimal_to=10", {1}), ("cf_money=1.234,50", {1}),
    ("cf_money_from=99&cf_money_to=99.00", {2}), ("cf_date=2026-01-31", {1}), ("cf_date=31/01/2026", {1}),
    ("cf_date_from=2026-02-01", {2}), ("cf_datetime=2026-01-31", {1}), ("cf_datetime=2026-02-01", {2}),
    ("cf_datetime_to=2026-02-01", {1, 2}), ("cf_datetime=2026-02-01T01:30:00Z", {1}),
    ("cf_datetime=2026-01-31&cf_datetime=2026-02-01", {1, 2}), ("cf_boolean=true", {1}), ("cf_boolean=false", {2}),
    ("cf_choice=a", {1}), ("cf_choice=a&cf_choice=b", {1, 2}), ("cf_choice=c", set()), ("cf_choices=b", {1}),
    ("cf_choices=a&cf_choices=b", {1}), ("cf_cpf_cnpj=390.533.447-05", {1}), ("cf_phone=(11) 3333-4444", {2}),
    ("cf_cpf_cnpj=390.533*", {1}), ("cf_phone=(11) 33*", {2}), ("cf_text=carteira 10*&cf_text=x", {1, 2}),
    ("cf_text=*10*", {1, 2}), ("cf_text=*100 carteira*", {2}), ("cf_text=*arteira*", set()),
    ("cf_long_text=*dois*", {1}), ("cf_email=*bruno@exemplo.com*", {2}), ("cf_email=*exemplo*", {1, 2}),
    ("cf_url=*exemplo.com/b*", {2}), ("cf_text=*10*&cf_choice=b", {2}), ("cf_money=R$ 1.234,50", {1}),
    ("cf_money=R$\u00a099,00", {2}),
    ("cf_email=ana@EXEMPLO.com", {1}), ("cf_url=https://exemplo.com/b", {2}), ("cf_text=carteira*&cf_choice=b", {2})]
BLANK = ["cf_text=", "cf_integer_from=", "cf_choice=&cf_choice=a"]
REFUSED = [
    "cf_nada=1", "cf_=1", "cf_text_from=a", "cf_integer=x", "cf_integer=1.5", "cf_integer_from=1&cf_integer_from=2",
    "cf_date=31/02/2026", "cf_date=ontem", "cf_datetime=2026-02-01T01:30:00", "cf_boolean=sim", "cf_choice=z",
    "cf_choices=z", "cf_cpf_cnpj=1", "cf_phone=12", "cf_secret=1", "cf_decimal=1e5", "cf_text=" + "x" * 301,
    "cf_text=*10*&cf_text=*a*", "cf_integer_from=2&cf_integer_to=1", "cf_date_from=2026-02-02&cf_date_to=2026-02-01"]




@pytest.fixture
def secret(put):
    """A field that nobody may ask for."""
    return lambda target: put(target, CustomField(key="secret", name="Segredo", type="text"), name="Outro",
                              slug="other")


def numbers(made) -> dict:
    return {pk: number for number, pk in enumerate(made, 1)}


@pytest.fixture
def three_attendances(session, world, staff, viewer_for, one_of_each, secret):
    """The numbers of three attendances by id: the first two hold something."""
    held = one_of_each("attendance")
    secret("attendance")
    ana = viewer_for(staff())
    with unit_of_work(session):
        return numbers(attendances.open_attendance(
            session, entity_id=world.entity.id, actor=ana, now=NOON,
            detail={"channel_id": world.channels["phone"].id, "description": "x"},
            values={"motive_id": world.motive.id, "custom_values": values}).id
            for values in (held.first, held.second, {}))


@pytest.fixture
def three_persons(session, world, staff, viewer_for, one_of_each, secret):
    held = one_of_each("entity")
    secret("entity")
    ana = viewer_for(staff())
    with unit_of_work(session):
        return numbers(entities.create(session, {"name": f"Pessoa {number}", "custom_values": values}, actor=ana,
                                       now=NOON).id for number, values in enumerate((held.first, held.second, {}), 1))


@pytest.fixture
def three_tickets(session, world, staff, viewer_for, one_of_each, secret):
    held = one_of_each("attendance")
    secret("attendance")
    ana = viewer_for(staff(central_operator=True))
    values = {"classification_id": world.classification.id, "subclassification_id": world.subclassification.id,
              "contact_name": "Pedro", "contact_phone": "1133334444", "contact_email": "p@example.com", "message": "?",
              "provider_id": world.provider.id}
    made = []
    for number, fields in enumerate((held.first, held.second, {}), 1):
        with unit_of_work(session):
            made.append(opening.open_ticket(session, {**values, "title": f"Guia {number}"}, actor=ana,
                                            now=NOON).attendance_id)
        with unit_of_work(session):
            attendances.save_attendance(session, made[-1], version=None, values={"custom_values": fields}, actor=ana,
                                        now=NOON)
    return numbers(made)


def wrong_answers(ask, three) -> dict:
    """{query: what was found} where it is something else than what should be; `ask(query)` -> ids."""
    answers = {query: {three[pk] for pk in ask(query) if pk in three} for query, _found in ASKED}
    return {query: answers[query] for query, found in ASKED if answers[query] != found}


def ids_of(answer) -> list[int]:
    assert answer.status_code == 200, answer.text
    return [row["id"] for row in answer.json["items"]]


@pytest.mark.parametrize(("three", "path"), [
    ("three_attendances", "attendances"), ("three_persons", "persons"), ("three_tickets", "provider-tickets")])
def test_lists_by_rest(request, api, three, path):
    three = request.getfixturevalue(three)
    caller = api("ana")
    assert wrong_answers(lambda query: ids_of(caller.get(f"/api/v1/{path}?{query}")), three) == {}
    answers = {query: caller.get(f"/api/v1/{path}?{query}") for query in (*REFUSED, *BLANK)}
    assert {query for query, answer in answers.items() if answer.status_code != 400} == set()
    assert answers["cf_integer=x"].json["error"]["fields"] == {"cf_integer": ANY}


def rows_of(page, pattern) -> list[int]:
    assert page.status_code == 200, page.text
    return list(dict.fromkeys(int(pk) for pk in re.findall(pattern, page.text)))


@pytest.mark.parametrize(("three", "path", "pattern"), [
    ("three_attendances", "/attendances/list", r'<tr data-id="(\d+)"'),
    ("three_persons", "/entities/list/", r'href="/entities/show/(\d+)"'),
    ("three_tickets", "/provider-central/", r'<tr role="row"[^>]* data-id="(\d+)"')])
def test_lists_as_pages(request, sign_in, three, path, pattern):
    three, browser = request.getfixturevalue(three), sign_in("ana")
    assert wrong_answers(lambda query: rows_of(browser.get(f"{path}?{query}"), pattern), three) == {}
    assert len(rows_of(browser.get(f"{path}?cf_text=&cf_integer_from=&cf_date_to="), pattern)) >= 3
    answers = {query: browser.get(f"{path}?{query}") for query in REFUSED}
    unknown = {query for query in REFUSED if query.startswith(("cf_nada", "cf_=", "cf_text_from", "cf_secret"))}
    assert {query for query in unknown if answers[query].status_code != 400} == set()
    told = answers["cf_integer=x"]
    assert re.findall(pattern, told.text) == []
    assert "Valor inválido." in told.text
    assert 'value="x"' in told.text  # what was typed stays


def test_files_have_what_the_filter_leaves_with_typed_columns(three_attendances, sign_in):
    page = sign_in("ana").get("/lists/attendances/export.csv?cf_choice=a")
    head, row = list(csv.reader(io.StringIO(page.text.removeprefix("\ufeff")), delimiter=";"))
    cells = dict(zip(head, row, strict=True))
    assert {name: cells[f"Campo {name}"] for name in HELD} == {
        "text": "Çarteira 10", "long_text": "um\ndois", "integer": "-7", "decimal": "1,5", "money": "1234,50",
        "date": "31/01/2026", "datetime": "31/01/2026 22:30", "boolean": "Sim", "choice": "Água",
        "choices": "Água, Brejo", "cpf_cnpj": "390.533.447-05", "phone": "(11) 98765-4321", "email": "Ana@exemplo.com",
        "url": "https://exemplo.com/a"}
