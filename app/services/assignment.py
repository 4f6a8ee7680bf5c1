"""Who an attendance is with: forwarded to an operator or a department ("Encaminhar"), with the reason in its log."""
from dataclasses import dataclass
from datetime import datetime

from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from ..errors import Conflict, Invalid, NotFound, Stale
from ..models.attendance import Attendance, AttendanceKind
from ..models.company import Department
from ..models.notification import NotificationKind
from ..security.permissions import Perm
from ..security.viewer import Viewer
from ..security.visibility import visible
from .grants import viewer_of
from .log import record
from .notifications import notify
from .records import require
from .tickets import holding

REASON_LIMIT = 500


@dataclass(frozen=True)
class Receiver:
    """Who is to have it, checked once for any number of attendances."""

    operator: User | None
    viewer: Viewer | None  # what the operator may see
    department: Department | None
    reason: str | None


def receiver(session, *, operator_id: int | None, department_id: int | None, reason: str | None, actor,
             permission: Perm = Perm.ATTENDANCE_WRITE) -> Receiver:
    """An active operator one may see, a department of one's own, or both. `permission` is what giver and operator must
    hold. Raises Invalid at the field, Forbidden."""
    require(actor, permission)
    reason = (reason or "").strip() or None
    if operator_id is None and department_id is None:
        raise Invalid(_l("Choose an operator or a department."), field="operator_id")
    if reason and len(reason) > REASON_LIMIT:
        raise Invalid(_l("At most %(n)s characters; there are %(have)s."), field="reason", n=REASON_LIMIT,
                      have=len(reason))
    if reason is None and operator_id != actor.user_id:
        raise Invalid(_l("Say why it is forwarded."), field="reason")
    user = viewer = department = None
    if operator_id is not None:
        user = session.scalar(select(User).where(User.id == operator_id, visible(User, actor)))
        viewer = viewer_of(session, user) if user is not None and user.active else None
        if viewer is None or viewer.entity_id or not viewer.may(permission):
            raise Invalid(_l("Choose an active operator who works on attendances."), field="operator_id")
    if department_id is not None:
        department = session.scalar(select(Department).where(
            Department.id == department_id, Department.active, visible(Department, actor)))
        if department is None:
            raise Invalid(_l("Choose an active department."), field="department_id")
    return Receiver(user, viewer, department, reason)


def forward(session, attendance_id: int, *, operator_id: int | None = None, department_id: int | None = None,
            reason: str | None = None, version: int | None = None, actor, now: datetime) -> Attendance:
    """Give an open attendance to an operator, a department, or an operator of a department; all are told.

    A department alone takes it from whoever had it: its people choose who works on it. Raises NotFound, Stale, Conflict
    (closed, or it is there already), Invalid at operator_id, department_id or reason.
    """
    to = receiver(session, operator_id=operator_id, department_id=department_id, reason=reason, actor=actor)
    attendance, previous = hand_over(session, attendance_id, to, version=version, actor=actor, now=now)
    tell_both(session, attendance, to, previous, actor=actor, now=now)
    return attendance


def tell_both(session, attendance: Attendance, to: Receiver, previous: User | None, *, actor, now: datetime) -> None:
    """The bells of who has it now and of who has lost it."""
    values, key = {"protocol": str(attendance), "reason": to.reason}, f"{attendance.id}:{attendance.version}"
    for kind, user in ((NotificationKind.ASSIGNED, to.operator), (NotificationKind.TRANSFERRED, previous)):
        tell(session, f"{kind}:{key}", kind, user, values, attendance_id=attendance.id, actor=actor, now=now)


def hand_over(session, attendance_id: int, to: Receiver, *, version: int | None = None, actor,
              now: datetime) -> tuple[Attendance, User | None]:
    """The same for a receiver that was checked, without a word to anybody: (attendance, who has lost it)."""
    attendance = session.scalar(select(Attendance).where(Attendance.id == attendance_id, visible(Attendance, actor)))
    if attendance is None:
        raise NotFound(_l("Attendance not found."))
    if version is not None and attendance.version != version:
        raise Stale(_l("Somebody else changed this record while you were editing it."))
    if not attendance.is_open:
        raise Conflict(_l("This attendance is closed."))
    _check_reach(session, attendance, to)
    before = (attendance.assignee, attendance.department)
    after = (to.operator, to.department or _own_department(attendance, to))
    changes = {name: (old, new) for name, old, new in zip(("assignee", "department"), before, after, strict=True)
               if old is not new}
    if not changes:
        raise Conflict(_l("It is with this operator or department already."),
                       field="operator_id" if to.operator else "department_id")
    with session.no_autoflush:  # the guard wants the log entry before anything is written
        attendance.assignee, attendance.department = after
        attendance.changed_by_id, attendance.updated_at = actor.user_id, now
        if to.reason:
            changes["reason"] = (None, to.reason)
        if attendance.kind == AttendanceKind.PROVIDER:
            changes |= holding.follow(session, attendance, changes, actor=actor, now=now)
        record(session, attendance, "forward", changes, actor=actor, now=now)
    session.flush()  # the version speaks here, while the form still stands
    return attendance, before[0] if before[0] is not after[0] else None


def _check_reach(session, attendance, to) -> None:
    """Nobody is given what he may not see, nor a department what belongs to another company."""
    if to.viewer is not None and session.scalar(select(Attendance.id).where(
            Attendance.id == attendance.id, visible(Attendance, to.viewer))) is None:
        raise Invalid(_l("This operator may not see the attendance."), field="operator_id")
    if to.department is not None and to.department.company_id != attendance.company_id:
        raise Invalid(_l("The department belongs to another company."), field="department_id")


def _own_department(attendance, to) -> Department | None:
    """The department follows its operator (C-38), where that is one of the attendance's company."""
    profile = to.operator.profile if to.operator is not None else None
    own = profile.department if profile is not None else None
    return own if own is not None and own.company_id == attendance.company_id else attendance.department


def tell(session, key: str, kind: NotificationKind, user: User | None, values: dict, *, attendance_id=None, actor,
         now: datetime) -> None:
    """A line for the bell of who was given attendances, or has lost them."""
    if user is not None:
        notify(session, user_id=user.id, key=key, kind=kind, actor=actor, attendance_id=attendance_id, values=values,
               now=now)
