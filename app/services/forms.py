"""The verbs of configurators' forms ("Formulários"): the whole form with its sections and fields is saved at once."""
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from ..errors import Conflict, InvalidMany
from ..models.custom_field import CustomField
from ..models.custom_form import CustomData, CustomForm
from ..models.dynamic_menu import DynamicMenu
from ..queries import form_use
from ..queries.catalogue import hold
from ..security.permissions import Perm
from . import field_filling, form_document, form_log, form_rules
from .form_document import PROPERTIES, REQUIRED, Document
from .log import expect_log, record
from .records import get_visible, refuse_stale, require


def create(session, values: dict, *, actor, now: datetime) -> CustomForm:
    """Add a form. `values`: name, slug (made from the name where it is missing), help, active, sections as
    [{"key"?, "title"}] and fields as [{"key"?, "ref"?, "name", "type", "help", "section", "required", "options":
    [{"value"?, "label", "active"}], "default", "mask", "pattern", "pattern_help", "minimum", "maximum", "shown_if",
    "in_list", "searchable", "active"}] in their order; keys, and values of options, are made from the labels where they
    are missing. `ref` is any mark by which `shown_if` may name a field that has no key yet.

    Raises Forbidden, InvalidMany with each refusal at its place (``fields.3.options.1.label``), Conflict.
    """
    require(actor, Perm.CUSTOM_FORM_WRITE)
    hold(session)
    document = form_document.read({"sections": [], "fields": [], **values})
    form = CustomForm(name=document.name, active=document.active is not False, help=document.help, sections=[])
    if document.name is None:
        document.refuse("name", REQUIRED)
    taken = set(session.scalars(select(CustomForm.slug)))
    if document.slug in taken:
        document.refuse("slug", _l("There is already a form with this code."))
    form.slug = document.slug or form_document.slug_of(document.name or "", taken)
    form.created_at = form.updated_at = now
    return _save(session, form, document, "create", actor=actor, now=now)


def update(session, pk: int, values: dict, *, version: int | None = None, actor, now: datetime) -> CustomForm:
    """Change a form. What `values` leaves out of name, help, active, sections and fields stays; a field of the form
    that is not among the given `fields` is removed, which only one without values allows. Keys, codes and the slug
    never change; the type of a field with values only as `form_types.MAY_BECOME` says.

    Raises Forbidden, NotFound, Stale, InvalidMany, Conflict.
    """
    require(actor, Perm.CUSTOM_FORM_WRITE)
    hold(session)
    form = get_visible(session, CustomForm, pk, actor)
    refuse_stale(form, version)
    document = form_document.read(values)
    if "name" in document.given and document.name is None:
        document.refuse("name", REQUIRED)
    if document.slug not in (None, form.slug):
        document.refuse("slug", _l("The code cannot change: other systems use it."))
    return _save(session, form, document, "update", actor=actor, now=now)


def delete(session, pk: int, *, version: int | None = None, actor, now: datetime) -> None:
    """Remove a form that nothing uses. Raises Forbidden, NotFound, Stale, Conflict that says what uses it."""
    require(actor, Perm.CUSTOM_FORM_WRITE)
    hold(session)
    form = get_visible(session, CustomForm, pk, actor)
    refuse_stale(form, version)
    menus = session.scalars(select(DynamicMenu.name).where(DynamicMenu.form_id == pk).order_by(DynamicMenu.name_key))
    if names := list(menus):
        raise Conflict(_l("The menus %(names)s lead to this form: it can be switched off, not deleted."),
                       names=_listed(names))
    if names := list(session.scalars(select(CustomData.name).where(CustomData.form_id == pk))):
        raise Conflict(_l("It stands on persons or attendances as %(names)s: it can be switched off, not deleted."),
                       names=_listed(names))
    if form_use.has_records(session, pk):
        raise Conflict(_l("There are records of this form: it can be switched off, not deleted."))
    before = form_log.snapshot(form)
    record(session, form, "delete", form_log.changes(before, None), actor=actor, now=now, children=form.fields)
    session.delete(form)
    session.flush()  # a foreign key in use speaks here


def _listed(names: list[str]) -> str:
    shown = ", ".join(f"“{name}”" for name in names[:5])
    return shown + (f" (+{len(names) - 5})" if len(names) > 5 else "")


def _save(session, form, document: Document, action, *, actor, now) -> CustomForm:
    before = form_log.snapshot(form) if action == "update" else None
    searched = _searched(form)
    stored = {field.id: field for field in form.fields}
    if document.fields is not None:
        if document.sections is None:
            document.sections = [dict(each) for each in form.sections or ()]
        form_rules.check(session, document, stored, form.id)
    if document.errors:
        raise InvalidMany(document.errors) if len(document.errors) > 1 else document.errors[0]
    with session.no_autoflush:  # the guard wants the log entry before anything is written
        for name in ("name", "help", "active"):
            if name in document.given:
                _set(form, name, getattr(document, name))
        if document.sections is not None:
            _set(form, "sections", document.sections)
        if document.fields is not None:
            _put_fields(session, form, document.fields, stored)
        made = form_log.changes(before, form_log.snapshot(form))
        if not made:
            return form  # nothing written, no log entry, same version
        form.updated_at = now
        flag_modified(form, "updated_at")  # a change of fields alone must move the version
        session.add(form)
        record(session, form, action, made, actor=actor, now=now, children=[*stored.values(), *form.fields])
    session.flush()  # constraints speak here, where the page still stands
    _index(session, form, searched, actor=actor, now=now)
    return form


def _searched(form) -> dict[int, tuple]:
    """What the index of each searchable field in use depends on, by id."""
    return {field.id: (field.type, [each["label"] for each in field.options or ()]) for field in form.fields
            if form.active and field.searchable and field.active}


def _index(session, form, before, *, actor, now) -> None:
    """The index follows: fields that can be searched from now on, or in another way, are filled; others leave it. Of an
    option with another label only the words of the records are made anew."""
    after = _searched(form)
    if before != after:
        anew = [pk for pk, (kind, _labels) in after.items() if pk not in before or before[pk][0] != kind]
        field_filling.refill(session, form.id, anew, actor=actor, now=now)


def _set(item, name, value) -> None:
    """Only what differs: an equal list put anew would be a change for the database."""
    old = getattr(item, name)
    if old != value or type(old) is not type(value):  # no is not 0
        setattr(item, name, value)


def _put_fields(session, form, rows, stored) -> None:
    kept = []
    for position, row in enumerate(rows, 1):
        field = stored.get(row["id"]) or CustomField(key=row["key"])
        for name in PROPERTIES:
            _set(field, name, row[name])
        _set(field, "position", position)
        kept.append(field)
    expect_log(session, form, *stored.values(), *kept)
    left = [field for field in form.fields if field in kept]
    if len(left) < len(stored):
        form.fields[:] = left  # the cascade deletes the others
        session.flush()  # before a new one takes the key of one that went
    if kept != list(form.fields):
        form.fields[:] = kept
