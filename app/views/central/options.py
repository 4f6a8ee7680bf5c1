"""The words of the central's filters, orders and tabs, by their value in the address; the manual's own, verbatim."""
from flask_babel import lazy_gettext as _l

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
TABS = {
    "open": _l("Open tickets (title)"), "pending_operator": _l("Pending with me"),
    "pending_profile": _l("Pending with the profile"), "closed": _l("Closed tickets (title)")}
