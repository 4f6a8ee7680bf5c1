"""Fields of several choices as check boxes: rows to choose from, and permissions in their groups.

What the viewer may not give or take stays as it is stored: it is drawn disabled, and posting it is refused.
"""
from flask import current_app, g
from markupsafe import Markup
from wtforms import SelectMultipleField, ValidationError

from ..security.labels import permission_groups


class TemplateWidget:
    """Renders a field with a template of its own."""

    def __init__(self, template):
        self.template = template

    def __call__(self, field, **attributes):
        template = current_app.jinja_env.get_template(self.template)
        page = template.render(field=field, chosen=set(field.data or ()), note=attributes.get("aria-describedby"))
        return Markup(page)  # noqa: S704  (autoescaped)


class ChecksField(SelectMultipleField):
    """`data` is a list of ids. `rows()` -> [(id, label, whether the viewer may choose it)], asked once a form."""

    widget = TemplateWidget("security/checks.html")

    def __init__(self, label=None, validators=None, rows=list, **options):
        self.rows = rows()
        choices = [(pk, text) for pk, text, _may in self.rows]
        super().__init__(label, validators, coerce=int, choices=choices, **options)

    def process_data(self, value):
        super().process_data(value)
        self.open = {pk for pk, _text, may in self.rows if may}
        self.kept = set(self.data or ()) - self.open

    def process_formdata(self, values):
        super().process_formdata(values)
        self.data = sorted({*(self.data or ()), *self.kept})

    def pre_validate(self, form):
        if not set(self.data) <= self.open | self.kept:
            raise ValidationError(self.gettext("Not a valid choice."))


class PermissionsField(ChecksField):
    """`data` is a list of texts of the enum, shown in their groups."""

    widget = TemplateWidget("security/permissions.html")

    def __init__(self, label=None, validators=None, **options):
        self.groups = permission_groups()
        super().__init__(label, validators, rows=self._permissions, **options)
        self.coerce = str

    def _permissions(self):
        return [(str(permission), label, g.viewer.may(permission))
                for _group, named in self.groups for permission, (label, _meaning) in named.items()]
