"""The trees of classification: a branch in use stays where it is, or old attendances would tell another story."""
from flask_babel import lazy_gettext as _l
from sqlalchemy import inspect, select

from ..errors import Conflict
from ..models.attendance import Attendance
from ..models.classification import Cause, DefaultMotive, Occurrence, Subclassification
from ..models.product import ProductInformation
from . import records


def stays(parent, *users):
    """A check that refuses another `parent` for a row that one of `users` (columns) points to."""
    def check(session, item, _lists, *, actor):
        state = inspect(item)
        if not state.persistent or not state.attrs[parent].history.has_changes():
            return
        for column in users:
            if session.scalar(select(1).where(column == item.id).limit(1)) is not None:
                raise Conflict(_l("This record is already in use: it cannot move. Deactivate it and add another."),
                               field=parent)
    return check


occurrences = records.service_for(Occurrence, check=stays(
    "motive", Attendance.occurrence_id, Cause.occurrence_id, ProductInformation.occurrence_id))
causes = records.service_for(Cause, check=stays("occurrence", Attendance.cause_id))
subclassifications = records.service_for(
    Subclassification, check=stays("classification", DefaultMotive.subclassification_id))
