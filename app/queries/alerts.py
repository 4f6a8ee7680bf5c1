"""Alerts of an entity as screens show them: which hold today, by priority, and who wrote each."""
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased, contains_eager

from ..models.alert import Alert, AlertPriority
from ..models.log import LogEntry
from ..security.permissions import Perm
from ..security.visibility import visible
from ..text import normalise

LIMIT = 200  # alerts of one entity on one page; a register lists them all


@dataclass(frozen=True)
class Told:
    """An alert and who wrote it: "Name (user name)", empty where nobody did."""

    alert: Alert
    author: str


def current(session, viewer, entity, *, now: datetime) -> list[Told] | None:
    """The active alerts of the entity that hold today, the highest priority first: one query (S-25).

    None where there is no entity or the viewer may not read alerts.
    """
    if entity is None or not viewer.may(Perm.ALERT_READ):
        return None
    today = today_of(entity, now)
    return _told(session, viewer, entity, Alert.active, or_(Alert.valid_from.is_(None), Alert.valid_from <= today),
                 or_(Alert.valid_until.is_(None), Alert.valid_until >= today))


def all_of(session, viewer, entity, *, now: datetime) -> tuple[list[Told], list[Told]]:
    """(those that hold today, the others) of the entity."""
    rows, today = _told(session, viewer, entity), today_of(entity, now)
    return [x for x in rows if holds(x.alert, today)], [x for x in rows if not holds(x.alert, today)]


def holds(alert: Alert, today: date) -> bool:
    """Active, begun and not over."""
    return (alert.active and (alert.valid_from is None or alert.valid_from <= today)
            and (alert.valid_until is None or alert.valid_until >= today))


def today_of(entity, now: datetime) -> date:
    """The day it is at the entity's company."""
    return now.astimezone(ZoneInfo(entity.company.timezone)).date()


def find_priorities(session, viewer, term: str, _parent, limit: int, offset: int) -> list[tuple[int, str]]:
    """(id, name) of active priorities, the highest first: what a picker offers."""
    rows = select(AlertPriority.id, AlertPriority.name).where(visible(AlertPriority, viewer), AlertPriority.active)
    if term := normalise(term):
        rows = rows.where(AlertPriority.name_key.contains(term, autoescape=True))
    found = session.execute(rows.order_by(AlertPriority.position, AlertPriority.id).limit(limit).offset(offset))
    return [tuple(row) for row in found]


def _told(session, viewer, entity, *conditions) -> list[Told]:
    entry = aliased(LogEntry)
    author = (select(entry.actor_name).where(entry.target == Alert.__tablename__, entry.target_id == Alert.id)
              .order_by(entry.seq).limit(1).correlate(Alert).scalar_subquery())
    rows = session.execute(
        select(Alert, author).join(Alert.priority).options(contains_eager(Alert.priority))
        .where(Alert.entity_id == entity.id, visible(Alert, viewer), *conditions)
        .order_by(AlertPriority.position, AlertPriority.id, Alert.id).limit(LIMIT))
    return [Told(alert, name or "") for alert, name in rows]
