"""The register of surveys: questions kept in the survey's form; what was answered stays as it was asked."""
import re
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.models.log import LogEntry
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


def test_the_least_number_of_a_question_is_zero_unless_the_configurator_says_another(session, configurator):
    form = configurator.get("/surveys/add").text
    assert re.search(r'name="questions-__i__-minimum"[^>]*value="0"', form)
    number = {"type": "number", "active": "y"}
    refused = add(configurator, {**number, "text": "Quanto?", "minimum": "1,2345"})
    assert re.search(r'id="questions-0-minimum-err">Um limite tem no máximo três casas decimais', refused.text)
    assert add(configurator, {**number, "text": "Quantas unidades?", "minimum": "0"},
               {**number, "text": "Temperatura", "minimum": ""}, {**number, "text": "Saldo", "minimum": "-10,5"},
               {**SCALE, "minimum": "0"}).status_code == 302
    survey = one(session)
    assert [row.minimum for row in survey.questions] == [Decimal(0), None, Decimal("-10.5"), None]
    assert "No mínimo -10,5." in configurator.get(f"/surveys/show/{survey.id}").text
    entries = len(session.scalars(select(LogEntry).where(LogEntry.target == "survey")).all())
    page = configurator.get(f"/surveys/edit/{survey.id}").text
    assert re.search(r'name="questions-2-minimum"[^>]*value="-10,5"', page)
    same = {"name": "Pós-venda", "kind": "operator_form", "active": "y",
            "version": re.search(r'name="version" value="(\d+)"', page)[1]}
    posted = rows(*({"id": row.id, "position": row.position, "text": row.text, "type": row.type,
                     "minimum": "" if row.minimum is None else str(row.minimum.normalize()).replace(".", ","),
                     "active": "y", **({"required": "y"} if row.required else {})} for row in survey.questions))
    assert configurator.post(f"/surveys/edit/{survey.id}", {**same, **posted}).status_code == 302
    assert len(session.scalars(select(LogEntry).where(LogEntry.target == "survey")).all()) == entries


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


def test_every_refusal_is_told_at_once_each_at_its_field(session, configurator):
    refused = add(configurator, {**CHOICE, "text": ""}, {**CHOICE, "options": "Uma"}, {**SCALE, "position": "0"},
                  {**SCALE, "type": "outra"}, name="x" * 201)
    assert refused.status_code == 422
    for field in ("name", "questions-0-text", "questions-2-position", "questions-3-type"):
        assert f'id="{field}-err"' in refused.text, field
    told = add(configurator, {**CHOICE, "options": "Uma"}, {**CHOICE, "options": "Loja\n" + "x" * 201},
               valid_from="2026-05-02", valid_until="2026-05-01")
    for field in ("valid_until", "questions-0-options", "questions-1-options"):
        assert f'id="{field}-err"' in told.text, field
    assert session.scalars(select(Survey)).all() == []


def test_questions_are_asked_in_their_order_and_options_in_theirs(session, world, configurator, make_user, sign_in):
    add(configurator, {**SCALE, "position": "2"}, {**CHOICE, "position": "1", "options": "Feira\nLoja"})
    survey = one(session)
    assert [row.text for row in survey.questions] == ["Onde comprou?", "Como foi?"]
    ids = {row.text: str(row.id) for row in survey.questions}
    version = re.search(r'name="version" value="(\d+)"', configurator.get(f"/surveys/edit/{survey.id}").text)[1]
    changed = configurator.post(f"/surveys/edit/{survey.id}", {
        "name": "Pós-venda", "kind": "operator_form", "active": "y", "version": version, **rows(
            {**CHOICE, "id": ids["Onde comprou?"], "position": "1", "options": "Loja\nFeira"},
            {**SCALE, "id": ids["Como foi?"], "position": "2"})})
    assert changed.status_code == 302
    session.expire_all()
    assert one(session).questions[0].options == ["Loja", "Feira"]
    log = configurator.get(f"/logs/survey/{survey.id}").text
    assert "Feira / Loja" in log
    assert "Loja / Feira" in log
    attendant = sign_in(make_user(None, ATTENDANT, companies=[world.company]))
    put = attendant.post(f"/surveys/entity/{world.entity.id}/put", {"survey_id": survey.id})
    assert re.findall(r'type="radio"[^>]*value="(\w+)"', attendant.get(put.location).text)[:3] == ["Loja", "Feira", "1"]


def test_the_preview_shows_what_is_typed_and_stores_nothing(session, configurator, make_user, sign_in, world):
    typed = {"description": "Leva <b>um</b> minuto.", **rows(
        {**SCALE, "position": "2"}, {**CHOICE, "position": "1"}, {**SCALE, "text": "Desligada", "active": ""},
        {**SCALE, "text": ""})}
    page = configurator.post("/surveys/preview", typed)
    assert page.status_code == 200
    assert page.text.index("Onde comprou?") < page.text.index("Como foi?")
    assert re.findall(r'type="radio" name="preview-1" value="(\w+)"', page.text) == ["Loja", "Feira"]
    assert "Desligada" not in page.text
    assert "<b>um</b>" not in page.text
    assert "Leva" in page.text
    assert "Inclua uma pergunta" in configurator.post("/surveys/preview", {}).text
    assert session.scalars(select(Survey)).all() == []
    attendant = sign_in(make_user(None, ATTENDANT, companies=[world.company]))
    assert attendant.post("/surveys/preview", typed).status_code == 403
    add(configurator, CHOICE)
    shown = configurator.get(f"/surveys/show/{one(session).id}").text
    assert "Prévia da pesquisa" in shown
    assert 'name="preview-1" value="Loja"' in shown


def test_a_name_is_used_once_and_a_survey_of_nobody_can_be_deleted(session, configurator):
    assert add(configurator, SCALE).status_code == 302
    twice = add(configurator, SCALE, name="POS-VENDA")
    assert twice.status_code == 409
    assert 'id="name-err"' in twice.text
    assert configurator.post(f"/surveys/delete/{one(session).id}").status_code == 302
    assert session.scalars(select(Survey)).all() == []


def test_all_that_is_wrong_with_a_survey_is_told_at_once(session, configurator):
    refused = add(configurator, dict(CHOICE, options="Uma", text=""), name="", valid_from="2026-05-02",
                  valid_until="2026-05-01")
    assert refused.status_code == 422
    for field in ("name", "valid_until", "questions-0-text", "questions-0-options"):
        assert f'id="{field}-err"' in refused.text, field
    assert session.scalars(select(Survey)).all() == []
