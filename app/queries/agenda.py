"""Appointments as the agenda shows them: of a stretch of time, page by page, and what stands in each other's way."""
from dataclasses import dataclass
from datetime import datetime

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import exists, select, tuple_
from sqlalchemy.orm import joinedload, load_only

from ..models.appointment import LONGEST, Appointment, AppointmentState
from ..models.attendance import Attendance
from ..models.entity import Entity
from ..security.visibility import visible
from . import paging

MOST = 1_000  # appointments drawn at once: more cannot be read, and the page says so
FEW = 10  # overlaps that are told


@dataclass(frozen=True)
class Scope:
    """Whose agenda: an operator's, an entity's, both together, or everybody's."""

    operator_id: int | None = None
    entity_id: int | None = None

    def conditions(self, viewer) -> list:
        given = ((Appointment.operator_id, self.operator_id), (Appointment.entity_id, self.entity_id))
        return [visible(Appointment, viewer), *(column == pk for column, pk in given if pk is not None)]


@dataclass(frozen=True)
class Overlap:
    """An appointment at the same time; without `subject` where it is about somebody the viewer does not see."""

    id: int
    starts_at: datetime
    ends_at: datetime
    subject: str | None


def between(session, viewer, scope: Scope, start: datetime, end: datetime, *, most: int = MOST) -> list[Appointment]:
    """The appointments that touch the time from `start` to before `end`, the earliest first: one query. One more than
    `most` where there are more."""
    return list(session.scalars(
        select(Appointment).where(*scope.conditions(viewer), *_touching(start, end)).options(*_SHOWN)
        .order_by(Appointment.starts_at, Appointment.id).limit(most + 1)))


def page(session, viewer, scope: Scope, *, start: datetime, after=None, before=None, size: int = 25):
    """(appointments that begin at `start` or later, key of the page before or None, key of the one after or None).

    `after` and `before` are such keys; raises ValueError for any other.
    """
    if after is None and before is None:
        after = paging.encode(start, 0)
    query = session.query(Appointment).filter(*scope.conditions(viewer)).options(*_SHOWN)
    rows, _previous, following = paging.page(
        query, Appointment.starts_at, Appointment.id, size=size, after=after, before=before)
    first = (rows[0].starts_at, rows[0].id) if rows else (start, 0)
    earlier = select(exists().where(
        *scope.conditions(viewer), tuple_(Appointment.starts_at, Appointment.id) < tuple_(*first)))
    return rows, paging.encode(*first) if session.scalar(earlier) else None, following


def overlaps(session, viewer, appointment: Appointment) -> list[Overlap]:
    """What else the operator has scheduled at the same time, the earliest first."""
    if appointment.state != AppointmentState.SCHEDULED:
        return []
    rows = session.execute(
        select(Appointment.id, Appointment.starts_at, Appointment.ends_at, Appointment.subject,
               visible(Appointment, viewer))
        .where(Appointment.operator_id == appointment.operator_id, Appointment.id != appointment.id,
               Appointment.state == AppointmentState.SCHEDULED, *_touching(appointment.starts_at, appointment.ends_at))
        .order_by(Appointment.starts_at, Appointment.id).limit(FEW))
    return [Overlap(pk, starts_at, ends_at, subject if seen else None)
            for pk, starts_at, ends_at, subject, seen in rows]


def attendances_of(session, viewer, appointments) -> dict[int, Attendance]:
    """{id: the attendance} of those linked to these appointments that the viewer sees."""
    ids = {row.attendance_id for row in appointments if row.attendance_id is not None}
    if not ids:
        return {}
    rows = session.scalars(select(Attendance).where(Attendance.id.in_(ids), visible(Attendance, viewer))
                           .options(load_only(Attendance.protocol)))
    return {row.id: row for row in rows}


def _touching(start, end) -> tuple:
    """No appointment is longer than LONGEST: an index is read from there on, never from the beginning of time."""
    return Appointment.starts_at > start - LONGEST, Appointment.starts_at < end, Appointment.ends_at > start


_SHOWN = (joinedload(Appointment.entity).load_only(Entity.name, Entity.social_name),
          joinedload(Appointment.operator).load_only(User.first_name, User.last_name))
