"""How the bell of the top bar shows a count of unread notifications."""
from flask_babel import gettext as _

from ..queries.notifications import CAP


def bell(count: int) -> dict:
    """The count, how the bell shows it and what it is called."""
    return {"count": count, "text": f"{CAP}+" if count > CAP else str(count), "label": bell_label(count)}


def bell_label(count: int) -> str:
    """The name of the bell for who does not see it."""
    if not count:
        return _("Notifications: none unread")
    if count > CAP:
        return _("Notifications: more than %(n)s unread", n=CAP)
    return _("Notifications: 1 unread") if count == 1 else _("Notifications: %(n)s unread", n=count)
