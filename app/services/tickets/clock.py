"""The deadline of a ticket (B-12): its rule is frozen at opening, its clock stands while the provider is waited for.

What is stored is the answer of the one calculator (`deadlines`); nothing but stopping and resuming the clock moves it.
"""
import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from types import SimpleNamespace

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from ...models.calendar import Calendar, CalendarSnapshot
from ...models.provider_ticket import ProviderTicket, TicketPause, Waiting
from .. import calendars, deadline_steps, deadlines
from ..log import canonical, expect_log, plain
from ..opening_hours import WEEKDAYS

EVERY_DAY = {day: [["00:00", "24:00"]] for day in WEEKDAYS}
_FROZEN = ("timezone", "week", "national", "optional_days", "state")


@dataclass(frozen=True)
class ReturnRule:
    """In how many days or open hours a ticket is to be answered, and by which calendar."""

    days: int | None
    hours: Decimal | None
    counting: str
    calendar: Calendar | None

    @property
    def given(self) -> bool:
        return self.days is not None or self.hours is not None


def rule_of(classification, subclassification, motive) -> ReturnRule:
    """The rule of the most particular level that has one; days are counted as the classification says."""
    for level in (motive, subclassification, classification):
        if level is not None and level.return_hours is not None:
            return ReturnRule(None, level.return_hours, deadlines.Kind.BUSINESS_HOURS.value, classification.calendar)
        if level is not None and level.return_days is not None:
            return ReturnRule(level.return_days, None, classification.counting, classification.calendar)
    return ReturnRule(None, None, classification.counting, None)


def frozen(session, rule: ReturnRule) -> CalendarSnapshot | None:
    """The calendar as it is now, stored once for each content."""
    if rule.calendar is None or not rule.given:
        return None
    values = {name: getattr(rule.calendar, name) for name in _FROZEN}
    values["holidays"] = [{"day": row.day.isoformat(), "name": row.name, "recurring": row.recurring}
                          for row in rule.calendar.holidays]
    digest = hashlib.sha256(canonical(plain(values))).hexdigest()
    known = select(CalendarSnapshot).where(CalendarSnapshot.digest == digest)
    if (found := session.scalar(known)) is not None:
        return found
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    session.execute(dialect.insert(CalendarSnapshot).values(
        {"digest": digest, "values": values}).on_conflict_do_nothing())  # another ticket may write it just now
    return session.scalar(known)


def reckoned(ticket: ProviderTicket, pauses, *, timezone: str, language: str = "pt_BR") -> deadlines.Deadline | None:
    """The deadline of a ticket with these [(since, until)], or None where its classification has none.

    `timezone` is the company's, for a rule without calendar. `language` is that of the holidays' names.
    """
    if ticket.return_days is None and ticket.return_hours is None:
        return None
    amount = ticket.return_days if ticket.return_hours is None else ticket.return_hours
    calendar = _calendar_of(ticket, timezone)
    return calendars.reckon(calendar, deadlines.checked_rule(ticket.counting, amount), ticket.opened_at,
                            deadlines.merged(pauses), language)


def explained(ticket: ProviderTicket, *, timezone: str, language: str) -> list[str]:
    """Why this is the deadline, step by step; nothing where there is none."""
    found = reckoned(ticket, [(row.since, row.until) for row in ticket.pauses], timezone=timezone, language=language)
    return deadline_steps.told(found, deadline_steps.PROVIDER) if found is not None else []


def start(ticket: ProviderTicket, *, timezone: str) -> None:
    """Set the first deadline."""
    found = reckoned(ticket, (), timezone=timezone)
    ticket.due_at = found.due_at if found is not None else None


def stop(session, ticket: ProviderTicket, *, now: datetime) -> dict:
    """The provider is waited for from now on; what changed, for the log. A deadline already reached stays."""
    if ticket.clock_stopped_at is not None:
        return {}
    row = TicketPause(ticket_id=ticket.attendance_id, since=now)
    expect_log(session, row, ticket)
    ticket.pauses.append(row)
    return _moved(ticket, stopped=now)


def resume(session, ticket: ProviderTicket, *, now: datetime) -> dict:
    """The Operadora's time runs again; what changed, for the log."""
    if ticket.clock_stopped_at is None:
        return {}
    row = next(each for each in ticket.pauses if each.until is None)
    expect_log(session, row, ticket)
    row.until = max(now, row.since)
    return _moved(ticket, stopped=None)


def follow(session, attendance, *, now: datetime) -> dict:
    """Keep the clock in step with an attendance that was closed or opened again by whatever way."""
    ticket = attendance.ticket
    if attendance.is_open and ticket.waiting == Waiting.PROVIDER:
        return stop(session, ticket, now=now)
    return resume(session, ticket, now=now)


def _moved(ticket, *, stopped) -> dict:
    before = ticket.due_at
    found = reckoned(ticket, [(row.since, row.until) for row in ticket.pauses],
                     timezone=ticket.attendance.company.timezone)
    ticket.clock_stopped_at = stopped
    ticket.due_at = found.due_at if found is not None else None
    return {"due_at": (before, ticket.due_at)} if before != ticket.due_at else {}


def _calendar_of(ticket, timezone):
    if ticket.calendar_snapshot_id is None:
        return _plain_calendar(timezone)
    return _restored(ticket.calendar_snapshot)


@lru_cache(maxsize=64)
def _plain_calendar(timezone):
    return SimpleNamespace(timezone=timezone, week=EVERY_DAY, national=False, optional_days=False, state=None,
                           holidays=[])


def _restored(row: CalendarSnapshot):
    """The snapshot with the attributes of a Calendar."""
    holidays = [SimpleNamespace(day=date.fromisoformat(each["day"]), name=each["name"], recurring=each["recurring"])
                for each in row.values["holidays"]]
    return SimpleNamespace(**{name: row.values[name] for name in _FROZEN}, holidays=holidays)
