"""The log of one record, newest first, by key."""
from sqlalchemy import select

from ..models.log import LogEntry

INTERNAL = {"internal_note", "reason"}  # a note, and why an attendance was forwarded: colleagues to each other


def outside(changes: dict) -> dict:
    """The changes of an entry that may leave the company: nothing is left where a colleague only wrote a note."""
    return {name: change for name, change in changes.items() if name not in INTERNAL}


def page_of_log(session, target: str, target_id: int, *, before: int | None = None, size: int = 50):
    """(entries, seq to go on from or None). `before`: only entries with a lower number in the chain of the record."""
    query = select(LogEntry).where(LogEntry.target == target, LogEntry.target_id == target_id)
    if before is not None:
        query = query.where(LogEntry.seq < before)
    entries = list(session.scalars(query.order_by(LogEntry.seq.desc()).limit(size + 1)))
    return entries[:size], entries[size - 1].seq if len(entries) > size else None
