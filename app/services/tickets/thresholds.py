"""The instants by which the central tells deadlines apart, one pair a request (C-60 to C-62, X-20)."""
from datetime import datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from ...queries.attendances import day_start
from ...queries.tickets import Bounds
from .. import calendars, deadlines
from ..settings import get_settings

_WORKING_WEEK = {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


PARAMETERS = ("attention_days", "attention_counting")


def bounds(session, *, timezone: str, now: datetime, kept: dict | None = None) -> Bounds:
    """Now, and the end of the last local day of "Atenção ao prazo": today and the days of the parameter after it.

    `kept` holds the PARAMETERS where they were read already.
    """
    kept = kept or get_settings(session, *PARAMETERS)
    days = kept["attention_days"]
    if kept["attention_counting"] == deadlines.Kind.BUSINESS_DAYS:
        calendar = SimpleNamespace(timezone=timezone, week=_WORKING_WEEK, national=True, optional_days=False,
                                   state=None, holidays=[])
        rule = deadlines.checked_rule(deadlines.Kind.BUSINESS_DAYS, days)
        return Bounds(now, calendars.reckon(calendar, rule, now).due_at + timedelta(seconds=1))
    today = now.astimezone(ZoneInfo(timezone)).date()
    return Bounds(now, day_start(today + timedelta(days=days + 1), timezone))
