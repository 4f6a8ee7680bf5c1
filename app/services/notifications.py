"""What the bell tells people: written in the transaction of what happened, told once for the same key."""
from datetime import datetime

from sqlalchemy import insert, select, update

from ..models.notification import Notification, NotificationKind
from ..security.audience import people
from . import live_events
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
    _ring(session, user_id, now)
    return True


def mark_read(session, pk: int, *, actor, now: datetime) -> bool:
    """One was read, on whatever device; False where it is nobody's of the actor's or was read before."""
    return bool(_read(session, Notification.id == pk, actor, now))


def mark_told_read(session, key: str, *, actor, now: datetime) -> bool:
    """The same by what the line is about: the key it was written with."""
    return bool(_read(session, Notification.key == key, actor, now))


def mark_all_read(session, *, upto: int, actor, now: datetime) -> int:
    """All that the person has seen: those up to the newest of his list, not one that came meanwhile."""
    return _read(session, Notification.id <= upto, actor, now)


def _read(session, which, actor, now) -> int:
    read = session.execute(update(Notification).where(
        Notification.user_id == actor.user_id, which, Notification.read_at.is_(None)).values(read_at=now)).rowcount
    if read:
        _ring(session, actor.user_id, now)
    return read


def _ring(session, user_id, now) -> None:
    """The person's bells, on whatever device, count anew."""
    live_events.tell(session, kind="bell.changed", audience=people(user_id), now=now)
