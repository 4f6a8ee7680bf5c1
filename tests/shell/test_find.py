"""The general search of the top bar."""
from datetime import UTC, datetime

import pytest

from tests.support.clock import NOON
from tests.support.world import add_attendance


@pytest.mark.req("B-16", "S-03")
@pytest.mark.parametrize(
    "typed", ["ana lucia", "LÚCIA", "529.982.247-25", "52998224725", "(11) 98765-4321", "ana@example.com"])
def test_one_box_finds_a_person_by_name_document_phone_or_mail(person, typed):
    page = person("attendant").get("/search", query_string={"q": typed})
    assert page.status_code == 200
    assert "Ana Lúcia Conceição" in page.text
    assert "João Pereira" not in page.text
    cells = page.text[page.text.index("<tbody>"):]
    assert "529.982.247-25" not in cells
    assert "982.247" in cells, "the middle tells one from another"


@pytest.mark.parametrize("typed", ["2026000101", " 2026000101 "])
def test_a_protocol_opens_its_record(person, typed):
    response = person("attendant").get("/search", query_string={"q": typed})
    assert (response.status_code, response.location) == (302, "/attendances/2026000101")


def test_a_protocol_is_found_without_its_hyphen(person, world, seeding):
    with seeding():
        world.attendance.protocol = "2026-0000000101"
    response = person("attendant").get("/search?q=20260000000101")
    assert response.location == "/attendances/2026-0000000101"


@pytest.mark.parametrize("typed", ["2026000104", "2026000103", "Zilda"])
def test_what_one_may_not_see_is_not_found(person, typed):
    page = person("attendant").get("/search", query_string={"q": typed})
    assert page.status_code == 200
    assert "Nenhum registro encontrado." in page.text


def test_nothing_typed_says_what_can_be_searched(person):
    page = person("attendant").get("/search")
    assert "O que você procura?" in page.text


def test_what_was_typed_is_text(person):
    page = person("attendant").get("/search", query_string={"q": '<script>alert(1)</script>"'})
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text


@pytest.mark.parametrize("typed", ["\0", "%", "_", "'" * 50, "a" * 5000, "🙂", "-" * 30])
def test_odd_text_is_no_error(person, typed):
    assert person("attendant").get("/search", query_string={"q": typed}).status_code == 200


@pytest.mark.req("S-03")
def test_an_attendance_is_found_by_its_code_and_by_the_running_number_of_its_protocol(person, world, seeding):
    year = datetime.now(UTC).year
    with seeding():
        world.attendance.protocol, world.closed_attendance.protocol = f"{year}-0000000033", f"{year - 1}-0000000044"
    browser = person("attendant")
    for typed in (str(world.attendance.id), f"{world.attendance.id:06}", "0000000033", "00033", f"{year}-00000000"):
        response = browser.get("/search", query_string={"q": typed})
        assert (response.status_code, response.location) == (302, f"/attendances/{year}-0000000033"), typed
    assert browser.get("/search?q=0000000044").location == f"/attendances/{year - 1}-0000000044"
    for typed in ("0033000", str(world.other_attendance.id), "0000000999"):
        assert "Nenhum registro encontrado." in browser.get("/search", query_string={"q": typed}).text


def test_people_are_listed_beside_an_attendance_of_the_same_number(person, world, session, seeding):
    with seeding():
        made = add_attendance(session, world, world.entity, protocol="P-1", opened_at=NOON)
        made.id = 529
    page = person("attendant").get("/search?q=529")
    assert "Ana Lúcia Conceição" in page.text
    assert 'href="/attendances/P-1"' in page.text


def test_the_search_of_entities_leads_to_the_attendance_whose_protocol_was_typed(person, world):
    browser = person("attendant")
    page = browser.get("/attendances/", query_string={"entity": world.attendance.protocol})
    said = "Este é o protocolo de um atendimento: "
    assert f'{said}<a class="b-mono" href="/attendances/{world.attendance.protocol}"' in page.text
    page = browser.get("/attendances/", query_string={"entity": world.other_attendance.protocol})
    assert "Este é o protocolo" not in page.text
