"""Figures of the supervisor's panel: attendances opened in a period, by situation, motive, channel and day."""
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import DateTime, Integer, func, literal, select, union_all

from ..models.attendance import Attendance
from ..models.classification import Channel, Motive, Situation
from ..security.visibility import visible

PERIODS = (7, 30, 90)  # days
MOST = 20  # bars of a chart; what is beyond is one bar


@dataclass(frozen=True)
class Bar:
    """One bar: how many, and the arguments of the list it opens; none where no filter says just these."""

    label: str
    n: int
    query: dict | None


@dataclass(frozen=True)
class Charts:
    since: date
    until: date
    total: int
    situations: list[Bar]
    motives: list[Bar]
    channels: list[Bar]
    days: list[Bar]  # label: yyyy-mm-dd


def charts(session, viewer, *, days: int, timezone: str, now: datetime) -> Charts:
    """Of the last `days` local days, today included: five queries, two of which walk the period by its index."""
    zone = ZoneInfo(timezone)
    until = now.astimezone(zone).date()
    since = until - timedelta(days=days - 1)
    period = {"opened_from": since.isoformat(), "opened_to": until.isoformat()}
    by = {Attendance.situation_id: Counter(), Attendance.motive_id: Counter(), Attendance.channel_id: Counter()}
    for *keys, n in session.execute(
            select(*by, func.count()).where(visible(Attendance, viewer), Attendance.opened_at >= _midnight(since, zone),
                                            Attendance.opened_at < _midnight(until + timedelta(days=1), zone))
            .group_by(*by)):
        for counter, key in zip(by.values(), keys, strict=True):
            counter[key] += n
    situations, motives, channels = by.values()
    return Charts(
        since, until, situations.total(), situations=_bars(session, Situation, "situation", situations, period),
        motives=_bars(session, Motive, "motive", motives, period, without="none"),
        channels=_bars(session, Channel, "channel", channels, period),
        days=by_day(session, Attendance.opened_at, visible(Attendance, viewer), since=since, days=days, zone=zone))


def _bars(session, model, name, counter, period, without=None) -> list[Bar]:
    """The largest first. `without`: how the filter asks for those without a value; those beyond MOST have none."""
    rows = session.execute(select(model.id, model.name).where(model.id.in_([pk for pk in counter if pk is not None])))
    names = dict(map(tuple, rows))
    ranked = sorted(((names[pk], counter[pk], pk) for pk in counter if pk in names), key=lambda x: (-x[1], x[0]))
    bars = [Bar(label, n, {name: pk, **period}) for label, n, pk in ranked[:MOST]]
    if without is not None and counter.get(None):
        bars.append(Bar("", counter.pop(None), {name: without, **period}))
    rest = sum(n for _label, n, _pk in ranked[MOST:]) + counter.get(None, 0)
    return bars + [Bar("", n, None) for n in (rest,) if n]


def by_day(session, opened_at, seen, *, since: date, days: int, zone: ZoneInfo) -> list[Bar]:
    """How many rows that satisfy `seen` were opened on each local day, none too: one range of the index a day."""
    dates = [since + timedelta(days=n) for n in range(days)]
    edges = union_all(*(
        select(literal(place, Integer).label("place"), literal(_midnight(day, zone), DateTime).label("begins"),
               literal(_midnight(day + timedelta(days=1), zone), DateTime).label("ends"))
        for place, day in enumerate(dates))).cte("edges")
    counted = (select(func.count()).where(opened_at >= edges.c.begins, opened_at < edges.c.ends, seen)
               .correlate(edges).scalar_subquery())
    numbers = dict(map(tuple, session.execute(select(edges.c.place, counted))))
    return [Bar(day.isoformat(), numbers[place], {"opened_from": day.isoformat(), "opened_to": day.isoformat()})
            for place, day in enumerate(dates)]


def _midnight(day: date, zone) -> datetime:
    """The beginning of a local day as the tables keep times: UTC, without a zone."""
    return datetime.combine(day, time(), zone).astimezone(UTC).replace(tzinfo=None)
