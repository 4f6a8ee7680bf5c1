"""Empresas, Unidades and Setores."""
from babel.dates import get_timezone_location
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from wtforms import StringField
from wtforms.validators import Length, Optional

from ... import documents
from ...lowcode.controls import ChoiceField, TextBox
from ...models.company import Company, Department, Unit
from ...services import companies
from .classifications import ACTIVE_HELP, RegisterView


def zone_name(zone: str) -> str:
    """The city of a time zone (IANA), in the language of the request: Belém. Its own name where nobody knows one."""
    try:
        return get_timezone_location(zone, locale=get_locale(), return_city=True)
    except LookupError:
        return zone


# Brazil's zones, the most used first; one that is stored and not here stays on offer.
ZONES = {name: LazyString(zone_name, name) for name in (
    "America/Sao_Paulo", "America/Bahia", "America/Belem", "America/Fortaleza", "America/Recife", "America/Maceio",
    "America/Araguaina", "America/Santarem", "America/Manaus", "America/Cuiaba", "America/Campo_Grande",
    "America/Porto_Velho", "America/Boa_Vista", "America/Rio_Branco", "America/Eirunepe", "America/Noronha")}


class DocumentField(StringField):
    """A CNPJ: typed with or without punctuation, shown with it; the service checks its digits."""

    def _value(self):
        return self.raw_data[0] if self.raw_data else documents.shown(self.data)


class CompanyView(RegisterView):
    noun, route_base = "company", "/companies"
    datamodel, service = SQLAInterface(Company), companies.companies
    list_title, add_title, edit_title = _l("Companies"), _l("New company"), _l("Edit company")
    list_columns = ["name", "document", "code", "timezone", "active"]
    order_columns, search_columns = ["name", "code", "active"], ["name", "code", "active"]
    add_columns = edit_columns = show_columns = ["name", "document", "code", "timezone", "active"]
    label_columns = {"name": _l("Company"), "document": _l("CNPJ"), "code": _l("Code"), "timezone": _l("Time zone"),
                     "active": _l("Active")}
    description_columns = {"active": ACTIVE_HELP,
                           "code": _l("Up to 8 letters and digits; the protocol mask may carry it.")}
    formatters_columns = {"document": documents.shown, "timezone": zone_name}
    add_form_extra_fields = edit_form_extra_fields = {
        "document": DocumentField(label_columns["document"], [Optional(), Length(max=30)], widget=TextBox()),
        "timezone": ChoiceField(label_columns["timezone"], labels=ZONES, default="America/Sao_Paulo")}
    empty_text = _l("A company owns the desk: units, departments, entities and attendances belong to it.")


class UnitView(RegisterView):
    noun, route_base = "structure", "/units"
    datamodel, service = SQLAInterface(Unit), companies.units
    list_title, add_title, edit_title = _l("Units"), _l("New unit"), _l("Edit unit")
    list_columns = order_columns = ["name", "company", "restricted", "active"]
    search_columns = add_columns = edit_columns = show_columns = ["company", "name", "restricted", "active"]
    label_columns = {"company": _l("Company"), "name": _l("Unit"), "restricted": _l("Restricted"),
                     "active": _l("Active")}
    description_columns = {"active": ACTIVE_HELP,
                           "restricted": _l("Attendances of a restricted unit are seen only by its members.")}
    empty_text = _l("A unit is a branch or place of a company.")


class DepartmentView(RegisterView):
    noun, route_base = "structure", "/departments"
    datamodel, service = SQLAInterface(Department), companies.departments
    list_title, add_title, edit_title = _l("Departments"), _l("New department"), _l("Edit department")
    list_columns = order_columns = ["name", "company", "parent", "active"]
    search_columns = add_columns = edit_columns = show_columns = ["company", "name", "parent", "active"]
    cascade = {"parent": "company"}
    label_columns = {"company": _l("Company"), "name": _l("Department"), "parent": _l("Inside"), "active": _l("Active")}
    empty_text = _l("A department is a sector of a company, to which attendances are forwarded.")
