"""A satisfaction survey and an operator's form in the demo company, with some answers."""
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from ...models.attendance import Attendance
from ...models.classification import Phase
from ...models.survey import QuestionType, Survey, SurveyKind
from ...security.viewer import SYSTEM
from .. import survey_answers, surveys
from ..registers import find

SATISFACTION, FORM = "Satisfação com o atendimento", "Devolução de produto"
QUESTIONS = {
    SATISFACTION: (
        {"text": "De 0 a 10, quanto você nos recomendaria?", "type": QuestionType.NPS, "required": True},
        {"text": "Como foi o atendimento?", "type": QuestionType.SCALE, "required": True},
        {"text": "O problema foi resolvido?", "type": QuestionType.YES_NO},
        {"text": "O que podemos melhorar?", "type": QuestionType.TEXT}),
    FORM: (
        {"text": "Onde o produto foi comprado?", "type": QuestionType.CHOICE,
         "options": ["Supermercado", "Padaria", "Loja virtual"], "required": True},
        {"text": "O que foi notado?", "type": QuestionType.CHOICES,
         "options": ["Embalagem", "Sabor", "Cheiro", "Validade"]},
        {"text": "Quando o produto foi aberto?", "type": QuestionType.DATE},
        {"text": "Quantas unidades?", "type": QuestionType.NUMBER}),
}
KINDS = {SATISFACTION: SurveyKind.SATISFACTION, FORM: SurveyKind.OPERATOR_FORM}
ANSWERS = ((10, 5, "yes", "Nada, foi ótimo."), (9, 5, "yes", ""), (7, 4, "yes", "Responder mais rápido."),
           (4, 2, "no", "Ninguém retornou no prazo."), (10, 4, "yes", ""))


def plant(session, *, now) -> None:
    """Add the surveys that are missing; with the first come its answers, about the newest closed attendances."""
    for name, questions in QUESTIONS.items():
        if find(session, Survey, name) is None:
            values = {"name": name, "kind": KINDS[name], "questions": [dict(row) for row in questions]}
            survey = surveys.create(session, values, actor=SYSTEM, now=now)
            if name == SATISFACTION:
                _answer(session, survey, now)


def _answer(session, survey, now) -> None:
    rows = session.scalars(select(Attendance).where(Attendance.phase == Phase.CLOSED, Attendance.entity_id.is_not(None))
                           .order_by(Attendance.id.desc()).limit(len(ANSWERS) + 2))
    today = now.astimezone(ZoneInfo("America/Sao_Paulo")).date()
    for place, attendance in enumerate(rows):
        at = now - timedelta(hours=3 * place + 2)
        part = survey_answers.put(session, survey.id, attendance_id=attendance.id, today=today, actor=SYSTEM, now=at)
        if place < len(ANSWERS):
            given = dict(zip((question.id for question in survey.questions), ANSWERS[place], strict=True))
            survey_answers.fill(session, part.id, given, today=today, actor=SYSTEM, now=at + timedelta(hours=1))
