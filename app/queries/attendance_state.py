"""How an attendance stands now, for a page that shows it as it was."""
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from ..models.attendance import Attendance
from ..security.visibility import visible


def saved_state(session, viewer, pk: int):
    """(version, updated_at, changed_by_id, name of who saved it last or None) of an attendance that one may see."""
    name = (User.first_name + " " + User.last_name).label("name")
    return session.execute(
        select(Attendance.version, Attendance.updated_at, Attendance.changed_by_id, name)
        .outerjoin(User, User.id == Attendance.changed_by_id)
        .where(Attendance.id == pk, visible(Attendance, viewer))).first()
