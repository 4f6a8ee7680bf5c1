"""What an answer may be, by the type of its question; how it is told afterwards; the way back to the attendance."""
import re
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.errors import Invalid
from app.models.survey import SurveyAnswer, SurveyParticipation, SurveyQuestion
from app.security.permissions import ATTENDANT, SUPERVISOR
from app.security.viewer import SYSTEM
from app.services import survey_answers, surveys
from tests.support.clock import DAY, NOON

pytestmark = pytest.mark.req("S-24", "S-65")
TODAY = NOON.date()


@pytest.fixture
def attendant(make_user, sign_in, world):
    return sign_in(make_user(None, ATTENDANT, companies=[world.company], name="Íris"))


def q(survey, text) -> str:
    return f"q{next(row.id for row in survey.questions if row.text == text)}"


@pytest.mark.parametrize(("kind", "given", "kept"), [
    ("scale", "1", 1), ("scale", 5, 5), ("nps", "0", 0), ("nps", "10", 10), ("yes_no", "no", False),
    ("yes_no", True, True), ("choice", "A", "A"), ("choices", ["B", "A"], ["A", "B"]), ("choices", "B", ["B"]),
    ("text", " um\r\ndois\0 ", "um\ndois"), ("number", "-12.50", -12.5), ("number", "007", 7),
    ("number", "123456789012345", 123456789012345), ("date", "2024-02-29", "2024-02-29")])
def test_a_value_is_kept_as_its_type(app, kind, given, kept):
    question = SurveyQuestion(type=kind, options=["A", "B"], required=True)
    assert survey_answers.read(question, given) == kept
    assert type(survey_answers.read(question, given)) is type(kept)


@pytest.mark.parametrize(("kind", "given"), [
    ("scale", "0"), ("scale", "6"), ("scale", "4.5"), ("scale", "²"), ("scale", "٣"), ("scale", ["1", "2"]),
    ("nps", "11"), ("nps", "-1"), ("yes_no", "talvez"), ("choice", "C"), ("choice", ["A", "B"]),
    ("choices", ["A", "C"]), ("text", "x" * 5_001), ("text", ["a", "b"]), ("number", "doze"), ("number", "1e3"),
    ("number", "NaN"), ("number", "1_000"), ("number", "1234567890123456"), ("number", "0.1234567890123456"),
    ("date", "2025-02-29"), ("date", "29/02/2024"), ("date", "20240229"), ("date", "2024-W01-1")])
def test_a_value_that_is_none_of_its_type_is_refused(app, kind, given):
    with pytest.raises(Invalid):
        survey_answers.read(SurveyQuestion(type=kind, options=["A", "B"], required=False), given)


def test_a_number_is_negative_only_where_its_question_allows_it(app):
    question = SurveyQuestion(type="number", options=[], minimum=Decimal(0))
    assert survey_answers.read(question, "0") == 0
    with app.test_request_context(), pytest.raises(Invalid, match="No mínimo 0"):
        survey_answers.read(question, "-3")
    question.minimum = Decimal("-5.500")
    assert survey_answers.read(question, "-5.5") == -5.5
    with app.test_request_context(), pytest.raises(Invalid, match="No mínimo -5,5"):
        survey_answers.read(question, "-6")


@pytest.mark.parametrize("blank", ["", "  ", None, [], [" "], "\0"])
def test_a_blank_is_refused_only_where_an_answer_is_required(app, blank):
    for kind in ("scale", "choice", "choices", "text", "number", "date"):
        assert survey_answers.read(SurveyQuestion(type=kind, options=["A"], required=False), blank) is None
        with pytest.raises(Invalid):
            survey_answers.read(SurveyQuestion(type=kind, options=["A"], required=True), blank)


def test_answers_are_told_in_words_on_their_page_the_record_and_the_log(session, attendant, world, survey):
    put = attendant.post(f"/surveys/entity/{world.entity.id}/put", {
        "survey_id": survey.id, "attendance": world.attendance.address})
    done = attendant.post(put.location, {
        q(survey, "Nota"): "4", q(survey, "Resolvido?"): "no", q(survey, "O quê?"): ["Preço", "Sabor"],
        q(survey, "Quantos?"): "1.234,5", q(survey, "Quando?"): "2026-02-03",
        q(survey, "Comentário"): "Linha 1\r\nLinha 2"})
    assert done.status_code == 302, done.text
    part = session.scalars(select(SurveyParticipation)).one()
    for address in (put.location, f"/attendances/{world.attendance.address}"):
        page = attendant.get(address).text
        for words in (">4<", ">Não<", ">Preço, Sabor<", ">1.234,5<", ">03/02/2026<", "Linha 1\nLinha 2"):
            assert words in page, (address, words)
    log = attendant.get(f"/logs/survey_participation/{part.id}").text
    assert "Pesquisa respondida" in log
    for words in ("Nota", "Quando?", "03/02/2026", "Linha 2"):
        assert words in log
    assert f"/logs/survey_participation/{part.id}" in attendant.get(put.location).text
    assert re.search(r"<p class=\"b-sub\">[^<]*Íris Teste", attendant.get(put.location).text)


def test_numbers_are_read_as_a_brazilian_writes_them(session, attendant, world, survey):
    for entity, typed, kept in ((world.entity, "1.234", 1234), (world.second_entity, "0,5", 0.5)):
        put = attendant.post(f"/surveys/entity/{entity.id}/put", {"survey_id": survey.id})
        assert attendant.post(put.location, {
            q(survey, "Nota"): "1", q(survey, "Quantos?"): typed}).status_code == 302
        number = session.scalars(select(SurveyAnswer.value).join(SurveyAnswer.question).where(
            SurveyQuestion.type == "number").order_by(SurveyAnswer.id.desc())).first()
        assert number == kept


def test_what_was_marked_stays_marked_when_it_is_refused(attendant, world, survey):
    put = attendant.post(f"/surveys/entity/{world.entity.id}/put", {"survey_id": survey.id})
    again = attendant.post(put.location, {
        q(survey, "Recomenda?"): "7", q(survey, "Resolvido?"): "yes", q(survey, "O quê?"): ["Sabor"],
        q(survey, "Quantos?"): "doze", q(survey, "Comentário"): "</textarea><script>alert(1)</script>"})
    assert again.status_code == 422
    for name, value in (("Recomenda?", "7"), ("Resolvido?", "yes"), ("O quê?", "Sabor")):
        assert re.search(rf'name="{re.escape(q(survey, name))}" value="{value}" checked', again.text)
    assert 'value="doze"' in again.text
    assert "<script>alert" not in again.text
    assert re.search(rf'name="{q(survey, "Nota")}"[^>]*aria-invalid="true" aria-describedby="{q(survey, "Nota")}-err"',
                     again.text)


def test_the_attendance_one_came_from_is_led_back_to(session, attendant, world, survey, answered):
    """Also through a survey that is about no attendance."""
    waiting = answered(world.entity, None)
    about = f"attendance={world.attendance.address}"
    page = attendant.get(f"/surveys/entity/{world.entity.id}?{about}").text
    assert f"Voltar ao atendimento {world.attendance.protocol}" in page
    assert f"/surveys/fill/{waiting}?{about}" in page
    form = attendant.get(f"/surveys/fill/{waiting}?{about}").text
    assert f'name="attendance" value="{world.attendance.address}"' in form
    done = attendant.post(f"/surveys/fill/{waiting}?{about}", {
        "attendance": world.attendance.address, q(survey, "Nota"): "5"})
    assert done.location.endswith(f"/surveys/entity/{world.entity.id}?{about}")
    assert attendant.get(
        f"/surveys/entity/{world.entity.id}?attendance={world.closed_attendance.address}").status_code == 404


def test_a_question_switched_off_meanwhile_is_told_and_nothing_is_lost(session, attendant, world, survey):
    put = attendant.post(f"/surveys/entity/{world.entity.id}/put", {"survey_id": survey.id})
    names = {row.text: q(survey, row.text) for row in survey.questions}
    surveys.update(session, survey.id, {"questions": [
        {"id": row.id, "text": row.text, "type": row.type, "options": row.options, "active": row.text != "Onde?"}
        for row in survey.questions]}, actor=SYSTEM, now=NOON)
    again = attendant.post(put.location, {names["Nota"]: "5", names["Onde?"]: "Loja", names["Comentário"]: "Fica"})
    assert again.status_code == 422
    assert "As perguntas mudaram" in again.text
    assert "Fica" in again.text
    assert session.scalars(select(SurveyAnswer)).all() == []


def test_a_form_of_which_nothing_is_answered_is_refused(attendant, session, world):
    made = surveys.create(session, {"name": "Livre", "questions": [{"text": "Algo?", "type": "text"}]}, actor=SYSTEM,
                          now=NOON)
    session.commit()
    put = attendant.post(f"/surveys/entity/{world.entity.id}/put", {"survey_id": made.id})
    refused = attendant.post(put.location, {q(made, "Algo?"): "  "})
    assert refused.status_code == 422
    assert "Responda ao menos uma pergunta" in refused.text


def test_a_survey_that_ended_shows_no_button_and_refuses_the_post(session, attendant, world, survey):
    put = attendant.post(f"/surveys/entity/{world.entity.id}/put", {"survey_id": survey.id})
    surveys.update(session, survey.id, {"valid_until": TODAY - 3000 * DAY}, actor=SYSTEM, now=NOON)
    page = attendant.get(put.location).text
    assert "Esta pesquisa não está aberta hoje." in page
    assert "Salvar respostas" not in page
    assert attendant.post(put.location, {q(survey, "Nota"): "5"}).status_code == 409
    entity = attendant.get(f"/surveys/entity/{world.entity.id}").text
    assert "Encerrada" in entity
    assert "Preencher" not in entity
    again = attendant.post(f"/surveys/entity/{world.second_entity.id}/put", {"survey_id": survey.id})
    assert "não está aberta" in attendant.get(again.location).text


@pytest.mark.parametrize("sent", [{}, {"survey_id": "x"}, {"survey_id": "0"}])
def test_no_survey_chosen_is_told(attendant, world, sent):
    answer = attendant.post(f"/surveys/entity/{world.entity.id}/put", sent)
    if sent.get("survey_id") == "0":
        assert answer.status_code == 404
    else:
        assert "Escolha uma pesquisa" in attendant.get(answer.location).text


def test_the_entitys_surveys_page_by_key(session, attendant, world, seeding):
    from app.models.survey import Survey

    with seeding():
        for number in range(30):
            made = Survey(name=f"Pesquisa {number:02}")
            session.add(SurveyParticipation(survey=made, entity_id=world.entity.id, invited_at=NOON + number * DAY))
    page = attendant.get(f"/surveys/entity/{world.entity.id}").text
    assert re.findall(r'row">Pesquisa (\d\d)<', page) == [f"{number:02}" for number in range(29, 4, -1)]
    following = re.search(r'rel="next" href="([^"]+)"', page)[1].replace("&amp;", "&")
    assert re.findall(r'row">Pesquisa (\d\d)<', attendant.get(following).text) == ["04", "03", "02", "01", "00"]
    assert attendant.get(f"/surveys/entity/{world.entity.id}?after=x").status_code == 400


def test_the_screens_of_the_entity_lead_to_its_surveys(make_user, sign_in, world):
    supervisor = sign_in(make_user(None, SUPERVISOR, companies=[world.company]))
    assert f'href="/surveys/entity/{world.entity.id}"' in supervisor.get(f"/entities/show/{world.entity.id}").text
    record = supervisor.get(f"/attendances/{world.attendance.address}").text
    icon = re.search(r'<a class="b-tool"[^>]*href="(/surveys/entity/[^"]+)"[^>]*>.*?</i>([^<]*)</a>', record)
    assert icon[2] == "Pesquisa"
    button = re.search(r'<a class="btn btn-default"[^>]*href="(/surveys/entity/[^"]+)"[^>]*>.*?</i>([^<]*)</a>', record)
    assert (button[1], button[2]) == (icon[1], "Pesquisa")
