"""Reading the internal notes of an attendance, newest last."""
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ..models.note import AttendanceNote
from ..security.visibility import visible

SIZE = 20


def latest(session, viewer, attendance_id: int, *, before: int | None = None,
           size: int = SIZE) -> tuple[list[AttendanceNote], int | None]:
    """(the newest notes in the order they were written, id to go back from or None): one query with the people."""
    query = select(AttendanceNote).where(
        AttendanceNote.attendance_id == attendance_id, visible(AttendanceNote, viewer))
    if before is not None:
        query = query.where(AttendanceNote.id < before)
    rows = list(session.scalars(
        query.options(joinedload(AttendanceNote.author), joinedload(AttendanceNote.mentions))
        .order_by(AttendanceNote.id.desc()).limit(size + 1)).unique())
    more = len(rows) > size
    rows = rows[:size]
    return rows[::-1], rows[-1].id if more else None
