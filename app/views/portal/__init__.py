"""/portal/: a customer's own attendances; a provider's "Fale conosco" (Web Prestador › Utilitários/outros)."""
from functools import wraps

from flask import abort, g
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ..errors import typed_fields
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
    """The answer for a menu that is not released for who asks; what was typed before it was blocked is still there."""
    return view.render_template(
        "portal/blocked.html", status=404, heading=_("“%(menu)s” is not released for you", menu=menu),
        text=_("The operator company has not released this menu on the web. Ask it to release it if you need it."),
        typed=typed_fields()), 404


def not_taken(view):
    """The answer for a new contact while the central is not in use (C-07)."""
    return view.render_template(
        "portal/blocked.html", status=409, heading=_("New contacts are not taken here now"),
        text=_("The operator company works its attendances in another system at present: contact it by its other "
               "channels. What was sent before stays here to be read."), typed=typed_fields()), 409


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
