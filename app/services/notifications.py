"""What the bell tells people: written in the transaction of what happened, told once for the same key."""
from datetime import datetime

from sqlalchemy import insert, select, update

from ..models.notification import Notification, NotificationKind
from .log import actor_text


def notify(session, *, user_id: int, key: str, kind: NotificationKind, now: datetime, actor=None,
           attendance_id: int | None = None, values: dict | None = None) -> bool:
    """Tell a person something; False where it was told before under this key, or by himself to himself.

    `key` names what happened (`assigned:<attendance>:<log seq>`, `reminder:<appointment>:<time>`), `values` fill the
    sentence of the kind.
    """
    if actor is not None and actor.user_id == user_id:
        return False
    told = select(Notification.id).where(Notification.user_id == user_id, Notification.key == key)
    if session.scalar(told) is not None:
        return False
    session.execute(insert(Notification).values(
        user_id=user_id, key=key, kind=kind.value, actor_name=actor_text(actor), attendance_id=attendance_id,
        values=values or {}, at=now))
    return True


def mark_read(session, pk: int, *, actor, now: datetime) -> bool:
    """One was read, on whatever device; False where it is nobody's of the actor's or was read before."""
    return bool(session.execute(
        update(Notification).where(Notification.id == pk, Notification.user_id == actor.user_id,
                                   Notification.read_at.is_(None)).values(read_at=now)).rowcount)


def mark_all_read(session, *, upto: int, actor, now: datetime) -> int:
    """All that the person has seen: those up to the newest of his list, not one that came meanwhile."""
    return session.execute(
        update(Notification).where(Notification.user_id == actor.user_id, Notification.id <= upto,
                                   Notification.read_at.is_(None)).values(read_at=now)).rowcount
