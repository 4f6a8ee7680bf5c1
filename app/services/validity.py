"""Which nodes of the trees of classification may be chosen today, and why not (B-23): every entry asks here."""
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l

from ..errors import Invalid
from ..models.classification import VALIDITY, lasts

YEARS = range(1900, 2501)  # what is before or after is a slip of the finger
SWITCHED_OFF = _l("This option was switched off.")
ABOVE = _l("The level above is no longer in use: choose another one there.")


def day_in(timezone: str | None, now: datetime) -> date:
    """The day it is where the company is; without a time zone the day in UTC."""
    return (now.astimezone(ZoneInfo(timezone)) if timezone else now).date()


def refusal(row, day: date, *, field: str) -> Invalid | None:
    """Why this node cannot be chosen on this day, whatever stands above it; None where it can."""
    if lasts(row, day):
        return None
    if not row.active:
        return Invalid(SWITCHED_OFF, field=field)
    if row.valid_from is not None and row.valid_from > day:
        return Invalid(_l("This option is valid only from %(day)s on."), field=field, day=f"{row.valid_from:%d/%m/%Y}")
    return Invalid(_l("This option was valid until %(day)s."), field=field, day=f"{row.valid_until:%d/%m/%Y}")


def check(item) -> None:
    """The validity of a node as it is to be stored. Raises Invalid at its field."""
    for name in ("valid_from", "valid_until"):
        day = getattr(item, name)
        if day is not None and day.year not in YEARS:
            raise Invalid(_l("Check the year of this date."), field=name)
    if item.valid_from is not None and item.valid_until is not None and item.valid_until < item.valid_from:
        raise Invalid(VALIDITY, field="valid_until")
