"""The log entry in the transaction of what it tells, chained per record, and the guard that none is forgotten."""
import hashlib
import json
import secrets
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from enum import Enum

from sqlalchemy import bindparam, event, func, insert, inspect, select
from sqlalchemy.orm import Session

from ..models.base import Logged
from ..models.desk import CacheVersion
from ..models.log import LogEntry
from .bulk import insert_dicts

ACTOR_LENGTH = LogEntry.__table__.c.actor_name.type.length


def plain(value):
    """A JSON value that still says something when the row it names is gone."""
    if value is None or type(value) in (str, int, bool):
        return value
    if isinstance(value, (list, tuple, set)):
        return sorted((plain(x) for x in value), key=str)
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if hasattr(value, "__mapper__"):
        return {"id": inspect(value).identity[0] if inspect(value).identity else None, "text": str(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode  # made once: half the cost


def canonical(value) -> bytes:
    return _encode(value).encode()


def digest(old, new, salt: str) -> str:
    """SHA-256 over salt, old and new: says that a value was this without keeping it."""
    return hashlib.sha256(salt.encode() + canonical([old, new])).hexdigest()


def chain_hash(previous: str, target: str, target_id: int, seq: int, at: datetime, actor_id, actor_name, action,
               digests) -> str:
    """The hash of an entry; `at` in UTC, so that both engines give the same text."""
    stamp = at.strftime("%Y-%m-%dT%H:%M:%S.%f")
    return hashlib.sha256(canonical(
        [previous, target, target_id, seq, stamp, actor_id, actor_name, action, digests])).hexdigest()


def actor_text(actor) -> str:
    """"Name (user name)": everybody writes his own name. A long name is cut, never the user name."""
    if actor is None:
        return ""
    login = f" ({actor.login})" if actor.login else ""
    return actor.name[:ACTOR_LENGTH - len(login)] + login


def entry_values(target, target_id, action, changes, *, actor, now, previous=(0, "")) -> dict:
    """Column values of the entry that follows `previous` (seq, hash) in the chain of a record."""
    stored, digests = {}, {}
    for name, (old, new) in changes.items():
        old, new, salt = plain(old), plain(new), secrets.token_hex(8)
        stored[name], digests[name] = [old, new, salt], digest(old, new, salt)
    seq = previous[0] + 1
    name = actor_text(actor)
    actor_id = actor.user_id if actor else None
    return {"target": target, "target_id": target_id, "seq": seq, "at": now, "actor_id": actor_id, "actor_name": name,
            "action": action, "changes": stored, "digests": digests, "previous_hash": previous[1],
            "hash": chain_hash(previous[1], target, target_id, seq, now, actor_id, name, action, digests)}


def record(session, item, action: str, changes: dict, *, actor, now, children=(), first=False) -> None:
    """Write the entry that tells of `changes` {field: (old, new)} of `item`, and item and children before it.

    `first` spares the look for an earlier entry; of a new item there is none.
    """
    expect_log(session, item, *children)
    first = first or not inspect(item).persistent
    session.flush()  # its id names the chain
    pk = inspect(item).identity[0]
    record_id(session, item.__tablename__, pk, action, changes, actor=actor, now=now, first=first)


def record_id(session, target: str, pk: int, action: str, changes: dict, *, actor, now, first=False) -> None:
    """The same for a record known by table and id (a look at a document, a sign-in)."""
    session.flush()  # of two who write at once, the version of the record says so and not the chain
    previous = (0, "") if first else _head(session, target, pk)
    token = session.execute(
        _WRITE, entry_values(target, pk, action, changes, actor=actor, now=now, previous=previous)).scalar()
    for tell in after_entry:
        tell(session, token, target, pk, action, changes, now=now)


def record_many(session, target: str, changes: dict[int, dict], action: str, *, actor, now, first=False) -> None:
    """The same of many records of a table that are written by statement: {id: changes of that record}."""
    previous = {} if first else heads(session, target, changes)
    token = session.scalar(select(CacheVersion.token).where(CacheVersion.key == TOKEN_KEY))
    insert_dicts(session, LogEntry, [
        entry_values(target, pk, action, each, actor=actor, now=now, previous=previous.get(pk, (0, "")))
        for pk, each in changes.items()])
    for pk, each in changes.items():
        for tell in after_entry:
            tell(session, token, target, pk, action, each, now=now)


_ENTRIES = LogEntry.__table__  # entries are only ever added: no ORM row to keep, and a third of its cost
TOKEN_KEY = "webhooks"  # noqa: S105  (a name in a table)
# The token of those who listen comes with the writing: to ask for it would be a statement more.
_WRITE = insert(_ENTRIES).returning(
    select(CacheVersion.token).where(CacheVersion.key == TOKEN_KEY).scalar_subquery())
after_entry: list[Callable] = []  # who is told of every entry, in its transaction: (session, token, target, id, …)
_HEAD = (select(_ENTRIES.c.seq, _ENTRIES.c.hash)
         .where(_ENTRIES.c.target == bindparam("target"), _ENTRIES.c.target_id == bindparam("pk"))
         .order_by(_ENTRIES.c.seq.desc()).limit(1))


def _head(session, target, pk) -> tuple[int, str]:
    row = session.execute(_HEAD, {"target": target, "pk": pk}).first()
    return tuple(row) if row else (0, "")


def heads(session, target: str, ids) -> dict[int, tuple[int, str]]:
    """{id: (seq, hash)} of the newest entry of each of these records, in one statement."""
    newest = (select(_ENTRIES.c.target_id, func.max(_ENTRIES.c.seq).label("seq"))
              .where(_ENTRIES.c.target == target, _ENTRIES.c.target_id.in_(ids))
              .group_by(_ENTRIES.c.target_id).subquery())
    rows = session.execute(select(_ENTRIES.c.target_id, _ENTRIES.c.seq, _ENTRIES.c.hash).join(
        newest, (newest.c.target_id == _ENTRIES.c.target_id) & (newest.c.seq == _ENTRIES.c.seq))
        .where(_ENTRIES.c.target == target))
    return {pk: (seq, digest) for pk, seq, digest in rows}


def expect_log(session, *items) -> None:
    """These may be flushed: an entry of the same transaction tells about them."""
    session.info.setdefault("logged", set()).update(items)


@event.listens_for(Session, "before_flush")
def _nothing_unlogged(session, _context, _instances):
    if session.info.get("unlogged"):
        return
    seen = session.info.get("logged") or ()
    for item in [*session.new, *session.deleted, *(x for x in session.dirty if session.is_modified(x))]:
        if isinstance(item, Logged) and item not in seen:
            raise RuntimeError(f"{type(item).__name__} {inspect(item).identity} written without a log entry")
