"""The contract's deadline arithmetic once more, in the simplest possible way: a walk, one day or one tick at a time.

It was written from the contract and knows nothing of the product's code.
"""
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PATIENCE = timedelta(days=1200)


def due_at(case: dict, tick: int = 900) -> datetime | None:
    """The deadline of a case as an instant; None while the clock stands. Every time of the case is a multiple of
    `tick` seconds."""
    zone, kind, amount = ZoneInfo(case["calendar"]["timezone"]), case["rule"]["kind"], case["rule"]["amount"]
    opened = datetime.fromisoformat(case["opened_at"])
    pauses = [(datetime.fromisoformat(since), until and datetime.fromisoformat(until))
              for since, until in case.get("pauses", ())]
    holidays = {date.fromisoformat(day) for day in case["calendar"]["holidays"]}
    week = {name: [tuple(map(_minutes, each)) for each in case["calendar"]["week"].get(name, ())] for name in NAMES}
    if kind == "business_hours":
        return _hours(opened, zone, week, holidays, pauses, amount, tick)
    return _days(opened, zone, week, holidays, pauses, amount, business=kind == "business_days")


def _days(opened, zone, week, holidays, pauses, amount, business):
    day = opened.astimezone(zone).date()
    if amount:
        day += timedelta(days=1)
    left = amount or 1
    while True:
        ends = datetime.combine(day + timedelta(days=1), time(0), tzinfo=zone).astimezone(UTC)
        open_day = week[NAMES[day.weekday()]] and day not in holidays
        if (open_day or not business) and not _paused(ends, pauses):
            left -= 1
            if left == 0:
                return ends - timedelta(seconds=1)
        if _for_ever(ends, pauses):
            return None
        assert ends - opened < PATIENCE
        day += timedelta(days=1)


def _hours(opened, zone, week, holidays, pauses, amount, tick):
    now, step, full = opened.astimezone(UTC), timedelta(seconds=tick), 0
    while True:
        local = now.astimezone(zone)
        second = local.hour * 3600 + local.minute * 60 + local.second
        is_open = local.date() not in holidays and any(
            opens <= second < closes for opens, closes in week[NAMES[local.weekday()]])
        if is_open and not _paused(now, pauses):
            if amount == 0:
                return now
            full += tick
            if full >= amount * 3600:
                return now + step
        if _for_ever(now, pauses):
            return None
        assert now - opened < PATIENCE
        now += step


def _paused(instant, pauses):
    return any(since <= instant and (until is None or instant < until) for since, until in pauses)


def _for_ever(instant, pauses):
    return any(since <= instant and until is None for since, until in pauses)


def _minutes(text):
    hours, minutes = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60
