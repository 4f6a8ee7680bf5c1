"""The words of the central's filters, orders and tabs, by their value in the address; the manual's own, verbatim."""
from collections.abc import Iterator

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ...lowcode.dates import typed_day
from ...queries.ticket_address import PERIODS
from ...queries.tickets import TicketFilter

FILTER = {
    "all": _l("All registered tickets"), "open": _l("Open tickets"), "closed": _l("Closed tickets"),
    "pending_profile": _l("Pending tickets of the profile"), "pending_operator": _l("Pending tickets of the operator")}
ORDER = {
    "client": _l("Name of the client"), "operator": _l("Operator"), "opened_at": _l("Opening date"),
    "ticket": _l("Ticket"), "protocol": _l("Protocol number"), "title": _l("Title of the ticket")}
DEADLINE = {
    "expired": _l("Deadline already expired"), "attention": _l("Attention to the deadline"),
    "within": _l("Within the deadline")}
STATUS_DEADLINE = {"expired": _l("Deadline Expired"), "within": _l("Within the deadline")}
WAITING = {"operator": _l("Waiting for the operator company"), "provider": _l("Waiting for the provider")}
ANSWERED = {"yes": _l("Answered tickets"), "no": _l("Tickets without an answer")}
TABS = {
    "open": _l("Open tickets (title)"), "pending_operator": _l("Pending with me"),
    "pending_profile": _l("Pending with the profile"), "closed": _l("Closed tickets (title)")}


def chips(filters: TicketFilter) -> Iterator[tuple[str, dict]]:
    """What the figures of the panel ask for, told beside the title too, for the form may be folded: the words, and what
    changes in the address without it."""
    for choice, names in PERIODS.items():
        first, last = (getattr(filters, name) for name in names)
        if first:
            days = {"first": typed_day(first), "last": typed_day(last)}
            yield (_("Opened from %(first)s to %(last)s", **days) if choice == "period" else
                   _("Closed from %(first)s to %(last)s", **days)), dict.fromkeys((choice, *names))
    if filters.deadline:
        yield str(DEADLINE.get(filters.deadline, _l("Without deadline"))), {"deadline": None}
    if filters.waiting:
        yield str(WAITING[filters.waiting]), {"waiting": None}
    if filters.answered:
        yield str(ANSWERED[filters.answered]), {"answered": None}
    if filters.status_deadline:
        yield str(STATUS_DEADLINE[filters.status_deadline]), {"status_deadline": None, "status": filters.status or None}
