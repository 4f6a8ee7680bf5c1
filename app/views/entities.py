"""Entidades: the list with one search box, the record, "Cadastro completo" and "Cadastro simplificado"."""
from flask import flash, g, jsonify, request
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.models.filters import BaseFilter
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, select
from sqlalchemy.orm import joinedload, load_only, selectinload

from .. import cep, documents, phones
from ..database import unit_of_work, utc_now
from ..errors import DomainError
from ..extensions import db
from ..models.company import Unit
from ..models.entity import ROLE_BREAK, Entity, EntityContact
from ..queries import alerts as alert_reads
from ..queries import search
from ..queries.catalogue import FieldSpec
from ..security.permissions import Perm
from ..security.safe_next import safe_next
from ..security.visibility import visible
from ..services import entities
from ..services.entity_labels import LABELS
from ..text import normalise
from .base import AppModelView
from .custom_filters import FieldFiltersMixin
from .entity_fields import PersonFieldsMixin
from .entity_forms import (
    ECONTACT_KINDS,
    KINDS,
    NO_MAIN,
    PHONE_KINDS,
    companies_to_choose,
    document_field,
    handed_over,
    row_fields,
)
from .entity_simple import SimpleMixin
from .lookup import LookupField, Source, register_source
from .saving import untold

WHO = ["kind", "name", "social_name", "trade_name", "document", "birth_date", "active"]
REST = [
    (_l("Entity roles"), {"fields": ["roles"]}), (_l("Addresses"), {"fields": ["addresses"]}),
    (_l("Phones"), {"fields": ["phones"]}), (_l("E-contacts"), {"fields": ["econtacts"]}),
    (_l("Related to"), {"fields": ["contacts"]}), (_l("Units"), {"fields": ["unit_rows"]}),
    (_l("Notes"), {"fields": ["notes"]})]
# What the list shows, in one query.
LISTED = [load_only(
    Entity.name, Entity.social_name, Entity.trade_name, Entity.name_key, Entity.document, Entity.kind,
    Entity.birth_date, Entity.active, Entity.company_id, Entity.custom_values, Entity.main_phone_number,
    Entity.main_econtact_value, Entity.active_role_names)]


def _roles(names: str | None) -> str:
    return ", ".join(sorted(names.split(ROLE_BREAK), key=normalise)) if names else ""


class HasRole(BaseFilter):
    """The entity has this role, active."""

    name = _l("Is equal to")

    def apply(self, query, value):
        return query.filter(Entity.roles.any(role_type_id=value.id, active=True))


class Box:
    """The one search box as an operator of the list: `scope` is all but what was typed in it."""

    def __init__(self, text):
        self.search, self.scope = search.Search(db.session, text), None

    def apply(self, query, _text):
        self.scope = query.whereclause
        return query.filter(self.search.condition)


class _Service:
    """What the complete form calls: the service, after a look for the same phone or e-mail elsewhere."""

    @staticmethod
    def create(session, values, *, actor, now):
        if not values.pop("confirmed"):
            entities.refuse_known(session, values, actor=actor)
        return entities.create(session, values, actor=actor, now=now)

    update, delete = staticmethod(entities.update), staticmethod(entities.delete)


class EntityView(SimpleMixin, FieldFiltersMixin, PersonFieldsMixin, AppModelView):
    noun, route_base = "entity", "/entities"
    datamodel, service, child_rows = SQLAInterface(Entity), _Service, (*entities.ROWS, "unit_rows")
    growing = True
    verbs = {"delete": "delete", "simple_add": "write", "simple_edit": "write"}
    exclude_route_methods = {"action", "action_post"}
    list_title, add_title, edit_title, show_title = (
        _l("Entities"), _l("New entity"), _l("Complete registration"), _l("Entity"))
    list_columns = ["name", "document", "main_phone", "main_econtact", "active_roles", "active"]
    list_key, list_file = "entities", "entidades"
    more_columns = ("kind", "trade_name", "birth_date", "company")
    order_columns, base_order = ["name"], ("name", "asc")
    search_columns = ["roles", "kind", "company", "active"]
    search_filters = {"roles": [HasRole]}
    search_form_extra_fields = {"roles": LookupField(_l("Role"), source="role_type")}
    show_columns = ["name"]
    add_fieldsets = [(_l("Identification"), {"fields": ["company", *WHO]}), *REST]
    edit_fieldsets = [(_l("Identification"), {"fields": WHO}), *REST]
    add_form_extra_fields = {
        "company": LookupField(_l("Company"), source="company"), "document": document_field(), **row_fields()}
    edit_form_extra_fields = {"document": document_field(), **row_fields()}
    label_columns, choice_columns = LABELS, {"kind": KINDS}
    column_attributes = {"main_phone": "main_phone_number", "main_econtact": "main_econtact_value",
                         "active_roles": "active_role_names"}
    formatters_columns = {"document": documents.masked, "main_phone": phones.shown, "active_roles": _roles}
    row_formatters = {
        "phones": {"kind": lambda kind: PHONE_KINDS.get(kind, kind), "number": phones.shown},
        "econtacts": {"kind": lambda kind: ECONTACT_KINDS.get(kind, kind)}, "addresses": {"cep": cep.shown},
        "contacts": dict.fromkeys(("phone", "fax", "mobile"), phones.shown)}
    description_columns = {
        "social_name": _l("The name the person chose; it is shown instead of the registered one."),
        "active": _l("An inactive entity stays on what it is on and is offered no more.")}
    list_template, show_template = "entities/list.html", "entities/show.html"
    add_template = edit_template = "entities/form.html"
    empty_text = _l("Register the first person or company: name and phone are enough.")

    def _init_listing(self):
        super()._init_listing()
        self._cells[0] = (self._cells[0][0], str, "name")  # the name a person goes by; name_key is of that one too
        self._list_options = LISTED
        self._show_options = [
            joinedload(Entity.company), *(selectinload(getattr(Entity, name)) for name in (
                "roles", "phones", "econtacts", "addresses", "units")),
            selectinload(Entity.contacts).joinedload(EntityContact.related_entity)]

    # ---- the list: one box on top, filters below

    def filtered(self, query, asked):
        return AppModelView.filtered(query.filter(search.scope(db.session, g.viewer)), asked)

    def search_rows(self):
        rows, asked = super().search_rows()
        if not companies_to_choose():
            rows = [row for row in rows if row["column"] != "company"]
        g.filtered, g.box = bool(asked), None
        if text := request.args.get("q", "").strip():
            g.box = Box(text)
            asked = [*asked, (g.box, text)]
        return rows, asked

    def keyed(self, query, key, desc, *, size, after=None, before=None):
        if g.box is None or isinstance(key, FieldSpec):
            if g.box is not None and g.box.search.ids is not None:
                g.fields_few = True
            return super().keyed(query, key, desc, size=size, after=after, before=before)
        found, before, after = g.box.search.page(g.box.scope, limit=size, after=after, before=before)
        rows = search.load(db.session, [pk for pk, _name in found], [*LISTED, joinedload(Entity.company)])
        return rows, before, after

    # ---- the complete form

    def form_columns(self, adding):
        names = super().form_columns(adding)
        return names if not adding or companies_to_choose() else [name for name in names if name != "company"]

    def preset(self):
        return handed_over()

    def stored_values(self, item):
        return {**super().stored_values(item), "unit_rows": [
            {"unit": unit} for unit in item.units if unit.id in self._units_seen(item)]}

    def _units_seen(self, item):
        """Ids of the entity's units that the viewer may see: restricted ones stay, unseen (see entity_rules)."""
        ids = [unit.id for unit in item.units]
        if ids and "units_seen" not in g:
            g.units_seen = set(db.session.scalars(select(Unit.id).where(Unit.id.in_(ids), visible(Unit, g.viewer))))
        return g.get("units_seen", set())

    def _make_form(self, item=None):
        form = super()._make_form(item)
        if item is not None:
            form.document.entity_id = item.id
        else:
            form.document.stored = None  # what another form hands over was typed, not stored
            form.company.flags.required = True  # shown only where there are several; the service asks for it
        return form

    def values_of(self, form, adding):
        values = super().values_of(form, adding)
        values["units"] = [row["unit"] for row in values.pop("unit_rows") if row["unit"] is not None]
        if not form.document.typed:
            values.pop("document")
        if adding:
            values["confirmed"] = "confirmed" in request.form
        return values

    def _form_page(self, form, adding, error=None, version=None, item=None):
        if form.errors and error is None:
            error = self._also_refused(form, adding, item)
        g.known = entities.known_in(error)
        return super()._form_page(form, adding, error, version, item)

    def _also_refused(self, form, adding, item):
        """What the service would refuse of a form that was not saved: all is told at once."""
        values = self.values_of(form, adding)
        values.pop("confirmed", None)
        try:
            entities.check(db.session, item and item.id, values, actor=g.viewer, now=utc_now())
        except DomainError as error:
            return untold(form, error)
        return None

    def _write(self, form, call, deleting=False):
        """After a save: which fields the attendance will show blank, for lack of a row marked as main (S-26)."""
        error = super()._write(form, call, deleting)
        if error is None and form is not None and "phones" in form:
            blank = [form[name].label.text for name in ("addresses", "phones", "econtacts")
                     if form[name].data and not any(row["is_main"] for row in form[name].data)]
            if blank:
                flash(f"{', '.join(map(str, blank))}: {NO_MAIN}", "info")
        return error

    def _back(self):
        """Where `?return=` says, for screens that send a person here and want him back."""
        target = request.args.get("return")
        return safe_next(target) if target else super()._back()

    def show_more(self, item):
        return {**super().show_more(item),
                "reveal": g.viewer.may(Perm.DOCUMENT_REVEAL) and item.document, "kind": KINDS.get(item.kind),
                "phone_kinds": PHONE_KINDS, "econtact_kinds": ECONTACT_KINDS, "units_seen": self._units_seen(item),
                "alerts": alert_reads.current(db.session, g.viewer, item, now=utc_now()),
                "orders": g.viewer.may(Perm.ORDER_READ),
                "appointments": g.viewer.may(Perm.APPOINTMENT_READ),
                "sac": g.viewer.may(Perm.ATTENDANCE_READ), "merge": g.viewer.may(Perm.ENTITY_MERGE),
                "surveys": g.viewer.may(Perm.SURVEY_ANSWER)}

    def refused_page(self, error):
        """The record, with the reason why it stays and where it can be deactivated."""
        g.address = f"{self._root()}/show/{request.view_args['pk']}"
        return self.show(request.view_args["pk"]), error.status


class RevealView(BaseView):
    """The whole CPF/CNPJ of one entity, each look logged. A view of its own: it asks a permission of its own."""

    route_base, default_view = "/entities", "reveal"
    class_permission_name = "document"
    method_permission_name = {"reveal": "reveal"}

    @expose("/<int:pk>/reveal", methods=["POST"])
    @has_access
    def reveal(self, pk):
        try:
            with unit_of_work(db.session) as session:
                number = entities.reveal_document(session, pk, actor=g.viewer, now=utc_now())
        except DomainError as error:
            return jsonify(error=str(error)), error.status
        answer = jsonify(document=number)
        answer.headers["Cache-Control"] = "no-store"
        return answer


def choices(session, viewer, term, company_id, limit, offset):
    """The entities a picker offers: [(id, name and masked document)], found as in the search box."""
    below = [Entity.company_id == company_id] if company_id else []
    scope = and_(search.scope(session, viewer), Entity.active, *below)
    found, _before, _after = search.Search(session, term).page(scope, limit=offset + limit)
    rows = search.named(session, [pk for pk, _name in found[offset:]])
    return [(pk, " · ".join(filter(None, (name, documents.masked(document))))) for pk, name, document in rows]


def register(appbuilder) -> None:
    register_source("entity", Source(Entity, Perm.ENTITY_READ, parent="company_id", search=choices))
    appbuilder.add_view(EntityView, "Entities", label=_l("Entities"), icon="fa-address-book",
                        category="Attendance")
    appbuilder.add_view_no_menu(RevealView)
