"""Reading surveys: those of an entity, who takes part, and what was answered, in figures that a recount gives."""
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from ..models.attendance import Attendance
from ..models.entity import Entity
from ..models.survey import QuestionType, Survey, SurveyAnswer, SurveyParticipation, SurveyQuestion
from ..security.visibility import visible
from . import paging

SIZE = 25
TEXTS = (QuestionType.TEXT, QuestionType.NUMBER, QuestionType.DATE)  # told one by one, not counted
NEWEST = 50  # of these that a page of results shows
PROMOTER, DETRACTOR, SATISFIED = 9, 6, 4  # NPS: 9 and 10, 0 to 6; CSAT: 4 and 5 of 5


@dataclass(frozen=True)
class ResultFilter:
    """Which answers are counted; dates are local days, both inclusive."""

    answered_from: date | None = None
    answered_to: date | None = None
    operator: int | None = None  # in charge of the attendance, else who opened it
    motive: int | None = None


@dataclass(frozen=True)
class Result:
    """What a question was answered: counts of each value, the mean of numbers, the newest of free texts."""

    question: SurveyQuestion
    answered: int
    counts: list[tuple[str, int]]
    mean: float | None
    score: int | None  # NPS (-100 to 100) or CSAT (0 to 100)
    newest: list


def of_entity(session, viewer, entity_id: int, *, after=None):
    """(participations of an entity, the newest first, with survey and attendance; key of the next page)."""
    query = session.query(SurveyParticipation).filter(
        SurveyParticipation.entity_id == entity_id, visible(SurveyParticipation, viewer)).options(
        joinedload(SurveyParticipation.survey), joinedload(SurveyParticipation.answered_by),
        joinedload(SurveyParticipation.attendance).load_only(Attendance.protocol))
    rows, _before, following = paging.page(query, SurveyParticipation.invited_at, SurveyParticipation.id, desc=True,
                                           size=SIZE, after=after)
    return rows, following


def offered(session, viewer, today: date) -> list[Survey]:
    """The surveys that are open on this day."""
    return list(session.scalars(select(Survey).where(
        visible(Survey, viewer), Survey.active, or_(Survey.valid_from.is_(None), Survey.valid_from <= today),
        or_(Survey.valid_until.is_(None), Survey.valid_until >= today)).order_by(Survey.name_key)))


def find(session, viewer, pk: int) -> SurveyParticipation | None:
    """One participation with its survey, questions and answers."""
    return session.scalar(select(SurveyParticipation).where(
        SurveyParticipation.id == pk, visible(SurveyParticipation, viewer)).options(
        joinedload(SurveyParticipation.survey).selectinload(Survey.questions),
        selectinload(SurveyParticipation.answers), joinedload(SurveyParticipation.entity),
        joinedload(SurveyParticipation.answered_by),
        joinedload(SurveyParticipation.attendance).load_only(Attendance.protocol)))


def participants(session, viewer, survey_id: int, *, after=None):
    """(who takes part in a survey, the newest first; key of the next page)."""
    query = session.query(SurveyParticipation).filter(
        SurveyParticipation.survey_id == survey_id, visible(SurveyParticipation, viewer)).options(
        joinedload(SurveyParticipation.entity).load_only(Entity.name, Entity.social_name),
        joinedload(SurveyParticipation.attendance).load_only(Attendance.protocol))
    rows, _before, following = paging.page(query, SurveyParticipation.id, SurveyParticipation.id, desc=True,
                                           size=SIZE, after=after)
    return rows, following


def totals(session, viewer, survey_id: int, asked: ResultFilter, timezone: str) -> tuple[int, int]:
    """(put, answered) within the filter; the period is of the answer."""
    parts = select(func.count(), func.count(SurveyParticipation.answered_at)).select_from(SurveyParticipation)
    return tuple(session.execute(_narrowed(parts, viewer, survey_id, asked, timezone)).one())


def results(session, viewer, survey: Survey, asked: ResultFilter, timezone: str) -> list[Result]:
    """Every question's answers: one query for what is counted, one for the newest texts of each that is not."""
    grouped: dict[int, Counter] = {}
    counted = [question.id for question in survey.questions if question.type not in TEXTS]
    rows = session.execute(_narrowed(
        select(SurveyAnswer.question_id, SurveyAnswer.value).join(
            SurveyParticipation, SurveyParticipation.id == SurveyAnswer.participation_id)
        .where(SurveyAnswer.question_id.in_(counted)), viewer, survey.id, asked, timezone).execution_options(
            yield_per=5_000))
    numbers: Counter = Counter()
    for question_id, value in rows:
        numbers[question_id] += 1
        grouped.setdefault(question_id, Counter()).update(value if isinstance(value, list) else [value])
    return [_result(session, viewer, survey, question, numbers[question.id], grouped.get(question.id, Counter()), asked,
                    timezone) for question in survey.questions]


def _result(session, viewer, survey, question, answered, counts, asked, timezone) -> Result:
    if question.type in TEXTS:
        texts = _narrowed(select(SurveyAnswer).join(SurveyAnswer.participation).where(
            SurveyAnswer.question_id == question.id), viewer, survey.id, asked, timezone)
        answered = session.scalar(select(func.count()).select_from(texts.with_only_columns(SurveyAnswer.id).subquery()))
        newest = session.scalars(texts.options(contains_eager(SurveyAnswer.participation))
                                 .order_by(SurveyAnswer.id.desc()).limit(NEWEST)).all()
        return Result(question, answered, [], None, None, list(newest))
    scales = {QuestionType.SCALE: range(1, 6), QuestionType.NPS: range(11), QuestionType.YES_NO: (True, False)}
    values = [*scales.get(question.type, question.options)]
    values += [value for value in counts if value not in values]
    total = sum(counts.values())
    mean = score = None
    if question.type in (QuestionType.SCALE, QuestionType.NPS) and total:
        mean = sum(value * n for value, n in counts.items()) / total
        if question.type == QuestionType.SCALE:
            score = round(100 * sum(n for value, n in counts.items() if value >= SATISFIED) / total)
        else:
            score = round(100 * (sum(n for v, n in counts.items() if v >= PROMOTER)
                                 - sum(n for v, n in counts.items() if v <= DETRACTOR)) / total)
    return Result(question, answered, [(value, counts.get(value, 0)) for value in values], mean, score, [])


def _narrowed(query, viewer, survey_id, asked: ResultFilter, timezone):
    """Only what the viewer may see, within the filter."""
    query = query.where(SurveyParticipation.survey_id == survey_id, visible(SurveyParticipation, viewer))
    zone = ZoneInfo(timezone)
    if asked.answered_from:
        query = query.where(SurveyParticipation.answered_at >= datetime.combine(asked.answered_from, time(), zone))
    if asked.answered_to:
        query = query.where(SurveyParticipation.answered_at < datetime.combine(
            asked.answered_to + timedelta(days=1), time(), zone))
    if asked.operator or asked.motive:
        query = query.join(Attendance, Attendance.id == SurveyParticipation.attendance_id).where(
            visible(Attendance, viewer))
    if asked.operator:
        query = query.where(func.coalesce(Attendance.assignee_id, Attendance.opened_by_id) == asked.operator)
    return query.where(Attendance.motive_id == asked.motive) if asked.motive else query
