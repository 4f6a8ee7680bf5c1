"""The operator a ticket is with hears by the bell what a colleague did to it: answered, closed, left pending;
in the central, on the SAC's record, in lists or by REST."""
from datetime import datetime

from ...models.attendance import Attendance, AttendanceKind
from ...models.classification import CLOSED_PHASES, Phase
from ...models.notification import NotificationKind
from ...models.provider_ticket import ProviderTicket
from ..notifications import notify

OF_ACT = {"close": NotificationKind.CLOSED, "pending": NotificationKind.PENDING}  # of one ticket or of several at once


def tell(session, ticket: ProviderTicket, kind: NotificationKind, *, key: object = None, text: str = "", actor,
         now: datetime) -> None:
    """One ticket, when its operator is another than the actor; `key` tells acts apart that leave one version."""
    _tell(session, ticket.attendance, kind, key=key, text=text, actor=actor, now=now)


def follow(session, attendance: Attendance, changes: dict, *, lost: dict[int, int] | None = None, actor,
           now: datetime) -> None:
    """The same of what was just set on its attendance elsewhere than in the central, {field: (old, new)}. With `lost`
    {user id: how many of his} it is counted there, for `tell_of_many`."""
    kind = of_phase(attendance.phase) if "phase" in changes else None
    if attendance.kind != AttendanceKind.PROVIDER or kind is None or attendance.assignee_id is None:
        return
    if lost is None:
        _tell(session, attendance, kind, actor=actor, now=now)
    else:
        lost[attendance.assignee_id] = lost.get(attendance.assignee_id, 0) + 1


def of_phase(phase: str) -> NotificationKind | None:
    """What its operator hears of a ticket that has come to this phase."""
    if phase in CLOSED_PHASES:
        return NotificationKind.CLOSED
    return NotificationKind.PENDING if phase == Phase.PENDING else None


def tell_of_many(session, kind: NotificationKind, owners: dict[int, int], *, key: str, actor, now: datetime) -> None:
    """One line for each operator of `owners` {user id: how many of his}, however many they are."""
    for user_id, count in owners.items():
        notify(session, user_id=user_id, key=f"{kind}:{key}", kind=kind, actor=actor, values={"count": count}, now=now)


def _tell(session, attendance, kind, *, key=None, text="", actor, now) -> None:
    if attendance.assignee_id is not None:
        notify(session, user_id=attendance.assignee_id, key=f"{kind}:{attendance.id}:{key or attendance.version}",
               kind=kind, actor=actor, attendance_id=attendance.id,
               values={"protocol": str(attendance), "text": text[:140]}, now=now)
