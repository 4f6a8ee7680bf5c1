"""The verbs of surveys ("Pesquisas") and their questions: what was answered keeps its question as it was asked."""
from flask_babel import lazy_gettext as _l
from sqlalchemy import exists, func, inspect, select

from ..errors import Conflict, Invalid
from ..models.survey import QuestionType, Survey, SurveyAnswer, SurveyParticipation, SurveyQuestion
from . import records

ROWS = ("questions",)
WITH_OPTIONS = (QuestionType.CHOICE, QuestionType.CHOICES)
MOST_OPTIONS, OPTION_LENGTH = 50, 200


def options_of(text: str | None) -> list[str]:
    """One option a line, without blanks and repetitions."""
    return list(dict.fromkeys(filter(None, map(str.strip, (text or "").splitlines()))))


def create(session, values, *, actor, now) -> Survey:
    """Register a survey with its questions. Raises Invalid, Conflict."""
    return records.create(session, Survey, _ready(values), actor=actor, now=now, rows=ROWS, check=_check)


def update(session, pk, values, *, version=None, actor, now) -> Survey:
    """Change a survey; questions that are given replace the stored ones. Raises as create, NotFound, Stale."""
    return records.update(session, Survey, pk, _ready(values), version=version, actor=actor, now=now, rows=ROWS,
                          check=_check)


def delete(session, pk, *, version=None, actor, now) -> None:
    """Remove a survey that nobody takes part in. Raises NotFound, Conflict."""
    records.delete(session, Survey, pk, version=version, actor=actor, now=now, rows=ROWS, check=_refuse_in_use)


def _ready(values) -> dict:
    values = dict(values)
    if "questions" in values:
        values["questions"] = [_question(row, place) for place, row in enumerate(values["questions"])]
    return values


def _question(row, place) -> dict:
    row = {**row, "position": row.get("position") or place + 1}
    if not isinstance(row.get("options"), list):
        row["options"] = options_of(row.get("options"))
    row["options"] = row["options"] if row.get("type") in WITH_OPTIONS else []
    return row


def _check(session, survey, lists, *, actor) -> None:
    rows = lists.get("questions")
    if rows is None:
        return
    if not any(row.get("active", True) for row in rows):
        raise Invalid(_l("A survey needs at least one active question."), field="questions")
    stored = {question.id: question for question in survey.questions} if inspect(survey).persistent else {}
    answered = _answered(session, stored)
    for place, row in enumerate(rows):
        at = f"questions.{place}"
        if not (row.get("text") or "").strip():
            raise Invalid(_l("This field is required."), field=f"{at}.text")
        if row.get("type") not in tuple(QuestionType):
            raise Invalid(_l("Not a valid choice."), field=f"{at}.type")
        if row["type"] in WITH_OPTIONS and not 2 <= len(row["options"]) <= MOST_OPTIONS:
            raise Invalid(_l("Give from 2 to %(n)s options, one a line."), field=f"{at}.options", n=MOST_OPTIONS)
        if any(len(option) > OPTION_LENGTH for option in row["options"]):
            raise Invalid(_l("An option has at most %(n)s characters."), field=f"{at}.options", n=OPTION_LENGTH)
        if row.get("id") in answered:
            _keep_asked(session, stored[row["id"]], row, at)
    gone = answered - {row.get("id") for row in rows}
    if gone:
        raise Conflict(_l("“%(question)s” has answers: switch it off instead of removing it."), field="questions",
                       question=stored[min(gone)].text)


def _keep_asked(session, question, row, at) -> None:
    """Of a question with answers the type stays, and every option that somebody chose."""
    if row["type"] != question.type:
        raise Conflict(_l("This question has answers: its type cannot change."), field=f"{at}.type")
    lost = set(question.options) - set(row["options"])
    if lost:
        values = session.scalars(select(SurveyAnswer.value).where(SurveyAnswer.question_id == question.id))
        chosen = {option for value in values for option in (value if isinstance(value, list) else [value])}
        if lost & chosen:
            raise Conflict(_l("“%(option)s” was chosen in an answer: it cannot be removed."), field=f"{at}.options",
                           option=sorted(lost & chosen)[0])


def _answered(session, stored) -> set[int]:
    if not stored:
        return set()
    return set(session.scalars(select(SurveyQuestion.id).where(
        SurveyQuestion.id.in_(stored), exists().where(SurveyAnswer.question_id == SurveyQuestion.id))))


def _refuse_in_use(session, survey, *, actor) -> None:
    used = session.scalar(select(func.count()).select_from(SurveyParticipation).where(
        SurveyParticipation.survey_id == survey.id))
    if used:
        raise records.in_use()
