"""Surveys put before entities, and their answers: once, whole, and checked question by question."""
import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from flask_babel import format_decimal
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from .. import documents
from ..errors import Conflict, DomainError, Invalid, InvalidMany
from ..models.attendance import Attendance
from ..models.entity import Entity
from ..models.survey import QuestionType, Survey, SurveyAnswer, SurveyParticipation, SurveyQuestion
from ..security.permissions import Perm
from ..security.visibility import visible
from .entity_rules import cleaned
from .log import record
from .records import get_visible, require

REQUIRED, NOT_A_CHOICE = _l("This field is required."), _l("Not a valid choice.")
ANSWERED, CLOSED = _l("This survey was already answered."), _l("This survey is not open today.")
TEXT_LIMIT, NUMBER_DIGITS = 5_000, 15  # what JSON readers keep exactly
MOST_AT_ONCE = 500
SCALES = {QuestionType.SCALE: (1, 5), QuestionType.NPS: (0, 10)}
YES, NO = ("yes", "True"), ("no", "False")
_NUMBER = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?")


@dataclass(frozen=True)
class Put:
    """What became of many documents: entities that take part from now, those that did already, and no entity's."""

    made: int
    there: int
    unknown: list[str]


def is_open(survey: Survey, today: date) -> bool:
    """Whether the survey may be put and answered on this day."""
    return (survey.active and (survey.valid_from is None or survey.valid_from <= today)
            and (survey.valid_until is None or today <= survey.valid_until))


def put(session, survey_id: int, *, entity_id: int | None = None, attendance_id: int | None = None, today: date,
        actor, now: datetime) -> SurveyParticipation:
    """Let an entity take part, or ask about one attendance (of its entity). The one that is there already is returned.

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
        raise Conflict(CLOSED, field="survey_id")
    return _put(session, survey, entity_id, attendance_id, actor=actor, now=now)


def put_before(session, survey_id: int, *, entity_ids=(), typed: str = "", today: date, actor,
               now: datetime) -> Put:
    """Put a survey before many entities: by id, and by CPF/CNPJ, one a line of `typed` (or parted by ; or commas).

    Raises Forbidden, NotFound, Conflict (not open today), Invalid at `documents` (nobody, or too many).
    """
    require(actor, Perm.SURVEY_ANSWER)
    survey = get_visible(session, Survey, survey_id, actor)
    if not is_open(survey, today):
        raise Conflict(CLOSED)
    wanted = {number: text for text in re.split(r"[\r\n;,]+", typed or "") if (number := documents.clean(text))}
    if not wanted and not entity_ids:
        raise Invalid(_l("Choose somebody, or type at least one CPF/CNPJ."), field="documents")
    if len(wanted) + len(entity_ids) > MOST_AT_ONCE:
        raise Invalid(_l("At most %(n)s at once."), field="documents", n=MOST_AT_ONCE)
    meant = Entity.document.in_(list(wanted)) | Entity.id.in_(list(entity_ids))
    found = session.execute(select(Entity.id, Entity.document).where(
        meant, visible(Entity, actor)).order_by(Entity.id)).all()
    known = {document for _pk, document in found}
    ids = [pk for pk, _document in found]
    there = set(session.scalars(select(SurveyParticipation.entity_id).where(
        SurveyParticipation.survey_id == survey.id, SurveyParticipation.attendance_id.is_(None),
        SurveyParticipation.entity_id.in_(ids))))
    for pk in ids:
        if pk not in there:
            _put(session, survey, pk, None, actor=actor, now=now)
    return Put(len(ids) - len(there), len(there),
               [" ".join(text.split()) for number, text in wanted.items() if number not in known])


def withdraw(session, pk: int, *, actor, now: datetime) -> None:
    """Take back a survey that was not answered. Raises Forbidden, NotFound, Conflict."""
    part = _to_answer(session, pk, actor)
    record(session, part, "delete", {"survey": (part.survey, None)}, actor=actor, now=now)
    session.delete(part)
    session.flush()  # what refers to it speaks here


def fill(session, pk: int, answers: dict[int, object], *, today: date, actor, now: datetime) -> SurveyParticipation:
    """Note the answers {question id: value}; with them the survey is done.

    Values: a number, "yes" or "no", an option, a list of options, a text, a day as yyyy-mm-dd. Raises Forbidden,
    NotFound, Conflict (answered before, not open today), InvalidMany with each question's refusal at `q<id>`.
    """
    part = _to_answer(session, pk, actor)
    # Shared with others who answer it; whoever changes the questions waits, and then sees these answers.
    session.execute(select(Survey.id).where(Survey.id == part.survey_id).with_for_update(read=True))
    if not is_open(part.survey, today):
        raise Conflict(CLOSED)
    rows = _read_all(part.survey, answers)
    with session.no_autoflush:  # the guard wants the log entry before anything is written
        part.answered_at, part.answered_by_id = now, actor.user_id
        part.answers.extend(SurveyAnswer(question_id=question.id, value=value) for question, value in rows)
    record(session, part, "answer", _told(rows), actor=actor, now=now, children=part.answers)
    session.flush()  # of two who answer at once, the constraint speaks to the second
    return part


def questions(survey: Survey) -> list[SurveyQuestion]:
    """The questions that are asked now."""
    return [question for question in survey.questions if question.active]


def read(question: SurveyQuestion, given):
    """The value of an answer as it is kept, or None. Raises Invalid."""
    if isinstance(given, (list, tuple)):
        given = [text for each in given if (text := str(each).strip())]
    else:
        given = cleaned(str("" if given is None else given)) or ""
    if not given:
        if question.required:
            raise Invalid(REQUIRED)
        return None
    return _READERS[question.type](question, given)


def _put(session, survey, entity_id, attendance_id, *, actor, now) -> SurveyParticipation:
    made = SurveyParticipation(survey_id=survey.id, entity_id=entity_id, attendance_id=attendance_id, invited_at=now,
                               invited_by_id=actor.user_id)
    session.add(made)
    record(session, made, "create", {"survey": (None, survey)}, actor=actor, now=now)
    return made


def _to_answer(session, pk, actor) -> SurveyParticipation:
    """The participation, locked until the transaction ends. Raises Conflict where it was answered."""
    require(actor, Perm.SURVEY_ANSWER)
    session.execute(select(SurveyParticipation.id).where(SurveyParticipation.id == pk).with_for_update())
    part = get_visible(session, SurveyParticipation, pk, actor)
    if part.answered_at is not None:
        raise Conflict(ANSWERED)
    return part


def _read_all(survey, answers) -> list[tuple[SurveyQuestion, object]]:
    errors: list[DomainError] = []
    rows, asked = [], questions(survey)
    if set(answers) - {question.id for question in asked}:
        errors.append(Invalid(_l("The questions were changed meanwhile: look at the answers again.")))
    for question in asked:
        try:
            value = read(question, answers.get(question.id))
        except DomainError as error:
            error.field = f"q{question.id}"
            errors.append(error)
            continue
        if value is not None:
            rows.append((question, value))
    if not errors and not rows:
        errors.append(Invalid(_l("Answer at least one question.")))
    if errors:
        raise InvalidMany(errors)
    return rows


def _told(rows) -> dict:
    """What the log keeps: the questions as they were asked; of equal ones the later with its number."""
    told: dict = {}
    for place, (question, value) in enumerate(rows, 1):
        told[question.text if question.text not in told else f"{question.text} ({place})"] = (None, value)
    return told


def _scale(question, given):
    low, high = SCALES[question.type]
    if not isinstance(given, str) or not re.fullmatch("[0-9]{1,2}", given) or not low <= int(given) <= high:
        raise Invalid(_l("Choose a number from %(low)s to %(high)s."), low=low, high=high)
    return int(given)


def _yes_no(_question, given):
    if given not in (*YES, *NO):
        raise Invalid(NOT_A_CHOICE)
    return given in YES


def _choice(question, given):
    if given not in question.options:
        raise Invalid(NOT_A_CHOICE)
    return given


def _choices(question, given):
    given = given if isinstance(given, list) else [given]
    if set(given) - set(question.options):
        raise Invalid(NOT_A_CHOICE)
    return [option for option in question.options if option in given]


def _text(_question, given):
    if not isinstance(given, str):
        raise Invalid(NOT_A_CHOICE)
    if len(given) > TEXT_LIMIT:
        raise Invalid(_l("At most %(n)s characters; there are %(have)s."), n=TEXT_LIMIT, have=len(given))
    return given


def _number(question, given):
    if not isinstance(given, str) or not _NUMBER.fullmatch(given):
        raise Invalid(_l("Type a number."))
    number = Decimal(given).normalize()
    if len(number.as_tuple().digits) > NUMBER_DIGITS or abs(number) >= Decimal(10) ** NUMBER_DIGITS:
        raise Invalid(_l("The number is too long."))
    if question.minimum is not None and number < question.minimum:
        raise Invalid(_l("At least %(n)s."), n=format_decimal(question.minimum))
    return int(number) if number == int(number) else float(number)


def _date(_question, given):
    if not isinstance(given, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", given):
        raise Invalid(_l("Type a date."))
    try:
        return date.fromisoformat(given).isoformat()
    except ValueError as error:
        raise Invalid(_l("Type a date.")) from error


_READERS = {QuestionType.SCALE: _scale, QuestionType.NPS: _scale, QuestionType.YES_NO: _yes_no,
            QuestionType.CHOICE: _choice, QuestionType.CHOICES: _choices, QuestionType.TEXT: _text,
            QuestionType.NUMBER: _number, QuestionType.DATE: _date}
