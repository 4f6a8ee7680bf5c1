"""Fields that configurators add, put into a generated view for one request. The shared view is never touched."""
from flask import g

from ..extensions import db
from ..lowcode import fields
from ..lowcode.fields import PREFIX
from ..queries.catalogue import Catalogue, FieldSpec, catalogue
from ..services import field_filling, jobs
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


def register(_appbuilder) -> None:
    """The job that fills the index of fields."""
    jobs.register_kind(field_filling.KIND, field_filling.LABEL, field_filling.run)


class CustomFieldsMixin:
    """`custom_target`: entity or attendance. Mix in before AppModelView."""

    custom_target = ""

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
        stored = item.custom_values or {}
        return {**super().stored_values(item),
                **{PREFIX + each.key: fields.read(each, stored.get(each.key)) for each in self.custom_definitions()}}

    def values_of(self, form, adding):
        values = super().values_of(form, adding)
        custom = {each.key: fields.store(each, values.pop(PREFIX + each.key)) for each in self.custom_definitions()}
        if adding:
            custom = {key: value for key, value in custom.items() if value is not None}
        return {**values, "custom_values": custom} if self.custom_definitions() else values

    def stored_text(self, name, value):
        for each in self.custom_definitions():
            if name == PREFIX + each.key:
                return fields.shown(each, fields.store(each, value)) or "—"
        return super().stored_text(name, value)

    def list_cells(self):
        return super().list_cells() + [self._custom_cell(each) for each in self.custom_definitions() if each.in_list]

    def show_cells(self):
        return super().show_cells() + [self._custom_cell(each)[:2] for each in self.custom_definitions()]

    @staticmethod
    def _custom_cell(definition):
        """(label, item -> text, key)"""
        return (definition.name, lambda item: fields.shown(definition, (item.custom_values or {}).get(definition.key)),
                PREFIX + definition.key)
