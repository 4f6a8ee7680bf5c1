"""What of the log is told to webhooks: a delivery is written in the transaction of the log entry that causes it.

Nothing is asked of the database for it. The statement that writes the entry answers a token too, which changes with
every webhook: while it is the one that this process has read, what it has read holds, in every process and at once.
"""
import re
import secrets
import threading
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import insert, select, update

from ..database import after_commit
from ..models.attendance import Attendance
from ..models.desk import CacheVersion
from ..models.entity import Entity
from ..models.webhook import Webhook, WebhookDelivery
from ..queries.logs import outside
from . import log
from .told_changes import told

EVENTS = {
    "attendance.created": _l("Attendance opened"), "attendance.updated": _l("Attendance changed"),
    "attendance.closed": _l("Attendance closed"), "attendance.reopened": _l("Attendance reopened"),
    "attendance.merged": _l("Another attendance became part of it"), "detail.added": _l("Detail page added"),
    "entity.created": _l("Entity registered"), "entity.updated": _l("Entity changed"),
    "email.sent": _l("E-mail written"),
}
TEST = "test"
_OF = {
    ("attendance", "create"): "attendance.created", ("attendance", "close"): "attendance.closed",
    ("attendance", "reopen"): "attendance.reopened", ("attendance", "merge"): "attendance.merged",
    ("attendance", "email"): "email.sent",
    **{("attendance", action): "attendance.updated" for action in (
        "update", "forward", "label", "split", "unmerge", "reclassify", "unreclassify")},
    ("entity", "create"): "entity.created",
    **{("entity", action): "entity.updated" for action in ("update", "merge", "merged", "unmerge")},
}
TARGETS = {"attendance", "entity"}
_ADDED = re.compile(r"details\.\d+\.description")

wake_up = threading.Event()  # set when this process has written a delivery
_read: tuple[str, list] = ("", [])  # (token, [(webhook id, company id or None, events)]) of this process


def changed(session) -> None:
    """A webhook was added, changed or removed: no process goes on with what it has read."""
    token = secrets.token_hex(16)
    if not session.execute(update(CacheVersion).where(CacheVersion.key == log.TOKEN_KEY).values(token=token)).rowcount:
        session.execute(insert(CacheVersion).values(key=log.TOKEN_KEY, token=token))


def notice(session, token: str | None, target: str, pk: int, action: str, changes: dict, *, now: datetime) -> None:
    """Write a delivery for every webhook that asks for what this entry tells."""
    if not token or target not in TARGETS:
        return
    hooks = _active(session, token)
    if not hooks:
        return
    kept = outside(changes)
    for event in _events(target, action, kept):
        listening = [hook for hook in hooks if event in hook[2]]
        if listening:
            _enqueue(session, listening, event, target, pk, kept, now)


def _active(session, token) -> list:
    global _read
    if _read[0] != token:
        rows = session.execute(select(Webhook.id, Webhook.company_id, Webhook.events).where(Webhook.active))
        _read = (token, [(pk, company, frozenset(events)) for pk, company, events in rows])
    return _read[1]


def _events(target, action, changes):
    event = _OF.get((target, action))
    if event is None or not changes and action in ("update", "label"):
        return
    yield event
    if action == "update" and any(_ADDED.fullmatch(name) and not change[0] for name, change in changes.items()):
        yield "detail.added"


def _enqueue(session, hooks, event, target, pk, changes, now) -> None:
    """One delivery a webhook of the company of the record, each with a key of its own."""
    if target == "attendance":
        company, protocol = session.execute(
            select(Attendance.company_id, Attendance.protocol).where(Attendance.id == pk)).one()
        data = {"id": pk, "protocol": protocol, "address": protocol or f"id-{pk}"}
    else:
        company, data = session.scalar(select(Entity.company_id).where(Entity.id == pk)), {"id": pk}
    data["changes"] = told({name: (log.plain(old), log.plain(new)) for name, (old, new) in changes.items()})
    wanted = [hook_id for hook_id, of, _events_ in hooks if of is None or of == company]
    if wanted:
        session.execute(insert(WebhookDelivery), [
            delivery(hook_id, event, data, company, now) for hook_id in wanted])
        after_commit(session, wake_up.set)


def delivery(webhook_id: int, event: str, data: dict, company_id: int | None, now: datetime) -> dict:
    """The columns of a new delivery; `body` is what goes over the wire."""
    key = secrets.token_hex(16)
    return {"webhook_id": webhook_id, "key": key, "event": event, "state": "due", "attempts": 0, "due_at": now,
            "created_at": now, "body": {"id": key, "event": event, "at": now.isoformat(), "company": company_id,
                                        "data": data}}


log.after_entry.append(notice)
