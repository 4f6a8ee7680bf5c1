"""A survey with a question of every type, and how one puts and fills it in a line."""
import pytest

from app.database import unit_of_work
from app.models.survey import Survey
from app.security.viewer import SYSTEM
from app.services import survey_answers, surveys
from tests.support.clock import NOON

TODAY = NOON.date()
QUESTIONS = [
    {"text": "Nota", "type": "scale", "required": True}, {"text": "Recomenda?", "type": "nps"},
    {"text": "Resolvido?", "type": "yes_no"}, {"text": "Onde?", "type": "choice", "options": ["Loja", "Feira"]},
    {"text": "O quê?", "type": "choices", "options": ["Preço", "Sabor"]}, {"text": "Comentário", "type": "text"},
    {"text": "Quantos?", "type": "number"}, {"text": "Quando?", "type": "date"}]


@pytest.fixture
def survey(session, world) -> Survey:
    """Open, with QUESTIONS."""
    made = surveys.create(session, {"name": "Pós-venda", "kind": "satisfaction",
                                    "questions": [dict(row) for row in QUESTIONS]}, actor=SYSTEM, now=NOON)
    session.commit()
    return made


@pytest.fixture
def answered(session, survey):
    """`answered(attendance, {"Nota": 5}, actor=…, now=…)`: the survey put about it, or before an entity, and filled."""
    def fill(about, values, *, actor=SYSTEM, now=NOON):
        ids = {question.text: question.id for question in survey.questions}
        target = {"attendance_id": about.id} if about.__tablename__ == "attendance" else {"entity_id": about.id}
        target_id = survey.id
        with unit_of_work(session):
            part = survey_answers.put(session, target_id, **target, today=TODAY, actor=actor, now=now)
            if values:
                survey_answers.fill(session, part.id, {ids[name]: value for name, value in values.items()},
                                    today=TODAY, actor=actor, now=now)
            return part.id
    return fill
