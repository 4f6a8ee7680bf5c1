"""Reading what the bell tells a person."""
from sqlalchemy import func, select

from ..models.attendance import Attendance
from ..models.notification import Notification
from ..security.visibility import visible

CAP = 99
SIZE = 30


def unread(user_id):
    """Select of what a person has not read, to one more than CAP; an index holds only those."""
    return select(Notification.id).where(
        Notification.user_id == user_id, Notification.read_at.is_(None)).limit(CAP + 1)


def unread_count(session, user_id: int) -> int:
    """How many are not read, counted to one more than CAP."""
    return session.scalar(select(func.count()).select_from(unread(user_id).subquery()))


def page_of(session, viewer, *, unread: bool = False, before: int | None = None,
            size: int = SIZE) -> tuple[list[tuple[Notification, Attendance | None]], int | None]:
    """([(notification, its attendance where one may still see it)], id to go on from or None), newest first."""
    query = (select(Notification, Attendance)
             .outerjoin(Attendance, (Attendance.id == Notification.attendance_id) & visible(Attendance, viewer))
             .where(visible(Notification, viewer)))
    if unread:
        query = query.where(Notification.read_at.is_(None))
    if before is not None:
        query = query.where(Notification.id < before)
    rows = [tuple(row) for row in session.execute(query.order_by(Notification.id.desc()).limit(size + 1))]
    return rows[:size], rows[size - 1][0].id if len(rows) > size else None
