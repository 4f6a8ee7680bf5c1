"""RowsField: the phones, addresses, contacts of a record as rows inside its own form, saved with it."""
from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.i18n import translations
from markupsafe import Markup
from wtforms import FieldList, Form, FormField, HiddenField, SelectField, StringField

from .lookup import LookupField, whole

MAX_ROWS = 50  # of one kind in one record: a hostile form may post 100,000


class RowForm(Form):
    """One row. A plain Form: FlaskForm would add a CSRF token to each."""

    class Meta:
        def get_translations(self, form):
            return translations

    id = HiddenField(filters=[whole])

    def columns(self):
        """The fields a person sees."""
        return [field for field in self if field.short_name != "id"]

    def is_blank(self) -> bool:
        """Nothing typed: choices and ticks alone do not make a row."""
        typed = [f.data for f in self.columns()
                 if isinstance(f, (StringField, LookupField)) and not isinstance(f, SelectField)]
        refused = any(getattr(field, "bad", False) for field in self.columns())  # a choice that is none must be told
        return not (self.id.data or refused or any(data.strip() if isinstance(data, str) else data for data in typed))


class RowsWidget:
    def __call__(self, field, **attributes):
        blank = field.row_class(prefix=f"{field.name}-__i__-")
        template = current_app.jinja_env.get_template("balcao/rows.html")
        next_index = (field.last_index or 0) + 1 if field.entries else 0
        return Markup(template.render(field=field, blank=blank, next_index=next_index))  # noqa: S704  (autoescaped)


class RowsField(FieldList):
    """`data`: [{"id": int or None, column: value}]. Blank rows are dropped; posted indices may have holes."""

    widget = RowsWidget()

    def __init__(self, row_class, label=None, validators=None, add_label=None, max_rows=MAX_ROWS, **options):
        super().__init__(FormField(row_class), label, validators or (), **options)
        self.row_class, self.max_rows, self.add_label = row_class, max_rows, add_label or _l("Add")

    def process(self, formdata, data=None, extra_filters=None):
        self.last_index = -1  # read a second time, rows are counted anew
        super().process(formdata, data if data is not None else (), extra_filters)
        if formdata:
            del self.entries[self.max_rows:]
            self.entries = [entry for entry in self.entries if not entry.form.is_blank()]

    @property
    def data(self):
        return [dict(entry.data) for entry in self.entries]

    def validate(self, form, extra_validators=()):
        self.errors = []
        answers = [entry.validate(form) for entry in self.entries]  # every row says its refusals
        if not all(answers):
            self.errors = [_("Check the marked rows.")]  # FieldList would put dictionaries here
        for rule in self.validators:
            try:
                rule(form, self)
            except ValueError as error:
                self.errors = [*self.errors, str(error)]
        return not self.errors

    def populate_obj(self, obj, name):
        raise TypeError("rows are saved by the service")
