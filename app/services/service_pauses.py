"""The pause of an external service that fails: kept in its row, so that every process leaves it alone.

What stands here is the state of a machine and not what anybody decided, so it moves no version and makes no log entry.
"""
from datetime import datetime, timedelta

from sqlalchemy import select, update

from ..models.external_service import ExternalService

MOST_FAILURES = 3  # in a row; then nothing is asked of it
PAUSE = timedelta(seconds=30)
_TABLE = ExternalService.__table__


class Resting(Exception):
    """The service failed several times in a row and is left alone for a moment."""


def admit(session, pk: int, *, seconds: int, now: datetime) -> None:
    """Whether a call may go. After a pause one may, and the others wait up to `seconds` for what becomes of it.

    Raises Resting.
    """
    row = session.execute(select(_TABLE.c.failures, _TABLE.c.rests_until).where(_TABLE.c.id == pk)).one_or_none()
    if row is None or row.failures < MOST_FAILURES:
        return
    if row.rests_until is not None and now < row.rests_until:
        raise Resting
    as_read = _TABLE.c.rests_until.is_(None) if row.rests_until is None else _TABLE.c.rests_until == row.rests_until
    taken = session.execute(update(_TABLE).where(_TABLE.c.id == pk, as_read).values(
        rests_until=now + timedelta(seconds=seconds)))
    if not taken.rowcount:
        raise Resting  # another process has asked meanwhile


def note(session, pk: int, version: int, *, failed: bool, now: datetime) -> None:
    """What became of a call that was made by this version of the service: one that was changed begins anew."""
    found = {"failures": _TABLE.c.failures + 1, "rests_until": now + PAUSE} if failed else {
        "failures": 0, "rests_until": None}
    session.execute(update(_TABLE).where(_TABLE.c.id == pk, _TABLE.c.version == version).values(**found))


def clear(session, pk: int) -> None:
    """It was saved anew, or a person has seen it answer: the next call goes."""
    session.execute(update(_TABLE).where(_TABLE.c.id == pk).values(failures=0, rests_until=None))
