"""The trees of classification: a branch in use stays where it is, or old attendances would tell another story."""
from flask_babel import lazy_gettext as _l
from sqlalchemy import inspect, or_, select

from ..errors import Conflict, Invalid
from ..models.attendance import Attendance
from ..models.classification import (
    Cause,
    Classification,
    Counting,
    DefaultMotive,
    Motive,
    Occurrence,
    Subclassification,
)
from ..models.product import ProductInformation
from ..models.provider_ticket import ProviderTicket
from . import records, validity
from .records import is_changed, related_id


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


def _node(*checks):
    """The check of a node of a tree: its validity (B-23), then these."""
    def check(session, item, lists, *, actor):
        validity.check(item)
        for each in checks:
            each(session, item, lists, actor=actor)
    return check


motives = records.service_for(Motive, check=_node())
occurrences = records.service_for(Occurrence, check=_node(stays(
    "motive", Attendance.occurrence_id, Cause.occurrence_id, ProductInformation.occurrence_id)))
causes = records.service_for(Cause, check=_node(stays("occurrence", Attendance.cause_id)))


# ---- the tree of providers' tickets (C-16, C-101)

def _times(item) -> None:
    """Days or hours, neither negative, not both."""
    for name, words in (("return_days", _l("Return days cannot be negative.")),
                        ("return_hours", _l("Return hours cannot be negative."))):
        if (getattr(item, name) or 0) < 0:
            raise Invalid(words, field=name)
    if item.return_days is not None and item.return_hours is not None:
        raise Invalid(_l("Give the return in days or in hours, not both."), field="return_hours")


def _has_calendar(session, classification_id) -> bool:
    return session.scalar(select(Classification.calendar_id).where(
        Classification.id == classification_id)) is not None


def _classification(session, item, _lists, *, actor):
    """Business days and hours are counted by a calendar, those of the levels below too."""
    _times(item)
    if related_id(item, "calendar") is not None:
        return
    if item.counting == Counting.BUSINESS_DAYS or item.return_hours is not None:
        raise Invalid(_l("Business days and hours need a calendar: choose one."), field="calendar")
    if item.id is not None and _hours_below(session, item.id):
        raise Invalid(field="calendar", message=_l(
            "Subclassifications or standard motives below have a return in hours, which needs a calendar."))


def _hours_below(session, classification_id) -> bool:
    """Whether a subclassification of this classification, or a motive below one, has a return in hours."""
    hours = (select(1).select_from(Subclassification)
             .outerjoin(DefaultMotive, DefaultMotive.subclassification_id == Subclassification.id)
             .where(Subclassification.classification_id == classification_id,
                    or_(Subclassification.return_hours.is_not(None), DefaultMotive.return_hours.is_not(None))))
    return session.scalar(hours.limit(1)) is not None


def _subclassification(session, item, lists, *, actor):
    _stays_below(session, item, lists, actor=actor)
    _times(item)
    if _has_calendar(session, related_id(item, "classification")):
        return
    if item.return_hours is not None:
        raise Invalid(NEEDS_CALENDAR, field="return_hours")
    timed = select(1).where(DefaultMotive.subclassification_id == item.id, DefaultMotive.return_hours.is_not(None))
    if item.id is not None and is_changed(item, "classification") and session.scalar(timed.limit(1)) is not None:
        raise Invalid(NEEDS_CALENDAR, field="classification")


def _default_motive(session, item, lists, *, actor):
    _motive_stays(session, item, lists, actor=actor)
    _times(item)
    above = session.scalar(select(Subclassification.classification_id).where(
        Subclassification.id == related_id(item, "subclassification")))
    if item.return_hours is not None and not _has_calendar(session, above):
        raise Invalid(NEEDS_CALENDAR, field="return_hours")


NEEDS_CALENDAR = _l("A return in hours is open time: choose a calendar on the classification first.")
_stays_below = stays("classification", DefaultMotive.subclassification_id, ProviderTicket.subclassification_id)
_motive_stays = stays("subclassification", ProviderTicket.default_motive_id)
classifications = records.service_for(Classification, check=_node(_classification))
subclassifications = records.service_for(Subclassification, check=_node(_subclassification))
default_motives = records.service_for(DefaultMotive, check=_node(_default_motive))
