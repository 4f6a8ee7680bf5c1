"""Duplicates on screen: suggested while one types, compared, merged and undone by whoever may."""
import re
from datetime import date

import pytest

from app.models.entity import Entity
from app.security.permissions import ATTENDANT, SUPERVISOR
from tests.support.world import add_entity

pytestmark = pytest.mark.req("B-15")


@pytest.fixture
def twins(session, world, seeding):
    with seeding():
        rows = [add_entity(session, world.company, name, role=world.role_types["customer"], phone="+5511955550000",
                           document=document)
                for name, document in (("Bia Rocha", None), ("Beatriz Rocha", "11144477735"))]
    session.commit()
    return [row.id for row in rows]


@pytest.fixture
def supervisor(make_user, sign_in, world):
    return sign_in(make_user(None, SUPERVISOR, companies=[world.company]))


@pytest.fixture
def attendant(make_user, sign_in, world):
    return sign_in(make_user(None, ATTENDANT, companies=[world.company]))


def compared(browser, kept, merged) -> dict:
    """The fields that the comparison posts."""
    page = browser.get(f"/duplicates/compare?keep={kept}&merge={merged}")
    assert page.status_code == 200
    names = "keep|merge|kept_version|merged_version"
    return dict(re.findall(rf'<input type="hidden" name="({names})" value="(\d+)"', page.text))


def done(browser, address, fields=None) -> str:
    """The page that a form leads to."""
    answer = browser.post(address, fields or {})
    assert answer.status_code == 302
    return browser.get(answer.location).text


def test_a_date_of_birth_is_compared_as_it_is_written_here(session, supervisor, twins, seeding):
    with seeding():
        session.get(Entity, twins[0]).birth_date = date(1950, 5, 10)
    session.commit()
    page = supervisor.get(f"/duplicates/compare?keep={twins[0]}&merge={twins[1]}").text
    assert "10/05/1950" in page
    assert "1950-05-10" not in page


def test_a_supervisor_merges_two_suggested_registers_and_undoes_it(session, supervisor, twins):
    page = supervisor.get("/duplicates/")
    assert "Bia Rocha" in page.text
    assert "Beatriz Rocha" in page.text
    assert "111.444.777-35" not in page.text
    merged_page = done(supervisor, "/duplicates/compare", compared(supervisor, *twins))
    assert "agora são um só" in merged_page
    kept, merged = (session.get(Entity, pk, populate_existing=True) for pk in twins)
    assert (kept.document, merged.merged_into_id) == ("11144477735", kept.id)
    assert "Beatriz Rocha" not in supervisor.get("/entities/list/?q=rocha").text
    assert "passou a fazer parte de outro" in supervisor.get(f"/entities/show/{twins[1]}").text
    undo = re.search(r'action="(/duplicates/undo/\d+)"', merged_page)[1]
    assert "foi desfeita" in done(supervisor, undo)
    assert "já foi desfeita" in done(supervisor, undo)
    assert session.get(Entity, twins[1], populate_existing=True).document == "11144477735"


def test_a_second_click_on_merge_leads_to_what_the_first_has_done(supervisor, twins):
    fields = compared(supervisor, *twins)
    supervisor.post("/duplicates/compare", fields)
    again = supervisor.post("/duplicates/compare", fields)
    assert again.status_code == 302
    assert again.location.endswith(f"/duplicates/of/{twins[0]}")
    assert "Beatriz Rocha" in supervisor.get(again.location).text
    assert supervisor.get(f"/duplicates/compare?keep={twins[0]}&merge={twins[1]}").status_code == 302


def test_a_merged_register_offers_nothing_but_the_one_that_stays(supervisor, twins):
    supervisor.post("/duplicates/compare", compared(supervisor, *twins))
    page = supervisor.get(f"/entities/show/{twins[1]}").text
    assert f"/entities/show/{twins[0]}" in page
    for gone in (f"/entities/simple/{twins[1]}", f"/attendances/entity/{twins[1]}", "fa-trash"):
        assert gone not in page


def test_two_documents_need_the_box_and_what_was_chosen_stays(session, seeding, supervisor, twins):
    with seeding():
        session.get(Entity, twins[0]).document = "39053344705"
    fields = {**compared(supervisor, *twins), "take_name": "merged"}
    refused = supervisor.post("/duplicates/compare", fields)
    assert refused.status_code == 409
    assert 'id="same-err"' in refused.text
    assert re.search(r'name="take_name" value="merged" checked', refused.text)
    supervisor.post("/duplicates/compare", {**fields, "same_person": "1"})
    assert session.get(Entity, twins[0], populate_existing=True).name == "Beatriz Rocha"


def test_said_to_be_different_they_are_suggested_no_more(supervisor, twins):
    supervisor.post("/duplicates/different", {"first": twins[0], "second": twins[1], "reason": "phone"})
    assert "Bia Rocha" not in supervisor.get("/duplicates/").text


def test_who_may_not_merge_sees_no_suggestions_and_merges_nothing(session, attendant, twins):
    assert "/duplicates/" not in attendant.get("/entities/list/").text
    assert attendant.get("/duplicates/").status_code == 403
    attendant.post("/duplicates/compare", {"keep": twins[0], "merge": twins[1]})
    assert session.get(Entity, twins[1], populate_existing=True).merged_into_id is None


def test_a_register_of_another_company_does_not_exist(supervisor, world, twins):
    other = world.other_entity.id
    assert supervisor.get(f"/duplicates/compare?keep={twins[0]}&merge={other}").status_code == 404
    assert supervisor.get(f"/duplicates/of/{other}").status_code == 404
    assert supervisor.post("/duplicates/different", {"first": twins[0], "second": other}).status_code == 404


def test_while_one_types_those_who_may_be_the_same_are_told_with_the_document_masked(attendant, twins):
    found = attendant.post("/entities/similar", json={"name": "", "phone": "(11) 95555-0000"}).json["entities"]
    assert {row["name"] for row in found} == {"Bia Rocha", "Beatriz Rocha"}
    assert "111.444.777-35" not in str(found)
    assert attendant.post("/entities/similar", json={"phone": "(11) 95555-0000", "but": twins[0]}).json["entities"][0][
        "name"] == "Beatriz Rocha"
    assert attendant.post("/entities/similar", json=["x"]).status_code == 400


def test_of_a_register_the_other_one_is_searched_and_compared(supervisor, twins):
    page = supervisor.get(f"/duplicates/of/{twins[0]}?q=beatriz")
    assert f"/duplicates/compare?keep={twins[0]}&amp;merge={twins[1]}" in page.text
