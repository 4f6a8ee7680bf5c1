"""Etiquetas: what configurators offer to mark attendances with (B-38)."""
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _l

from ...colours import PALETTE
from ...models.label import Label
from ...services import labels
from ..colours import HELP, ColourField, name_chip
from .classifications import ACTIVE_HELP, RegisterView


class LabelView(RegisterView):
    noun, route_base = "classification", "/labels"
    datamodel, service = SQLAInterface(Label), labels.service
    list_title, add_title, edit_title = _l("Labels"), _l("New label"), _l("Edit label")
    list_columns = show_columns = ["name", "colour", "position", "active"]
    order_columns, base_order = ["name", "position", "active"], ("position", "asc")
    search_columns, add_columns = ["name", "active"], ["name", "colour", "position", "active"]
    edit_columns = add_columns
    label_columns = {"name": _l("Label"), "colour": _l("Colour"), "position": _l("Order"), "active": _l("Active")}
    choice_columns = {"colour": {colour.hex: colour.name for colour in PALETTE.values()}}
    formatters_columns = {"colour": name_chip}
    add_form_extra_fields = edit_form_extra_fields = {
        "colour": ColourField(label_columns["colour"], description=HELP)}
    description_columns = {"active": ACTIVE_HELP, "position": _l("Lower numbers come first.")}
    empty_text = _l("A label marks attendances across all classifications, such as VIP or legal department.")
