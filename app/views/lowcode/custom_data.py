"""Tab "Dados personalizados": the forms on the register of persons and on attendances (M-87, M-88, S-14)."""
from flask import g, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ...extensions import db
from ...models.custom_form import FieldTarget, PersonType
from ...queries import dynamic_menus as reads
from ...services import custom_data
from ..custom import defined
from .places import PlacesView, group_values, known, typed_group

TARGETS = {  # code -> (label, where it is shown)
    FieldTarget.ENTITY: (_l("Personal register"), _l("“Custom data” of the person's register.")),
    FieldTarget.ATTENDANCE: (_l("Attendance"), _l("“Complementary data” of the attendance.")),
}
PERSON_TYPES = {PersonType.BOTH: _l("Both"), PersonType.INDIVIDUAL: _l("Individual"),
                PersonType.COMPANY: _l("Legal entity")}
LABELS = {"name": _l("Name"), "form": _l("Form"), "group": _l("Group"), "target": _l("Shown on"),
          "person_type": _l("Person type"), "active": _l("Status"), "group_name": _l("Name of the new group"),
          "position": _l("Order")}


class CustomDataView(PlacesView):
    """/settings/custom-data/."""

    route_base, template, table, labels = "/settings/custom-data", "lowcode/custom_data.html", "custom_data", LABELS
    service, find = custom_data, staticmethod(reads.data)
    saved, deleted = _l("Custom data saved."), _l("Custom data deleted.")

    def typed(self):
        text = {name: request.form.get(name, "").strip() for name in ("name", "form", "target", "person_type")}
        return {**text, **typed_group(), "active": "n" if request.form.get("active") == "n" else "y"}

    def stored(self, item):
        return {"name": item.name, "form": str(item.form_id), "group": str(item.group_id or ""), "group_name": "",
                "target": item.target, "person_type": item.person_type, "active": "y" if item.active else "n"}

    def new(self):
        chosen = request.args.get("form", "")
        return {"name": "", "form": chosen if chosen.isdigit() else "", "group": "", "group_name": "",
                "target": str(FieldTarget.ENTITY), "person_type": str(PersonType.BOTH), "active": "y"}

    def values(self, typed):
        return {"name": typed["name"], "form": known(typed["form"]), **group_values(typed), "target": typed["target"],
                "person_type": typed["person_type"], "active": typed["active"] == "y"}

    def told(self, name, typed):
        match name:
            case "active":
                return _("Active") if typed[name] == "y" else _("Inactive")
            case "target":
                return str(TARGETS[typed[name]][0])
            case "person_type":
                return str(PERSON_TYPES[typed[name]])
            case "form" | "group":
                names = dict({"form": reads.forms, "group": reads.groups}[name](db.session, g.viewer))
                return names.get(known(typed[name]), "—")
        return super().told(name, typed)

    def shown(self, item):
        return {"placed": defined().data, "targets": TARGETS, "person_types": PERSON_TYPES}
