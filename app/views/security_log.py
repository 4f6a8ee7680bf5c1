"""Log de segurança: who signed in or tried to, and what users of the portals asked for in vain. Only read."""
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _l

from ..models.identity import LoginAttempt
from ..security.devices import device
from .base import AppModelView
from .listing import shown

OUTCOMES = {
    "ok": _l("Signed in"), "wrong": _l("Wrong password"), "unknown": _l("Unknown user"),
    "inactive": _l("Inactive user"), "limited": _l("Too many attempts"), "down": _l("Directory unavailable"),
    "denied": _l("Access denied")}
VIAS = {"form": _l("Sign-in page"), "rest": _l("API"), "page": _l("Portal page")}


class SecurityLogView(AppModelView):
    noun, route_base = "security_log", "/security-log"
    datamodel = SQLAInterface(LoginAttempt)
    growing = True
    include_route_methods = {"list", "show"}
    list_title, show_title = _l("Security log"), _l("Sign-in")
    list_columns = ["at", "username", "outcome", "asked", "via", "ip", "user_agent"]
    show_columns = list_columns
    search_columns = ["at", "username", "outcome", "asked", "via", "ip"]
    order_columns, base_order = ["at"], ("id", "desc")
    choice_columns = {"outcome": OUTCOMES, "via": VIAS}
    label_columns = {"at": _l("When"), "username": _l("User name"), "outcome": _l("Outcome"), "via": _l("By way of"),
                     "ip": _l("Address"), "user_agent": _l("Device"), "asked": _l("What was asked for")}
    formatters_columns = {"user_agent": device}
    empty_text = _l("Nobody whose records you may see has signed in yet.")

    def title_of(self, item):
        return f"{item.username} · {shown(item.at)}"
