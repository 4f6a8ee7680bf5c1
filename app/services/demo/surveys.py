"""A satisfaction survey and an operator's form in the demo company, with answers, and some who have not answered."""
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from ...models.attendance import Attendance
from ...models.classification import CLOSED_PHASES
from ...models.survey import QuestionType, Survey, SurveyKind
from ...security.viewer import SYSTEM
from .. import survey_answers, surveys
from ..registers import find

SATISFACTION, FORM = "Satisfação com o atendimento", "Devolução de produto"
DESCRIPTIONS = {SATISFACTION: "Sua opinião sobre o atendimento que você recebeu. Leva um minuto.",
                FORM: "Preenchida pelo atendente enquanto o cliente conta o que houve com o produto."}
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
ANSWERS = {
    SATISFACTION: (
        (10, 5, "yes", "Nada, foi ótimo."), (9, 5, "yes", ""), (7, 4, "yes", "Responder mais rápido."),
        (4, 2, "no", "Ninguém retornou no prazo."), (10, 4, "yes", ""),
        (8, 4, "yes", "O áudio da ligação estava baixo."), (2, 1, "no", "Tive de explicar tudo duas vezes."),
        (9, 5, "yes", "Parabéns à equipe."), (6, 3, "no", ""), (10, 5, "yes", "Continuem assim."),
        (9, 4, "yes", "Avisar antes da coleta.")),
    FORM: (("Supermercado", ["Embalagem", "Validade"], "", 2), ("Padaria", ["Sabor"], "", 1),
           ("Supermercado", ["Cheiro", "Sabor"], "", 6), ("Loja virtual", [], "", 1.5)),
}
WAITING = {SATISFACTION: 3, FORM: 1}  # put and not answered


def plant(session, company, operators, *, now) -> None:
    """Add the surveys that are missing; each comes with its answers, about the newest attendances of the company."""
    today = now.astimezone(ZoneInfo(company.timezone)).date()
    for name, questions in QUESTIONS.items():
        if find(session, Survey, name) is not None:
            continue
        survey = surveys.create(session, {
            "name": name, "kind": KINDS[name], "description": DESCRIPTIONS[name],
            "questions": [dict(row) for row in questions]}, actor=SYSTEM, now=now)
        about = select(Attendance).where(Attendance.company_id == company.id, Attendance.entity_id.is_not(None))
        if name == SATISFACTION:
            about = about.where(Attendance.phase.in_(CLOSED_PHASES))
        rows = session.scalars(about.order_by(Attendance.id.desc()).limit(len(ANSWERS[name]) + WAITING[name])).all()
        for place, attendance in enumerate(rows):
            # A customer answers for himself, a form is filled by an operator.
            actor = SYSTEM if name == SATISFACTION else operators[place % len(operators)]
            at = now - timedelta(hours=7 * place + 2)
            part = survey_answers.put(session, survey.id, attendance_id=attendance.id, today=today, actor=SYSTEM,
                                      now=at)
            if place >= WAITING[name]:
                given = dict(zip((question.id for question in survey.questions),
                                 ANSWERS[name][place - WAITING[name]], strict=True))
                survey_answers.fill(session, part.id, given, today=today, actor=actor, now=at + timedelta(hours=1))
