"""Saving attendances, and opening them for who goes on with the row: every entry (SAC, wizard, chat) ends here."""
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from ..errors import Conflict, Forbidden, NotFound, Stale
from ..models.attendance import Attendance, AttendanceDetail, AttendanceKind
from ..models.classification import CLOSED_PHASES, Phase
from ..models.custom_form import FieldTarget
from ..models.custom_record import OwnerKind
from ..queries.catalogue import catalogue
from ..security.permissions import Perm
from ..security.visibility import visible
from . import attendance_rules as rules
from . import custom_values, opening
from .log import record
from .records import assign, require
from .tickets import holding, owners

# Where a situation may lead, by phase (requirements part 7). Within one phase a situation may always be exchanged.
NEXT_PHASES = {
    Phase.OPEN: {Phase.IN_PROGRESS, Phase.PENDING, Phase.CLOSED, Phase.CANCELLED},
    Phase.IN_PROGRESS: {Phase.PENDING, Phase.CLOSED, Phase.CANCELLED},
    Phase.PENDING: {Phase.IN_PROGRESS, Phase.CLOSED, Phase.CANCELLED},
    Phase.CLOSED: {Phase.IN_PROGRESS},  # reopening, X-12
    Phase.CANCELLED: {Phase.IN_PROGRESS},
}


def phases_after(phase: str, *, actor) -> set[str]:
    """The phases a record may have after a save by this actor, its own included."""
    if phase in CLOSED_PHASES and not actor.may(Perm.ATTENDANCE_REOPEN):
        return {phase}
    return {phase} | NEXT_PHASES[phase]


def open_attendance(session, *, entity_id: int | None, values: dict, detail: dict, actor, now: datetime,
                    kind: str = AttendanceKind.SAC) -> Attendance:
    """Open an attendance as `opening.open_attendance` does; the row, for who goes on with it."""
    opened = opening.open_attendance(
        session, entity_id=entity_id, values=values, detail=detail, actor=actor, now=now, kind=kind)
    return session.get(Attendance, opened.id)


def save_attendance(session, attendance_id: int, *, version: int | None, values: dict, detail: dict | None = None,
                    lost: dict[int, int] | None = None, actor, now: datetime) -> Attendance:
    """Save the record and, where given, one detail page, as "Confirmar" does. `detail["page"]` is its number, by
    default 1; None adds a page. Whose ticket was closed or left pending hears of it, or is counted in `lost`.

    Raises NotFound, Stale, Forbidden (closed, and the actor may not reopen), Conflict, InvalidMany.
    """
    attendance = _to_change(session, attendance_id, version, actor)
    reopening = not attendance.is_open
    number = detail.get("page", 1) if detail is not None else None
    adding = detail is not None and number is None
    if adding:
        _refuse_closed(attendance)
    page = _page(attendance, number) if number is not None else None
    values, page_values = rules.check_saving(session, attendance, values, page, detail, actor=actor, now=now)
    phase = values.get("phase", attendance.phase)
    if phase not in phases_after(attendance.phase, actor=actor):
        raise _refused_phase(attendance)
    if reopening and phase in CLOSED_PHASES:
        raise Conflict(_l("This attendance is closed: to change it, choose an open situation first."),
                       field="situation_id")
    with session.no_autoflush:  # the guard wants the log entry before anything is written
        changes = assign(attendance, values)
        if attendance.phase in CLOSED_PHASES:
            changes |= assign(attendance, {"closed_at": now})
        elif reopening:
            changes |= assign(attendance, {"closed_at": None})
        if adding:
            page, page_changes = _new_page(attendance, _next_number(attendance), page_values, actor=actor, now=now)
            changes |= page_changes
        elif page is not None:
            changes |= _save_page(attendance, page, page_values, now=now)
    if not changes:
        return attendance  # nothing written, no log entry, same version
    action = "reopen" if reopening else "close" if attendance.phase in CLOSED_PHASES else "update"
    return _changed(session, attendance, action, changes, page, lost=lost, actor=actor, now=now)


def save_detail(session, attendance_id: int, *, version: int | None, detail: dict, actor,
                now: datetime) -> Attendance:
    """Save one detail page and nothing else of the record (S-41, button 4). Raises as save_attendance."""
    attendance = _to_change(session, attendance_id, version, actor)
    _refuse_closed(attendance)
    page = _page(attendance, detail.get("page", 1))
    values = rules.check_page(session, attendance, page, detail, actor=actor, now=now)
    with session.no_autoflush:  # as above
        changes = _save_page(attendance, page, values, now=now)
    return _changed(session, attendance, "update", changes, page, actor=actor, now=now) if changes else attendance


def add_detail(session, attendance_id: int, *, detail: dict, version: int | None = None, actor,
               now: datetime) -> AttendanceDetail:
    """Append a detail page to an open attendance (S-37); two at once wait for each other. Raises as above."""
    attendance = _to_change(session, attendance_id, version, actor, alone=True)
    _refuse_closed(attendance)
    values = rules.check_page(session, attendance, None, detail, actor=actor, now=now)
    with session.no_autoflush:  # as above
        page, changes = _new_page(attendance, _next_number(attendance), values, actor=actor, now=now)
    _changed(session, attendance, "update", changes, page, actor=actor, now=now)
    return page


def close_attendance(session, attendance_id: int, *, situation_id: int | None = None, answer: str | None = None,
                     version: int | None = None, actor, now: datetime) -> Attendance:
    """Close with the given closing situation, else the first one; `answer` goes to the last page.

    Raises Conflict where it is already closed."""
    attendance = _to_change(session, attendance_id, version, actor)
    if not attendance.is_open:
        raise Conflict(_l("This attendance is already closed."))
    situation = rules.closing_situation(session, situation_id, attendance.kind)
    detail = {"answer": answer, "page": attendance.details[-1].page} if answer else None
    return save_attendance(session, attendance_id, version=None, values={"situation_id": situation.id}, detail=detail,
                           actor=actor, now=now)


# ---- pieces

def _to_change(session, attendance_id, version, actor, *, alone=False) -> Attendance:
    """The record, if the actor may change it. `alone`: who else asks for it so waits until this transaction ends."""
    require(actor, Perm.ATTENDANCE_WRITE)
    wanted = select(Attendance).where(Attendance.id == attendance_id, visible(Attendance, actor))
    attendance = session.scalar(wanted.with_for_update(of=Attendance) if alone else wanted)
    if attendance is None:
        raise NotFound(_l("Attendance not found."))
    if version is not None and attendance.version != version:
        raise Stale(_l("Somebody else changed this record while you were editing it."))
    return attendance


def _refuse_closed(attendance) -> None:
    if not attendance.is_open:
        raise Conflict(_l("This attendance is closed."))


def _refused_phase(attendance):
    if not attendance.is_open:
        return Forbidden(_l("This attendance is closed; only a supervisor can reopen it."), field="situation_id")
    return Conflict(_l("The attendance cannot go from its situation to this one."), field="situation_id")


def _page(attendance, number) -> AttendanceDetail:
    page = next((row for row in attendance.details if row.page == number), None)
    if page is None:
        raise NotFound(_l("This attendance has no such detail page."))
    return page


def _next_number(attendance) -> int:
    return max((row.page for row in attendance.details), default=0) + 1


def _new_page(attendance, number, values, *, actor, now) -> tuple[AttendanceDetail, dict]:
    """The page added to the attendance, and what the log says of it."""
    page = AttendanceDetail(page=number, opened_at=now, operator_id=actor.user_id)
    changes = _save_page(attendance, page, values, now=now)
    attendance.details.append(page)
    return page, changes


def _save_page(attendance, page, values, *, now) -> dict:
    changes = assign(page, values)
    if page.answer and page.answered_at is None:  # on the first save with an answer; later edits keep the date
        changes |= assign(page, {"answered_at": now})
    elif not page.answer and page.answered_at is not None:  # blank while there is no answer (S-33)
        changes |= assign(page, {"answered_at": None})
    if page.page == 1:  # the record's own channel, direction and receipt are those of its first page
        assign(attendance, {name: getattr(page, name) for name in ("channel", "direction", "received_at")})
    return {f"details.{page.page}.{name}": pair for name, pair in changes.items()}


def _changed(session, attendance, action, changes, page, *, lost=None, actor, now) -> Attendance:
    attendance.changed_by_id, attendance.updated_at = actor.user_id, now
    if attendance.kind == AttendanceKind.PROVIDER:
        with session.no_autoflush:
            changes |= holding.follow(session, attendance, changes, actor=actor, now=now)
    record(session, attendance, action, changes, actor=actor, now=now, children=[page] if page is not None else [])
    session.flush()  # constraints and the version speak here, while the form still stands
    if "custom_values" in changes:
        custom_values.after_save(
            session, OwnerKind.ATTENDANCE, attendance.id, catalogue(session).of_record(FieldTarget.ATTENDANCE),
            attendance.custom_values, actor=actor, now=now)
    owners.follow(session, attendance, changes, lost=lost, actor=actor, now=now)
    return attendance
