"""Telling the browsers of those concerned that something happened, at once: which record, never what is in it.

    live_events.tell(session, kind="ticket.changed", ids=[ticket.attendance_id],
                     audience=audience.holders(Perm.TICKET_READ), now=now)

The event is written in the transaction of what it tells, as its last statement: who would write to the same topic waits
for no more than the commit. What is rolled back, whole or to a savepoint, is not told. Afterwards streams are woken;
that may fail, since they read the log anyway, a little later.
"""
from collections.abc import Callable, Iterable
from datetime import datetime

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import event, insert, text
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import identity_key

from ..database import after_commit, before_commit
from ..models.attendance import Attendance, AttendanceKind
from ..models.stream_event import StreamEvent
from ..security import audience as audiences
from ..security.audience import ACCESS, KINDS
from ..security.permissions import Perm
from . import log

MOST_IDS = 200  # in one event; more are several
wakers: list[Callable[[set[str]], None]] = []  # who is told, after the commit, in which topics there is something new
_TOLD = "live_events"  # in session.info: [(topic, kind, ids, now)]
_SAVED = "live_events_at"  # in session.info: {savepoint: how much was told before it}
_NUMBER = text("INSERT INTO stream_topic (name, seq) VALUES (:name, :n) "
               "ON CONFLICT (name) DO UPDATE SET seq = stream_topic.seq + excluded.seq RETURNING seq")


def tell(session, *, kind: str, ids: Iterable[int] = (), audience: set[str], now: datetime) -> None:
    """Tell `audience` (`security.audience`: people, holders, company, department) when the transaction is stored.

    The same told twice in a transaction is told once. Raises ValueError for a kind that is not declared.
    """
    if kind not in KINDS and kind != ACCESS:
        raise ValueError(f"{kind} is no kind of event: declare in app/security/audience.py who may be told")
    ids = tuple(ids)
    session.info.setdefault(_TOLD, []).extend((topic, kind, ids, now) for topic in audience)
    before_commit(session, _write)


def _write(session) -> None:
    by_topic: dict[str, dict[str, dict[int, None]]] = {}
    for topic, kind, ids, now in session.info.pop(_TOLD, ()):
        by_topic.setdefault(topic, {}).setdefault(kind, {}).update(dict.fromkeys(ids))
        last = now
    for topic, kinds in sorted(by_topic.items()):  # one order for all: nobody waits in a circle
        events = [(kind, part) for kind, ids in kinds.items() for part in _parts(list(ids))]
        end = session.scalar(_NUMBER, {"name": topic, "n": len(events)})
        session.execute(insert(StreamEvent), [
            {"topic": topic, "seq": seq, "kind": kind, "ids": ids, "at": last}
            for seq, (kind, ids) in enumerate(events, end - len(events) + 1)])
    if by_topic:
        after_commit(session, lambda: wake(set(by_topic)))


def _parts(ids: list) -> list[list]:
    return [ids[at:at + MOST_IDS] for at in range(0, max(len(ids), 1), MOST_IDS)]


def wake(topics: set[str]) -> None:
    """Say that there is something new in these topics."""
    for call in wakers:
        call(topics)


@event.listens_for(Session, "after_transaction_create")
def _remember(session, transaction) -> None:
    if transaction.nested:
        session.info.setdefault(_SAVED, {})[transaction] = len(session.info.get(_TOLD, ()))


@event.listens_for(Session, "after_soft_rollback")
def _forget(session, transaction) -> None:
    """What was told since goes with the transaction, or with the savepoint."""
    if transaction.nested or transaction.parent is None:
        del session.info.get(_TOLD, [])[session.info.get(_SAVED, {}).get(transaction, 0):]


@event.listens_for(Session, "after_transaction_end")
def _end(session, transaction) -> None:
    if transaction.parent is None:
        session.info.pop(_SAVED, None)


def ticket_changed(session, attendance_id: int, *, now: datetime) -> None:
    """Tell the provider central of a ticket; of every entry in a ticket's log it is told already."""
    tell(session, kind="ticket.changed", ids=[attendance_id], audience=audiences.holders(Perm.TICKET_READ), now=now)


def _notice(session, _token, target: str, pk: int, action: str, _changes: dict, *, now: datetime) -> None:
    """Of what the log is told: a record that somebody may have before him, a person whose access may be another."""
    if target == Attendance.__tablename__ and action != "create":
        tell(session, kind="attendance.changed", ids=[pk], audience=audiences.holders(Perm.ATTENDANCE_READ), now=now)
        known = session.identity_map.get(identity_key(Attendance, pk))  # who writes the entry has it at hand
        if known is not None and known.__dict__.get("kind") == AttendanceKind.PROVIDER:
            ticket_changed(session, pk, now=now)
            tell(session, kind="contact.changed", ids=[pk], audience=audiences.entity(known.entity_id), now=now)
    elif target == User.__tablename__:
        tell(session, kind=ACCESS, audience=audiences.people(pk), now=now)


log.after_entry.append(_notice)
