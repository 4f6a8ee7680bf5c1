"""How a provider reads a contact: whose turn it is, until when there will be an answer, when something was said."""
from datetime import datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from flask import current_app
from flask_babel import format_date, format_time
from flask_babel import gettext as _

from ...models.provider_ticket import Waiting
from ..formats import day, moment


def contact(ticket, *, now: datetime, said: datetime | None = None) -> SimpleNamespace:
    """A ticket as the list and the head of its page show it. `said` is when the last message was written."""
    attendance = ticket.attendance
    return SimpleNamespace(
        id=ticket.attendance_id, address=attendance.address, title=attendance.title, number=number(ticket),
        protocol=attendance.protocol, classification=ticket.classification.name,
        subclassification=ticket.subclassification.name, situation=ticket.situation.name, opened_at=ticket.opened_at,
        closed_at=ticket.closed_at, is_open=ticket.closed_at is None, turn=turn(ticket), deadline=deadline(ticket, now),
        answered=ticket.closed_at is None and ticket.waiting == Waiting.PROVIDER,
        said_at=said or ticket.opened_at, when=when(said or ticket.opened_at, now))


def number(ticket) -> str:
    """The protocol, or the number of the ticket where protocols are off (C-104)."""
    return ticket.attendance.protocol or _("Ticket no. %(number)s", number=ticket.number)


def turn(ticket) -> SimpleNamespace:
    """Who is waited for: text, look and icon of the flag (C-27, C-30)."""
    if ticket.closed_at is not None:
        return SimpleNamespace(text=_("Closed on %(date)s", date=moment(ticket.closed_at)), kind="ok",
                               icon="fa-circle-check")
    if ticket.waiting == Waiting.PROVIDER:
        return SimpleNamespace(text=_("The operator company answered"), kind="info", icon="fa-reply")
    return SimpleNamespace(text=_("Waiting for the operator company"), kind="", icon="fa-hourglass-half")


def deadline(ticket, now: datetime) -> SimpleNamespace:
    """Until when there will be an answer, in plain words."""
    if ticket.closed_at is not None:
        return SimpleNamespace(text="", kind="", icon="")
    if ticket.clock_stopped_at is not None:
        return SimpleNamespace(text=_("The deadline is paused until you send a complement"), kind="warn",
                               icon="fa-pause")
    if ticket.due_at is None:
        return SimpleNamespace(text=_("No return deadline"), kind="line", icon="fa-clock")
    due, today = _local(ticket.due_at), _local(now).date()
    if ticket.due_at < now:
        return SimpleNamespace(text=_("Return deadline expired on %(date)s", date=day(due.date())), kind="bad",
                               icon="fa-triangle-exclamation")
    at = "" if (due.hour, due.minute) == (23, 59) else ", " + format_time(due, "HH:mm", rebase=False)
    if due.date() == today:
        return SimpleNamespace(text=_("Return by today%(time)s", time=at), kind="warn", icon="fa-clock")
    if due.date() == today + timedelta(days=1):
        return SimpleNamespace(text=_("Return by tomorrow%(time)s", time=at), kind="ok", icon="fa-clock")
    return SimpleNamespace(text=_("Return by %(date)s%(time)s", date=day(due.date()), time=at), kind="ok",
                           icon="fa-clock")


def when(value: datetime, now: datetime) -> str:
    """há 40 min, hoje, 08:47, ontem, 17:10, 02/06 or 02/06/2025."""
    local, today = _local(value), _local(now).date()
    if timedelta(0) <= now - value < timedelta(hours=1):
        minutes = int((now - value).total_seconds() // 60)
        return _("%(n)s min ago", n=minutes) if minutes else _("now")
    time = format_time(local, "HH:mm", rebase=False)
    if local.date() == today:
        return _("today, %(time)s", time=time)
    if local.date() == today - timedelta(days=1):
        return _("yesterday, %(time)s", time=time)
    return format_date(local.date(), "dd/MM" if local.year == today.year else "dd/MM/yyyy")


def by_day(messages) -> list[tuple]:
    """[(local day, its messages)] in the order of the messages."""
    days: list[tuple] = []
    for message in messages:
        local = _local(message.sent_at)
        if not days or days[-1][0] != local.date():
            days.append((local.date(), []))
        days[-1][1].append((message, format_time(local, "HH:mm", rebase=False)))
    return days


def _local(value: datetime) -> datetime:
    return value.astimezone(ZoneInfo(current_app.config["BABEL_DEFAULT_TIMEZONE"]))
