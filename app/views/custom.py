"""Fields that configurators add, put into a generated view for one request. The shared view is never touched."""
from dataclasses import dataclass
from typing import Any

from flask import g, request
from flask_babel import gettext as _

from ..database import utc_now
from ..errors import DomainError
from ..extensions import db
from ..lowcode import fields
from ..lowcode.fields import PREFIX
from ..queries.catalogue import Catalogue, DataSpec, FieldSpec, catalogue
from ..services import custom_values, field_filling, jobs, merged_values
from . import field_kinds
from .saving import put_error, untold
from .shell import shell


def defined() -> Catalogue:
    """What configurators have defined, for this request: its token comes with what surrounds every page."""
    if "_defined" not in g:
        tenant = shell().tenant
        g._defined = catalogue(db.session, tenant.defined if tenant else None)
    return g._defined


def definitions(target: str, kind: str | None = None) -> list[FieldSpec]:
    """The fields in use of a target."""
    return defined().fields(target, kind)


def register(appbuilder) -> None:
    """The types that need a request, their files, and the job that fills the index of fields."""
    from .field_files import FieldFileView  # it takes the sending of files from the attendances' screens

    field_kinds.register()
    appbuilder.add_view_no_menu(FieldFileView)
    jobs.register_kind(field_filling.KIND, field_filling.LABEL, field_filling.run)


def also_refused(form, in_use, every, stored: dict | None) -> None:
    """Of a form that is not saved because something could not be read: what the check of values refuses besides, put at
    the fields, so that all is told at once. `stored` is None for a new record."""
    try:
        custom_values.checked(
            db.session, every, fields.given(in_use, form), stored=stored, whole=stored is None, actor=g.viewer,
            now=utc_now(), prefix="custom_values.")
    except DomainError as error:
        if rest := untold(form, error):
            put_error(form, rest)


def headed(placed) -> list[tuple]:
    """[(heading, fields)] of the forms on a record: the name of a form stands only where there are several."""
    return [(" · ".join(filter(None, (data.heading if len(placed) > 1 else "", title))), specs)
            for data in placed for title, specs in data.form.parts]


def show_stored(form, definitions, values: dict | None) -> None:
    """Somebody else saved in between: the typed value stays in its field, the stored one is said under it."""
    for each in definitions:
        field, stored = form[PREFIX + each.key], (values or {}).get(each.key)
        if fields.differs(each, field.data, stored):
            text = fields.shown(each, stored) or "—"
            field.errors = [*field.errors, _("Stored value now: %(value)s", value=text)]


def shown_parts(target: str, placed: list[DataSpec], values: dict | None) -> list[tuple]:
    """[(heading, [(label, markup)])] of what a record holds under the forms on it; of fields no longer in use too."""
    held = {key: value for key, value in (values or {}).items() if value is not None}
    every = [(data.heading, title, spec) for data in placed for title, specs in data.form.parts for spec in specs]
    used = {spec.key for _name, _title, spec in every}
    every += [("", _("Fields no longer in use"), spec)
              for key, spec in defined().every_field(target).items() if key not in used]
    field_kinds.name_persons([spec for *_heading, spec in every], [held])
    parts: dict[str, list] = {}
    for name, title, spec in every:
        if spec.key in held:
            heading = " · ".join(filter(None, (name, title)))
            parts.setdefault(heading, []).append((spec.name, field_kinds.cell(spec, held[spec.key])))
    return list(parts.items())


@dataclass(frozen=True)
class Merged:
    """A field of two records that become one: `name` says which is chosen, where both fill it in two ways."""

    name: str
    label: str
    kept: Any
    merged: Any
    differs: bool
    filled: bool


def merged_rows(target: str, kept, merged) -> list[Merged]:
    """What configurators' fields of two records hold, for the page that compares them; of fields out of use too."""
    mine, theirs = kept.custom_values or {}, merged.custom_values or {}
    every = {**{each.key: each for each in definitions(target)}, **defined().every_field(target)}
    field_kinds.name_persons(every.values(), [mine, theirs])
    both = merged_values.differing(db.session, target, kept, merged)
    return [Merged(merged_values.VALUES + key, spec.name, field_kinds.cell(spec, mine.get(key)),
                   field_kinds.cell(spec, theirs.get(key)), key in both, mine.get(key) is None)
            for key, spec in every.items() if mine.get(key) is not None or theirs.get(key) is not None]


class CustomFieldsMixin:
    """`custom_target`: entity or attendance. Mix in before AppModelView."""

    custom_target = ""
    tells_all = True  # what a field cannot read is told together with what the service refuses

    def custom_definitions(self):
        return definitions(self.custom_target)

    def form_columns(self, adding):
        return super().form_columns(adding) + [PREFIX + each.key for each in self.custom_definitions()]

    def form_class(self, adding):
        made = {PREFIX + each.key: fields.field_of(each) for each in self.custom_definitions()}
        return type("CustomForm", (super().form_class(adding),), made) if made else super().form_class(adding)

    def form_fieldsets(self, adding):
        own = {PREFIX + each.key for each in self.custom_definitions()}
        panels = [(title, [n for n in names if n not in own]) for title, names in super().form_fieldsets(adding)]
        panels = [(title, names) for title, names in panels if names]
        return panels + [(f"{data.name} · {title}" if title else data.name, [PREFIX + each.key for each in specs])
                         for data in defined().on(self.custom_target) for title, specs in data.form.parts]

    def stored_values(self, item):
        return {**super().stored_values(item), **fields.form_data(self.custom_definitions(), item.custom_values)}

    def _make_form(self, item=None):
        form = super()._make_form(item)
        if item is not None and request.method == "GET":
            fields.prefill(form, self.custom_definitions(), item.custom_values)
        return form

    def values_of(self, form, adding):
        values = super().values_of(form, adding)
        values = {name: value for name, value in values.items() if not name.startswith(PREFIX)}
        custom = fields.given(self.custom_definitions(), form)
        return {**values, "custom_values": custom} if self.custom_definitions() else values

    def stored_text(self, name, value):
        for each in self.custom_definitions():
            if name == PREFIX + each.key:
                return fields.shown(each, fields.store(each, value)) or "—"
        return super().stored_text(name, value)

    def list_cells(self):
        return super().list_cells() + [self._custom_cell(each) for each in self.custom_definitions() if each.in_list]

    def show_more(self, item):
        return {**super().show_more(item), "custom_parts": self.custom_parts(item)}

    def about_to_show(self, rows):
        field_kinds.name_persons(self.custom_definitions(), [row.custom_values for row in rows])

    def placed(self, _item) -> list[DataSpec]:
        """The forms on an item, in the order of its page."""
        return defined().on(self.custom_target)

    def custom_parts(self, item) -> list[tuple]:
        """What the item holds, for its page."""
        return shown_parts(self.custom_target, self.placed(item), item.custom_values)

    @staticmethod
    def _custom_cell(definition):
        """(label, item -> text, key)"""
        return (definition.name, lambda item: fields.shown(definition, (item.custom_values or {}).get(definition.key)),
                PREFIX + definition.key)
