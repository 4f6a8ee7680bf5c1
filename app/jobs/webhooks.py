"""Empties the queue of webhooks: claim one delivery, post it, record what became of it, until nothing is due."""
from collections.abc import Callable

from ..channels.webhook import outbound
from ..database import unit_of_work, utc_now
from ..secrets_at_rest import LostKey, unseal
from ..services import webhook_deliveries as deliveries
from .mail import WORKER


def deliver(session, settings, stopping: Callable[[], bool] = lambda: False, *, worker: str = WORKER,
            post: Callable = outbound.post) -> int:
    """Send what is due, one by one, and return how many were tried. Nothing is held in the database meanwhile; dying
    in between costs the lease's time, and it goes again under the same key."""
    tried = 0
    while not stopping() and (taken := _take(session, worker)):
        tried += 1
        pk, url, sealed, body, event, key = taken
        try:
            secret = unseal(sealed, settings["ENCRYPTION_KEYS"])
        except LostKey as error:
            answer = outbound.Answer(None, f"The secret cannot be read: {error}", permanent=True)
        else:
            answer = post(url, body, event=event, key=key, secret=secret, stamp=int(utc_now().timestamp()),
                          allow_private=settings["WEBHOOK_ALLOW_PRIVATE"])
        with unit_of_work(session):
            if answer.taken:
                deliveries.mark_sent(session, pk, worker=worker, status=answer.status, now=utc_now())
            else:
                deliveries.mark_failed(session, pk, worker=worker, error=answer.error, status=answer.status,
                                       permanent=answer.permanent, now=utc_now())
    return tried


def _take(session, worker):
    now = utc_now()
    waiting = deliveries.is_waiting(session, now)  # a read: an idle desk writes nothing
    session.rollback()
    if not waiting:
        return None
    with unit_of_work(session):
        row = deliveries.claim(session, worker=worker, now=now)
        if row is None:
            return None  # another worker was quicker
        return row.id, row.webhook.url, row.webhook.secret, row.body, row.event, row.key
