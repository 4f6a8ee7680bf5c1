"""The operator a ticket is with hears by the bell what a colleague did to it: answered, closed, left pending."""
from datetime import datetime

from ...models.notification import NotificationKind
from ...models.provider_ticket import ProviderTicket
from ..notifications import notify

OF_ACT = {"close": NotificationKind.CLOSED, "pending": NotificationKind.PENDING}  # of one ticket or of several at once


def tell(session, ticket: ProviderTicket, kind: NotificationKind, *, key: object = None, text: str = "", actor,
         now: datetime) -> None:
    """One ticket, when its operator is another than the actor; `key` tells acts apart that leave one version."""
    attendance = ticket.attendance
    if attendance.assignee_id is not None:
        notify(session, user_id=attendance.assignee_id, key=f"{kind}:{attendance.id}:{key or attendance.version}",
               kind=kind, actor=actor, attendance_id=attendance.id,
               values={"protocol": str(attendance), "text": text[:140]}, now=now)


def tell_of_many(session, action: str, owners: dict[int, int], *, key: str, actor, now: datetime) -> None:
    """One line for each operator of `owners` {user id: how many of his}, however many they are."""
    for user_id, count in owners.items():
        notify(session, user_id=user_id, key=f"{OF_ACT[action]}:{key}", kind=OF_ACT[action], actor=actor,
               values={"count": count}, now=now)
