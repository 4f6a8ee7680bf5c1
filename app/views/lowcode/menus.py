"""Tab "Menu": the menus that configurators add, their order, and how the sidebar will look (M-80…M-86)."""
from flask import g, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ...extensions import db
from ...lowcode.icons import ICONS
from ...models.dynamic_menu import RecordPermission, RecordsOf
from ...queries import dynamic_menus as reads
from ...security.labels import role_label
from ...services import dynamic_menus
from ..custom import defined
from .places import PlacesView, group_values, known, typed_group

PERMISSIONS = {  # code -> (label, what it lets people do)
    RecordPermission.READ: (_l("Reading"), _l("Records are seen, not added and not changed.")),
    RecordPermission.ADD: (_l("Adding"), _l("Records are seen and added; what was saved stays.")),
    RecordPermission.ADD_EDIT: (_l("Adding and editing"), _l("Records are seen, added and changed.")),
}
RECORDS = {
    RecordsOf.OWN: (_l("Own records"), _l("Each person sees what he added himself.")),
    RecordsOf.DEPARTMENT: (_l("Of the department"), _l("And what colleagues of the same department added.")),
    RecordsOf.ALL: (_l("All"), _l("What anybody added, in the companies that the person sees.")),
}
LABELS = {
    "icon": _l("Icon"), "name": _l("Name"), "form": _l("Form"), "group": _l("Group"), "active": _l("Status"),
    "record_permission": _l("Record permission type"), "records_of": _l("Records of"),
    "roles": _l("Roles with access"), "group_name": _l("Name of the new group"), "position": _l("Order")}
DEFAULT_ICON = next(iter(ICONS))


class MenusView(PlacesView):
    """/settings/menus/: "Configuração de Menus"."""

    route_base, template, table, labels = "/settings/menus", "lowcode/menus.html", "dynamic_menu", LABELS
    service, find, moved_within = dynamic_menus, staticmethod(reads.menu), ("group",)
    saved, deleted = _l("Menu saved. It is in the sidebar of those roles at their next page."), _l("Menu deleted.")

    def said(self, item):
        if item.roles:
            return super().said(item)
        return _("Menu saved. Without a role nobody sees it."), "warning"

    def typed(self):
        text = {name: request.form.get(name, "").strip() for name in (
            "icon", "name", "form", "record_permission", "records_of")}
        return {**text, **typed_group(), "active": "n" if request.form.get("active") == "n" else "y",
                "roles": sorted(request.form.getlist("roles"))}

    def stored(self, item):
        return {"icon": item.icon, "name": item.name, "form": str(item.form_id), "group": str(item.group_id or ""),
                "group_name": "", "active": "y" if item.active else "n", "record_permission": item.record_permission,
                "records_of": item.records_of, "roles": sorted(str(role.id) for role in item.roles)}

    def new(self):
        offered = [role for role in reads.roles(db.session, g.viewer) if role.uses]
        chosen = request.args.get("form", "")
        return {"icon": DEFAULT_ICON, "name": "", "form": chosen if chosen.isdigit() else "", "group": "",
                "group_name": "", "active": "y", "record_permission": str(RecordPermission.ADD_EDIT),
                "records_of": str(RecordsOf.ALL), "roles": sorted(str(role.id) for role in offered)}

    def values(self, typed):
        return {"icon": typed["icon"], "name": typed["name"], "form": known(typed["form"]), **group_values(typed),
                "active": typed["active"] == "y", "record_permission": typed["record_permission"],
                "records_of": typed["records_of"], "roles": [known(each) for each in typed["roles"]]}

    def told(self, name, typed):
        match name:
            case "active":
                return _("Active") if typed[name] == "y" else _("Inactive")
            case "record_permission" | "records_of":
                return str({**PERMISSIONS, **RECORDS}[typed[name]][0])
            case "icon":
                return str(ICONS.get(typed[name], typed[name]))
            case "form" | "group":
                names = dict({"form": reads.forms, "group": reads.groups}[name](db.session, g.viewer))
                return names.get(known(typed[name]), "—")
            case "roles":
                names = {str(role.id): role_label(role.name) for role in reads.roles(db.session, g.viewer)}
                return ", ".join(names[each] for each in typed[name] if each in names) or "—"
        return super().told(name, typed)

    def shown(self, item):
        other = {item.icon: item.icon.rpartition("fa-")[2]} if item is not None and item.icon not in ICONS else {}
        return {"menus": defined().menus, "blocks": self._blocks(defined().menus), "icons": {**other, **ICONS},
                "permissions": PERMISSIONS, "records": RECORDS,
                "roles": [(str(role.id), role_label(role.name), role.uses)
                          for role in reads.roles(db.session, g.viewer)]}

    @staticmethod
    def _blocks(menus):
        """[(group, name, menus)] in the order of the sidebar, those of no group first; a group without menus is there
        too, so that one can be moved into it."""
        of: dict = {None: []}
        for menu in menus:
            of.setdefault(menu.group_id, []).append(menu)
        headings = reads.headings(db.session, g.viewer, [pk for pk in of if pk is not None])
        return [(None, None, of[None]), *((pk, name, of.get(pk, [])) for pk, name in headings)]
