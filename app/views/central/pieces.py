"""What the panel and the acts of the central bring: their views, the picker of operators, the words of their logs."""
from flask_babel import lazy_gettext as _l

TICKET_LABELS = {
    "number": _l("Ticket no."), "classification": _l("Classification"), "subclassification": _l("Subclassification"),
    "default_motive": _l("Reason for the attendance"), "contact_name": _l("Contact person"),
    "contact_phone": _l("Contact phone"), "contact_email": _l("E-mail"), "due_at": _l("Return deadline"),
    "waiting": _l("Waiting for"), "started": _l("Started"), "message": _l("Message"), "notice": _l("Text sent"),
}


def register(appbuilder) -> None:
    """None of them is in the menu: the central leads to them."""
    from flask_appbuilder.security.sqla.models import User

    from ...queries import central_operators
    from ...security.permissions import Perm
    from ..logs import LABELS_OF
    from ..lookup import Source, register_source
    from .acts import ManyTicketsView, TicketActsView
    from .held import TicketHeldView
    from .panel import TicketPanelView

    LABELS_OF["attendance"].update({name: label for name, label in TICKET_LABELS.items()
                                    if name not in LABELS_OF["attendance"]})
    register_source("central_operator", Source(User, Perm.TICKET_READ, search=central_operators.find))
    for view in (TicketPanelView, TicketActsView, ManyTicketsView, TicketHeldView):
        appbuilder.add_view_no_menu(view)
