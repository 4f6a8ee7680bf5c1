"""Why a deadline is what it is, in sentences: what was counted, what was skipped and for what reason."""
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from babel.dates import format_date as babel_date
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from .deadlines import Deadline, Kind
from .zone_days import day_of, start_of_day

MOST = 24  # sentences between the first and the last; of more stretches those in the middle are told as one
COUNTED, WAITING, WEEKEND, CLOSED, HOLIDAY = "counted", "waiting", "weekend", "closed", "holiday"
WHY = {WEEKEND: _l("%(days)s: weekend, not counted."), CLOSED: _l("%(days)s: never open on this day, not counted."),
       HOLIDAY: _l("%(days)s: holiday, not counted.")}


@dataclass(frozen=True)
class Waited:
    """How the time is told that somebody was waited for: on some days, in all, and when it still lasts."""

    days: Any
    sum: Any
    since: Any


CUSTOMER = Waited(
    _l("%(days)s: waiting for the customer, %(size)s not counted."), _l("%(size)s of waiting for the customer"),
    _l("Waiting for the customer since %(moment)s: the clock stands, and there is no deadline until it goes on."))
PROVIDER = Waited(
    _l("%(days)s: waiting for the provider, %(size)s not counted."), _l("%(size)s of waiting for the provider"),
    _l("Waiting for the provider since %(moment)s: the clock stands, and there is no deadline until it goes on."))


@dataclass
class Run:
    """Days in a row of which the same is to be said. `size` is in days, or in open seconds where hours are counted."""

    what: str
    first: int
    last: int
    size: int = 0
    name: str | None = None  # of the holiday
    sums: dict[str, int] = field(default_factory=dict)  # of several runs told as one: what -> how much
    names: list[str] = field(default_factory=list)
    after: int = 0  # counted up to its end


def told(deadline: Deadline, waited: Waited = CUSTOMER) -> list[str]:
    """The sentences, in the language of the request; `waited` says for whom was waited."""
    begin = day_of(deadline.hours.zone, int(deadline.opened_at.timestamp()))
    runs = _shortened(_joined(_days(deadline, begin)))
    counted = 0
    for run in runs:
        counted += run.sums.get(COUNTED, 0) if run.sums else run.size if run.what == COUNTED else 0
        run.after = counted
    return [_opened(deadline), _rule(deadline), *(_sentence(run, deadline.rule, waited) for run in runs),
            _due(deadline, waited)]


# ---- what became of each day

def _days(deadline, begin):
    """(what, day, size, name) from the opening to the deadline, or to where the clock stands still."""
    hours, rule = deadline.hours, deadline.rule
    end = deadline.due_at if deadline.due_at is not None else datetime.fromtimestamp(deadline.pauses[-1][0], hours.zone)
    last = day_of(hours.zone, int(end.timestamp()))
    if rule.kind == Kind.BUSINESS_HOURS:
        start, stop = int(deadline.opened_at.timestamp()), int(end.timestamp())
        for day in range(begin, last + 1):
            yield from _hours_of(hours, day, start, stop, deadline.pauses)
        return
    business = rule.kind == Kind.BUSINESS_DAYS
    for day in range(begin + 1 if rule.count else begin, last + 1):
        reason = _reason(hours, day) if business else None
        if reason is None and _held(start_of_day(hours.zone, day + 1), deadline.pauses):
            reason = WAITING, None
        what, name = reason or (COUNTED, None)
        yield what, day, 1, name


def _reason(hours, day):
    """(why a day has no opening hours, the holiday's name), or None where it has some."""
    if not hours.week[(day - 1) % 7]:
        return (WEEKEND if (day - 1) % 7 > 4 else CLOSED), None
    return (HOLIDAY, hours.holidays[day]) if day in hours.holidays else None


def _hours_of(hours, day, start, stop, pauses):
    reason = _reason(hours, day)
    if reason:
        yield reason[0], day, 0, reason[1]
        return
    spans = [(max(since, start), min(until, stop)) for since, until in hours.spans(day)]
    spans = [(since, until) for since, until in spans if since < until]
    waited = sum(max(0, min(until, stop if end is None else end) - max(since, begin))
                 for since, until in spans for begin, end in pauses)
    whole = sum(until - since for since, until in spans)
    if whole - waited:
        yield COUNTED, day, whole - waited, None
    if waited:
        yield WAITING, day, waited, None


def _held(instant, pauses) -> bool:
    return any(since <= instant and (until is None or instant < until) for since, until in pauses)


# ---- stretches of days

def _joined(days) -> list[Run]:
    runs: list[Run] = []
    for what, day, size, name in days:
        if runs and (runs[-1].what, runs[-1].name) == (what, name) and day - runs[-1].last <= 1:
            runs[-1].last, runs[-1].size = day, runs[-1].size + size
        else:
            runs.append(Run(what, day, day, size, name))
    return runs


def _shortened(runs) -> list[Run]:
    if len(runs) <= MOST:
        return runs
    edge = MOST // 2
    middle = runs[edge:-edge]
    whole = Run("", middle[0].first, middle[-1].last)
    for run in middle:
        size = run.size if run.what in (COUNTED, WAITING) else run.last - run.first + 1
        whole.sums[run.what] = whole.sums.get(run.what, 0) + size
        if run.name and run.name not in whole.names:
            whole.names.append(run.name)
    return [*runs[:edge], whole, *runs[-edge:]]


# ---- words

def _opened(deadline) -> str:
    return _("Opened on %(moment)s (%(zone)s).", zone=deadline.hours.zone.key,
             moment=_moment(deadline.opened_at.astimezone(deadline.hours.zone)))


def _rule(deadline) -> str:
    kind, count = deadline.rule.kind, deadline.rule.count
    if kind == Kind.BUSINESS_HOURS:
        return (_("Rule: %(amount)s of opening hours, counted from the opening.", amount=_time(count)) if count else
                _("Rule: no waiting, the first open moment from the opening on."))
    if not count:
        return (_("Rule: by the end of the day of opening, or of the next one that counts.")
                if kind == Kind.CALENDAR_DAYS else
                _("Rule: by the end of the business day of opening, or of the next one that counts."))
    if kind == Kind.CALENDAR_DAYS:
        return ngettext("Rule: %(num)s calendar day, the day after the opening is the first.",
                        "Rule: %(num)s calendar days, the day after the opening is the first.", count)
    return ngettext("Rule: %(num)s business day, counted from the day after the opening.",
                    "Rule: %(num)s business days, counted from the day after the opening.", count)


def _sentence(run, rule, waited) -> str:
    days = _range(run.first, run.last)
    if run.sums:
        return _summary(run, rule, days, waited)
    if run.what == COUNTED:
        return _("%(days)s: %(size)s counted, %(sum)s of %(whole)s.", days=days, size=_size(run.size, rule),
                 **_so_far(run, rule))
    if run.what == WAITING:
        return str(waited.days) % {"days": days, "size": _size(run.size, rule)}
    if run.name:
        return _("%(days)s: holiday (%(name)s), not counted.", days=days, name=run.name)
    return str(WHY[run.what]) % {"days": days}


def _summary(run, rule, days, waited) -> str:
    skipped = []
    if run.sums.get(WEEKEND):
        skipped.append(ngettext("%(num)s day of weekend", "%(num)s days of weekend", run.sums[WEEKEND]))
    if run.sums.get(CLOSED):
        skipped.append(ngettext("%(num)s day without opening hours", "%(num)s days without opening hours",
                                run.sums[CLOSED]))
    if run.sums.get(HOLIDAY):
        text = ngettext("%(num)s holiday", "%(num)s holidays", run.sums[HOLIDAY])
        more = "…" if len(run.names) > 12 else ""
        skipped.append(f"{text} ({', '.join(run.names[:12])}{more})" if run.names else text)
    if run.sums.get(WAITING):
        skipped.append(str(waited.sum) % {"size": _size(run.sums[WAITING], rule)})
    return _("%(days)s: %(size)s counted, %(sum)s of %(whole)s; not counted: %(skipped)s.", days=days,
             size=_size(run.sums.get(COUNTED, 0), rule), skipped=", ".join(skipped) or "—", **_so_far(run, rule))


def _so_far(run, rule) -> dict:
    """3 of 5 days; a rule of no days has counted one."""
    hours = rule.kind == Kind.BUSINESS_HOURS
    return {"sum": _time(run.after) if hours else run.after, "whole": _size(max(rule.count, run.after), rule)}


def _due(deadline, waited) -> str:
    if deadline.due_at is not None:
        return _("Deadline: %(moment)s.", moment=_moment(deadline.due_at))
    since = datetime.fromtimestamp(deadline.pauses[-1][0], deadline.hours.zone)
    return str(waited.since) % {"moment": _moment(since)}


def _size(size, rule) -> str:
    if rule.kind == Kind.BUSINESS_HOURS:
        return _time(size)
    return ngettext("%(num)s day", "%(num)s days", size)


def _time(seconds) -> str:
    """8h, 7h30min, 20min 5s."""
    hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    parts = [f"{hours}h" if hours or not (minutes or rest) else "", f"{minutes:02}min" if minutes else ""]
    return "".join(parts) + (f"{' ' if hours or minutes else ''}{rest}s" if rest else "")


def _range(first, last) -> str:
    if first == last:
        return _day(first)
    return _("%(first)s to %(last)s", first=_day(first), last=_day(last))


def _day(ordinal) -> str:
    return _written(ordinal, str(get_locale() or "en"))


@lru_cache(maxsize=4096)
def _written(ordinal, locale) -> str:
    """mon. 16/02/2026: the same days are said again and again."""
    return babel_date(date.fromordinal(ordinal), "EEE dd/MM/yyyy", locale=locale)


def _moment(moment) -> str:
    return f"{_day(moment.toordinal())} {moment:%H:%M:%S}"
