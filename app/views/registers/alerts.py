""""Prioridades de alerta": names, colours and which comes first (S-25, S-68)."""
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _l

from ...colours import PALETTE
from ...models.alert import AlertPriority
from ...services import alerts
from ..colours import HELP, ColourField, name_chip
from .classifications import ACTIVE_HELP, RegisterView


class AlertPriorityView(RegisterView):
    noun, route_base = "classification", "/alert-priorities"
    datamodel, service = SQLAInterface(AlertPriority), alerts.priorities
    list_title, add_title, edit_title = _l("Alert priorities"), _l("New alert priority"), _l("Edit alert priority")
    list_columns = ["name", "colour", "position", "active"]
    order_columns = ["name", "position", "active"]
    search_columns = ["name", "active"]
    add_columns = edit_columns = show_columns = ["name", "colour", "position", "active"]
    base_order = ("position", "asc")
    label_columns = {"name": _l("Alert priority"), "colour": _l("Colour"), "position": _l("Order"),
                     "active": _l("Active")}
    description_columns = {
        "active": ACTIVE_HELP, "position": _l("Lower numbers come first: the lowest is the highest priority.")}
    choice_columns = {"colour": {colour.hex: colour.name for colour in PALETTE.values()}}
    formatters_columns = {"colour": name_chip}
    add_form_extra_fields = edit_form_extra_fields = {
        "colour": ColourField(label_columns["colour"], description=HELP)}
    empty_text = _l("A priority gives an alert its colour and its place, such as high, medium and low.")
