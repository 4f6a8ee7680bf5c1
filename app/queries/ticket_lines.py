"""A ticket as one line of the central's list: plain values, its times where who looks is. A page of records costs four
times as much."""
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import and_, case, func, null, or_, select
from sqlalchemy.orm import aliased

from ..database import plan_once
from ..models.attendance import Attendance
from ..models.classification import Classification, DefaultMotive, Situation, Subclassification
from ..models.company import Company, Department
from ..models.entity import Entity
from ..models.provider_ticket import Message, ProviderTicket, Waiting
from ..security.visibility import visible
from .among import among, given


class Line(NamedTuple):
    """What the list may show of a ticket: `opened`, `closed` and `due` as a clock on the wall has them."""

    id: int
    version: int
    number: int
    protocol: str | None
    title: str | None
    client: str
    contact: str
    return_days: int | None
    return_hours: Decimal | None
    classification: str
    subclassification: str
    motive: str | None
    situation: str
    department: str | None
    company: str
    opened_by: str | None
    assignee: str | None
    opened_at: datetime
    closed_at: datetime | None
    due_at: datetime | None
    clock_stopped_at: datetime | None
    turn: str | None  # of one that waits for the Operadora: "complemented" by the provider, or "owed" its first answer
    opened: datetime
    closed: datetime | None
    due: datetime | None
    days_open: int  # local days since the opening, of a closed one until its closing (C-77)
    custom_values: dict | None = None  # where they are asked for


_TICKET, _OPENER = ProviderTicket, aliased(User)


def _name(user):
    return user.first_name + " " + user.last_name


_said = select(Message.direction).where(Message.attendance_id == _TICKET.attendance_id).order_by(Message.id.desc())
_more = _said.with_only_columns(Message.id).offset(1).limit(1).scalar_subquery()
_TURN = case((or_(_TICKET.closed_at.is_not(None), _TICKET.waiting != Waiting.OPERATOR), null()),
             (and_(_said.limit(1).scalar_subquery() == "in", _more.is_not(None)), "complemented"), else_="owed")

_LINES = (
    select(_TICKET.attendance_id, Attendance.version, _TICKET.number, _TICKET.protocol, Attendance.title,
           func.coalesce(func.nullif(Entity.social_name, ""), Entity.name), _TICKET.contact_name, _TICKET.return_days,
           _TICKET.return_hours, Classification.name, Subclassification.name, DefaultMotive.name, Situation.name,
           Department.name, Company.name, _name(_OPENER), _name(User), _TICKET.opened_at, _TICKET.closed_at,
           _TICKET.due_at, _TICKET.clock_stopped_at, _TURN)
    .join(Attendance, Attendance.id == _TICKET.attendance_id).join(Entity, Entity.id == _TICKET.entity_id)
    .join(Classification, Classification.id == _TICKET.classification_id)
    .join(Subclassification, Subclassification.id == _TICKET.subclassification_id)
    .join(Situation, Situation.id == _TICKET.situation_id).join(Company, Company.id == _TICKET.company_id)
    .outerjoin(DefaultMotive, DefaultMotive.id == _TICKET.default_motive_id)
    .outerjoin(Department, Department.id == _TICKET.department_id)
    .outerjoin(User, User.id == _TICKET.assignee_id).outerjoin(_OPENER, _OPENER.id == Attendance.opened_by_id)
    .where(among(_TICKET.attendance_id, given("ids"))))


_WITH_CUSTOM = _LINES.add_columns(Attendance.custom_values)


def lines(session, ids, *, timezone: str, now: datetime, custom: bool = False) -> list[Line]:
    """The tickets in the order of `ids`, with `custom` with what configurators' fields hold."""
    zone = ZoneInfo(timezone)
    today = now.astimezone(zone).date()

    def local(at):
        return at.astimezone(zone).replace(tzinfo=None) if at else None

    def line(row):
        opened, closed, due = local(row.opened_at), local(row.closed_at), local(row.due_at)
        days = ((closed.date() if closed else today) - opened.date()).days
        plain, held = (row[:-1], row[-1]) if custom else (row, None)
        return Line(*plain, opened, closed, due, days, held)

    with plan_once(session):
        found = {row[0]: row for row in session.execute(_WITH_CUSTOM if custom else _LINES, {"ids": list(ids)})}
    return [line(found[pk]) for pk in ids if pk in found]


def seen_lines(session, viewer, ids, *, timezone: str, now: datetime, custom: bool = False) -> list[Line]:
    """Those of a few ids that the viewer may see, in their order."""
    seen = set(session.scalars(select(_TICKET.attendance_id).where(
        _TICKET.attendance_id.in_(ids), visible(_TICKET, viewer)))) if ids else ()
    return lines(session, [pk for pk in ids if pk in seen], timezone=timezone, now=now, custom=custom)
