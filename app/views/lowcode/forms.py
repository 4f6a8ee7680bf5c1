"""Register "Formulários": the list, the form as it is, and the designer in which it is made."""
from flask import abort, g, jsonify, redirect, request, url_for
from flask_appbuilder import expose, has_access
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from ...database import unit_of_work, utc_now
from ...errors import Stale
from ...extensions import db
from ...models.custom_form import CustomForm, FieldTarget
from ...security.permissions import Perm
from ...services import form_rules, form_types, forms
from ...services.refusals import REFUSALS, refusal
from ..base import AppModelView
from ..custom import defined
from ..lookup import whole
from . import documents, preview
from .words import ICONS, words

MOST_SHOWN = 3  # places of a form named in the list
STATES = {True: _l("Active"), False: _l("Inactive")}


class FormView(AppModelView):
    """/settings/forms/: `add` and `edit` are the designer, which sends the whole form at once as JSON."""

    noun, route_base, default_view = "custom_form", "/settings/forms", "list"
    verbs = {"index": "read", "look": "read", "preview": "write", "type_of": "write"}
    datamodel, service = SQLAInterface(CustomForm), forms
    list_title, add_title, edit_title, show_title = _l("Forms"), _l("New form"), _l("Edit form"), _l("Form")
    list_template, show_template = "lowcode/forms.html", "lowcode/form_show.html"
    list_columns, show_columns = ["name", "active"], ["name", "slug", "help", "active"]
    add_columns = edit_columns = ["name"]
    search_columns, order_columns, base_order = ["name", "active"], ["name", "active"], ("name", "asc")
    label_columns = {"name": _l("Name"), "slug": _l("Code"), "help": _l("Help"), "active": _l("Status")}
    formatters_columns = {"active": lambda value: str(STATES[bool(value)])}
    delete_row_message, copies = _l("Form deleted."), True
    empty_text = _l("A form is a set of fields. It stands behind a menu, on the register of persons or on attendances.")

    @expose("/")
    @has_access
    def index(self):
        """The list."""
        return redirect(url_for(".list"))

    def list_cells(self):
        name, state = super().list_cells()
        return [name, (_("Fields"), lambda item: str(len(defined().forms[item.id].fields)), "fields"),
                (_("Where it is used"), lambda item: _shortened(used_in(item.id)), "used"), state]

    def show_more(self, item):
        spec = defined().forms[item.id]
        return {"spec": spec, "types": form_types.NAMES, "icons": ICONS, "used": used_in(item.id),
                "look": preview.drawn(spec), "names": {each.key: each.name for each in spec.every}}

    @expose("/<int:pk>/look", methods=["GET"])
    @has_access
    def look(self, pk):
        """The fields of a form as markup."""
        return preview.of_stored(db.session, pk) or abort(404)

    @expose("/<int:pk>/type-of/<key>", methods=["GET"])
    @has_access
    def type_of(self, pk, key):
        """{"stays": why the type of a stored field is bound, or null, "into": what it may become all the same}."""
        item = self.find_or_404(pk)
        field = next((each for each in item.fields if each.key == key), None) or abort(404)
        stays = form_rules.type_stays(db.session, field)
        into = form_types.MAY_BECOME.get(field.type, ())
        return jsonify(stays=stays and str(stays), into=sorted({str(field.type), *map(str, into)}))

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self):
        """The designer with an empty form, or with a copy of the one that `?copy=` names."""
        if request.method == "POST":
            return self._save(None)
        document = documents.blank()
        if (copy := request.args.get("copy")) is not None:
            item = self.find_or_404(copy)
            document = documents.copied(documents.of_form(item), _("%(name)s (copy)", name=item.name)[:120])
        return self._designer(document)

    @expose("/edit/<pk>", methods=["GET", "POST"])
    @has_access
    def edit(self, pk):
        item = self.find_or_404(pk)
        return self._save(item) if request.method == "POST" else self._designer(documents.of_form(item), item)

    @expose("/preview", methods=["POST"])
    @has_access
    def preview(self):
        """{"html", "keys"} of the document that is being written; nothing is stored."""
        document = _posted()
        pk = document.get("id")
        item = self.find_or_404(pk) if pk is not None else None
        stored = {field.id: field for field in item.fields} if item is not None else {}
        html, keys = preview.of_values(db.session, documents.values_of(document), stored, item and item.id)
        db.session.rollback()
        return jsonify(html=html, keys=keys)

    def _designer(self, document, item=None):
        return self.render_template(
            "lowcode/designer.html", title=self.edit_title if item else self.add_title, item=item, document=document,
            types=[(str(kind), name, ICONS[kind], sorted(form_types.properties(kind)))
                   for kind, name in form_types.NAMES.items()],
            counted=sorted(form_types.COUNTED), numbers=sorted(form_types.NUMBERS), words=words(),
            used=used_in(item.id) if item else [],
            taken_away=taken_away(item.id) if item else [], may_log=g.viewer.may(Perm.LOG_READ))

    def _save(self, item):
        """JSON in, JSON out: the form as it is stored now, or each refusal at its place."""
        document, pk = _posted(), item and item.id
        away = taken_away(pk) if item and item.active else []
        values, common = documents.values_of(document), {"actor": g.viewer, "now": utc_now()}
        try:
            with unit_of_work(db.session) as session:
                if pk is None:
                    pk = forms.create(session, values, **common).id
                else:
                    forms.update(session, pk, values, version=whole(document.get("version")) or 0, **common)
        except REFUSALS as raised:
            error = refusal(raised)
            if error.status == 404:
                abort(404)
            body = {"error": str(error), "fields": {each.field: str(each) for each in getattr(error, "errors", [error])
                                                    if each.field}}
            if isinstance(error, Stale):
                body["document"] = documents.of_form(self.find_or_404(pk))
            return jsonify(body), error.status
        item = self.find_or_404(pk)
        gone = _("The form was saved and is inactive. No longer shown: %(what)s.", what="; ".join(away)) \
            if away and not item.active else None
        return jsonify(document=documents.of_form(item), location=url_for(".edit", pk=pk), said=gone)


def used_in(form_id: int) -> list[str]:
    """Where a form is: its menus, and where it stands."""
    found, known = defined(), {FieldTarget.ENTITY: _("Persons: %(name)s"), FieldTarget.ATTENDANCE: _(
        "Attendances: %(name)s")}
    return [*(_("Menu: %(name)s", name=menu.name) for menu in found.menus if menu.form.id == form_id),
            *(known[data.target] % {"name": data.name} for data in found.data if data.form.id == form_id)]


def taken_away(form_id: int) -> list[str]:
    """What nobody is shown any more once the form is inactive: its menus, each with how many roles have it, and its
    fields where they stand."""
    found = defined()
    places = {FieldTarget.ENTITY: _("the fields of “%(name)s” on persons"),
              FieldTarget.ATTENDANCE: _("the fields of “%(name)s” on attendances")}
    return [*(ngettext("the menu “%(name)s”, of %(num)s role", "the menu “%(name)s”, of %(num)s roles",
                       len(menu.role_ids), name=menu.name)
              for menu in found.menus if menu.active and menu.form.id == form_id),
            *(places[data.target] % {"name": data.name}
              for data in found.data if data.active and data.form.id == form_id)]


def _shortened(lines: list[str]) -> str:
    """The first of them, and how many more there are."""
    more = f" (+{len(lines) - MOST_SHOWN})" if len(lines) > MOST_SHOWN else ""
    return "; ".join(lines[:MOST_SHOWN]) + more or _("Nowhere yet")


def _posted() -> dict:
    sent = request.get_json(silent=True)
    return sent if isinstance(sent, dict) else abort(400)
