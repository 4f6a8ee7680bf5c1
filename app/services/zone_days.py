"""Days of a time zone as seconds since 1970: when each begins, and which are not 24 hours long."""
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask_babel import lazy_gettext as _l

from ..errors import Invalid

DAY = 86_400
EPOCH = date(1970, 1, 1).toordinal()
FIRST_YEAR, LAST_YEAR = 1900, 2500  # what is reckoned with: a typed year of 0226 is a slip


@lru_cache(maxsize=256)
def zone_named(name: str) -> ZoneInfo:
    """The time zone. Raises Invalid at "timezone" for one that is not known."""
    try:
        return ZoneInfo(name if isinstance(name, str) else "")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid(_l("Not a known time zone, such as America/Sao_Paulo."), field="timezone") from None


@lru_cache(maxsize=65_536)
def start_of_day(zone: ZoneInfo, ordinal: int) -> int:
    """The instant at which a local day begins, which is the end of the day before.

    Where clocks go forward at midnight it begins with that; where they go back over midnight, the second time.
    """
    wall, midnight = (ordinal - EPOCH) * DAY, datetime.fromordinal(ordinal)
    before, after = (_seconds(midnight.replace(tzinfo=zone, fold=fold)) for fold in (0, 1))
    if before >= after:
        return wall - after
    return _change(zone, wall - after, wall - before)


def day_of(zone: ZoneInfo, instant: int) -> int:
    """The ordinal of the local day that an instant lies in."""
    ordinal = datetime.fromtimestamp(instant, zone).toordinal()
    return ordinal if instant >= start_of_day(zone, ordinal) else ordinal - 1


@lru_cache(maxsize=4096)
def odd_days(zone: ZoneInfo, year: int) -> tuple[int, ...]:
    """The days of a year on which clocks change."""
    first, last = date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()
    return tuple(day for day in range(first, last)
                 if start_of_day(zone, day + 1) - start_of_day(zone, day) != DAY)


def instants(zone: ZoneInfo, ordinal: int, intervals) -> tuple[tuple[int, int], ...]:
    """When the clock on the wall of that day shows a time within the intervals (seconds since its midnight): on the
    day on which clocks go back some of them come twice, on the one on which they go forward some never."""
    start, end = start_of_day(zone, ordinal), start_of_day(zone, ordinal + 1)
    first, last = _offset(zone, start), _offset(zone, end - 1)
    change = end if first == last else _change(zone, start, end - 1)
    wall, found = (ordinal - EPOCH) * DAY, []
    for since, until, offset in ((start, change, first), (change, end, last)):
        for opens, closes in intervals:
            begin, finish = max(since, wall + opens - offset), min(until, wall + closes - offset)
            if begin < finish:
                found.append((begin, finish))
    return tuple(found)


def _seconds(moment: datetime) -> int:
    return int(moment.utcoffset().total_seconds())


def _offset(zone, instant) -> int:
    return _seconds(datetime.fromtimestamp(instant, zone))


def _change(zone, low: int, high: int) -> int:
    """The first instant after `low` at which the clocks show another offset than then; by `high` they do."""
    before = _offset(zone, low)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
    return high
