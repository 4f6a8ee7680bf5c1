"""Motivos, Ocorrências and Causas: the tree that hangs on the attendance."""
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _l

from ...models.classification import Motive
from ..base import AppModelView

ACTIVE_HELP = _l("An inactive record stays on what it is on and is offered no more.")


class MotiveView(AppModelView):
    noun, route_base = "classification", "/motives"
    datamodel = SQLAInterface(Motive)
    list_title, add_title, edit_title = _l("Motives"), _l("New motive"), _l("Edit motive")
    list_columns = order_columns = search_columns = add_columns = edit_columns = show_columns = ["name", "active"]
    base_order = ("name", "asc")
    label_columns = {"name": _l("Motive"), "active": _l("Active")}
    description_columns = {"active": ACTIVE_HELP}
    empty_text = _l("A motive says why an attendance was opened, such as a complaint or a question.")
