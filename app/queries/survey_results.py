"""What surveys were answered, in figures that a recount gives: distributions, means, CSAT and NPS, by operator and by
motive. Only participations that the viewer sees are counted, and they are counted in the database."""
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import and_, func, select, true
from sqlalchemy.orm import contains_eager

from ..models.attendance import Attendance
from ..models.classification import Motive
from ..models.survey import QuestionType, Survey, SurveyAnswer, SurveyParticipation, SurveyQuestion
from ..security.visibility import visible
from . import paging

LISTED = (QuestionType.TEXT, QuestionType.NUMBER, QuestionType.DATE)  # told one by one, not as a distribution
NEWEST, SIZE, MOST = 5, 25, 20  # answers on the page of results, on a page of their own; rows of a breakdown
PROMOTER, DETRACTOR, SATISFIED = 9, 6, 4  # NPS: 9 and 10 less 0 to 6; CSAT: 4 and 5 of 5
SCALES = {QuestionType.SCALE: range(1, 6), QuestionType.NPS: range(11), QuestionType.YES_NO: (True, False)}
_MARKS = (QuestionType.SCALE, QuestionType.NPS)
OPERATOR = func.coalesce(Attendance.assignee_id, Attendance.opened_by_id)


@dataclass(frozen=True)
class ResultFilter:
    """Which answers are counted; dates are local days, both inclusive."""

    answered_from: date | None = None
    answered_to: date | None = None
    operator: int | None = None  # in charge of the attendance, else who opened it
    motive: int | None = None


@dataclass(frozen=True)
class Totals:
    """Put in the period, of these answered by now, and answered in the period: the answers that are counted."""

    put: int
    put_answered: int
    answered: int


@dataclass(frozen=True)
class Result:
    """What a question was answered: how often each value, what numbers come to, the newest of those told singly."""

    question: SurveyQuestion
    answered: int
    counts: list[tuple[object, int]]
    mean: float | None = None
    score: int | None = None  # NPS (-100 to 100) or CSAT (0 to 100)
    least: float | None = None
    most: float | None = None
    newest: tuple = ()


@dataclass(frozen=True)
class Row:
    """One operator or motive: forms answered, CSAT of its scales and NPS; `pk` None is without."""

    pk: int | None
    name: str
    answered: int
    csat: int | None
    nps: int | None


def totals(session, viewer, survey_id: int, asked: ResultFilter, timezone: str) -> Totals:
    """How many were put and answered within the filter."""
    part = SurveyParticipation
    put, done = _period(part.invited_at, asked, timezone), _period(part.answered_at, asked, timezone)
    answered = part.answered_at.is_not(None)
    query = select(func.count().filter(put), func.count().filter(and_(put, answered)),
                   func.count().filter(and_(done, answered))).select_from(part)
    return Totals(*session.execute(_narrowed(query, viewer, survey_id, asked)).one())


def results(session, viewer, survey: Survey, asked: ResultFilter, timezone: str) -> list[Result]:
    """Every question's answers: one query for all that is counted, one for the newest of each question told singly."""
    counts: dict[int, list] = {}
    rows = session.execute(_answers(
        select(SurveyAnswer.question_id, SurveyAnswer.value, func.count()).where(
            SurveyAnswer.question_id.in_([q.id for q in survey.questions if q.type != QuestionType.TEXT])),
        viewer, survey.id, asked, timezone).group_by(SurveyAnswer.question_id, SurveyAnswer.value))
    for question_id, value, n in rows:
        counts.setdefault(question_id, []).append((value, n))
    texts = dict(map(tuple, session.execute(_answers(
        select(SurveyAnswer.question_id, func.count()).where(
            SurveyAnswer.question_id.in_([q.id for q in survey.questions if q.type == QuestionType.TEXT])),
        viewer, survey.id, asked, timezone).group_by(SurveyAnswer.question_id))))
    return [_result(question, counts.get(question.id, []), texts.get(question.id, 0), _newest(
        session, viewer, survey.id, question, asked, timezone)) for question in survey.questions]


def texts(session, viewer, question: SurveyQuestion, asked: ResultFilter, timezone: str, *, after=None, before=None):
    """(answers to a question told singly, the newest first, keys of the pages before and after). Raises ValueError for
    a page key that was not made here."""
    part = SurveyParticipation
    query = _answers(session.query(SurveyAnswer).filter(SurveyAnswer.question_id == question.id), viewer,
                     question.survey_id, asked, timezone).options(
        contains_eager(SurveyAnswer.participation).joinedload(part.attendance).load_only(Attendance.protocol),
        contains_eager(SurveyAnswer.participation).joinedload(part.entity))
    return paging.page(query, SurveyAnswer.id, SurveyAnswer.id, desc=True, size=SIZE, after=after, before=before)


def by_operator(session, viewer, survey: Survey, asked: ResultFilter, timezone: str) -> list[Row]:
    """The answers by who is in charge of the attendance, those with most answers first."""
    return _broken_down(session, viewer, survey, asked, timezone, OPERATOR, lambda ids: {
        user.id: user.get_full_name() for user in session.scalars(select(User).where(
            User.id.in_(ids), visible(User, viewer)))})


def by_motive(session, viewer, survey: Survey, asked: ResultFilter, timezone: str) -> list[Row]:
    """The answers by the motive of the attendance."""
    return _broken_down(session, viewer, survey, asked, timezone, Attendance.motive_id, lambda ids: dict(map(
        tuple, session.execute(select(Motive.id, Motive.name).where(Motive.id.in_(ids), visible(Motive, viewer))))))


def csat(counts: Counter) -> int | None:
    """Of 100 answers from 1 to 5, how many are 4 or 5."""
    total = sum(counts.values())
    return _percent(sum(n for value, n in counts.items() if value >= SATISFIED), total) if total else None


def nps(counts: Counter) -> int | None:
    """Of 100 answers from 0 to 10, promoters less detractors."""
    total = sum(counts.values())
    balance = sum(n * ((value >= PROMOTER) - (value <= DETRACTOR)) for value, n in counts.items())
    return _percent(balance, total) if total else None


def _percent(n, total) -> int:
    """Halves away from nought, as a person rounds."""
    return (200 * abs(n) + total) // (2 * total) * (1 if n >= 0 else -1)


def _result(question, counts, texts, newest) -> Result:
    if question.type == QuestionType.TEXT:
        return Result(question, texts, [], newest=newest)
    answered = sum(n for _value, n in counts)
    if question.type in LISTED:
        if question.type == QuestionType.DATE or not answered:
            return Result(question, answered, [], newest=newest)
        values = [value for value, _n in counts]
        return Result(question, answered, [], mean=sum(value * n for value, n in counts) / answered,
                      least=min(values), most=max(values), newest=newest)
    single: Counter = Counter()
    for value, n in counts:
        for each in value if isinstance(value, list) else [value]:
            single[each] += n
    order = [*SCALES.get(question.type, question.options)]
    order += [value for value in single if value not in order]
    mean = score = None
    if question.type in _MARKS and answered:
        mean = sum(value * n for value, n in single.items()) / answered
        score = csat(single) if question.type == QuestionType.SCALE else nps(single)
    return Result(question, answered, [(value, single[value]) for value in order], mean=mean, score=score)


def _newest(session, viewer, survey_id, question, asked, timezone) -> tuple:
    if question.type not in LISTED:
        return ()
    query = _answers(select(SurveyAnswer).where(SurveyAnswer.question_id == question.id), viewer, survey_id, asked,
                     timezone)
    return tuple(session.scalars(query.options(contains_eager(SurveyAnswer.participation))
                                 .order_by(SurveyAnswer.id.desc()).limit(NEWEST)))


def _broken_down(session, viewer, survey, asked, timezone, key, names_of) -> list[Row]:
    """Those whom the viewer does not know, and attendances without, are one row."""
    part, kinds = SurveyParticipation, {q.id: q.type for q in survey.questions if q.type in _MARKS}
    forms = list(map(tuple, session.execute(_narrowed(
        select(key, func.count()).select_from(part).where(
            part.answered_at.is_not(None), _period(part.answered_at, asked, timezone)),
        viewer, survey.id, asked, always=True).group_by(key))))
    names = names_of([pk for pk, _n in forms if pk is not None])
    answered: Counter = Counter()
    for pk, n in forms:
        answered[pk if pk in names else None] += n
    marks: dict[tuple, Counter] = {}
    for pk, question_id, value, n in session.execute(_answers(
            select(key, SurveyAnswer.question_id, SurveyAnswer.value, func.count()).where(
                SurveyAnswer.question_id.in_(list(kinds))), viewer, survey.id, asked, timezone, always=True)
            .group_by(key, SurveyAnswer.question_id, SurveyAnswer.value)):
        marks.setdefault((pk if pk in names else None, kinds[question_id]), Counter())[value] += n
    ranked = sorted(answered, key=lambda pk: (-answered[pk], names.get(pk, "")))[:MOST]
    return [Row(pk, names.get(pk, ""), answered[pk], csat(marks.get((pk, QuestionType.SCALE), Counter())),
                nps(marks.get((pk, QuestionType.NPS), Counter()))) for pk in ranked]


def _answers(query, viewer, survey_id, asked, timezone, always=False):
    """Of a query over answers, those that are counted."""
    query = query.join(SurveyParticipation, SurveyParticipation.id == SurveyAnswer.participation_id).where(
        _period(SurveyParticipation.answered_at, asked, timezone))
    return _narrowed(query, viewer, survey_id, asked, always)


def _period(column, asked, timezone):
    zone, where = ZoneInfo(timezone), [true()]
    if asked.answered_from:
        where.append(column >= datetime.combine(asked.answered_from, time(), zone).astimezone(UTC))
    if asked.answered_to:
        where.append(column < datetime.combine(asked.answered_to + timedelta(days=1), time(), zone).astimezone(UTC))
    return and_(*where)


def _narrowed(query, viewer, survey_id, asked, always=False):
    """Only what the viewer sees, of this operator and motive; `always` with the attendance, where there is one."""
    query = query.where(SurveyParticipation.survey_id == survey_id, visible(SurveyParticipation, viewer))
    if asked.operator or asked.motive or always:
        query = query.join(Attendance, Attendance.id == SurveyParticipation.attendance_id,
                           isouter=not (asked.operator or asked.motive))
    if asked.operator:
        query = query.where(asked.operator == OPERATOR)
    return query.where(Attendance.motive_id == asked.motive) if asked.motive else query
