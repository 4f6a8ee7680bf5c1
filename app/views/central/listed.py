"""The list of the central for the tools of lists: the 14 columns of the manual (C-65 to C-78) and a few more."""
from collections.abc import Iterator
from functools import partial
from types import SimpleNamespace

from flask import g, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ...errors import Invalid
from ...extensions import db
from ...models.custom_form import FieldTarget
from ...queries import ticket_lines, ticket_rows
from ...queries import tickets as reads
from ...queries.field_filters import PREFIX
from ...queries.ticket_lines import Line
from ...security.permissions import Perm
from ...services.sheets import cell_text, disarmed
from .. import custom_filters
from ..custom import definitions
from ..field_kinds import name_persons
from ..lists.source import CHUNK, CUSTOM, UNREADABLE, Column, ListSource, custom_columns
from . import query

ORDER_OF = {"number": "ticket", "opened_at": "opened_at", "client": "client", "title": "title", "assignee": "operator",
            "protocol": "protocol"}  # column -> order, of those that an index serves


def order_of() -> dict[str, str]:
    """The same with the searchable fields of configurators."""
    return ORDER_OF | {CUSTOM + name.removeprefix(PREFIX): name
                       for name in custom_filters.orders(FieldTarget.ATTENDANCE)}


def return_deadline(line: Line):
    """Days as a number; hours as text; nothing without a rule."""
    if line.return_hours is not None:
        return _("%(n)s h", n=f"{line.return_hours.normalize():f}".replace(".", ","))
    return line.return_days


COLUMNS = {column.key: column for column in (
    Column("number", _l("Ticket no."), lambda line: line.number),
    Column("opened_at", _l("Opening"), lambda line: line.opened.date()),
    Column("return_days", _l("Return deadline"), return_deadline),
    Column("client", _l("Client"), lambda line: line.client),
    Column("opened_by", _l("Opened by"), lambda line: line.opened_by),
    Column("title", _l("Title"), lambda line: line.title),
    Column("classification", _l("Classification"), lambda line: line.classification),
    Column("subclassification", _l("Subclassification"), lambda line: line.subclassification),
    Column("motive", _l("Reason for the attendance"), lambda line: line.motive),
    Column("closed_at", _l("Date of closing"), lambda line: line.closed and line.closed.date()),
    Column("assignee", _l("In progress with"), lambda line: line.assignee),
    Column("department", _l("Department"), lambda line: line.department),
    Column("days_open", _l("Days open"), lambda line: line.days_open),
    Column("protocol", _l("Protocol"), lambda line: line.protocol),
    Column("situation", _l("Attendance status"), lambda line: line.situation),
    Column("due_at", _l("Due"), lambda line: line.due),
    Column("contact", _l("Contact"), lambda line: line.contact),
    Column("company", _l("Company"), lambda line: line.company))}
WIDTHS = {"number": 96, "opened_at": 92, "return_days": 256, "client": 190, "opened_by": 130, "title": 220,
          "classification": 120, "subclassification": 140, "motive": 150, "closed_at": 110, "assignee": 140,
          "department": 120, "days_open": 84, "protocol": 130, "situation": 130, "due_at": 130, "contact": 140,
          "company": 140}
LEAST_WIDTH, USUAL_WIDTH, MOST_WIDTH = 56, 140, 640


def lines(session, ids, *, custom=False) -> list[Line]:
    """What the list shows of these tickets, at the time and place of this request; with `custom` their complementary
    data."""
    return named(ticket_lines.lines(session, ids, timezone=query.zone(), now=query.now(), custom=custom))


def named(found: list[Line]) -> list[Line]:
    """The same lines; the persons that their complementary data name will be read at once."""
    name_persons(definitions(FieldTarget.ATTENDANCE), [line.custom_values for line in found])
    return found


def shows_custom(columns) -> bool:
    """Whether one of the columns is a configurators' field."""
    return any(column.key.startswith(CUSTOM) for column in columns)


def _cell(column, custom_values):
    """What a file has of a configurators' field, ready to be written."""
    return cell_text(column.value(SimpleNamespace(custom_values=custom_values)))


class TicketList(ListSource):
    """`/provider-central/`."""

    key, perm, title = "tickets", Perm.TICKET_READ, _l("Tickets")
    default = tuple(COLUMNS)[:14]

    @property
    def file(self) -> str:
        """The time zone of the days in the file stands in its name, never in the file (contract)."""
        return f"chamados-{query.zone().replace('/', '-')}"

    def address(self):
        return url_for("CentralView.central")

    def columns(self):
        return COLUMNS | custom_columns(FieldTarget.ATTENDANCE)

    def count(self, cap):
        found = _checked()
        return reads.count_tickets(db.session, g.viewer, found.filters, query.bounds(), timezone=query.zone(), cap=cap)

    def plain(self, told=None):
        """The 14 columns of the manual in its order and words, then the status and configurators' fields; whatever the
        screen shows (C-40)."""
        found, fields = _checked(), list(custom_columns(FieldTarget.ATTENDANCE).values())
        rows = ticket_rows.Rows(
            db.session, g.viewer, found.filters, query.bounds(), timezone=query.zone(), order=found.order,
            desc=found.desc, by=found.by, day=lambda day: f"{day:%d/%m/%Y}", text=disarmed, told=told, custom=[
                partial(_cell, column) for column in fields],
            before=partial(name_persons, definitions(FieldTarget.ATTENDANCE)) if fields else None)
        with force_locale("pt_BR"):
            head = [str(COLUMNS[key].label) for key in (*self.default, "situation")]
        return [*head, *(str(column.label) for column in fields)], rows

    def rows(self, chosen) -> Iterator[list]:
        found, after = _checked(), None
        while True:
            page = reads.list_tickets(
                db.session, g.viewer, found.filters, query.bounds(), timezone=query.zone(), order=found.order,
                desc=found.desc, by=found.by, size=CHUNK, after=after, read=partial(lines, custom=shows_custom(chosen)))
            if page.rows:
                yield page.rows
            after = page.next
            if after is None:
                return


def _checked():
    try:
        return query.checked()
    except Invalid as refusal:
        raise Invalid(UNREADABLE) from refusal
