"""Surveys of an entity: put, filled once, read; the results count just what one may see."""
import re

import pytest
from sqlalchemy import select

from app.errors import Conflict, Forbidden, NotFound
from app.models.survey import Survey, SurveyAnswer, SurveyParticipation
from app.queries import survey_results
from app.queries import surveys as reads
from app.queries.survey_results import Totals
from app.security.permissions import ATTENDANT, CONFIGURATOR, SUPERVISOR
from app.security.viewer import SYSTEM
from app.services import survey_answers, surveys
from tests.support.clock import DAY, NOON

from .conftest import QUESTIONS

TODAY, ZONE = NOON.date(), "America/Sao_Paulo"


@pytest.fixture
def actor(make_user, viewer_for, world):
    return viewer_for(make_user(None, SUPERVISOR, companies=[world.company]))


@pytest.fixture
def attendant(make_user, sign_in, world):
    return sign_in(make_user(None, ATTENDANT, companies=[world.company]))


def ids(survey) -> dict[str, int]:
    return {question.text: question.id for question in survey.questions}


def given(survey, **values) -> dict:
    return {ids(survey)[name]: value for name, value in values.items()}


@pytest.mark.req("S-24", "S-65")
def test_an_attendant_fills_a_survey_about_the_attendance_and_reads_it_again(session, attendant, world, survey):
    record = attendant.get(f"/attendances/{world.attendance.address}").text
    assert record.count(f"/surveys/entity/{world.entity.id}?attendance={world.attendance.address}") == 2
    page = attendant.get(f"/surveys/entity/{world.entity.id}?attendance={world.attendance.address}").text
    assert "Nenhuma pesquisa ainda" in page
    put = attendant.post(f"/surveys/entity/{world.entity.id}/put", {
        "survey_id": survey.id, "attendance": world.attendance.address})
    assert put.status_code == 302
    form = attendant.get(put.location).text
    assert all(row["text"] in form for row in QUESTIONS)
    by = ids(survey)
    done = attendant.post(put.location, {
        f"q{by['Nota']}": "4", f"q{by['Recomenda?']}": "10", f"q{by['Resolvido?']}": "yes",
        f"q{by['Onde?']}": "Feira", f"q{by['O quê?']}": ["Preço", "Sabor"],
        f"q{by['Comentário']}": "Bom\r\natendimento", f"q{by['Quantos?']}": "1.234,5",
        f"q{by['Quando?']}": "2026-02-03"})
    assert done.status_code == 302
    values = {row.question.text: row.value for row in session.scalars(select(SurveyAnswer))}
    assert values == {"Nota": 4, "Recomenda?": 10, "Resolvido?": True, "Onde?": "Feira", "O quê?": ["Preço", "Sabor"],
                      "Comentário": "Bom\natendimento", "Quantos?": 1234.5, "Quando?": "2026-02-03"}
    assert "Respondida" in attendant.get(done.location).text
    assert "Bom\natendimento" in attendant.get(put.location).text
    again = attendant.post(put.location, {f"q{by['Nota']}": "1"})
    assert again.status_code == 409
    assert "já foi respondida" in again.text
    assert "Nota" in attendant.get(f"/attendances/{world.attendance.address}").text


@pytest.mark.req("S-24")
def test_refusals_stand_at_their_questions_and_what_was_typed_stays(session, attendant, world, survey):
    put = attendant.post(f"/surveys/entity/{world.entity.id}/put", {"survey_id": survey.id})
    by = ids(survey)
    refused = attendant.post(put.location, {
        f"q{by['Recomenda?']}": "11", f"q{by['Onde?']}": "Lua", f"q{by['Quantos?']}": "muitos",
        f"q{by['Quando?']}": "ontem", f"q{by['Comentário']}": "fica aqui"})
    negative = attendant.post(put.location, {f"q{by['Nota']}": "5", f"q{by['Quantos?']}": "-3"})
    assert negative.status_code == 422
    assert re.search(rf'id="q{by["Quantos?"]}-err"[^>]*>No mínimo 0\.', negative.text)
    assert refused.status_code == 422
    for name in ("Nota", "Recomenda?", "Onde?", "Quantos?", "Quando?"):
        assert f'id="q{by[name]}-err"' in refused.text
    assert "fica aqui" in refused.text
    assert session.scalars(select(SurveyAnswer)).all() == []


@pytest.mark.req("S-24")
def test_a_survey_that_is_over_or_switched_off_is_neither_put_nor_filled(session, world, actor, survey):
    part = survey_answers.put(session, survey.id, entity_id=world.entity.id, today=TODAY, actor=actor, now=NOON)
    surveys.update(session, survey.id, {"valid_until": TODAY}, actor=SYSTEM, now=NOON)
    tomorrow = TODAY + DAY
    with pytest.raises(Conflict, match="não está aberta"):
        survey_answers.fill(session, part.id, given(survey, Nota="5"), today=tomorrow, actor=actor, now=NOON)
    with pytest.raises(Conflict, match="não está aberta"):
        survey_answers.put(session, survey.id, attendance_id=world.attendance.id, today=tomorrow, actor=actor, now=NOON)
    assert reads.offered(session, actor, tomorrow) == []
    assert reads.offered(session, actor, TODAY) == [survey]


@pytest.mark.req("S-24")
def test_put_twice_it_is_one_and_taken_back_only_while_it_waits(session, world, actor, survey):
    first = survey_answers.put(session, survey.id, entity_id=world.entity.id, today=TODAY, actor=actor, now=NOON)
    again = survey_answers.put(session, survey.id, entity_id=world.entity.id, today=TODAY, actor=actor, now=NOON)
    assert first.id == again.id
    survey_answers.withdraw(session, first.id, actor=actor, now=NOON)
    assert session.scalars(select(SurveyParticipation)).all() == []
    part = survey_answers.put(session, survey.id, entity_id=world.entity.id, today=TODAY, actor=actor, now=NOON)
    survey_answers.fill(session, part.id, given(survey, Nota="3"), today=TODAY, actor=actor, now=NOON)
    with pytest.raises(Conflict, match="já foi respondida"):
        survey_answers.withdraw(session, part.id, actor=actor, now=NOON)


@pytest.mark.req("S-24", "S-65")
def test_others_entities_and_attendances_do_not_exist_and_a_configurator_fills_nothing(
        attendant, make_user, sign_in, viewer_for, session, world, survey):
    assert attendant.get(f"/surveys/entity/{world.other_entity.id}").status_code == 404
    assert attendant.get(
        f"/surveys/entity/{world.entity.id}?attendance={world.other_attendance.address}").status_code == 404
    configurator = make_user(None, CONFIGURATOR, companies=[world.company])
    assert sign_in(configurator).get(f"/surveys/entity/{world.entity.id}").status_code == 403
    with pytest.raises(Forbidden):
        survey_answers.put(session, survey.id, entity_id=world.entity.id, today=TODAY,
                           actor=viewer_for(configurator), now=NOON)
    part = survey_answers.put(session, survey.id, entity_id=world.other_entity.id, today=TODAY, actor=SYSTEM, now=NOON)
    session.commit()
    assert attendant.get(f"/surveys/fill/{part.id}").status_code == 404
    actor = viewer_for(make_user(None, ATTENDANT, companies=[world.company]))
    with pytest.raises(NotFound):
        survey_answers.fill(session, part.id, given(survey, Nota="5"), today=TODAY, actor=actor, now=NOON)


@pytest.mark.req("S-68")
def test_results_equal_a_recount_of_what_one_may_see(session, world, actor, make_user, sign_in, survey):
    marks = [(world.attendance, "5", "10"), (world.closed_attendance, "2", "3"), (world.other_attendance, "1", "0")]
    for attendance, mark, nps in marks:
        part = survey_answers.put(session, survey.id, attendance_id=attendance.id, today=TODAY, actor=SYSTEM, now=NOON)
        survey_answers.fill(session, part.id, given(survey, **{"Nota": mark, "Recomenda?": nps, "Comentário": "x"}),
                            today=TODAY, actor=SYSTEM, now=NOON)
    session.commit()
    found = {result.question.text: result for result in survey_results.results(
        session, actor, survey, survey_results.ResultFilter(), ZONE)}
    assert (found["Nota"].answered, found["Nota"].mean, found["Nota"].score) == (2, 3.5, 50)
    assert dict(found["Nota"].counts) == {1: 0, 2: 1, 3: 0, 4: 0, 5: 1}
    assert found["Recomenda?"].score == 0
    assert len(found["Comentário"].newest) == 2
    assert survey_results.totals(session, actor, survey.id, survey_results.ResultFilter(), ZONE) == Totals(2, 2, 2)
    later = survey_results.ResultFilter(answered_from=TODAY + DAY)
    assert survey_results.totals(session, actor, survey.id, later, ZONE) == Totals(0, 0, 0)
    page = sign_in(make_user(None, SUPERVISOR, companies=[world.company])).get(f"/surveys/results/{survey.id}")
    assert "CSAT" in page.text
    assert re.search(r"Média</span><b[^>]*>3,5</b>", page.text)
    attendant = sign_in(make_user(None, ATTENDANT, companies=[world.company]))
    assert attendant.get(f"/surveys/results/{survey.id}").status_code == 403
    assert session.scalars(select(Survey)).one().name == "Pós-venda"
