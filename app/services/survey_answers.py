"""Surveys put before entities, and their answers: once, whole, and checked question by question."""
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from ..errors import Conflict, DomainError, Invalid, InvalidMany
from ..models.attendance import Attendance
from ..models.entity import Entity
from ..models.survey import QuestionType, Survey, SurveyAnswer, SurveyParticipation, SurveyQuestion
from ..security.permissions import Perm
from .log import expect_log, record
from .records import get_visible, require

REQUIRED = _l("This field is required.")
TEXT_LIMIT = 5_000
SCALES = {QuestionType.SCALE: (1, 5), QuestionType.NPS: (0, 10)}


def is_open(survey: Survey, today: date) -> bool:
    """Whether the survey may be put and answered on this day."""
    return (survey.active and (survey.valid_from is None or survey.valid_from <= today)
            and (survey.valid_until is None or today <= survey.valid_until))


def put(session, survey_id: int, *, entity_id: int | None = None, attendance_id: int | None = None, today: date,
        actor, now: datetime) -> SurveyParticipation:
    """Let an entity take part, or ask about one attendance (of its entity). The one that is there already is answered.

    Raises Forbidden, NotFound, Conflict where the survey is not open today.
    """
    require(actor, Perm.SURVEY_ANSWER)
    survey = get_visible(session, Survey, survey_id, actor)
    if attendance_id is not None:
        entity_id = get_visible(session, Attendance, attendance_id, actor).entity_id
    else:
        get_visible(session, Entity, entity_id, actor)
    there = session.scalar(select(SurveyParticipation).where(
        SurveyParticipation.survey_id == survey.id,
        SurveyParticipation.attendance_id == attendance_id if attendance_id is not None
        else SurveyParticipation.attendance_id.is_(None) & (SurveyParticipation.entity_id == entity_id)))
    if there is not None:
        return there
    if not is_open(survey, today):
        raise Conflict(_l("This survey is not open today."), field="survey_id")
    made = SurveyParticipation(survey_id=survey.id, entity_id=entity_id, attendance_id=attendance_id, invited_at=now,
                               invited_by_id=actor.user_id)
    session.add(made)
    record(session, made, "create", {"survey": (None, survey)}, actor=actor, now=now)
    return made


def withdraw(session, pk: int, *, actor, now: datetime) -> None:
    """Take back a survey that was not answered. Raises Forbidden, NotFound, Conflict."""
    require(actor, Perm.SURVEY_ANSWER)
    part = get_visible(session, SurveyParticipation, pk, actor)
    if part.answered_at is not None:
        raise Conflict(_l("This survey was already answered."))
    record(session, part, "delete", {"survey": (part.survey, None)}, actor=actor, now=now)
    session.delete(part)
    session.flush()


def fill(session, pk: int, answers: dict[int, object], *, today: date, actor, now: datetime) -> SurveyParticipation:
    """Note the answers {question id: value as typed}; with them the survey is done.

    Raises Forbidden, NotFound, Conflict (answered before, not open today), InvalidMany with each question's refusal at
    `q<id>`.
    """
    require(actor, Perm.SURVEY_ANSWER)
    session.execute(select(SurveyParticipation.id).where(SurveyParticipation.id == pk).with_for_update())
    part = get_visible(session, SurveyParticipation, pk, actor)
    if part.answered_at is not None:
        raise Conflict(_l("This survey was already answered."))
    if not is_open(part.survey, today):
        raise Conflict(_l("This survey is not open today."))
    errors: list[DomainError] = []
    rows, told = [], {}
    for question in questions(part.survey):
        try:
            value = read(question, answers.get(question.id))
        except DomainError as error:
            error.field = f"q{question.id}"
            errors.append(error)
            continue
        if value is not None:
            rows.append(SurveyAnswer(question_id=question.id, value=value))
            told[question.text] = (None, value)
    if not errors and not rows:
        errors.append(Invalid(_l("Answer at least one question.")))
    if errors:
        raise InvalidMany(errors)
    expect_log(session, part, *rows)
    part.answers.extend(rows)
    part.answered_at, part.answered_by_id = now, actor.user_id
    record(session, part, "answer", told, actor=actor, now=now, children=rows)
    return part


def questions(survey: Survey) -> list[SurveyQuestion]:
    """The questions that are asked now."""
    return [question for question in survey.questions if question.active]


def read(question: SurveyQuestion, typed):
    """The value of an answer as it is kept, or None. Raises Invalid."""
    many = isinstance(typed, (list, tuple))
    typed = [str(each).strip() for each in typed if str(each).strip()] if many else str(
        "" if typed is None else typed).strip()
    if not typed:
        if question.required:
            raise Invalid(REQUIRED)
        return None
    return _READERS[question.type](question, typed)


def _scale(question, typed):
    low, high = SCALES[question.type]
    if not str(typed).isascii() or not str(typed).isdigit() or not low <= int(str(typed)[:4]) <= high:
        raise Invalid(_l("Choose a number from %(low)s to %(high)s."), low=low, high=high)
    return int(typed)


def _yes_no(_question, typed):
    if typed not in ("yes", "no", "True", "False"):
        raise Invalid(_l("Not a valid choice."))
    return typed in ("yes", "True")


def _choice(question, typed):
    if typed not in question.options:
        raise Invalid(_l("Not a valid choice."))
    return typed


def _choices(question, typed):
    typed = typed if isinstance(typed, list) else [typed]
    if set(typed) - set(question.options):
        raise Invalid(_l("Not a valid choice."))
    return [option for option in question.options if option in typed]


def _text(_question, typed):
    text = typed if isinstance(typed, str) else " ".join(typed)
    text = text.replace("\r\n", "\n").replace("\0", "")
    if len(text) > TEXT_LIMIT:
        raise Invalid(_l("At most %(n)s characters; there are %(have)s."), n=TEXT_LIMIT, have=len(text))
    return text


def _number(_question, typed):
    try:
        text = str(typed).replace(".", "").replace(",", ".") if "," in str(typed) else str(typed)
        number = Decimal(text)
        if not number.is_finite() or abs(number) >= Decimal(10) ** 15:
            raise InvalidOperation
    except InvalidOperation as error:
        raise Invalid(_l("Type a number.")) from error
    return int(number) if number == int(number) else float(number)


def _date(_question, typed):
    try:
        return date.fromisoformat(str(typed)).isoformat()
    except ValueError as error:
        raise Invalid(_l("Type a date.")) from error


_READERS = {QuestionType.SCALE: _scale, QuestionType.NPS: _scale, QuestionType.YES_NO: _yes_no,
            QuestionType.CHOICE: _choice, QuestionType.CHOICES: _choices, QuestionType.TEXT: _text,
            QuestionType.NUMBER: _number, QuestionType.DATE: _date}
