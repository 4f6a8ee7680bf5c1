"""A select that holds only the chosen row and asks the server for the rest: 20 a page, scoped, below a parent field."""
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import abort, g, jsonify, request
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy import inspect, literal, select
from sqlalchemy.orm import aliased
from wtforms import Field
from wtforms.validators import Optional, StopValidation
from wtforms.widgets import html_params

from ..extensions import db
from ..lowcode.controls import today
from ..models.classification import (
    Cause,
    Channel,
    Classification,
    DefaultMotive,
    Lasting,
    Motive,
    Occurrence,
    Situation,
    Subclassification,
)
from ..models.company import Company, Department, Unit
from ..models.entity import ContactType, Entity, RoleType
from ..models.product import Product, ProductInformation
from ..queries import products
from ..security.permissions import Perm
from ..security.visibility import visible
from ..text import normalise

TODAY, ACTIVE, ANY = "today", "active", "any"  # rows that a record may be given now, that are switched on, all
OFFERS = (TODAY, ACTIVE, ANY)
PAGE = 20
MAX_PAGES = 50  # who has not found it in 1,000 rows types more letters


@dataclass(frozen=True)
class Source:
    """Rows a lookup offers. `search(session, viewer, term, parent_id, limit, offset)` -> [(id, text)] replaces the
    default search over `key` for tables that have an index of their own; it is also given the ids that `beside` names.
    """

    model: type
    permission: Perm
    parent: str | None = None  # column that points to the parent
    key: str = "name_key"  # normalised column that is searched and gives the order
    label: str = "name"
    active: str | None = "active"
    search: Callable | None = None
    text: Callable = str  # a chosen row as it is shown
    above: str | None = None  # relation to the parent, named beside the row where no parent field stands over it
    beside: tuple[str, ...] = ()  # further arguments of the request, as ids


SOURCES: dict[str, Source] = {
    "company": Source(Company, Perm.COMPANY_READ),
    "unit": Source(Unit, Perm.STRUCTURE_READ, parent="company_id"),
    "department": Source(Department, Perm.STRUCTURE_READ, parent="company_id"),
    "entity": Source(Entity, Perm.ENTITY_READ, parent="company_id"),
    "channel": Source(Channel, Perm.CLASSIFICATION_READ),
    "motive": Source(Motive, Perm.CLASSIFICATION_READ),
    "occurrence": Source(Occurrence, Perm.CLASSIFICATION_READ, parent="motive_id", above="motive"),
    "cause": Source(Cause, Perm.CLASSIFICATION_READ, parent="occurrence_id", above="occurrence"),
    "situation": Source(Situation, Perm.CLASSIFICATION_READ),
    "role_type": Source(RoleType, Perm.CLASSIFICATION_READ),
    "contact_type": Source(ContactType, Perm.CLASSIFICATION_READ),
    "classification": Source(Classification, Perm.CLASSIFICATION_READ),
    "subclassification": Source(
        Subclassification, Perm.CLASSIFICATION_READ, parent="classification_id", above="classification"),
    "product": Source(Product, Perm.CLASSIFICATION_READ, search=products.find_products,
                      text=lambda row: products.product_text(row.name, row.code)),
    "information": Source(ProductInformation, Perm.CLASSIFICATION_READ, parent="motive_id",
                          search=products.find_information, beside=("occurrence", "product"),
                          text=lambda row: products.information_text(row.product.name, row.title)),
    "default_motive": Source(DefaultMotive, Perm.CLASSIFICATION_READ, parent="subclassification_id"),
}


def register_source(name: str, source: Source) -> None:
    """Add a source, or replace one by a richer one; called while the application is put together."""
    SOURCES[name] = source


def source_of(model) -> str | None:
    """The name of the source that offers rows of `model`."""
    return next((name for name, source in SOURCES.items() if source.model is model), None)


def whole(text) -> int | None:
    """An id as posted, or None for anything else."""
    text = str(text or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def offered(source: Source, viewer, *, parent=None, offer=TODAY):
    """Conditions a row must meet to be chosen now; of the trees of classification (B-23) `offer` says by which measure:
    a register is kept ahead of the validity of what it hangs on, and old records are looked for by what they have."""
    model, wanted = source.model, [visible(source.model, viewer)]
    if issubclass(model, Lasting) and offer == TODAY:
        wanted.append(model.in_use_on(today()))
    elif source.active and not (issubclass(model, Lasting) and offer == ANY):
        wanted.append(getattr(model, source.active))
    if source.parent and parent is not None:
        wanted.append(getattr(model, source.parent) == parent)
    return wanted


def find(source: Source, viewer, term: str, *, parent=None, offset=0, beside=None,
         offer=TODAY) -> list[tuple[int, str]]:
    """One row more than a page of (id, text), by name; `term` anywhere in the name, whatever the accents and case."""
    if source.search:
        return source.search(db.session, viewer, term, parent, PAGE + 1, offset, **(beside or {}))
    key, label = getattr(source.model, source.key), getattr(source.model, source.label)
    rows, order = select(source.model.id, label, literal(None)), [key, source.model.id]
    if source.above and parent is None:
        above = aliased(inspect(source.model).relationships[source.above].mapper.class_)
        rows = select(source.model.id, label, above.name).join(above, getattr(source.model, source.above))
        order.insert(1, above.name_key)
    rows = rows.where(*offered(source, viewer, parent=parent, offer=offer))
    if term := normalise(term):
        rows = rows.where(key.contains(term, autoescape=True))
    found = db.session.execute(rows.order_by(*order).limit(PAGE + 1).offset(offset))
    return [(pk, below(text, above)) for pk, text, above in found]


def below(text, above) -> str:
    """A row and the one it hangs on: of "Embalagem" there may be one below every motive."""
    return f"{text} — {above}" if above else str(text)


class LookupView(BaseView):
    """What Select2 asks while a person types; each source asks the permission of its own noun."""

    route_base, default_view = "/lookup", "lookup"
    class_permission_name = "account"
    method_permission_name = {"lookup": "use"}

    @expose("/<source>")
    @has_access
    def lookup(self, source):
        chosen, offer = SOURCES.get(source) or abort(404), request.args.get("offer", TODAY)
        if not g.viewer.may(chosen.permission):
            abort(403)
        if offer not in OFFERS:
            abort(400)
        page = min(whole(request.args.get("page")) or 1, MAX_PAGES)
        parent = request.args.get("parent")
        if chosen.parent and parent is not None and not parent:
            return jsonify(results=[], pagination={"more": False})
        term = request.args.get("q", "")[:200].replace("\0", "")
        under = (whole(parent) or 0) if parent else None
        rows = find(chosen, g.viewer, term, parent=under, offset=(page - 1) * PAGE, offer=offer,
                    beside={name: whole(request.args.get(name)) for name in chosen.beside})
        return jsonify(results=[{"id": pk, "text": text} for pk, text in rows[:PAGE]],
                       pagination={"more": len(rows) > PAGE and page < MAX_PAGES})


# What an empty child says; by the source of its parent.
FIRST = {
    "motive": _l("Choose the motive first"), "motive_id": _l("Choose the motive first"),
    "occurrence": _l("Choose the occurrence first"),
    "company": _l("Choose the company first"),
    "classification": _l("Choose the classification first"),
    "subclassification": _l("Choose the subclassification first"),
}


class LookupWidget:
    """The native select with the chosen rows, and those found where a form searches without scripts; lookup.js makes it
    searchable."""

    def __call__(self, field, **attributes):
        before = field.id[:-len(field.short_name)]
        attributes = {
            "id": field.id, "name": field.name, "class_": "form-control",
            "data_lookup": f"/lookup/{field.source}" + (f"?offer={field.offer}" if field.offer != TODAY else ""),
            **({"data_parent": before + field.parent, "data_first": str(FIRST.get(field.parent, ""))}
               if field.parent else {}),
            **({"data_beside": " ".join(f"{name}={before}{other}" for name, other in field.beside.items())}
               if field.beside else {}), **attributes}
        blank = "" if field.multiple else Markup('<option value=""></option>')
        rows = field.shown if field.multiple else [field.shown] if field.shown else []
        chosen = Markup("").join(Markup('<option value="{}" selected>{}</option>').format(*row) for row in rows)
        chosen += Markup("").join(
            Markup('<option value="{}">{}</option>').format(*row) for row in field.found if row not in rows)
        escaped = Markup(html_params(multiple=field.multiple, **attributes))  # noqa: S704  (WTForms escapes the values)
        return Markup("<select {}>{}{}</select>").format(escaped, blank, chosen)


class _Lookup(Field):
    """What fields of one row and of several have in common."""

    widget = LookupWidget()
    parent = None
    offer = TODAY
    beside: dict = {}  # argument of the request -> field whose value it carries
    found: Sequence[tuple] = ()  # (id, text) to choose from

    def look_for(self, term: str) -> bool:
        """Offer a page of what has these words, as a browser without scripts needs it; whether there is more."""
        rows = find(SOURCES[self.source], g.viewer, term[:200].replace("\0", ""), offer=self.offer)
        self.found = rows[:PAGE]
        return len(rows) > PAGE

    def text_of(self, row) -> tuple:
        """(id, text) of a chosen row."""
        source = SOURCES.get(self.source)
        text = source.text(row) if source else str(row)
        return row.id, below(text, getattr(row, source.above)) if source and source.above and not self.parent else text


class LookupField(_Lookup):
    """`data` is the row or None. A posted id is read through the viewer's scope, must be offered unless it was already
    the stored one, and must be a child of what the parent field holds."""

    multiple = False

    def __init__(self, label=None, validators=None, source="", parent=None, offer=TODAY, **options):
        super().__init__(label, validators or [Optional()], **options)
        self.source, self.parent, self.offer = source, parent, offer
        self.shown = None  # (id, text): kept, so that rendering after a rollback reads nothing

    def process_data(self, value):
        self.data, self.bad = value, False
        self.shown = self.text_of(value) if value is not None else None

    def process_formdata(self, values):
        # A disabled select, one whose parent was emptied, posts nothing: that is empty, not "as it was".
        stored, posted = self.shown, (values or [""])[0].strip()
        if stored is not None and posted == str(stored[0]):
            self.bad = False
            return
        self.data = self.shown = None
        pk, source = whole(posted), SOURCES[self.source]
        if pk is not None:
            self.data = db.session.scalar(
                select(source.model).where(
                    source.model.id == pk, *offered(source, g.get("viewer"), offer=self.offer)))
        self.bad = bool(posted) and self.data is None
        if self.data is not None:
            self.shown = self.text_of(self.data)

    def pre_validate(self, form):
        # StopValidation: the rule that a value is required would put its own words over these.
        if self.bad:
            raise StopValidation(self.gettext("Not a valid choice."))
        if self.parent is None or self.data is None or self.parent not in form:
            return
        above = form[self.parent].shown
        if above is None and getattr(form, "searching", False):
            return
        column = SOURCES[self.source].parent
        if above is None or getattr(self.data, column) != above[0]:
            raise StopValidation(self.gettext("Not a valid choice."))


class LookupsField(_Lookup):
    """Several rows: `data` is their list. Each posted id is read through the viewer's scope; a stored one may stay."""

    multiple = True

    def __init__(self, label=None, validators=None, source="", parent=None, beside=None, **options):
        super().__init__(label, validators or [Optional()], **options)
        self.source, self.shown, self.bad = source, [], False
        self.parent, self.beside = parent, beside or {}

    def process_data(self, value):
        self.data, self.bad = list(value or ()), False
        self.shown = [self.text_of(row) for row in self.data]

    def process_formdata(self, values):
        stored = {row.id: row for row in self.data}
        posted = [text.strip() for text in values if text.strip()]
        ids = [whole(text) for text in posted]
        new = [pk for pk in ids if pk is not None and pk not in stored]
        if new:
            source = SOURCES[self.source]
            rows = db.session.scalars(
                select(source.model).where(source.model.id.in_(new), *offered(source, g.get("viewer"))))
            stored.update((row.id, row) for row in rows)
        self.data = [stored[pk] for pk in dict.fromkeys(ids) if pk in stored]
        self.bad = any(pk not in stored for pk in ids)
        self.shown = [self.text_of(row) for row in self.data]

    def pre_validate(self, form):
        if self.bad:
            raise StopValidation(self.gettext("Not a valid choice."))
