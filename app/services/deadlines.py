"""The one deadline calculator: when a rule is up, by a calendar, less the time that the customer was waited for.

Days are counted by their ends, hours by their open seconds (see opening_hours). Nothing here reads a table or a clock.
"""
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum

from flask_babel import lazy_gettext as _l

from ..errors import Invalid
from .opening_hours import OpeningHours
from .zone_days import FIRST_YEAR, LAST_YEAR, day_of, start_of_day

MAX_DAYS = 3_650
MAX_HOURS = 24 * MAX_DAYS
HORIZON = 100 * 366  # days: a rule that takes longer is a slip


class Kind(StrEnum):
    CALENDAR_DAYS = "calendar_days"
    BUSINESS_DAYS = "business_days"
    BUSINESS_HOURS = "business_hours"


_KINDS = {kind.value: kind for kind in Kind}
Pauses = tuple[tuple[int, int | None], ...]


@dataclass(frozen=True)
class Rule:
    """So many days or hours. `count` is the days, or the seconds. Made by `checked_rule`."""

    kind: Kind
    amount: Decimal
    count: int


@dataclass(frozen=True)
class Deadline:
    """`due_at` in the zone of the calendar, None while the clock stands; `steps` say why, in the language of whoever
    reads them at that moment."""

    due_at: datetime | None
    hours: OpeningHours = field(repr=False)
    rule: Rule
    opened_at: datetime
    pauses: Pauses = ()

    @property
    def steps(self) -> list[str]:
        """Sentences for people: what was counted, what was skipped and why."""
        from . import deadline_steps  # it knows this module's answers

        return deadline_steps.told(self)


def checked_rule(kind, amount) -> Rule:
    """The rule. Raises Invalid at "kind" or "amount"."""
    if not isinstance(kind, str) or kind not in _KINDS:
        raise Invalid(_l("A rule counts calendar_days, business_days or business_hours."), field="kind")
    if isinstance(amount, bool) or not isinstance(amount, int | float | Decimal):
        raise Invalid(_l("The amount is a number of days or hours."), field="amount")
    number = Decimal(repr(amount)) if isinstance(amount, float) else Decimal(amount)  # 1.1 hours are 3,960 seconds
    hours = kind == Kind.BUSINESS_HOURS
    if not number.is_finite():
        raise Invalid(_l("The amount is a number of days or hours."), field="amount")
    if number < 0:
        raise Invalid(_l("The number of days or hours cannot be negative."), field="amount")
    if number > (MAX_HOURS if hours else MAX_DAYS):
        raise Invalid(_l("At most %(days)s days or %(hours)s hours."), field="amount", days=MAX_DAYS, hours=MAX_HOURS)
    if not hours and number != number.to_integral_value():
        raise Invalid(_l("Only hours may have a fraction: type a whole number of days."), field="amount")
    return Rule(_KINDS[kind], number, int((number * 3600).to_integral_value(ROUND_CEILING)) if hours else int(number))


def merged(pauses: Iterable[tuple[datetime, datetime | None]]) -> Pauses:
    """The pauses in order, none within another, as instants; an open one is the last. Raises Invalid at "pauses"."""
    spans = sorted((_instant(since, "pauses"), float("inf") if until is None else _instant(until, "pauses"))
                   for since, until in pauses)
    found: list[list] = []
    for since, until in spans:
        if until < since:
            raise Invalid(_l("A pause ends before it starts."), field="pauses")
        if found and since <= found[-1][1]:
            found[-1][1] = max(found[-1][1], until)
        elif until > since:
            found.append([since, until])
    return tuple((since, None if until == float("inf") else until) for since, until in found)


def reckon(hours: OpeningHours, rule: Rule, opened_at: datetime, pauses: Pauses = ()) -> Deadline:
    """The deadline of what was opened then. `pauses` as `merged` gives them. Raises Invalid for one out of reach."""
    opened = _instant(opened_at, "opened_at")
    try:
        if rule.kind == Kind.BUSINESS_HOURS:
            due = _by_hours(hours, rule.count, opened, pauses)
        else:
            start = day_of(hours.zone, opened if not opened_at.microsecond else opened - 1)
            counter = hours.all_days if rule.kind == Kind.CALENDAR_DAYS else hours.open_days
            due = _by_days(hours, counter, start, rule.count, pauses)
    except (OverflowError, ValueError) as error:  # past the year 9999
        raise _too_far() from error
    if due is None:
        return Deadline(None, hours, rule, opened_at, pauses)
    return Deadline(datetime.fromtimestamp(due, hours.zone), hours, rule, opened_at, pauses)


def _instant(moment: datetime, name: str) -> int:
    """Seconds since 1970; a part of a second counts as begun."""
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        raise Invalid(_l("A moment is a date and a time with their offset, such as 2026-02-13T22:10:00-03:00."),
                      field=name)
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise Invalid(_l("The year %(year)s is out of reach: %(first)s to %(last)s."), field=name, year=moment.year,
                      first=FIRST_YEAR, last=LAST_YEAR)
    seconds = moment.timestamp()
    whole = int(seconds // 1)
    return whole + 1 if moment.microsecond else whole


def _by_days(hours, counter, start, count, pauses) -> int | None:
    """The last second of the day whose end is the one sought; the opening day itself counts only for nothing."""
    at, left = (start, count) if count else (start - 1, 1)
    for since, until in pauses:
        first = max(_first_ending(hours, since), at + 1)
        last = None if until is None else _first_ending(hours, until) - 1
        if last is not None and last < first:
            continue
        free = counter.up_to(first - 1) - counter.up_to(at)
        if free >= left:
            break
        if last is None:
            return None
        left, at = left - free, last
    day = counter.day_of(counter.up_to(at) + left)
    if day - start > HORIZON:
        raise _too_far()
    return start_of_day(hours.zone, day + 1) - 1


def _first_ending(hours, instant) -> int:
    """The first day whose end is not before an instant."""
    day = day_of(hours.zone, instant)
    return day - 1 if start_of_day(hours.zone, day) == instant else day


def _by_hours(hours, count, opened, pauses) -> int | None:
    """The instant at which the open seconds are full; of none, that at which the first would begin."""
    first = datetime.fromtimestamp(opened, hours.zone)
    stops = [min(first.year + 101, datetime.fromtimestamp(since, hours.zone).year) for since, _until in pauses[-1:]]
    covered = max([first.year, *stops]) + 2
    while True:
        seconds = hours.seconds(first.year - 1, covered)
        due = _full(hours, seconds, count or 1, opened, pauses)
        if due is None:
            return None
        reached = datetime.fromtimestamp(due, hours.zone)
        if (reached - first).days > HORIZON:
            raise _too_far()
        if reached.year < covered:  # else days with a change of clocks were not known
            return due if count else due - 1
        covered = reached.year + 2


def _full(hours, seconds, left, opened, pauses) -> int | None:
    at = opened
    for since, until in pauses:
        if until is not None and until <= at:
            continue
        if since > at:
            free = hours.opened_before(seconds, since) - hours.opened_before(seconds, at)
            if free >= left:
                break
            left -= free
        if until is None:
            return None
        at = until
    return hours.full_at(seconds, hours.opened_before(seconds, at) + left)


def _too_far() -> Invalid:
    return Invalid(_l("The deadline lies more than a hundred years ahead: check the amount and the calendar."),
                   field="amount")
