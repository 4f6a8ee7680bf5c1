"""The acts the central offers, by buttons and by the menu of the right button, with the manual's words (C-32 to C-40,
C-79 to C-83, C-92 to C-100). What happens then is the panel's; here stands who may."""
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from ...security.permissions import Perm


@dataclass(frozen=True)
class Button:
    """One act: `key` is its shortcut as `aria-keyshortcuts` has it, `title` what it does, `one` that it is about a
    ticket."""

    act: str
    label: Any
    icon: str
    permission: Perm
    key: str = ""
    title: Any = ""
    look: str = ""
    one: bool = True


_PENDING = _l("Leaves the chosen tickets pending: they were not finished")
_LISTS = _l("Lists the tickets pending with you")
TOOLBAR = (
    Button("new", _l("New attendance"), "fa-plus", Perm.TICKET_WRITE, "F3", look="primary", one=False),
    Button("delete", _l("Delete attendance"), "fa-trash", Perm.TICKET_DELETE, "F4",
           _l("Only attendances that were not started"), "bad"),
    Button("close", _l("Finish attendance"), "fa-circle-check", Perm.TICKET_WRITE),
    Button("pending", _l("Pending ticket"), "fa-circle-pause", Perm.TICKET_WRITE, title=_PENDING),
    Button("give_up", _l("Give up/Cancel"), "fa-rotate-left", Perm.TICKET_WRITE, "F6",
           _l("Releases the attendance: it is as it was before you took it")),
    Button("forward", _l("Forward..."), "fa-share", Perm.TICKET_WRITE, "Alt+T",
           _l("Forwards to another operator or department; Ctrl+T where the browser allows it")),
    Button("survey", _l("Survey"), "fa-square-poll-vertical", Perm.SURVEY_ANSWER),
)
LATERAL = (
    Button("provider", _l("Provider's details"), "fa-id-card", Perm.TICKET_READ),
    Button("batches", _l("Batches"), "fa-boxes-stacked", Perm.PROVIDER_ACCOUNT_READ),
    Button("guides", _l("Issued guides"), "fa-file-medical", Perm.PROVIDER_ACCOUNT_READ),
    Button("payments", _l("Payments"), "fa-money-check-dollar", Perm.PROVIDER_ACCOUNT_READ),
    Button("internal", _l("Internal communications"), "fa-bullhorn", Perm.INTERNAL_MESSAGE),
)
MENU = (
    Button("tabs", _l("Switch tabs (F2)"), "fa-table-columns", Perm.TICKET_READ, "F2", one=False),
    Button("new", _l("New attendance (F3)"), "fa-plus", Perm.TICKET_WRITE, "F3", one=False),
    Button("delete", _l("Delete attendance (F4)"), "fa-trash", Perm.TICKET_DELETE, "F4"),
    Button("list_pending", _l("Pending Ticket (F5)"), "fa-hourglass-half", Perm.TICKET_READ, "F5", _LISTS, one=False),
    Button("give_up", _l("Give up/Cancel (F6)"), "fa-rotate-left", Perm.TICKET_WRITE, "F6"),
    Button("forward", _l("Forward the attendance to another operator (Ctrl+T)"), "fa-share", Perm.TICKET_WRITE,
           "Control+T Alt+T"),
    Button("providers", _l("Providers"), "fa-hospital-user", Perm.TICKET_READ),
    Button("logs", _l("Logs"), "fa-clock-rotate-left", Perm.LOG_READ),
    Button("leave", _l("Leave (F12)"), "fa-right-from-bracket", Perm.TICKET_READ, "F12", one=False),
)
QUICK = (  # single letters, while a row of the list has the focus
    Button("answer", _l("Send answer"), "fa-reply", Perm.TICKET_WRITE, "R"),
    Button("take", _l("Take it"), "fa-user-plus", Perm.TICKET_WRITE, "A"),
    Button("close", _l("Finish attendance"), "fa-circle-check", Perm.TICKET_WRITE, "E"),
    Button("pending", _l("Pending ticket"), "fa-circle-pause", Perm.TICKET_WRITE, "P"),
)


def allowed(viewer) -> set[str]:
    """The acts that the viewer may do."""
    return {button.act for button in (*TOOLBAR, *LATERAL, *MENU, *QUICK) if viewer.may(button.permission)}
