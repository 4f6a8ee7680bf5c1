"""Appointments laid out on days and hours of a time zone: plain values for the templates."""
import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from ...models.appointment import Appointment

OFFICE = range(8, 18)  # hours that a week shows even when they are empty
EARLIEST, LATEST = date(2000, 1, 1), date(2199, 12, 31)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Item:
    """An appointment on one of its days: at which hour it stands there, and its times in words."""

    appointment: Appointment
    hour: int
    times: str


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which a day begins there, in UTC: also where the clock then jumps over midnight."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def month_of(day: date, first_weekday: int) -> list[list[date]]:
    """The weeks that a month touches, whole."""
    return calendar.Calendar(first_weekday).monthdatescalendar(day.year, day.month)


def week_of(day: date, first_weekday: int) -> list[date]:
    """The seven days of the week that the day is in."""
    first = day - timedelta(days=(day.weekday() - first_weekday) % 7)
    return [first + timedelta(days=n) for n in range(7)]


def moved(day: date, view: str, by: int) -> date | None:
    """The day from which the next (1) or the last (-1) month or week is shown; None beyond what is offered."""
    if view == "month":
        months = day.year * 12 + day.month - 1 + by
        found = date(months // 12, months % 12 + 1, 1)
    else:
        found = day + timedelta(days=7 * by)
    return found if EARLIEST <= found <= LATEST else None


def by_day(rows, days, zone: ZoneInfo) -> dict[date, list[Item]]:
    """{day: what stands on it}, every day of `days`; an appointment that lasts over midnight stands on each day."""
    placed: dict[date, list[Item]] = {day: [] for day in days}
    for row in rows:
        start, end = row.starts_at.astimezone(zone), row.ends_at.astimezone(zone)
        day = start.date()
        while day <= end.date() and (day == start.date() or end.time() != time() or day < end.date()):
            if day in placed:
                placed[day].append(Item(row, start.hour if day == start.date() else 0, _times(day, start, end)))
            day += _DAY
    return placed


def hours_of(placed: dict[date, list[Item]]) -> range:
    """The rows of a week: the office hours, and as far beyond as an appointment stands."""
    hours = [item.hour for items in placed.values() for item in items]
    return range(min([OFFICE.start, *hours]), max([OFFICE.stop, *(hour + 1 for hour in hours)]))


def times_of(row: Appointment, zone: ZoneInfo) -> str:
    """The times of an appointment on the day on which it begins."""
    start, end = row.starts_at.astimezone(zone), row.ends_at.astimezone(zone)
    return _times(start.date(), start, end)


def _times(day, start, end) -> str:
    if day != start.date():
        return _("until %(time)s", time=f"{end:%H:%M}") if day == end.date() else _("the whole day")
    if start.date() == end.date() or end == datetime.combine(day + _DAY, time(), end.tzinfo):
        return f"{start:%H:%M}–{end:%H:%M}"
    return _("from %(time)s on", time=f"{start:%H:%M}")
