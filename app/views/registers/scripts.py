""""Script de Atendimento": the register of the texts that operators read, by department (M-90 to M-93)."""
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from ...lowcode.controls import ChoiceField, LongBox
from ...models.script import Script
from ...services import scripts
from ..lookup import LookupsField
from .classifications import RegisterView

STATUS = {"active": _l("Active"), "inactive": _l("Inactive")}


def status(value) -> str:
    """The status in words, of the stored flag or of the chosen code."""
    return STATUS["active" if value in (True, "active") else "inactive"]


class StatusField(ChoiceField):
    """"Status" as the manual has it, in the place of a box to mark: chosen, never left out."""

    def __init__(self, label=None, **options):
        super().__init__(label, [DataRequired()], labels=STATUS, default="active", **options)

    def process_data(self, value):
        super().process_data(("active" if value else "inactive") if isinstance(value, bool) else value)


def _variables() -> str:
    told = " · ".join(f"{{{{{name}}}}} {meaning}" for name, meaning in scripts.VARIABLES.items())
    return f"{_('It may hold variables, which are filled in for the attendance that is read:')} {told}"


class ScriptView(RegisterView):
    noun, route_base = "classification", "/scripts"
    datamodel, service = SQLAInterface(Script), scripts
    list_title, add_title, edit_title, show_title = (
        _l("Attendance script"), _l("New attendance script"), _l("Edit attendance script"), _l("Attendance script"))
    add_label, list_template = _l("New record"), "scripts/list.html"
    list_columns = ["title", "departments", "active", "position"]
    order_columns, base_order = ["title", "active", "position"], ("position", "asc")
    search_columns = ["title", "body", "departments", "active"]
    add_columns = edit_columns = show_columns = ["title", "departments", "active", "body", "position"]
    label_columns = {"title": _l("Title"), "departments": _l("Department(s)"), "active": _l("Status"),
                     "body": _l("Text of the script"), "position": _l("Order"), "kind": _l("Kind")}
    description_columns = {"position": _l("Lower numbers come first.")}
    formatters_columns = log_formatters = {"active": status}
    add_form_extra_fields = edit_form_extra_fields = {
        "departments": LookupsField(
            label_columns["departments"], [DataRequired(_l("Choose at least one department."))], source="department",
            description=_l("It is offered to who belongs to one of them, or to a department inside one of them.")),
        "active": StatusField(label_columns["active"], description=_l("An inactive script is offered to nobody.")),
        "body": TextAreaField(label_columns["body"], [DataRequired(), Length(max=scripts.LONGEST)], widget=LongBox(),
                              render_kw={"rows": 14}, description=LazyString(_variables))}
    empty_text = _l("A script is what attendants ask and say: it is read beside the attendance, with Alt+S.")

    def values_of(self, form, adding):
        values = super().values_of(form, adding)
        return {**values, "active": values["active"] == "active"}
