"""Forms with their fields in a package, and where they stand: behind menus, on persons, on attendances."""
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import lazy_gettext as _l

from ...errors import Conflict, Invalid
from ...models.custom_field import FieldType
from ...models.custom_form import CustomData, CustomForm
from ...models.dynamic_menu import DynamicMenu
from ...queries import form_use
from ...queries.catalogue import FieldSpec, catalogue
from ...security.permissions import Perm
from .. import custom_data, dynamic_menus, forms
from .known import Known, Path, shown
from .part import NOTHING, Part

_FIELD = {each.name: each.default for each in FieldSpec.__dataclass_fields__.values()
          if each.name not in ("id", "form_id", "position")}  # what is said of a field, and what a silent package means
PLACES = {"entity": _l("Personal register"), "attendance": _l("Attendance")}
_ATTRIBUTES = {"slug", "name", "active", "help", "sections", "fields"}


class FormsPart(Part):
    """A form is known by its slug, its fields by their keys. Fields that the package does not name stay behind its."""

    columns: Any = {}

    def __init__(self):
        super().__init__("forms", _l("Forms"), CustomForm, forms, Perm.CUSTOM_FORM_WRITE, key="slug")

    def read(self, session, known: Known) -> list[tuple[int, dict]]:
        found = sorted(catalogue(session).forms.values(), key=lambda form: form.slug)
        for form in found:
            known.keep(CustomForm, form.id, (form.slug,))
        return [(form.id, {"slug": form.slug, "name": form.name, "active": form.active, "help": form.help,
                           "sections": [{"key": key, "title": title} for key, title in form.sections],
                           "fields": [_said(each) for each in form.every]}) for form in found]

    def values(self, entry: dict, known: Known) -> dict:
        if unknown := sorted(set(entry) - _ATTRIBUTES):
            raise Invalid(_l("This version of the product does not know “%(name)s”."), field=unknown[0],
                          name=unknown[0][:60])
        for place, each in enumerate(_rows(entry, "fields")):
            if unknown := sorted(set(each) - set(_FIELD)):
                raise Invalid(_l("This version of the product does not know “%(name)s”."),
                              field=f"fields.{place}.{unknown[0]}"[:80], name=unknown[0][:60])
            if not each.get("key"):
                raise Invalid(_l("This field is required."), field=f"fields.{place}.key")
        _rows(entry, "sections")
        return dict(entry)

    def differs(self, name: str, old, new) -> bool:
        if name != "fields" or not isinstance(new, list):
            return (old or None) != (new or None) if name == "help" else old != new
        return [_whole(each) for each in old or ()] != [_whole(each) for each in new if isinstance(each, dict)]

    def update(self, session, pk: int, values: dict, *, actor, now) -> None:
        if "fields" in values:
            there = catalogue(session).forms[pk].by_key
            named = {each.get("key") for each in values["fields"]}
            stay = [_said(each) for key, each in there.items() if key not in named]
            values = {**values, "fields": [
                {**_whole(each), "id": there[each["key"]].id if each["key"] in there else None}
                for each in (*values["fields"], *stay)]}
        super().update(session, pk, values, actor=actor, now=now)

    def words(self, path: Path, entry=NOTHING) -> str:
        return str(entry.get("name") or "") or shown(path)

    def records(self, session, pk: int) -> int:
        return form_use.count_records(session, pk)

    @property
    def can_rest(self) -> bool:
        return True


class MenusPart(Part):
    """A menu with the records that it leads to."""

    def __init__(self):
        super().__init__("dynamic_menus", _l("Menus"), DynamicMenu, dynamic_menus, Perm.CUSTOM_FORM_WRITE,
                         refs=("form", "group"), lists=("roles",))

    def records(self, session, pk: int) -> int:
        return form_use.count_records(session, session.get(DynamicMenu, pk).form_id)


class CustomDataPart(Part):
    """A form that stands somewhere is known by the place and its name there."""

    def __init__(self):
        super().__init__("custom_data", _l("Custom data"), CustomData, custom_data, Perm.CUSTOM_FORM_WRITE,
                         refs=("form", "group"))

    def path(self, entry: dict) -> Path:
        return (str(entry.get("target")), *super().path(entry))

    def path_of_row(self, row, known: Known) -> Path:
        return (row.target, row.name)

    def words(self, path: Path, entry=NOTHING) -> str:
        return shown((PLACES.get(path[0], path[0]), *path[1:]))

    def create(self, session, values: dict, *, actor, now) -> int:
        with _told_here():
            return super().create(session, values, actor=actor, now=now)

    def update(self, session, pk: int, values: dict, *, actor, now) -> dict | None:
        with _told_here():
            return super().update(session, pk, values, actor=actor, now=now)

    def records(self, session, pk: int) -> int:
        row = session.get(CustomData, pk)
        return form_use.count_holders(session, row.target, [field.key for field in row.form.fields])


@contextmanager
def _told_here():
    """A form that is not here yet cannot be duplicated: what can be done of a package is said instead."""
    try:
        yield
    except custom_data.VariableTaken as error:
        raise Conflict(_l("The variable %(key)s is already one of “%(name)s”, which stands there too. Leave this entry "
                          "out: its form comes in all the same. A copy of the form gets variables of its own and can "
                          "stand there."), field=error.field, **error.params) from error


def _said(spec: FieldSpec) -> dict:
    """What a package says of a field: no more than differs from a plain one."""
    said = {name: list(value) if isinstance(value := getattr(spec, name), tuple) else value for name in _FIELD}
    return {name: value for name, value in said.items() if name in ("key", "name", "type") or value != _default(name)}


def _default(name):
    default = _FIELD[name]
    return list(default) if isinstance(default, tuple) else default


def _whole(said: dict) -> dict:
    filled = {name: None if said.get(name) == "" else said.get(name, _default(name)) for name in _FIELD}
    if filled["type"] in (FieldType.DECIMAL, FieldType.MONEY):
        filled |= {name: _number(filled[name]) for name in ("minimum", "maximum", "default")}
    return {**filled, "options": [{"active": True, **each} for each in filled["options"] or []]}


def _number(text):
    """0.00 is 0."""
    try:
        return f"{Decimal(text).normalize():f}"
    except (InvalidOperation, TypeError, ValueError):
        return text


def _rows(entry, name) -> list[dict]:
    rows = entry.get(name, [])
    if not isinstance(rows, list) or not all(isinstance(each, dict) for each in rows):
        raise Invalid(_l("Not a valid value."), field=name)
    return rows
