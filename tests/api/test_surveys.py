"""Surveys with their questions kept over REST, as on the screen; what was answered keeps its question."""
import pytest
from sqlalchemy import select

from app.models.log import LogEntry
from app.models.survey import SurveyAnswer, SurveyParticipation
from app.security.permissions import ATTENDANT, CONFIGURATOR
from tests.support.clock import NOON

pytestmark = pytest.mark.req("G-06", "S-65")
URL = "/api/v1/surveys"
QUESTIONS = [{"text": "Que nota você dá?", "required": True},
             {"text": "Por onde?", "type": "choice", "options": ["Telefone", " Chat ", "Chat"]}]


@pytest.fixture
def keeper(make_user, api, world):
    return api(make_user("cora", CONFIGURATOR, companies=[world.company]))


@pytest.fixture
def made(keeper):
    answer = keeper.post(URL, {"name": "Satisfação", "questions": QUESTIONS, "valid_from": "2026-01-01"})
    assert answer.status_code == 201, answer.text
    return answer.json


def test_a_survey_is_added_read_changed_and_deleted_each_in_the_log(keeper, made, session):
    assert (made["kind"], made["valid_from"], made["version"]) == ("satisfaction", "2026-01-01", 1)
    assert [(row["position"], row["type"], row["required"], row["options"]) for row in made["questions"]] == [
        (1, "scale", True, []), (2, "choice", False, ["Telefone", "Chat"])]
    address = f"{URL}/{made['id']}"
    assert keeper.get(address).json == made
    renamed = keeper.patch(address, {"name": "Satisfação 2026", "version": 1}).json
    assert (renamed["name"], renamed["questions"]) == ("Satisfação 2026", made["questions"])
    first = {**made["questions"][0], "position": 2}
    turned = keeper.patch(address, {"version": 2, "questions": [first, {"text": "E por quê?", "type": "text"}]}).json
    assert [(row["position"], row["text"]) for row in turned["questions"]] == [
        (2, "Que nota você dá?"), (2, "E por quê?")]
    assert turned["questions"][0]["id"] == first["id"]
    assert keeper.put(address, {"name": "A", "version": 3}).json["error"]["fields"].keys() == {"questions"}
    assert keeper.patch(address, {"name": "Velha", "version": 1}).status_code == 409
    assert keeper.delete(f"{address}?version=3").status_code == 204
    actions = session.scalars(select(LogEntry.action).where(
        LogEntry.target == "survey", LogEntry.target_id == made["id"]).order_by(LogEntry.seq)).all()
    assert actions == ["create", "update", "update", "delete"]


@pytest.mark.parametrize(("values", "field"), [
    ({"questions": []}, "questions"), ({"questions": [{"text": " "}]}, "questions.0.text"),
    ({"questions": [{"text": "A", "active": False}]}, "questions"), ({"kind": "x"}, "kind"), ({"name": " "}, "name"),
    ({"questions": [{"text": "A", "type": "choice", "options": ["Só uma"]}]}, "questions.0.options"),
    ({"questions": [{"text": "A", "type": "x"}]}, "questions.0.type"),
    ({"questions": [{"text": "A", "colour": 1}]}, "questions.0.colour"),
    ({"valid_from": "2026-02-01", "valid_until": "2026-01-01"}, "valid_until")])
def test_what_is_wrong_is_told_at_its_field(keeper, values, field):
    refused = keeper.post(URL, {"name": "A", "questions": QUESTIONS, **values})
    assert refused.status_code == 422, refused.text
    assert field in refused.json["error"]["fields"]


def test_what_was_answered_keeps_its_question_and_the_survey(keeper, made, session, seeding, world):
    rated, channel = made["questions"]
    with seeding():
        session.add(SurveyParticipation(survey_id=made["id"], entity=world.entity, invited_at=NOON, answers=[
            SurveyAnswer(question_id=channel["id"], value="Chat")]))
    address = f"{URL}/{made['id']}"
    for rows, field in (([rated], "questions"), ([rated, {**channel, "type": "text"}], "questions.1.type"),
                        ([rated, {**channel, "options": ["Telefone", "E-mail"]}], "questions.1.options")):
        refused = keeper.patch(address, {"version": 1, "questions": rows})
        assert (refused.status_code, refused.json["error"]["fields"].keys()) == (409, {field}), refused.text
    assert keeper.delete(address).status_code == 409
    assert keeper.patch(address, {"version": 1, "questions": [rated, {**channel, "active": False}]}).status_code == 200


def test_who_fills_surveys_reads_them_and_keeps_none(api, make_user, made, world):
    attendant = api(make_user(None, ATTENDANT, companies=[world.company]))
    assert [row["id"] for row in attendant.get(URL).json["items"]] == [made["id"]]
    assert attendant.get(f"{URL}/{made['id']}").status_code == 200
    for method in ("patch", "put", "delete"):
        assert getattr(attendant, method)(f"{URL}/{made['id']}").status_code == 403
    assert attendant.post(URL, {"name": "A", "questions": QUESTIONS}).status_code == 403
