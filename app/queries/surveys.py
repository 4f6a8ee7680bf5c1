"""Reading surveys: those of an entity, those that may be put, one participation, who takes part."""
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload, load_only, selectinload

from ..models.attendance import Attendance
from ..models.entity import Entity
from ..models.survey import Survey, SurveyAnswer, SurveyParticipation
from ..security.visibility import visible
from . import attendances, paging

SIZE = 25
STATES = ("answered", "waiting")


def of_entity(session, viewer, entity_id: int, *, after=None, before=None):
    """(participations of an entity, the newest first, with survey and attendance; keys of the pages before and after).

    Raises ValueError for a page key that was not made here.
    """
    query = session.query(SurveyParticipation).filter(
        SurveyParticipation.entity_id == entity_id, visible(SurveyParticipation, viewer)).options(
        joinedload(SurveyParticipation.survey), joinedload(SurveyParticipation.answered_by),
        joinedload(SurveyParticipation.attendance).load_only(Attendance.protocol))
    return paging.page(query, SurveyParticipation.invited_at, SurveyParticipation.id, desc=True, size=SIZE, after=after,
                       before=before)


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


def attendance_of(session, viewer, entity_id: int, address: str) -> Attendance | None:
    """The attendance at this address, where it is one of the entity's that the viewer sees."""
    pk = attendances.id_at(session, viewer, address)
    return session.scalar(select(Attendance).where(Attendance.id == pk, Attendance.entity_id == entity_id).options(
        load_only(Attendance.protocol)))


def find_survey(session, viewer, pk: int) -> Survey | None:
    """A survey with its questions."""
    return session.scalar(select(Survey).where(Survey.id == pk, visible(Survey, viewer)).options(
        selectinload(Survey.questions)))


def participants(session, viewer, survey_id: int, *, state: str | None = None, after=None, before=None):
    """(who takes part in a survey: the newest answers first, then who has not answered; keys as of `of_entity`).

    `state` is one of STATES, or None for all. Raises ValueError for a page key that was not made here.
    """
    part = SurveyParticipation
    query = session.query(part).filter(part.survey_id == survey_id, visible(part, viewer)).options(
        joinedload(part.entity).load_only(Entity.name, Entity.social_name), joinedload(part.answered_by),
        joinedload(part.attendance).load_only(Attendance.protocol))
    if state:
        query = query.filter(part.answered_at.is_not(None) if state == "answered" else part.answered_at.is_(None))
    return paging.page(query, part.answered_at, part.id, desc=True, size=SIZE, after=after, before=before)


def counts(session, viewer, survey_id: int) -> tuple[int, int]:
    """(who takes part, of these answered)."""
    return tuple(session.execute(
        select(func.count(), func.count(SurveyParticipation.answered_at)).select_from(SurveyParticipation).where(
            SurveyParticipation.survey_id == survey_id, visible(SurveyParticipation, viewer))).one())


def answers_about(session, attendance_id: int) -> list[SurveyAnswer]:
    """Answers that the customer gave about this attendance."""
    return list(session.scalars(
        select(SurveyAnswer).join(SurveyAnswer.participation)
        .where(SurveyParticipation.attendance_id == attendance_id)
        .options(joinedload(SurveyAnswer.question)).order_by(SurveyAnswer.id)))
