"""/portal/: a customer's own attendances; a provider's "Fale conosco" (Web Prestador › Utilitários/outros)."""
from functools import wraps

from flask import abort, g
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ..shell import shell


def contacts_only(view):
    """Of a page of "Fale conosco": for providers' users who have the menu; blocked, it says so and is not there."""
    @wraps(view)
    def page(self, *arguments, **named):
        front = shell().portal
        if front is None or not front.provider:
            abort(404)
        if not front.contacts:
            return blocked(self, _("Contact us (title)"))
        return view(self, *arguments, **named)
    return page


def blocked(view, menu: str):
    """The answer for a menu that is not released for who asks."""
    return view.render_template("portal/blocked.html", menu=menu), 404


def register(appbuilder) -> None:
    """The pages of the portal; their menu is the portal's own header (templates/portal/header.html)."""
    from .attendances import PortalView
    from .contacts import ContactView
    from .files import PortalFileView
    from .tickets import PortalTicketView

    appbuilder.add_view(PortalView, "Portal", label=_l("My attendances"), icon="fa-inbox",
                        menu_cond=lambda: g.viewer.entity_id is not None)
    for view in (ContactView, PortalTicketView, PortalFileView):
        appbuilder.add_view_no_menu(view)
