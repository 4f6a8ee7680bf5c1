"""A ticket as a row of the grid: its cells, the state of its deadline, and what the footer tells of it."""
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ...models.provider_ticket import ProviderTicket
from ...queries import tickets as reads
from ..lists.source import local
from . import query
from .listed import return_deadline
from .panel import state_of
from .shown import STATES

FOOTER = (  # the labels of the footer, in the order of Row.footer
    _l("Opened on"), _l("Protocol"), _l("Status"), _l("Classification"), _l("Responsible"), _l("Department"),
    _l("Deadline"), _l("Days open"))
_DATES = ("opened_at", "closed_at", "due_at")


@dataclass(frozen=True)
class Cell:
    key: str
    label: str
    text: str
    look: str = ""


@dataclass(frozen=True)
class Row:
    """What the template draws; `out` is a ticket that the filters no longer list."""

    id: int
    version: int
    number: int
    cells: list[Cell]
    state: tuple | None
    returns: str
    footer: list[str]
    out: bool = False


def drawn(tickets: list[ProviderTicket], columns, *, listed: set[int] | None = None) -> list[Row]:
    """The rows of these tickets; `listed` are the ids the filters list, where that is in question."""
    labels = [(column, str(column.label), _look(column.key)) for column in columns]
    bounds = query.bounds()
    return [_row(ticket, labels, bounds, listed) for ticket in tickets]


def _look(key) -> str:
    if key in _DATES:
        return "b-num"
    return {"protocol": "b-mono", "days_open": "b-end", "number": "fix"}.get(key, "")


def _row(ticket, labels, bounds, listed) -> Row:
    state = STATES.get(state_of(ticket, bounds))
    cells = [Cell(column.key, label, column.text(ticket), look) for column, label, look in labels]
    return Row(ticket.attendance_id, ticket.attendance.version, ticket.number, cells, state, _returns(ticket),
               _footer(ticket, state), listed is not None and ticket.attendance_id not in listed)


def _returns(ticket) -> str:
    value = return_deadline(ticket)
    if isinstance(value, int):
        return _("1 day") if value == 1 else _("%(n)s days", n=value)
    return value or ""


def _footer(ticket, state) -> list[str]:
    due = f"{local(ticket.due_at):%d/%m/%Y %H:%M}" if ticket.due_at else ""
    return [f"{local(ticket.opened_at):%d/%m/%Y %H:%M}", ticket.protocol or "", ticket.situation.name,
            f"{ticket.classification} › {ticket.subclassification}",
            ticket.assignee.get_full_name() if ticket.assignee else _("no operator"), str(ticket.department or ""),
            " · ".join(filter(None, (str(state[2]) if state else "", due))),
            str(reads.days_open(ticket, query.now(), query.zone()))]
