"""Fields that configurators add, put into a generated view for one request. The shared view is never touched."""
from flask import g
from flask_babel import lazy_gettext as _l

from ..lowcode import fields

PREFIX = "x_"  # of posted names: no column begins so


def definitions(session, target: str) -> list:
    """The active fields of a target, read once a request."""
    kept = g.setdefault("_custom_definitions", {})
    if target not in kept:
        kept[target] = fields.definitions(session, target)
    return kept[target]


class CustomFieldsMixin:
    """`custom_target`: entity or attendance. Mix in before AppModelView."""

    custom_target = ""
    custom_title = _l("Custom information")

    def custom_definitions(self):
        return definitions(self.datamodel.session, self.custom_target)

    def form_columns(self, adding):
        return super().form_columns(adding) + [PREFIX + each.key for each in self.custom_definitions()]

    def form_class(self, adding):
        made = {PREFIX + each.key: fields.field_of(each) for each in self.custom_definitions()}
        return type("CustomForm", (super().form_class(adding),), made) if made else super().form_class(adding)

    def form_fieldsets(self, adding):
        own = {PREFIX + each.key for each in self.custom_definitions()}
        panels = [(title, [n for n in names if n not in own]) for title, names in super().form_fieldsets(adding)]
        panels = [(title, names) for title, names in panels if names]
        added = [PREFIX + each.key for each in self.custom_definitions()]
        return panels + ([(self.custom_title, added)] if added else [])

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
