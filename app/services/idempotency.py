"""The same request twice gives one act and the same answer: a retry of a caller, a second click of a person."""
import hashlib
from collections.abc import Callable
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from ..errors import Conflict, Invalid
from ..models.desk import AnsweredRequest
from .log import canonical

LONGEST_KEY = 100
KEY = "Idempotency-Key"  # the field of refusals about the key itself
SAVED_BEFORE = _l("This form was already saved. To send what it says now too, save it again.")  # a person's Conflict


def answer_once(session, *, user_id: int, key: str, body: dict | list, now: datetime,
                act: Callable[[], dict]) -> tuple[dict, bool]:
    """The answer to this request and whether it was given just now: `act` runs once a user and key.

    The key is written first. Of two requests at the same moment the second waits until the first has committed, and
    then reads its answer; if the first rolled back, the second acts. A DomainError of `act` leaves the key free.
    `body` and the answer are plain JSON values. Raises Invalid for an unusable key, Conflict where the key was used
    with another body.
    """
    if not 0 < len(key) <= LONGEST_KEY or not key.isprintable():
        raise Invalid(_l("A request key has 1 to 100 printable characters."), field=KEY)
    fingerprint = hashlib.sha256(canonical(body)).hexdigest()
    mine = (AnsweredRequest.user_id == user_id) & (AnsweredRequest.key == key)
    if not _write_key(session, {"user_id": user_id, "key": key, "fingerprint": fingerprint, "answer": {}, "at": now}):
        kept_fingerprint, answer = session.execute(
            select(AnsweredRequest.fingerprint, AnsweredRequest.answer).where(mine)).one()
        if kept_fingerprint != fingerprint:
            raise Conflict(_l("This request key was already used for another request."), field=KEY)
        return answer, False
    answer = act()
    session.execute(update(AnsweredRequest).where(mine).values(answer=answer))
    return answer, True


def _write_key(session, values: dict) -> bool:
    """Insert the key unless it is there. On PostgreSQL this waits for another transaction that is writing the same one;
    on SQLite the unit of work already lets one writer in at a time."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    insert = dialect.insert(AnsweredRequest).values(values).on_conflict_do_nothing()
    return session.scalar(insert.returning(AnsweredRequest.key)) is not None
