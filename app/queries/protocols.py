"""Attendances by a piece of their protocol, wherever in it: its last digits are what people read out."""
import re

from sqlalchemy import column, func, select, table, text

from ..models.attendance import Attendance
from ..security.visibility import visible

LEAST = 4  # digits that tell one from another
LATELY = 20_000  # newest attendances that are read one by one first
MENTIONS = 300  # as many as are looked at: of more, the newest
_FTS = table("protocol_fts")


def with_piece(session, viewer, typed: str, *, limit: int) -> list[int]:
    """Ids of attendances one may see whose protocol has this in it: those that end with it first, then the newest.

    FTS5 walks its matches from the newest. A GIN index knows no order, and "0000" is in every protocol: so the newest
    are looked through, and only where they have too few, which makes the piece a rare one, the index is asked.
    """
    piece = "".join(typed.split()).upper()
    if not re.fullmatch(r"[0-9A-Z-]{4,40}", piece) or sum(c.isdigit() for c in piece) < LEAST:
        return []
    found = _sqlite(session, viewer, piece) if session.get_bind().dialect.name == "sqlite" else _postgresql(
        session, viewer, piece)
    found.sort(key=lambda row: (not row.protocol.endswith(piece), -row.id))
    return [row.id for row in found[:limit]]


def _sqlite(session, viewer, piece):
    ids = session.scalars(
        select(column("rowid")).select_from(_FTS).where(text("protocol_fts MATCH :piece")).params(piece=f'"{piece}"')
        .order_by(text("rowid DESC")).limit(MENTIONS)).all()
    return _seen(session, Attendance.id.in_(ids), viewer) if ids else []


def _postgresql(session, viewer, piece):
    has_it = Attendance.protocol.like(f"%{piece}%")
    newest = session.scalar(select(func.max(Attendance.id))) or 0
    found = _seen(session, (Attendance.id > newest - LATELY) & has_it, viewer)
    if len(found) == MENTIONS:
        return found
    # Without the CTE the planner would rather walk the primary key backwards until it meets enough.
    matches = select(Attendance.id).where(has_it).cte().prefix_with("MATERIALIZED")
    ids = session.scalars(select(matches.c.id).order_by(matches.c.id.desc()).limit(MENTIONS)).all()
    return _seen(session, Attendance.id.in_(ids), viewer) if ids else []


def _seen(session, condition, viewer):
    return list(session.execute(select(Attendance.id, Attendance.protocol).where(
        condition, visible(Attendance, viewer)).order_by(Attendance.id.desc()).limit(MENTIONS)))
