"""Records of configurators' forms over REST: the rows and the rights of the menus (contract: forms)."""
import pytest

from tests.records.conftest import OWN, READ

URL = "/api/v1/forms"
RECORDS = f"{URL}/parada/records"
pytestmark = pytest.mark.req("B-20", "B-30")


@pytest.fixture
def caller(stoppages, ana, api):
    return api(ana)


def districts(answer) -> list[str]:
    assert answer.status_code == 200, answer.json
    return [each["values"]["bairro"] for each in answer.json["items"]]


@pytest.mark.req("M-83")
def test_the_forms_behind_ones_menus_with_their_fields(caller, api, staff):
    (form,) = caller.get(URL).json["items"]
    assert (form["slug"], form["adds"], form["edits"]) == ("parada", True, True)
    assert form["fields"][0]["key"] == "bairro"
    assert [option["label"] for option in form["fields"][1]["options"]] == ["Zona Norte", "Zona Sul"]
    other = api(staff("rui", "Configurator"))
    assert other.get(URL).json["items"] == []
    assert other.get(RECORDS).status_code == other.post(RECORDS, {"values": {}}).status_code == 404


def test_a_record_is_added_read_replaced_and_refused_by_each_field(caller):
    wrong = caller.post(RECORDS, {"values": {"casas": "doze", "regiao": "x", "nada": 1}})
    assert wrong.status_code == 422
    assert wrong.json["error"]["fields"].keys() == {
        "values.bairro", "values.casas", "values.regiao", "values.nada"}
    assert caller.get(RECORDS).json["items"] == []
    made = caller.post(RECORDS, {"values": {"bairro": "Centro", "casas": 12, "custo": "10.50", "programada": True}})
    assert made.status_code == 201, made.json
    address = f"{RECORDS}/{made.json['id']}"
    assert caller.get(address).json["values"] == {
        "bairro": "Centro", "casas": 12, "custo": "10.50", "programada": True}
    put = caller.put(address, {"values": {"bairro": "Vila"}, "version": made.json["version"]})
    assert put.json["values"] == {"bairro": "Vila"}
    assert caller.put(address, {"values": {"bairro": "Lapa"}, "version": made.json["version"]}).status_code == 409
    assert caller.put(address, {"values": {}}).json["error"]["fields"].keys() == {"values.bairro"}
    assert caller.get(f"{RECORDS}/999999").status_code == 404


def test_the_same_key_adds_one(caller):
    first, again = (caller.post(RECORDS, {"values": {"bairro": "Centro"}}, headers={"Idempotency-Key": "k1"}).json
                    for _time in range(2))
    assert first["id"] == again["id"]
    assert len(caller.get(RECORDS).json["items"]) == 1


def test_the_list_is_narrowed_and_ordered_by_searchable_fields(caller, add):
    for district, homes, day, region in (("Centro", 3, "2026-03-01", "n"), ("Vila", 9, "2026-03-02", "s"),
                                         ("Lapa", 5, "2026-04-01", "n")):
        add(bairro=district, casas=homes, dia=day, regiao=region, programada=homes == 9)
    assert districts(caller.get(RECORDS)) == ["Lapa", "Vila", "Centro"]
    assert districts(caller.get(f"{RECORDS}?order=casas")) == ["Centro", "Lapa", "Vila"]
    assert districts(caller.get(f"{RECORDS}?order=-casas&cf_regiao=n")) == ["Lapa", "Centro"]
    assert districts(caller.get(f"{RECORDS}?cf_casas_from=4&cf_casas_to=5")) == ["Lapa"]
    assert districts(caller.get(f"{RECORDS}?cf_dia_to=2026-03-31&cf_dia_from=2026-03-02")) == ["Vila"]
    assert districts(caller.get(f"{RECORDS}?cf_casas=3&cf_casas=9")) == ["Vila", "Centro"]
    assert districts(caller.get(f"{RECORDS}?cf_programada=true")) == ["Vila"]
    assert districts(caller.get(f"{RECORDS}?q=lap")) == ["Lapa"]
    assert districts(caller.get(f"{RECORDS}?cf_bairro=lapa")) == ["Lapa"]
    assert districts(caller.get(f"{RECORDS}?cf_bairro=cent*&cf_bairro=vila")) == ["Vila", "Centro"]
    first = caller.get(f"{RECORDS}?limit=2").json
    assert districts(caller.get(f"{RECORDS}?limit=2&after={first['next']}")) == ["Centro"]


@pytest.mark.parametrize("query", [
    "order=obs", "order=x", "cf_obs=a", "cf_nada=1", "cf_casas=doze", "cf_regiao=z", "cf_dia=ontem", "cf_bairro_from=a",
    "cf_bairro=", "cf_casas_from=", "cf_casas.from=1", "cf_bairro=*vila*&cf_bairro=*centro*",
    "cf_programada=sim", "after=x", "limit=0", "nada=1"])
def test_what_cannot_be_asked_answers_400(caller, query):
    assert caller.get(f"{RECORDS}?{query}").status_code == 400


def test_rights_are_those_of_the_menus(stoppages, another_menu, add, caller, api, staff, seeding, session):
    foreign = add(bairro="De outra", by=staff("bia"))
    with seeding():
        stoppages.menu.active = False
    another_menu("Minhas", records_of=OWN, record_permission=READ)
    assert caller.get(RECORDS).json["items"] == []
    assert caller.get(f"{RECORDS}/{foreign}").status_code == 404
    assert caller.post(RECORDS, {"values": {"bairro": "Centro"}}).status_code == 403
    assert caller.put(f"{RECORDS}/{foreign}", {"values": {"bairro": "Centro"}}).status_code == 404
