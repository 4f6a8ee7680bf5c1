"""Register "Grupos": the headings under which menus and forms stand, and their order."""
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _l

from ...models.custom_form import FormGroup
from ...services import form_groups
from ..base import AppModelView


class FormGroupView(AppModelView):
    noun, route_base = "custom_form", "/settings/groups"
    datamodel, service = SQLAInterface(FormGroup), form_groups
    list_title, add_title, edit_title, show_title = (_l("Groups"), _l("New group"), _l("Edit group"), _l("Group"))
    list_columns = show_columns = ["name", "position", "active"]
    add_columns, edit_columns = ["name", "active"], ["name", "position", "active"]
    search_columns, order_columns, base_order = ["name", "active"], ["name", "position"], ("position", "asc")
    label_columns = {"name": _l("Name"), "position": _l("Order"), "active": _l("Active")}
    description_columns = {
        "position": _l("Headings stand in the sidebar from the lowest number to the highest."),
        "active": _l("An inactive group is no longer offered; what stands under it stays.")}
    empty_text = _l("A group is a heading of the sidebar, such as “Operation”, under which menus stand together.")

    def preset(self):
        return {"active": True}
