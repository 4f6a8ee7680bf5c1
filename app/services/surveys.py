"""The verbs of surveys ("Pesquisas") and their questions: what was answered keeps its question as it was asked."""
from flask_babel import lazy_gettext as _l
from sqlalchemy import exists, func, inspect, select

from ..errors import Conflict, DomainError, Invalid, InvalidMany
from ..models.survey import QuestionType, Survey, SurveyAnswer, SurveyKind, SurveyParticipation, SurveyQuestion
from . import amounts, records

ROWS = ("questions",)
WITH_OPTIONS = (QuestionType.CHOICE, QuestionType.CHOICES)
MOST_QUESTIONS, MOST_OPTIONS, OPTION_LENGTH, TEXT_LENGTH, DESCRIPTION_LENGTH, LAST = 100, 50, 200, 300, 5_000, 999
REQUIRED, NOT_A_CHOICE = _l("This field is required."), _l("Not a valid choice.")
TOO_LONG = _l("At most %(n)s characters; there are %(have)s.")


def options_of(text: str | None) -> list[str]:
    """One option a line, without blanks and repetitions."""
    return _each_once((text or "").splitlines())


def _each_once(options: list[str]) -> list[str]:
    return list(dict.fromkeys(filter(None, map(str.strip, options))))


def in_order(rows: list[dict]) -> list[dict]:
    """The questions as they will be asked: plain values ready to be stored, in their order."""
    return sorted((_question(row, place) for place, row in enumerate(rows)), key=lambda row: row["position"])


def create(session, values, *, actor, now) -> Survey:
    """Register a survey. `values`: name, kind, description, valid_from, valid_until, active and questions, rows of
    {id, position, text, type, options, minimum, required, active}; options are a list, or a text with one a line.
    A number may be negative only where `minimum` says so, or is given as None.

    Raises Invalid, InvalidMany, Conflict.
    """
    return records.create(session, Survey, _ready(values), actor=actor, now=now, rows=ROWS, check=_check)


def update(session, pk, values, *, version=None, actor, now) -> Survey:
    """Change a survey; questions that are given replace the stored ones. Raises as create, NotFound, Stale."""
    # Answers being noted hold it: what they chose is seen by the check below, or they find the changed question.
    session.execute(select(Survey.id).where(Survey.id == pk).with_for_update())
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
    row = {**row, "position": row.get("position") or place + 1, "text": " ".join((row.get("text") or "").split())}
    if not isinstance(row.get("options"), list):
        row["options"] = options_of(row.get("options"))
    elif all(isinstance(option, str) for option in row["options"]):
        row["options"] = _each_once(row["options"])
    row["options"] = row["options"] if row.get("type") in WITH_OPTIONS else []
    if row.get("type") != QuestionType.NUMBER:
        row["minimum"] = None
    elif not row.get("id"):
        row.setdefault("minimum", 0)
    return row


def _check(session, survey, lists, *, actor) -> None:
    errors: list[DomainError] = []
    if survey.kind is not None and survey.kind not in tuple(SurveyKind):
        errors.append(Invalid(NOT_A_CHOICE, field="kind"))
    if len(survey.description or "") > DESCRIPTION_LENGTH:
        errors.append(Invalid(TOO_LONG, field="description", n=DESCRIPTION_LENGTH, have=len(survey.description)))
    if survey.valid_from and survey.valid_until and survey.valid_until < survey.valid_from:
        errors.append(Invalid(_l("The validity cannot end before it begins."), field="valid_until"))
    rows = lists.get("questions", () if not inspect(survey).persistent else None)
    if rows is not None:
        errors += _check_questions(session, survey, rows)
    if errors:
        raise InvalidMany(errors) if len(errors) > 1 else errors[0]


def _check_questions(session, survey, rows) -> list[DomainError]:
    """Every refusal of the rows, each at its field."""
    stored = {question.id: question for question in survey.questions} if inspect(survey).persistent else {}
    answered = _answered(session, stored)
    errors: list[DomainError] = []
    if not any(row.get("active", True) for row in rows):
        errors.append(Invalid(_l("A survey needs at least one active question."), field="questions"))
    if len(rows) > MOST_QUESTIONS:
        errors.append(Invalid(_l("A survey has at most %(n)s questions."), field="questions", n=MOST_QUESTIONS))
    for place, row in enumerate(rows):
        errors += _wrong_in(row, f"questions.{place}")
        errors += _wrong_minimum(row, f"questions.{place}.minimum")
        if row.get("id") in answered:
            errors += _changed_after_answers(session, stored[row["id"]], row, f"questions.{place}")
    gone = answered - {row.get("id") for row in rows}
    if gone:
        errors.append(Conflict(_l("“%(question)s” has answers: switch it off instead of removing it."),
                               field="questions", question=stored[min(gone)].text))
    return errors


def _wrong_in(row, at):
    """What is not right of one row by itself."""
    if not row["text"]:
        yield Invalid(REQUIRED, field=f"{at}.text")
    elif len(row["text"]) > TEXT_LENGTH:
        yield Invalid(TOO_LONG, field=f"{at}.text", n=TEXT_LENGTH, have=len(row["text"]))
    if row.get("type") not in tuple(QuestionType):
        yield Invalid(NOT_A_CHOICE, field=f"{at}.type")
    elif row["type"] in WITH_OPTIONS and not 2 <= len(row["options"]) <= MOST_OPTIONS:
        yield Invalid(_l("Give from 2 to %(n)s options, one a line."), field=f"{at}.options", n=MOST_OPTIONS)
    if any(not isinstance(option, str) or len(option) > OPTION_LENGTH for option in row["options"]):
        yield Invalid(_l("An option has at most %(n)s characters."), field=f"{at}.options", n=OPTION_LENGTH)
    if not isinstance(row["position"], int) or not 1 <= row["position"] <= LAST:
        yield Invalid(_l("Type a number from %(low)s to %(high)s."), field=f"{at}.position", low=1, high=LAST)


def _wrong_minimum(row, at) -> list[DomainError]:
    """What is not right of the least that may be answered, which is made what the column holds."""
    if "minimum" not in row:
        return []
    try:
        row["minimum"] = amounts.limit(row["minimum"], at)
    except Invalid as error:
        return [error]
    return []


def _changed_after_answers(session, question, row, at):
    """Of a question with answers the type stays, and every option that somebody chose."""
    if row["type"] != question.type:
        yield Conflict(_l("This question has answers: its type cannot change."), field=f"{at}.type")
        return
    lost = set(question.options) - set(row["options"])
    if not lost:
        return
    values = session.scalars(select(SurveyAnswer.value).where(SurveyAnswer.question_id == question.id))
    chosen = {option for value in values for option in (value if isinstance(value, list) else [value])}
    if lost & chosen:
        yield Conflict(_l("“%(option)s” was chosen in an answer: it cannot be removed."), field=f"{at}.options",
                       option=sorted(lost & chosen)[0])


def _answered(session, stored) -> set[int]:
    """Of these questions, those that somebody answered."""
    if not stored:
        return set()
    return set(session.scalars(select(SurveyQuestion.id).where(
        SurveyQuestion.id.in_(stored), exists().where(SurveyAnswer.question_id == SurveyQuestion.id))))


def _refuse_in_use(session, survey, *, actor) -> None:
    used = session.scalar(select(func.count()).select_from(SurveyParticipation).where(
        SurveyParticipation.survey_id == survey.id))
    if used:
        raise records.in_use()
