"""Configurators' forms on the register of persons ("Dados personalizados", M-89): each stands on individuals, on
companies or on both, and is shown and asked of the kind that is chosen in the form."""
from dataclasses import dataclass

from flask import g, request

from ..lowcode import fields
from ..lowcode.fields import PREFIX
from ..models.custom_form import PersonType
from ..models.entity import EntityKind
from ..queries.catalogue import DataSpec
from .custom import CustomFieldsMixin, defined, definitions


@dataclass(frozen=True)
class Panel:
    """What form_widget.html knows of the panel of a form: whose it is (of all, where `kind` is blank), the group above
    it with the first of a group, and the kind that all of the group are of."""

    kind: str = ""
    group: str = ""
    group_kind: str = ""


class PersonFieldsMixin(CustomFieldsMixin):
    """Mix in before AppModelView, in the place of CustomFieldsMixin."""

    custom_target = "entity"

    def values_of(self, form, adding):
        """Those of the kind that was chosen; what the person holds of the other kind's forms stays as it is."""
        values = super().values_of(form, adding)
        if "custom_values" in values:
            mine = {each.key for each in definitions(self.custom_target, _kind_of(form))}
            values["custom_values"] = {key: each for key, each in values["custom_values"].items() if key in mine}
        return values

    def _make_form(self, item=None):
        """What was sent of the other kind's fields is not even looked at."""
        form = super()._make_form(item)
        if request.method == "POST":
            mine = {each.key for each in definitions(self.custom_target, _kind_of(form))}
            held = fields.form_data(self.custom_definitions(), item.custom_values if item is not None else {})
            for name in {PREFIX + each.key for each in self.custom_definitions() if each.key not in mine}:
                form[name].process(None, held[name])
        return form

    def form_fieldsets(self, adding):
        """Forms without a group first, then group after group."""
        panels = super().form_fieldsets(adding)
        own = {f"{data.name} · {title}" if title else data.name: data
               for data in defined().on(self.custom_target) for title, _specs in data.form.parts}
        rest = [panel for panel in panels if panel[0] not in own]
        mine = {data.id: [panel for panel in panels if own.get(panel[0]) is data] for data in own.values()}
        g.panels, groups = {}, _grouped(own.values())
        for group, some in groups.items():
            first = True
            for data in some:
                for title, _names in mine[data.id]:
                    g.panels[title] = Panel(_only(data), group if first else "", _only(*some))
                    first = False
                rest += mine[data.id]
        return rest

    def _form_page(self, form, *arguments, **named):
        g.person_kind = _kind_of(form)
        return super()._form_page(form, *arguments, **named)

    def placed(self, item):
        """The forms on this person, in the order of its page."""
        return [data for some in _grouped(defined().on(self.custom_target, item.kind)).values() for data in some]


def _kind_of(form) -> str:
    return form.kind.data if form.kind.data in tuple(EntityKind) else EntityKind.INDIVIDUAL


def _grouped(placed) -> dict[str, list[DataSpec]]:
    groups: dict[str, list[DataSpec]] = {"": []}
    for data in placed:
        some = groups.setdefault(data.group or "", [])
        if data not in some:
            some.append(data)
    return groups


def _only(*placed: DataSpec) -> str:
    """The one kind of person that all of these stand on, or ""."""
    kinds = {data.person_type for data in placed}
    return kinds.pop() if len(kinds) == 1 and PersonType.BOTH not in kinds else ""
