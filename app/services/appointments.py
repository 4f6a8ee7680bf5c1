"""Appointments ("Agenda"): who meets or calls whom and when, and the reminder that goes before (S-19)."""
from datetime import UTC, datetime, timedelta
from functools import partial

from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l
from sqlalchemy import inspect, select

from ..errors import Conflict, Invalid, InvalidMany
from ..models.appointment import LONGEST, Appointment, AppointmentState
from ..models.attendance import Attendance
from ..models.entity import Entity
from ..security.permissions import Perm
from ..security.visibility import visible
from . import grants, records
from .records import get_visible, is_changed, related_id, require

LONGEST_REMINDER = 14 * 24 * 60  # minutes
LONGEST_NOTES = 4_000
FIRST, LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_LINES = ("subject", "place")


def create(session, values: dict, *, actor, now: datetime) -> Appointment:
    """Schedule: `entity`, `operator` and, if any, `attendance` (rows or `…_id`), `subject`, `starts_at`, `ends_at`,
    `place`, `notes`, `reminder_minutes` before the start (None: no reminder).

    Another appointment of the operator at the same time is no reason to refuse: ask `queries.agenda.overlaps`. Raises
    Forbidden and InvalidMany.
    """
    require(actor, Perm.APPOINTMENT_WRITE)
    return records.create(session, Appointment, values, actor=actor, now=now, check=partial(_check, now=now))


def update(session, pk: int, values: dict, *, version: int | None = None, actor, now: datetime) -> Appointment:
    """Change what is scheduled. Raises as create, NotFound, Stale, and Conflict where it is done or cancelled."""
    require(actor, Perm.APPOINTMENT_WRITE)
    if get_visible(session, Appointment, pk, actor).state != AppointmentState.SCHEDULED:
        raise Conflict(_l("This appointment is done or cancelled: reopen it to change it."))
    return records.update(session, Appointment, pk, values, version=version, actor=actor, now=now,
                          check=partial(_check, now=now))


def finish(session, pk: int, *, version: int | None = None, actor, now: datetime) -> Appointment:
    """"Realizado". Raises Forbidden, NotFound, Stale, Conflict."""
    return _move(session, pk, AppointmentState.DONE, version, actor, now)


def cancel(session, pk: int, *, version: int | None = None, actor, now: datetime) -> Appointment:
    """"Cancelar": it stays in the agenda, marked, and reminds nobody. Raises Forbidden, NotFound, Stale, Conflict."""
    return _move(session, pk, AppointmentState.CANCELLED, version, actor, now)


def reopen(session, pk: int, *, version: int | None = None, actor, now: datetime) -> Appointment:
    """Scheduled again. Raises Forbidden, NotFound, Stale, Conflict."""
    return _move(session, pk, AppointmentState.SCHEDULED, version, actor, now)


def works_for(session, user: User, entity_id: int) -> bool:
    """An active member of staff who sees the entity: who else would be told its name by a reminder."""
    profile = user.profile
    if not user.active or profile is None or profile.entity_id is not None:
        return False
    viewer = grants.viewer_of(session, user)
    return session.scalar(select(1).where(Entity.id == entity_id, visible(Entity, viewer))) is not None


def _move(session, pk, state, version, actor, now) -> Appointment:
    require(actor, Perm.APPOINTMENT_WRITE)
    was = get_visible(session, Appointment, pk, actor).state
    if was == state:
        raise Conflict(_l("Somebody else already did this."))
    if AppointmentState.SCHEDULED not in (was, state):
        raise Conflict(_l("This appointment is done or cancelled: reopen it to change it."))
    return records.update(session, Appointment, pk, {"state": state.value}, version=version, actor=actor, now=now,
                          check=partial(_set_reminder, now=now))


def _check(session, item, _lists, *, actor, now):
    _tidy(item)
    refused = [*_missing(item), *_wrong_time(item)]
    if item.reminder_minutes is not None and not 0 <= item.reminder_minutes <= LONGEST_REMINDER:
        refused.append(Invalid(_l("Type the minutes before the start, from 0 to %(number)s."),
                               field="reminder_minutes", number=LONGEST_REMINDER))
    refused += _strangers(session, item, related_id(item, "entity"))
    if refused:
        raise InvalidMany(refused)
    _set_reminder(session, item, (), actor=actor, now=now)


def _tidy(item) -> None:
    """One line is one line, whatever was pasted into it."""
    for name in _LINES:
        text = "".join(c if c.isprintable() else " " for c in getattr(item, name) or "")
        setattr(item, name, " ".join(text.split()) or None)
    item.notes = (item.notes or "").replace("\r\n", "\n").strip() or None


def _missing(item):
    for name in ("entity", "operator"):
        if related_id(item, name) is None:
            yield Invalid(_l("This field is required."), field=name)
    for name in ("subject", "starts_at", "ends_at"):
        if getattr(item, name) is None:
            yield Invalid(_l("This field is required."), field=name)
    for name, longest in (("subject", 200), ("place", 200), ("notes", LONGEST_NOTES)):
        if len(getattr(item, name) or "") > longest:
            yield Invalid(_l("At most %(number)s characters."), field=name, number=longest)


def _wrong_time(item):
    far = [name for name in ("starts_at", "ends_at")
           if getattr(item, name) is not None and not FIRST <= getattr(item, name) < LAST]
    yield from (Invalid(_l("This date is too far away."), field=name) for name in far)
    if far or item.starts_at is None or item.ends_at is None:
        return
    if item.ends_at <= item.starts_at:
        yield Invalid(_l("The appointment ends before it starts."), field="ends_at")
    elif item.ends_at - item.starts_at > LONGEST:
        yield Invalid(_l("An appointment lasts %(days)s days at most."), field="ends_at", days=LONGEST.days)


def _strangers(session, item, entity_id):
    """The operator must see the entity; the attendance must be the entity's own. Only what was changed is asked."""
    if entity_id is None:
        return
    if is_changed(item, "operator", "entity"):
        user = session.get(User, related_id(item, "operator") or 0)
        if user is not None and not works_for(session, user, entity_id):
            yield Invalid(_l("%(name)s does not attend this entity: choose an operator of its company."),
                          field="operator", name=user.get_full_name())
    if is_changed(item, "attendance", "entity"):
        pk = related_id(item, "attendance")
        if pk is not None and session.scalar(select(Attendance.entity_id).where(Attendance.id == pk)) != entity_id:
            yield Invalid(_l("This attendance is of another entity."), field="attendance")


def _set_reminder(_session, item, _lists, *, actor, now):
    """When to remind follows from what is scheduled; what was reminded stays so until time or operator change."""
    attributes = inspect(item).attrs
    moved = any(attributes[name].history.has_changes() for name in ("starts_at", "reminder_minutes", "state"))
    if not moved and not is_changed(item, "operator"):
        return
    due = item.state in (None, AppointmentState.SCHEDULED) and item.starts_at > now
    item.remind_at = (item.starts_at - timedelta(minutes=item.reminder_minutes)
                      if due and item.reminder_minutes is not None else None)
