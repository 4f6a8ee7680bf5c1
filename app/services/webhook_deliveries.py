"""Deliveries to webhooks: claimed with a lease, tried with bounded backoff, kept to be read and sent again (B-30)."""
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import exists, func, insert, select, update

from ..database import after_commit
from ..errors import Conflict
from ..models.webhook import Webhook, WebhookDelivery
from ..security.permissions import Perm
from ..security.visibility import visible
from .outbox import wait_before_retry
from .records import get_visible, require
from .webhook_events import TEST, delivery, wake_up

MAX_TRIES = 8
LEASE = timedelta(minutes=2)  # longer than one try may last
PAUSE = timedelta(seconds=30)  # for the other deliveries of a webhook that does not answer
OFF = "The webhook is switched off."


def is_waiting(session, now: datetime) -> bool:
    """Whether a worker would find something to claim; reads only."""
    return session.scalar(select(exists().where(_due(now)) | exists().where(_abandoned(now))))


def claim(session, *, worker: str, now: datetime) -> WebhookDelivery | None:
    """Take one delivery for `worker` until the lease ends, or None. Two workers never take the same one."""
    for condition in (_abandoned(now), _due(now)):
        while row := session.scalar(select(WebhookDelivery).where(condition).order_by(
                WebhookDelivery.due_at, WebhookDelivery.id).limit(1).with_for_update(skip_locked=True)):
            if not row.webhook.active:
                _bury(row, OFF)
            elif row.attempts >= MAX_TRIES:
                _bury(row, row.error or "The worker stopped during the last try.")
            else:
                row.state, row.worker, row.lease_until = "sending", worker, now + LEASE
                row.attempts += 1
                return row
            session.flush()  # or the next round would find it again
    return None


def _due(now):
    return (WebhookDelivery.state == "due") & (WebhookDelivery.due_at <= now)


def _abandoned(now):
    return (WebhookDelivery.state == "sending") & (WebhookDelivery.lease_until < now)


def mark_sent(session, pk: int, *, worker: str, status: int, now: datetime) -> bool:
    """It was taken in. False if the lease went to another worker meanwhile."""
    row = _held(session, pk, worker)
    if row is None:
        return False
    row.state, row.status, row.error, row.sent_at = "sent", status, None, now
    row.worker = row.lease_until = None
    return True


def mark_failed(session, pk: int, *, worker: str, error: str, status: int | None = None, permanent: bool = False,
                now: datetime) -> bool:
    """A failed try: due again later, or dead where trying again is useless or the tries are used up. Where nobody
    answered, the others for this webhook wait a little too, so that one dead system does not hold up the rest."""
    row = _held(session, pk, worker)
    if row is None:
        return False
    row.status, row.error = status, error[:500]
    if permanent or row.attempts >= MAX_TRIES:
        _bury(row, error)
    else:
        row.state, row.due_at = "due", now + wait_before_retry(row.attempts)
        row.worker = row.lease_until = None
    if status is None:
        session.execute(update(WebhookDelivery).where(
            WebhookDelivery.webhook_id == row.webhook_id, WebhookDelivery.id != row.id, _due(now)).values(
                due_at=now + PAUSE).execution_options(synchronize_session=False))
    return True


def replay(session, pk: int, *, actor, now: datetime) -> WebhookDelivery:
    """"Reenviar" one that was sent or is dead, with the same key: who had it already knows it again; what became
    of it so far is kept as its earlier tries. Raises NotFound,
    Forbidden, Conflict."""
    require(actor, Perm.WEBHOOK_WRITE)
    row = get_visible(session, WebhookDelivery, pk, actor)
    session.refresh(row, with_for_update=True)
    if row.state not in ("sent", "dead"):
        raise Conflict(_l("This delivery is on its way already."))
    row.earlier_attempts = (row.earlier_attempts or 0) + row.attempts
    row.earlier_answer = row.error or (f"HTTP {row.status}" if row.status else None)
    row.state, row.attempts, row.due_at, row.status, row.error = "due", 0, now, None, None
    after_commit(session, wake_up.set)
    return row


def replay_dead(session, webhook_id: int, *, actor, now: datetime) -> int:
    """All dead ones of a webhook; returns how many."""
    require(actor, Perm.WEBHOOK_WRITE)
    hook = get_visible(session, Webhook, webhook_id, actor)
    done = session.execute(update(WebhookDelivery).where(
        WebhookDelivery.webhook_id == hook.id, WebhookDelivery.state == "dead").values(
            state="due", attempts=0, due_at=now, status=None, error=None, earlier_answer=WebhookDelivery.error,
            earlier_attempts=func.coalesce(WebhookDelivery.earlier_attempts, 0) + WebhookDelivery.attempts,
        ).execution_options(synchronize_session=False)).rowcount
    after_commit(session, wake_up.set)
    return done


def send_test(session, webhook_id: int, *, actor, now: datetime) -> int:
    """"Enviar teste": a delivery of its own, signed as any other; its id. Raises Conflict where it is switched off."""
    require(actor, Perm.WEBHOOK_WRITE)
    hook = get_visible(session, Webhook, webhook_id, actor)
    if not hook.active:
        raise Conflict(_l("The webhook is switched off: switch it on first."))
    pk = session.execute(insert(WebhookDelivery).returning(WebhookDelivery.id).values(
        delivery(hook.id, TEST, {"message": "Balcão"}, hook.company_id, now))).scalar_one()
    after_commit(session, wake_up.set)
    return pk


def page_of(session, viewer, webhook_id: int, *, state: str | None = None, before: int | None = None, size: int = 30):
    """(deliveries newest first, id to go on from or None)."""
    query = select(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook_id, visible(WebhookDelivery, viewer))
    if state:
        query = query.where(WebhookDelivery.state == state)
    if before is not None:
        query = query.where(WebhookDelivery.id < before)
    rows = list(session.scalars(query.order_by(WebhookDelivery.id.desc()).limit(size + 1)))
    return rows[:size], rows[size - 1].id if len(rows) > size else None


def _held(session, pk, worker):
    return session.scalar(select(WebhookDelivery).where(
        WebhookDelivery.id == pk, WebhookDelivery.worker == worker,
        WebhookDelivery.state == "sending").with_for_update())


def _bury(row, error) -> None:
    row.state, row.error = "dead", error[:500]
    row.worker = row.lease_until = None
