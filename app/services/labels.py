"""Labels ("Etiquetas"): the register of configurators, and which of them an attendance bears (B-38)."""
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from .. import colours
from ..errors import Invalid, NotFound, Stale
from ..models.attendance import Attendance
from ..models.label import AttendanceLabel, Label
from ..security.permissions import Perm
from ..security.visibility import visible
from . import records
from .log import record

MOST = 20  # on one attendance: more say nothing


def _check(_session, item, _lists, *, actor):
    item.colour = colours.check(item.colour)


service = records.service_for(Label, check=_check)  # one in use is deactivated: the foreign key refuses to delete it


def change(session, attendance_id: int, *, add=(), remove=(), version: int | None = None, actor,
           now: datetime) -> Attendance:
    """Put labels on an attendance and take others off, by id, in one log entry.

    Open or closed: a label sorts a case, it changes nothing of it. So the record's version stays as well, and what
    somebody is typing there is not refused. Raises NotFound, Forbidden, Stale, Invalid for a label that is not offered.
    """
    records.require(actor, Perm.ATTENDANCE_WRITE)
    attendance = session.scalar(  # locked: of two people who label it at once, the log has both
        select(Attendance).where(Attendance.id == attendance_id, visible(Attendance, actor)).with_for_update())
    if attendance is None:
        raise NotFound(_l("Attendance not found."))
    if version is not None and attendance.version != version:
        raise Stale(_l("Somebody else changed this record while you were editing it."))
    have = {row.label_id: row for row in attendance.labels}
    before = _names(have.values())
    new = [pk for pk in dict.fromkeys(add) if pk not in have]
    gone = [have[pk] for pk in dict.fromkeys(remove) if pk in have and pk not in add]
    offered = {label.id: label for label in session.scalars(select(Label).where(Label.id.in_(new), Label.active))}
    if len(offered) < len(new):
        raise Invalid(_l("This label is not offered any more."), field="label_id")
    if len(have) + len(new) - len(gone) > MOST:
        raise Invalid(_l("An attendance bears at most %(n)s labels."), field="label_id", n=MOST)
    if not new and not gone:
        return attendance  # nothing written, no log entry
    with session.no_autoflush:  # the guard wants the log entry before anything is written
        added = [AttendanceLabel(label=offered[pk], opened_at=attendance.opened_at) for pk in new]
        attendance.labels.extend(added)
        for row in gone:
            attendance.labels.remove(row)
        record(session, attendance, "label", {"labels": (before, _names(attendance.labels))}, actor=actor, now=now,
               children=[*added, *gone])
    return attendance


def _names(rows) -> list[str]:
    return sorted(row.label.name for row in rows)


def offered(session, *, keep=()) -> list[Label]:
    """Labels in their order: the active ones, and those of `keep` (ids) besides."""
    return list(session.scalars(select(Label).where(Label.active | Label.id.in_(list(keep)))
                                .order_by(Label.position, Label.name_key, Label.id)))
