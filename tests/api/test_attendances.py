"""Attendances, persons and classifications over REST, as the contract says."""
import re

import pytest
from sqlalchemy import func, select

from app.models.attendance import Attendance
from app.models.log import LogEntry


@pytest.fixture
def caller(make_user, world, api):
    return api(make_user("robo", "Attendant", companies=[world.company]))


@pytest.fixture
def opening(world):
    return {"person_id": world.entity.id, "role": "customer", "channel": "phone", "direction": "receptive",
            "description": "Conta errada", "motive_id": world.motive.id}


def test_opening_answers_the_protocol_and_the_attendance_is_on_the_screen(caller, opening, world, sign_in):
    answer = caller.post("/api/v1/attendances", opening)
    assert answer.status_code == 201
    made = answer.json
    assert made["protocol"]
    assert made["situation"]["phase"] == "open"
    assert made["kind"] == "phone"
    assert "Conta errada" in sign_in("robo").get(f"/attendances/{made['protocol']}").text
    assert caller.get(f"/api/v1/attendances/{made['protocol']}").json["details"][0]["description"] == "Conta errada"


def test_a_retry_with_the_same_key_gets_the_first_answer(caller, opening, session):
    key = {"Idempotency-Key": "abc"}
    first = caller.post("/api/v1/attendances", opening, headers=key)
    again = caller.post("/api/v1/attendances", opening, headers=key)
    assert (again.status_code, again.json) == (201, first.json)
    assert session.scalar(select(func.count()).select_from(Attendance).where(
        Attendance.protocol == first.json["protocol"])) == 1


def test_the_same_key_for_another_request_is_refused(caller, opening):
    key = {"Idempotency-Key": "abc"}
    caller.post("/api/v1/attendances", opening, headers=key)
    answer = caller.post("/api/v1/attendances", {**opening, "description": "Outra"}, headers=key)
    assert answer.status_code == 409


def test_a_detail_asked_for_twice_with_the_same_key_is_added_once(caller, opening, session):
    address = caller.post("/api/v1/attendances", opening).json["protocol"]
    key, page = {"Idempotency-Key": "abc"}, {"channel": "phone", "description": "Ligou de novo"}
    first = caller.post(f"/api/v1/attendances/{address}/details", page, headers=key)
    again = caller.post(f"/api/v1/attendances/{address}/details", page, headers=key)
    assert (first.status_code, again.status_code, again.json) == (201, 201, first.json)
    assert len(caller.get(f"/api/v1/attendances/{address}").json["details"]) == 2
    caller.post(f"/api/v1/attendances/{address}/details", page, headers={"Idempotency-Key": "abd"})
    assert len(caller.get(f"/api/v1/attendances/{address}").json["details"]) == 3


def test_closing_twice_with_the_same_key_answers_twice_and_closes_once(caller, opening, session):
    opened = caller.post("/api/v1/attendances", opening).json
    address, key = f"/api/v1/attendances/{opened['protocol']}/close", {"Idempotency-Key": "abc"}
    first = caller.post(address, {"answer": "Resolvido"}, headers=key)
    again = caller.post(address, {"answer": "Resolvido"}, headers=key)
    assert (first.status_code, again.status_code, again.json) == (200, 200, first.json)
    assert first.json["situation"]["phase"] == "closed"
    assert first.json["details"][0]["answer"] == "Resolvido"
    assert first.json == caller.get(f"/api/v1/attendances/{opened['protocol']}").json
    assert caller.post(address, {}).status_code == 409  # without the key it is closed already
    assert session.scalar(select(func.count()).select_from(LogEntry).where(
        LogEntry.target == "attendance", LogEntry.target_id == opened["id"])) == 2


@pytest.mark.parametrize(("act", "body"), [
    ("details", {"channel": "phone", "description": "Ligou de novo"}), ("close", {"answer": "Resolvido"})])
def test_the_key_of_a_detail_or_a_closing_is_of_one_request_alone(caller, opening, act, body):
    key = {"Idempotency-Key": "abc"}  # of one attendance, and free for another act
    one, other = (caller.post("/api/v1/attendances", opening).json["protocol"] for _ in range(2))
    assert caller.post(f"/api/v1/attendances/{one}/{act}", body, headers=key).status_code in (200, 201)
    assert caller.post(f"/api/v1/attendances/{other}/{act}", body, headers=key).status_code == 409
    changed = {**body, **{name: "Outra" for name in ("description", "answer") if name in body}}
    assert caller.post(f"/api/v1/attendances/{one}/{act}", changed, headers=key).status_code == 409
    assert caller.post("/api/v1/attendances", opening, headers=key).status_code == 201


@pytest.mark.parametrize(("act", "wrong", "right"), [
    ("details", {"channel": "phone", "description": " "}, {"channel": "phone", "description": "Ligou"}),
    ("close", {"situation_id": 999_999}, {})])
def test_a_refused_detail_or_closing_leaves_its_key_free(caller, opening, act, wrong, right):
    address = f"/api/v1/attendances/{caller.post('/api/v1/attendances', opening).json['protocol']}/{act}"
    key = {"Idempotency-Key": "abc"}
    assert caller.post(address, wrong, headers=key).status_code == 422
    assert caller.post(address, right, headers=key).status_code in (200, 201)


def test_the_key_of_a_retry_is_described_wherever_it_is_honoured(caller):
    described = caller.get("/api/v1/openapi.json").json
    assert described["components"]["parameters"]["IdempotencyKey"]["name"] == "Idempotency-Key"
    for path in ("", "/{address}/details", "/{address}/close"):
        operation = described["paths"][f"/api/v1/attendances{path}"]["post"]
        assert {"$ref": "#/components/parameters/IdempotencyKey"} in operation["parameters"]


@pytest.mark.req("S-46", "S-47")
def test_children_of_other_parents_and_missing_fields_are_named(caller, opening, world):
    answer = caller.post("/api/v1/attendances", {
        **opening, "occurrence_id": world.other_occurrence.id, "description": " "})
    assert answer.status_code == 422
    assert set(answer.json["error"]["fields"]) == {"occurrence_id", "description"}


@pytest.mark.parametrize(("change", "status", "field"), [
    ({"channel": "pigeon"}, 422, "channel"), ({"role": "provider"}, 422, "role_type_id"),
    ({"direction": "up"}, 422, "direction"), ({"nonsense": 1}, 422, "nonsense"), ({"motive_id": "1"}, 422, "motive_id"),
    ({"person_id": 999_999}, 404, None)])
def test_what_is_wrong_is_refused_at_its_field(caller, opening, change, status, field):
    answer = caller.post("/api/v1/attendances", {**opening, **change})
    assert answer.status_code == status, answer.json
    if field:
        assert field in answer.json["error"]["fields"]


def test_a_body_that_is_no_object_is_a_bad_request(caller):
    assert caller.post("/api/v1/attendances", [1]).status_code == 400


def test_a_foreign_company_does_not_exist(caller, world, opening):
    assert caller.get(f"/api/v1/attendances/{world.other_attendance.protocol}").status_code == 404
    assert caller.post("/api/v1/attendances", {**opening, "person_id": world.other_entity.id}).status_code == 404
    listed = [item["protocol"] for item in caller.get("/api/v1/attendances").json["items"]]
    assert world.attendance.protocol in listed
    assert world.other_attendance.protocol not in listed


def test_a_detail_is_added_and_the_attendance_closed(caller, world):
    address = world.attendance.protocol
    answer = caller.post(f"/api/v1/attendances/{address}/details", {"channel": "email", "description": "Mandou foto"})
    assert (answer.status_code, answer.json["page"]) == (201, 2)
    closed = caller.post(f"/api/v1/attendances/{address}/close", {"answer": "Resolvido"})
    assert closed.status_code == 200
    assert closed.json["situation"]["phase"] == "closed"
    assert closed.json["details"][1]["answer"] == "Resolvido"
    assert caller.post(f"/api/v1/attendances/{address}/close", {}).status_code == 409
    assert caller.post(f"/api/v1/attendances/{address}/details", {
        "channel": "email", "description": "De novo"}).status_code == 409


def test_lists_page_by_key(caller, opening):
    for n in range(5):
        caller.post("/api/v1/attendances", {**opening, "description": str(n)})
    seen, after = [], None
    while True:
        query = {"limit": 2, **({"after": after} if after else {})}
        answer = caller.get("/api/v1/attendances", query_string=query).json
        seen += [item["id"] for item in answer["items"]]
        after = answer["next"]
        if after is None:
            break
    assert seen == sorted(seen, reverse=True) or len(seen) == len(set(seen))
    assert len(seen) == len(set(seen)) == 7


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "after=zzz", "situation=xx", "channel=pigeon"])
def test_an_argument_that_cannot_be_read_is_a_bad_request(caller, query):
    answer = caller.get(f"/api/v1/attendances?{query}")
    assert answer.status_code == 400
    assert answer.json["error"]["code"] == "bad_request"


def test_nobody_without_a_token_gets_in_and_a_cookie_is_no_token(api_client, sign_in, caller):
    assert api_client().get("/api/v1/attendances").status_code == 401
    assert sign_in("robo").get("/api/v1/attendances").status_code == 401


def test_who_lacks_the_permission_is_told_so(make_user, world, api):
    configurator = api(make_user("conf", "Configurator", companies=[world.company]))
    answer = configurator.get("/api/v1/attendances")
    assert (answer.status_code, answer.json["error"]["code"]) == (403, "forbidden")
    assert configurator.get("/api/v1/classifications").status_code == 200


def test_classifications_answer_both_trees(caller, world):
    trees = caller.get("/api/v1/classifications").json
    motive = next(m for m in trees["motives"] if m["id"] == world.motive.id)
    assert motive["occurrences"][0]["causes"] == [{"id": world.cause.id, "name": "Valor a maior"}]
    tree = next(c for c in trees["classifications"] if c["id"] == world.classification.id)
    assert (tree["return_days"], tree["subclassifications"][0]["return_days"]) == (5, 2)


@pytest.mark.req("S-03")
def test_persons_are_found_and_their_documents_masked(caller):
    items = caller.get("/api/v1/persons?q=529.982.247-25").json["items"]
    assert [item["name"] for item in items] == ["Ana Lúcia Conceição"]
    assert "52998224725" not in str(items)
    assert items[0]["phone"] == "+5511987654321"
    assert items[0]["roles"] == ["customer"]


def test_a_person_is_registered_and_found(caller):
    answer = caller.post("/api/v1/persons", {
        "name": "Maria Nova", "document": "111.444.777-35", "phone": "(11) 99999-1234", "roles": ["customer"]})
    assert answer.status_code == 201, answer.json
    assert [p["id"] for p in caller.get("/api/v1/persons?q=11999991234").json["items"]] == [answer.json["id"]]


@pytest.mark.parametrize(("change", "field"), [
    ({"document": "111.111.111-11"}, "document"), ({"phone": "123"}, "phone"), ({"name": ""}, "name"),
    ({"roles": ["king"]}, "roles")])
def test_a_person_with_something_wrong_is_refused_at_the_field(caller, change, field):
    answer = caller.post("/api/v1/persons", {"name": "Maria", "roles": ["customer"], **change})
    assert answer.status_code == 422, answer.json
    assert field in answer.json["error"]["fields"]


def test_the_description_names_every_address_of_the_api(caller, app):
    described = set(caller.get("/api/v1/openapi.json").json["paths"])
    served = {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule) for rule in app.url_map.iter_rules()
              if rule.rule.startswith("/api/") and not rule.rule.startswith("/api/v1/docs")}
    assert {path.rstrip("/") for path in described} == {path.rstrip("/") for path in served}


def test_refusals_of_the_body_are_in_portuguese(caller):
    fields = caller.post("/api/v1/attendances", {
        "direction": "up", "received_at": "2026-01-01T10:00:00", "title": "x" * 201}).json["error"]["fields"]
    assert fields["channel"] == fields["description"] == "Este campo é obrigatório."
    assert fields["direction"] == "Opção inválida."
    assert fields["received_at"] == "O horário precisa do fuso, como -03:00."
    assert fields["title"] == "No máximo 200 caracteres."
