"""The register of surveys: questions kept in the survey's form; what was answered stays as it was asked."""
import re

import pytest
from sqlalchemy import select

from app.models.survey import Survey
from app.security.permissions import ATTENDANT, CONFIGURATOR
from app.services import survey_answers
from tests.support.clock import NOON

pytestmark = pytest.mark.req("S-68")
TODAY = NOON.date()


@pytest.fixture
def configurator(make_user, sign_in, world):
    return sign_in(make_user(None, CONFIGURATOR, companies=[world.company]))


def rows(*questions) -> dict:
    return {f"questions-{place}-{name}": value for place, question in enumerate(questions)
            for name, value in question.items()}


def one(session) -> Survey:
    return session.scalars(select(Survey)).one()


CHOICE = {"text": "Onde comprou?", "type": "choice", "options": "Loja\r\n\r\nFeira\r\nLoja", "active": "y"}
SCALE = {"text": "Como foi?", "type": "scale", "required": "y", "active": "y"}


def add(configurator, *questions, **values):
    return configurator.post("/surveys/add", {"name": "Pós-venda", "kind": "operator_form", "active": "y", **values,
                                              **rows(*questions)})


def test_a_configurator_keeps_a_survey_with_its_questions(session, configurator):
    assert add(configurator, CHOICE, SCALE).status_code == 302
    survey = one(session)
    assert [(row.text, row.type, row.options, row.required) for row in survey.questions] == [
        ("Onde comprou?", "choice", ["Loja", "Feira"], False), ("Como foi?", "scale", [], True)]
    page = configurator.get(f"/surveys/show/{survey.id}").text
    assert "Uma entre várias" in page
    assert "Loja / Feira" in page


@pytest.mark.parametrize(("questions", "values", "field"), [
    ((), {}, "questions"), ((dict(CHOICE, options="Uma"),), {}, "questions-0-options"),
    ((dict(SCALE, active=""),), {}, "questions"),
    ((SCALE,), {"valid_from": "2026-05-02", "valid_until": "2026-05-01"}, "valid_until"),
    ((SCALE,), {"name": ""}, "name")])
def test_what_is_wrong_is_told_at_its_field_and_what_was_typed_stays(session, configurator, questions, values, field):
    refused = add(configurator, *questions, **values)
    assert refused.status_code in (409, 422)
    assert f'id="{field}-err"' in refused.text or field == "questions"
    assert session.scalars(select(Survey)).all() == []
    if questions:
        assert questions[0]["text"] in refused.text


def test_what_was_answered_stays_as_it_was_asked(session, world, configurator, make_user, viewer_for):
    add(configurator, CHOICE, SCALE)
    survey = one(session)
    choice, scale = survey.questions
    actor = viewer_for(make_user(None, ATTENDANT, companies=[world.company]))
    part = survey_answers.put(session, survey.id, entity_id=world.entity.id, today=TODAY, actor=actor, now=NOON)
    survey_answers.fill(session, part.id, {choice.id: "Feira", scale.id: "5"}, today=TODAY, actor=actor, now=NOON)
    session.commit()
    ids = [{"id": str(choice.id)}, {"id": str(scale.id)}]

    def edit(*questions):
        version = re.search(r'name="version" value="(\d+)"', configurator.get(f"/surveys/edit/{survey.id}").text)[1]
        return configurator.post(f"/surveys/edit/{survey.id}", {
            "name": "Pós-venda", "kind": "operator_form", "active": "y", "version": version, **rows(*questions)})

    both = [{**CHOICE, **ids[0]}, {**SCALE, **ids[1]}]
    assert "não pode mudar" in edit(both[0], {**both[1], "type": "nps"}).text
    assert "não pode ser excluída" in edit({**both[0], "options": "Loja\nMercado"}, both[1]).text
    assert "desative-a" in edit(both[0]).text
    assert edit({**both[0], "options": "Feira\nMercado"}, {**both[1], "active": ""}).status_code == 302
    assert configurator.post(f"/surveys/delete/{survey.id}").status_code == 409


def test_who_may_not_keep_tables_keeps_no_surveys(session, make_user, sign_in, world):
    attendant = sign_in(make_user(None, ATTENDANT, companies=[world.company]))
    assert add(attendant, SCALE).status_code in (302, 403)
    assert session.scalars(select(Survey)).all() == []
