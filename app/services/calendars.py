"""The verbs of calendars, and the calendar of a row made ready for reckoning.

`values` are plain: name, timezone, week {"mon": [["08:00", "12:00"], …], …}, national, optional_days, state, city,
active, and `holidays` as [{"id": of a stored row or left out, "day", "name", "recurring"}]. Left out, they stay.
"""
from datetime import date, datetime
from typing import NamedTuple

from flask_babel import lazy_gettext as _l

from ..cep import STATES
from ..errors import DomainError, Invalid
from ..models.calendar import Calendar
from ..security.permissions import Perm
from . import deadlines, public_holidays, records
from .entity_rules import NOT_A_CHOICE, REQUIRED, cleaned, raise_all
from .opening_hours import WEEKDAYS, OpeningHours, checked_week, time_text
from .zone_days import zone_named

ROWS = ("holidays",)
MAX_HOLIDAYS = 300


class DayOff(NamedTuple):
    """A holiday of a calendar in a year and whose it is: own, of every year or not, of nation or state, or optional."""

    day: date
    name: str
    source: str  # "own", "recurring", "national", "state", "optional"


def create(session, values: dict, *, actor, now: datetime) -> Calendar:
    """Add a calendar. Raises Forbidden, Invalid or InvalidMany, and what the name's uniqueness refuses."""
    records.require(actor, Perm.CLASSIFICATION_WRITE)
    given = {"timezone": "America/Sao_Paulo", "week": {}, **values}
    return records.create(session, Calendar, _checked(given), actor=actor, now=now, rows=ROWS)


def update(session, pk: int, values: dict, *, version: int | None = None, actor, now: datetime) -> Calendar:
    """Change a calendar. Raises as create, NotFound and Stale."""
    records.require(actor, Perm.CLASSIFICATION_WRITE)
    return records.update(session, Calendar, pk, _checked(values), version=version, actor=actor, now=now, rows=ROWS)


def delete(session, pk: int, *, version: int | None = None, actor, now: datetime) -> None:
    """Remove a calendar and its days off. Raises Forbidden, NotFound."""
    records.require(actor, Perm.CLASSIFICATION_WRITE)
    records.delete(session, Calendar, pk, version=version, actor=actor, now=now, rows=ROWS)


def days_off(calendar: Calendar, year: int, language: str = "pt_BR") -> list[DayOff]:
    """The holidays of a year in order of their dates; on a day of several, its own first."""
    found = [DayOff(_in_year(row, year), row.name, "recurring" if row.recurring else "own")
             for row in calendar.holidays if _in_year(row, year) is not None]
    if calendar.national or calendar.state:
        found += _public(calendar, year, language)
    return sorted(found, key=lambda each: (each.day, each.source not in ("own", "recurring")))


def _public(calendar, year, language):
    """Those of nation and state, each under its source; a state may be followed without the nation."""
    nation = public_holidays.of_year(year, None, False, language)
    state = public_holidays.of_year(year, calendar.state, False, language)
    for day, name in public_holidays.of_year(year, calendar.state, calendar.optional_days, language).items():
        source = "national" if day in nation else "state" if day in state else "optional"
        if source == "state" or calendar.national:
            yield DayOff(day, name, source)


def opening_hours(calendar: Calendar, first: int, last: int, language: str = "pt_BR") -> OpeningHours:
    """The calendar with the holidays of these years."""
    holidays: dict[date, str | None] = {}
    for year in range(first, last + 1):
        for each in days_off(calendar, year, language):
            holidays.setdefault(each.day, each.name)
    return OpeningHours(calendar.timezone, calendar.week, holidays)


def reckon(calendar: Calendar, rule: deadlines.Rule, opened_at: datetime, pauses: deadlines.Pauses = (),
           language: str = "pt_BR") -> deadlines.Deadline:
    """The deadline of something opened then, by the holidays of as many years as it takes."""
    first = opened_at.year - 1
    stop = datetime.fromtimestamp(pauses[-1][0], zone_named(calendar.timezone)).year if pauses else first
    last = max(opened_at.year, min(stop, opened_at.year + 100)) + 1
    while True:
        found = deadlines.reckon(opening_hours(calendar, first, last, language), rule, opened_at, pauses)
        if found.due_at is None or found.due_at.year <= last:
            return found
        last = found.due_at.year + 1  # more holidays only put it off


def _in_year(row, year) -> date | None:
    if row.day.year == year:
        return row.day
    try:
        return row.day.replace(year=year) if row.recurring else None
    except ValueError:  # 29 February
        return None


def _checked(values: dict) -> dict:
    """The values as they are written. Raises every refusal at once."""
    errors: list[DomainError] = []
    ready = {name: cleaned(value) for name, value in values.items()}
    if "timezone" in ready:
        _try(errors, zone_named, ready["timezone"] or "")
    if "week" in ready:
        week = _try(errors, checked_week, ready["week"])
        ready["week"] = {name: [[time_text(opens), time_text(closes)] for opens, closes in day]
                         for name, day in zip(WEEKDAYS, week or [()] * 7, strict=True)}
    if ready.get("state") is not None and ready["state"] not in STATES:
        errors.append(Invalid(NOT_A_CHOICE, field="state"))
    if len(ready.get("city") or "") > Calendar.city.type.length:
        errors.append(_too_long("city", 120, ready["city"]))
    if "holidays" in ready:
        ready["holidays"] = _rows(ready["holidays"] or [], errors)
    raise_all(errors)
    return ready


def _try(errors, check, value):
    try:
        return check(value)
    except DomainError as error:
        errors.append(error)
        return None


def _rows(rows, errors) -> list[dict]:
    if len(rows) > MAX_HOLIDAYS:
        errors.append(Invalid(_l("At most %(n)s days off of its own."), field="holidays", n=MAX_HOLIDAYS))
        return []
    seen: set = set()
    found = []
    for position, row in enumerate(rows):
        row = {name: cleaned(value) for name, value in row.items()}
        day, name, at = row.get("day"), row.get("name"), f"holidays.{position}"
        if not isinstance(day, date):
            errors.append(Invalid(REQUIRED, field=f"{at}.day"))
        elif not 1900 <= day.year <= 2200:
            errors.append(Invalid(_l("The year %(year)s is out of reach: %(first)s to %(last)s."), field=f"{at}.day",
                                  year=day.year, first=1900, last=2200))
        elif day in seen:
            errors.append(Invalid(_l("This day is already in the list."), field=f"{at}.day"))
        seen.add(day)
        if not name:
            errors.append(Invalid(REQUIRED, field=f"{at}.name"))
        elif len(name) > 120:
            errors.append(_too_long(f"{at}.name", 120, name))
        found.append({**({"id": row["id"]} if row.get("id") else {}), "day": day, "name": name,
                      "recurring": bool(row.get("recurring"))})
    return found


def _too_long(field, most, text) -> Invalid:
    return Invalid(_l("At most %(n)s characters; there are %(have)s."), field=field, n=most, have=len(text))
