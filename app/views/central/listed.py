"""The list of the central for the tools of lists: the 14 columns of the manual (C-65 to C-78) and a few more."""
from collections.abc import Iterator

from flask import g, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload

from ...errors import Invalid
from ...extensions import db
from ...models.attendance import Attendance
from ...models.provider_ticket import ProviderTicket
from ...queries import ticket_rows
from ...queries import tickets as reads
from ...security.permissions import Perm
from ...services.sheets import disarmed
from ..lists.source import CHUNK, UNREADABLE, Column, ListSource, local
from . import query

ORDER_OF = {"number": "ticket", "opened_at": "opened_at", "client": "client", "title": "title", "assignee": "operator",
            "protocol": "protocol"}  # column -> order, of those that an index serves


def _name(user) -> str:
    return user.get_full_name() if user is not None else ""


def _day(value):
    return local(value).date() if value else None


def return_deadline(row: ProviderTicket):
    """Days as a number; hours as text; nothing without a rule."""
    if row.return_hours is not None:
        return _("%(n)s h", n=f"{row.return_hours.normalize():f}".replace(".", ","))
    return row.return_days


_COMPANY = (joinedload(ProviderTicket.attendance).joinedload(Attendance.company),)
COLUMNS = {column.key: column for column in (
    Column("number", _l("Ticket no."), lambda row: row.number),
    Column("opened_at", _l("Opening"), lambda row: _day(row.opened_at)),
    Column("return_days", _l("Return deadline"), return_deadline),
    Column("client", _l("Client"), lambda row: str(row.entity)),
    Column("opened_by", _l("Opened by"), lambda row: _name(row.attendance.opened_by)),
    Column("title", _l("Title"), lambda row: row.attendance.title or ""),
    Column("classification", _l("Classification"), lambda row: row.classification.name),
    Column("subclassification", _l("Subclassification"), lambda row: row.subclassification.name),
    Column("motive", _l("Reason for the attendance"), lambda row: str(row.default_motive or "")),
    Column("closed_at", _l("Date of closing"), lambda row: _day(row.closed_at)),
    Column("assignee", _l("In progress with"), lambda row: _name(row.assignee)),
    Column("department", _l("Department"), lambda row: str(row.department or "")),
    Column("days_open", _l("Days open"), lambda row: reads.days_open(row, query.now(), query.zone())),
    Column("protocol", _l("Protocol"), lambda row: row.protocol or ""),
    Column("situation", _l("Attendance status"), lambda row: row.situation.name),
    Column("due_at", _l("Due"), lambda row: local(row.due_at)),
    Column("contact", _l("Contact"), lambda row: row.contact_name),
    Column("company", _l("Company"), lambda row: str(row.attendance.company), _COMPANY))}
WIDTHS = {"number": 96, "opened_at": 92, "return_days": 224, "client": 190, "opened_by": 130, "title": 220,
          "classification": 120, "subclassification": 140, "motive": 150, "closed_at": 110, "assignee": 140,
          "department": 120, "days_open": 84, "protocol": 130, "situation": 130, "due_at": 130, "contact": 140,
          "company": 140}
LEAST_WIDTH, MOST_WIDTH = 56, 640


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
        return COLUMNS

    def count(self, cap):
        found = _checked()
        return reads.count_tickets(db.session, g.viewer, found.filters, query.bounds(), timezone=query.zone(), cap=cap)

    def plain(self, told=None):
        """The 14 columns of the manual in its order and words, then the status; whatever the screen shows (C-40)."""
        found = _checked()
        rows = ticket_rows.Rows(
            db.session, g.viewer, found.filters, query.bounds(), timezone=query.zone(), order=found.order,
            desc=found.desc, day=lambda day: f"{day:%d/%m/%Y}", text=disarmed, told=told)
        with force_locale("pt_BR"):
            head = [str(COLUMNS[key].label) for key in (*self.default, "situation")]
        return head, rows

    def rows(self, chosen) -> Iterator[list]:
        found, after = _checked(), None
        while True:
            page = reads.list_tickets(
                db.session, g.viewer, found.filters, query.bounds(), timezone=query.zone(), order=found.order,
                desc=found.desc, size=CHUNK, after=after)
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
