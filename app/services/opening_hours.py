"""A calendar made ready for reckoning: the open intervals of a week in a time zone, and the days off by name.

How much lies between two days is arithmetic over whole weeks and a search among the exceptions, never a walk.
"""
import re
from bisect import bisect_left, bisect_right
from datetime import date
from itertools import accumulate, pairwise

from flask_babel import lazy_gettext as _l

from ..errors import Invalid
from .zone_days import DAY, day_of, instants, odd_days, start_of_day, zone_named

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_NAMES = dict(zip(WEEKDAYS, (_l("Monday"), _l("Tuesday"), _l("Wednesday"), _l("Thursday"), _l("Friday"),
                                _l("Saturday"), _l("Sunday")), strict=True))
MAX_INTERVALS = 24  # of one day
_TIME = re.compile(r"(\d{1,2}):([0-5]\d)(?::([0-5]\d))?", re.ASCII)


class Counter:
    """Something counted by the day: as much each week, except on some days. Day 1 (0001-01-01) is a Monday."""

    def __init__(self, weekly, exceptions):
        self.before = (0, *accumulate(weekly))
        self.week = self.before[7]
        self.days, self.shift = [], [0]
        for day in sorted(exceptions):
            if more := exceptions[day] - weekly[(day - 1) % 7]:
                self.days.append(day)
                self.shift.append(self.shift[-1] + more)
        self.reached = [self.up_to(day) for day in self.days]

    def up_to(self, day: int) -> int:
        """How much from day 1 to the end of this day."""
        weeks, rest = divmod(day, 7)
        return weeks * self.week + self.before[rest] + self.shift[bisect_right(self.days, day)]

    def day_of(self, number: int) -> int:
        """The first day by whose end so many are counted."""
        at = bisect_left(self.reached, number)
        number -= self.shift[at]
        weeks = (number - 1) // self.week
        day = weeks * 7 + bisect_left(self.before, number - weeks * self.week)
        return day if at == len(self.days) or day < self.days[at] else self.days[at]


class OpeningHours:
    """`timezone` by name, `week` {"mon": [["08:00", "12:00"], …], …}, `holidays` {date: name or None}.

    Raises Invalid for what is no calendar, and for one that never opens.
    """

    def __init__(self, timezone: str, week: dict, holidays: dict[date, str | None] | None = None):
        self.zone = zone_named(timezone)
        self.week = tuple(tuple((opens, closes) for opens, closes in day) for day in checked_week(week))
        self.holidays = {day.toordinal(): name for day, name in (holidays or {}).items()}
        self.all_days = Counter((1,) * 7, {})
        self.open_days = Counter([1 if day else 0 for day in self.week],
                                 {day: 0 for day in self.holidays if self.week[(day - 1) % 7]})
        self._years, self._odd, self._seconds = None, {}, None

    def seconds(self, first: int, last: int) -> Counter:
        """The open seconds of each day, right for these years at least."""
        if self._years is None or first < self._years[0] or last > self._years[1]:
            years = self._years or (first, last)
            self._years = min(first, years[0]), max(last, years[1])
            odd = (day for year in range(self._years[0], self._years[1] + 1) for day in odd_days(self.zone, year))
            self._odd = {day: instants(self.zone, day, self.week[(day - 1) % 7])
                         for day in odd if day not in self.holidays}
            exceptions = {day: sum(until - since for since, until in spans) for day, spans in self._odd.items()}
            self._seconds = Counter([sum(closes - opens for opens, closes in day) for day in self.week],
                                    {**exceptions, **dict.fromkeys(self.holidays, 0)})
        return self._seconds

    def spans(self, day: int):
        """When it is open on a day, as instants."""
        if day in self.holidays:
            return ()
        if day in self._odd:
            return self._odd[day]
        start = start_of_day(self.zone, day)
        return [(start + opens, start + closes) for opens, closes in self.week[(day - 1) % 7]]

    def opened_before(self, seconds: Counter, instant: int) -> int:
        """How many open seconds lie before an instant."""
        day = day_of(self.zone, instant)
        total = seconds.up_to(day - 1)
        for since, until in self.spans(day):
            if instant <= since:
                break
            total += min(instant, until) - since
        return total

    def full_at(self, seconds: Counter, number: int) -> int:
        """The instant at which so many open seconds are full."""
        day = seconds.day_of(number)
        left = number - seconds.up_to(day - 1)
        for since, until in self.spans(day):
            if left <= until - since:
                return since + left
            left -= until - since
        raise AssertionError("a day is shorter than its sum")


def checked_week(week) -> list[list[tuple[int, int]]]:
    """Seven lists of intervals in seconds since midnight, in order. Raises Invalid at "week"."""
    if not isinstance(week, dict) or set(week) - set(WEEKDAYS):
        raise Invalid(_l("A week has the days mon, tue, wed, thu, fri, sat and sun, each with its intervals."),
                      field="week")
    days = [_checked_day(name, week.get(name) or []) for name in WEEKDAYS]
    if not any(days):
        raise Invalid(_l("This calendar never opens: give at least one day an interval."), field="week")
    return days


def _checked_day(name, intervals) -> list[tuple[int, int]]:
    if not isinstance(intervals, list | tuple) or len(intervals) > MAX_INTERVALS:
        raise Invalid(_l("%(day)s: at most %(n)s intervals."), field="week", day=DAY_NAMES[name], n=MAX_INTERVALS)
    found = sorted(_interval(name, each) for each in intervals)
    for (_opens, closes), (opens, _closes) in pairwise(found):
        if opens < closes:
            raise Invalid(_l("%(day)s: the intervals overlap at %(time)s."), field="week", day=DAY_NAMES[name],
                          time=time_text(opens))
    return found


def _interval(name, given) -> tuple[int, int]:
    if not isinstance(given, list | tuple) or len(given) != 2:
        raise Invalid(_l("%(day)s: an interval is two times, such as 08:00 and 18:00."), field="week",
                      day=DAY_NAMES[name])
    opens, closes = map(seconds_of, given)
    if closes <= opens:
        raise Invalid(
            _l("%(day)s: the interval %(opens)s to %(closes)s ends before it starts. A night is two intervals: until "
               "24:00, and from 00:00 of the next day."), field="week", day=DAY_NAMES[name], opens=time_text(opens),
            closes=time_text(closes))
    return opens, closes


def seconds_of(text) -> int:
    """Seconds since midnight of 08:00, 8:00, 08:00:30 or 24:00. Raises Invalid."""
    match = _TIME.fullmatch(text.strip()) if isinstance(text, str) else None
    found = match and int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3] or 0)
    if found is None or found > DAY:
        raise Invalid(_l("%(time)s is not a time. Type it like 08:00; the end of a day is 24:00."), field="week",
                      time=text if isinstance(text, str) else repr(text))
    return found


def time_text(seconds: int) -> str:
    """08:00, with seconds only where there are some."""
    text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}"
    return f"{text}:{seconds % 60:02}" if seconds % 60 else text
