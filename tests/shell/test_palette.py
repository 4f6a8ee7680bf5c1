"""The palette of the top bar: what it finds, for whom, and what a browser remembers."""
import pytest

from app.security.permissions import ATTENDANT, CONFIGURATOR, CUSTOMER
from tests.support.world import add_attendance

pytestmark = pytest.mark.req("B-27")


@pytest.fixture
def attendant(make_user, sign_in, world):
    return sign_in(make_user(None, ATTENDANT, companies=[world.company]))


def found(browser, **asked) -> dict[str, list[str]]:
    answer = browser.get("/search/palette", query_string=asked)
    assert answer.status_code == 200
    return {group["label"]: [item["text"] for item in group["items"]] for group in answer.json["groups"]}


def test_a_protocol_a_name_and_a_phone_find_their_records(attendant, world):
    assert found(attendant, q=world.attendance.protocol)["Atendimentos"] == [world.attendance.protocol]
    assert world.entity.shown_name in found(attendant, q=world.entity.name.split()[0])["Pessoas e empresas"]
    phone = world.entity.phones[0].number.removeprefix("+55")
    assert world.entity.shown_name in found(attendant, q=phone)["Pessoas e empresas"]


def test_words_of_what_was_said_find_the_attendance_whatever_the_accents(session, attendant, world, seeding):
    with seeding():
        add_attendance(session, world, world.entity, protocol="2026-0000000901",
                       description="A geladeira não está refrigerando;\nquer a devolução do dinheiro")
    for typed in ("geladeira devolucao", "DEVOLUÇÃO din", "nao refrigerando"):
        assert found(attendant, q=typed)["No texto dos atendimentos"] == ["2026-0000000901"]
    answer = attendant.get("/search/palette", query_string={"q": "devolucao"}).json
    item = next(group for group in answer["groups"] if group["label"] == "No texto dos atendimentos")["items"][0]
    assert "devolução do dinheiro" in item["about"]
    assert item["url"] == "/attendances/2026-0000000901"
    assert "No texto dos atendimentos" not in found(attendant, q="geladeira fogao")


@pytest.mark.parametrize("typed", [
    "'", '"', "a' b\"c*", "(x OR y)", "foo & bar | !baz", ":*", "NEAR(a b)", "\0abc", "%_%"])
def test_what_means_something_to_a_database_is_text(attendant, typed):
    assert "No texto dos atendimentos" not in found(attendant, q=typed)


def test_an_attendance_of_others_is_not_found_by_its_words(session, attendant, world, seeding):
    with seeding():
        add_attendance(session, world, world.other_entity, description="Segredo dos vizinhos")
        add_attendance(session, world, world.entity, unit=world.restricted_unit, description="Segredo da ouvidoria")
    assert "No texto dos atendimentos" not in found(attendant, q="segredo")


def test_screens_of_ones_own_menu_are_offered_by_the_beginning_of_their_words(attendant, make_user, sign_in):
    assert "Entidades" in found(attendant, q="entid")["Telas"]
    assert "Telas" not in found(attendant, q="usuarios")
    configurator = sign_in(make_user(None, CONFIGURATOR))
    assert "Motivos" in found(configurator, q="motiv")["Telas"]
    assert "Atendimentos" not in found(configurator, q="2026")


def test_recent_records_are_named_anew_and_only_those_one_may_see(attendant, world):
    kept = f"a-{world.attendance.id},e-{world.entity.id},a-{world.other_attendance.id},e-{world.other_entity.id}"
    kept += ",x-1,a-z,"
    assert found(attendant, recent=kept)["Recentes"] == [world.attendance.protocol, world.entity.shown_name]


def test_a_user_of_a_portal_has_neither_box_nor_answers(make_user, sign_in, world):
    customer = sign_in(make_user(None, CUSTOMER, entity=world.entity))
    assert 'id="palette"' not in customer.get("/portal/").text
    assert set(found(customer, q=world.entity.name.split()[0])) <= {"Telas"}
