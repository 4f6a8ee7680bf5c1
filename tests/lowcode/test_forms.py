"""Forms with configurators' fields: defaults, masks, what is hidden, retired options, three hundred fields."""
import re

import pytest

from app.models.custom_field import CustomField
from app.models.entity import Entity
from tests.lowcode.conftest import OPTIONS
from tests.support.world import add_attendance, add_entity

pytestmark = pytest.mark.req("B-20")


@pytest.fixture
def browser(sign_in, staff):
    return sign_in(staff("ana", "Attendant", "Supervisor"))


@pytest.fixture
def edit(session, world, browser):
    """`edit(x_a="b")`: the form of a person saved with these; the answer."""
    def act(**typed):
        address = f"/entities/edit/{world.entity.id}"
        version = re.search(r'name="version" value="(\d+)"', browser.get(address).text)[1]
        return browser.post(address, {"version": version, "kind": "individual", "name": "Ana", "active": "y", **typed})
    return act


@pytest.fixture
def held(session, world):
    def read():
        session.expire_all()
        return session.get(Entity, world.entity.id).custom_values
    return read


def chain():
    return (CustomField(key="plan", name="Plano", type="choice", options=OPTIONS),
            CustomField(key="boat", name="Barco", required=True, shown_if={"field": "plan", "in": ["c"]}),
            CustomField(key="sails", name="Velas", type="integer", required=True,
                        shown_if={"field": "boat", "filled": True}))


def test_a_hidden_field_is_not_asked_and_what_it_had_is_gone(put, edit, held):
    put("entity", *chain())
    assert edit(x_plan="a", x_boat="posto assim mesmo").status_code == 302
    assert held() == {"plan": "a"}
    asked = edit(x_plan="c")
    assert asked.status_code == 422
    assert 'id="x_boat-err"' in asked.text
    assert 'id="x_sails-err"' not in asked.text  # nobody sees it yet
    assert edit(x_plan="c", x_boat="Vento", x_sails="2").status_code == 302
    assert held() == {"plan": "c", "boat": "Vento", "sails": 2}
    assert edit(x_plan="b", x_boat="Vento", x_sails="2").status_code == 302
    assert {key: value for key, value in held().items() if value is not None} == {"plan": "b"}


def test_the_browser_is_told_when_a_field_is_shown_and_how_it_is_written(put, browser, world):
    put("entity", *chain(), CustomField(key="plate", name="Placa", mask="AAA-9*99"))
    page = browser.get(f"/entities/edit/{world.entity.id}").text
    assert 'data-shown-if="{&#34;field&#34;: &#34;x_plan&#34;, &#34;in&#34;: [&#34;c&#34;]}"' in page
    assert 'data-mask="AAA-9*99"' in page
    assert page.index("x_plan") < page.index("balcao/fields.js")


def test_defaults_stand_in_a_new_form_and_not_in_an_old_one(put, browser, world):
    put("entity", CustomField(key="origin", name="Origem", default="Balcão"),
        CustomField(key="vip", name="VIP", type="boolean", default=False),
        CustomField(key="worth", name="Valor", type="money", default="1500.00"),
        CustomField(key="since", name="Desde", type="date", default="today"))
    page = browser.get("/entities/add").text
    assert 'value="Balcão"' in page
    assert 'value="1.500,00"' in page
    assert '<option selected value="n">' in page
    assert re.search(r'value="\d\d/\d\d/20\d\d"', page)
    assert 'value="Balcão"' not in browser.get(f"/entities/edit/{world.entity.id}").text


def value_of(page, name) -> str | None:
    """What a text field of a page starts with."""
    box = re.search(rf'<input[^>]*id="{name}"[^>]*>', page.text)[0]
    return (re.search(r'value="([^"]*)"', box) or [None, None])[1]


LATE = {"key": "origin", "name": "Origem", "default": "Balcão", "required": True}


def test_a_required_field_that_came_later_starts_with_its_default_in_an_old_form(put, edit, held, browser, world):
    address = f"/entities/edit/{world.entity.id}"
    put("entity", CustomField(**LATE), CustomField(key="since", name="Desde", default="2020"))
    page = browser.get(address)
    assert (value_of(page, "x_origin"), value_of(page, "x_since")) == ("Balcão", "")  # nobody must answer the other
    assert held() in (None, {})
    refused = edit(x_origin=" ")
    assert refused.status_code == 422
    assert value_of(refused, "x_origin") != "Balcão"  # as it was typed
    assert edit(x_origin="Balcão").status_code == 302
    assert held()["origin"] == "Balcão"


def test_what_once_was_emptied_is_not_filled_again(session, seeding, put, browser, world):
    put("entity", CustomField(**LATE))
    with seeding():
        world.entity.custom_values = {"origin": None}
    session.commit()
    assert value_of(browser.get(f"/entities/edit/{world.entity.id}"), "x_origin") == ""


def test_it_starts_so_on_an_attendance_that_may_be_changed_alone(session, seeding, put, staff, sign_in, world):
    with seeding():
        closed = add_attendance(session, world, world.entity, protocol="2026000909", phase="closed")
    put("attendance", CustomField(**LATE))
    browser = sign_in(staff("bia", "Attendant"))
    assert value_of(browser.get(f"/attendances/{world.attendance.address}"), "x_origin") == "Balcão"
    locked = browser.get(f"/attendances/{closed.address}")
    assert " disabled" in re.search(r'<input[^>]*id="x_origin"[^>]*>', locked.text)[0]
    assert value_of(locked, "x_origin") == ""


def test_a_mask_and_a_pattern_are_asked_of_what_is_posted(put, edit, held):
    put("entity", CustomField(key="plate", name="Placa", mask="AAA-9*99"),
        CustomField(key="code", name="Código", pattern="(x+x+)+y", pattern_help="Termina em y.", type="long_text"))
    assert edit(x_plate="abc1d23").status_code == 302
    assert held() == {"plate": "abc-1d23"}
    page = edit(x_plate="abc1", x_code="x" * 5_000).text  # other engines would think for years
    assert "AAA-9*99" in page
    assert "Termina em y." in page


def test_an_option_that_was_removed_stays_where_it_is(session, seeding, put, edit, held, browser, world):
    plan, *_rest = put("entity", CustomField(key="plan", name="Plano", type="choice", options=OPTIONS),
                       CustomField(key="many", name="Vários", type="choices", options=OPTIONS))
    assert edit(x_plan="b", x_many=["a", "b"]).status_code == 302
    with seeding():
        plan.options = [each for each in OPTIONS if each["value"] != "b"] + [
            {"value": "b", "label": "Brejo", "active": False}]
        _rest[0].options = plan.options
    page = browser.get(f"/entities/edit/{world.entity.id}").text
    assert '<option selected value="b">Brejo</option>' in page
    assert edit(x_plan="b", x_many=["a", "b"]).status_code == 302
    assert held() == {"plan": "b", "many": ["a", "b"]}
    assert edit(x_plan="a", x_many=["a"]).status_code == 302
    assert edit(x_plan="b").status_code == 422
    assert '<option value="b">' not in browser.get("/entities/add").text


def test_a_retired_field_keeps_what_records_hold(session, seeding, put, edit, held, browser, world):
    card, *_rest = put("entity", CustomField(key="card", name="Carteirinha"), CustomField(key="more", name="Mais"))
    assert edit(x_card="77", x_more="a").status_code == 302
    with seeding():
        card.active = False
    assert edit(x_card="88", x_more="b").status_code == 302
    assert held() == {"card": "77", "more": "b"}
    shown = browser.get(f"/entities/show/{world.entity.id}").text
    assert "Campos fora de uso" in shown
    assert "77" in shown


@pytest.fixture
def three_hundred(put, seeding):
    """Twenty of each type in fifteen sections, half of them shown only while others say so."""
    kinds = ("text", "long_text", "integer", "decimal", "money", "date", "datetime", "boolean", "choice", "choices",
             "cpf_cnpj", "phone", "email", "person", "attachment")
    sections = [{"key": f"s{n}", "title": f"Parte {n}"} for n in range(15)]
    made = [CustomField(key=f"f{n}", name=f"Campo {n}", type=kinds[n % 15], section=f"s{n // 20}", in_list=n < 30,
                        options=OPTIONS if kinds[n % 15].startswith("choice") else [],
                        shown_if={"field": f"f{n - 1}", "filled": True} if n % 2 else None) for n in range(300)]

    def act(target):
        put(target, *made)
        with seeding():
            made[0].form.sections = sections
        return [(each.key, each.type) for each in made]
    return act


@pytest.mark.req("B-40")
@pytest.mark.parametrize("target", ["entity", "attendance"])
def test_three_hundred_fields_cost_no_more_queries_than_thirty(session, seeding, world, browser, queries, target,
                                                               three_hundred):
    with seeding():
        people = [add_entity(session, world.company, f"Pessoa {n}") for n in range(20)]
    where = {"entity": ("/entities/edit/{}", "/entities/show/{}", "/entities/list/"),
             "attendance": ("/attendances/{}", "/attendances/list")}[target]
    owner = world.entity if target == "entity" else world.attendance
    address = owner.id if target == "entity" else owner.address

    def cost():
        made = {}
        for page in where:
            browser.get(page.format(address))  # what is kept is read once
            queries.clear()
            answer = browser.get(page.format(address))
            assert answer.status_code == 200
            made[page] = len(queries)
        return made, answer.text

    none, _page = cost()
    persons = [key for key, kind in three_hundred(target) if kind == "person"]
    with seeding():
        owner.custom_values = {key: people[n].id for n, key in enumerate(persons)}
    many, page = cost()
    assert all(many[each] <= none[each] + 1 for each in where), (none, many)  # the names of all persons
    assert "Pessoa 1" in page
