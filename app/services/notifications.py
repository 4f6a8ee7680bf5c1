"""What the bell tells people: written in the transaction of what happened, told once for the same key."""
from datetime import datetime

from sqlalchemy import insert, select

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
