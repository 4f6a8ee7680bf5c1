"""What a ticket is again once its holder gives it up (`held_from`, X-37), and that it was started (X-38).

Whoever changes the attendance, in the central, on the SAC's record, in lists or by REST, says so here.
"""
from datetime import datetime

from ...models.attendance import Attendance
from ...models.provider_ticket import ProviderTicket
from ..log import expect_log
from ..records import assign
from . import clock

_MOVES = ("situation", "department")


def remember(ticket: ProviderTicket) -> None:
    """Somebody begins to work on nobody's ticket: as it is now, it is again when he gives it up."""
    ticket.held_from = _as_it_is(ticket)


def begun(ticket: ProviderTicket) -> dict:
    """The Operadora has acted: it can no longer be deleted, whoever gives it up. What changed."""
    if ticket.held_from and not ticket.held_from.get("started"):
        ticket.held_from = {**ticket.held_from, "started": True}
    return assign(ticket, {"started": True})


def follow(session, attendance: Attendance, changes: dict, *, actor, now: datetime) -> dict:
    """Keep a ticket and its clock in step with what was just set on its attendance, {field: (old, new)}. What changed
    of the ticket, for the log.

    What was set while somebody holds it is what it goes back to; a new holder gives back what the first found. Whoever
    gives himself what nobody had has taken it.
    """
    ticket, told = attendance.ticket, {}
    if changes.keys() & {"assignee", *_MOVES}:
        expect_log(session, ticket)
        holder = attendance.assignee
        before = changes["assignee"][0] if "assignee" in changes else holder
        set_now = {name: changes[name] for name in _MOVES if name in changes}
        found = ticket.held_from if before is not None and ticket.held_from else _as_it_is(ticket)
        if before is None and holder is not None and holder.id == actor.user_id:  # taken: as it was before
            ticket.held_from = found | {f"{name}_id": _id(old) for name, (old, _new) in set_now.items()}
        elif holder is not None and attendance.is_open:
            ticket.held_from = found | {f"{name}_id": _id(new) for name, (_old, new) in set_now.items()} | {
                "started": True}
        else:
            ticket.held_from = None
        told = assign(ticket, {"started": True})
    return told | clock.follow(session, attendance, now=now)


def _as_it_is(ticket) -> dict:
    attendance = ticket.attendance
    return {"situation_id": attendance.situation.id, "department_id": _id(attendance.department),
            "started": ticket.started}


def _id(row) -> int | None:
    return row.id if row is not None else None
