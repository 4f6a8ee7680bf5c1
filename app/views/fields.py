"""Columns made into form fields: FAB's converter with lookups for related rows, codes with labels, native dates."""
from flask_appbuilder.forms import GeneralModelConverter
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
    validators,
)

from ..lowcode.controls import (
    ChoiceBox,
    ChoiceField,
    LocalDecimalField,
    LongBox,
    NumberBox,
    TextBox,
)
from ..lowcode.dates import DayField, LocalDateTimeField
from ..models.classification import Lasting
from .lookup import ACTIVE, ANY, TODAY, LookupField, LookupsField, source_of

YES_NO = (("y", _l("Yes")), ("n", _l("No")))
MAX_WHOLE = 2**31 - 1  # of an INTEGER column on PostgreSQL


class AppModelConverter(GeneralModelConverter):
    """Forms of a model. `choices` {column: {code: label}}, `cascade` {child relation: parent relation};
    `searching` makes the fields of the search panel: nothing required, no length, booleans with three states."""

    def __init__(self, datamodel, choices=None, cascade=None, searching=False):
        super().__init__(datamodel)
        self.choices, self.cascade, self.searching = choices or {}, cascade or {}, searching

    def _convert_many_to_one(self, name, label, description, rules, filters, form):
        source = source_of(self.datamodel.get_related_model(name))
        if source is None:
            super()._convert_many_to_one(name, label, description, rules, filters, form)
            if self.searching:
                form[name].kwargs.update(allow_blank=True, validators=[validators.Optional()])
            return form
        required = not self.searching and not self.datamodel.is_nullable(name)
        rules = [*rules, validators.DataRequired() if required else validators.Optional()]
        lasting = issubclass(self.datamodel.get_related_model(name), Lasting)
        form[name] = LookupField(label, rules, description=description, source=source, parent=self.cascade.get(name),
                                 offer=(ANY if self.searching else ACTIVE) if lasting else TODAY)
        return form

    def _convert_many_to_many(self, name, label, description, rules, filters, form):
        source = source_of(self.datamodel.get_related_model(name))
        if source is None:
            return super()._convert_many_to_many(name, label, description, rules, filters, form)
        form[name] = LookupsField(label, [*rules, validators.Optional()], description=description, source=source)
        return form

    def _convert_simple(self, name, label, description, rules, form):
        dm, rules = self.datamodel, list(rules)
        default = None if self.searching else dm.get_col_default(name)
        required = not self.searching and not dm.is_nullable(name) and not dm.is_boolean(name)
        options = {"description": description, "default": default}
        if name in self.choices:
            form[name] = ChoiceField(label, [*rules, validators.DataRequired() if required else validators.Optional()],
                                     labels=self.choices[name], blank=not required or default is None, **options)
        elif dm.is_boolean(name) and self.searching:
            form[name] = SelectField(label, [validators.Optional()], choices=[("", ""), *YES_NO], widget=ChoiceBox())
        elif dm.is_boolean(name):
            form[name] = BooleanField(label, rules, **options)
        elif dm.is_date(name) or (dm.is_datetime(name) and self.searching):
            form[name] = DayField(label, self._presence(rules, required), **options)
        elif dm.is_datetime(name):
            form[name] = LocalDateTimeField(label, self._presence(rules, required), **options)
        elif dm.is_integer(name):
            bounds = validators.NumberRange(-MAX_WHOLE, MAX_WHOLE)
            form[name] = IntegerField(label, [*self._presence(rules, required), bounds], widget=NumberBox(), **options)
        elif dm.is_numeric(name) or dm.is_float(name):
            form[name] = LocalDecimalField(label, self._presence(rules, required), **options)
        else:
            form[name] = self._text(name, label, rules, required, options)
        return form

    @staticmethod
    def _presence(rules, required):
        return [*rules, validators.InputRequired() if required else validators.Optional()]

    def _text(self, name, label, rules, required, options):
        dm = self.datamodel
        rules.append(validators.DataRequired() if required else validators.Optional())
        if not self.searching and (longest := dm.get_max_length(name)) != -1:
            rules.append(validators.Length(max=longest))
        if dm.is_text(name) and not self.searching:
            return TextAreaField(label, rules, widget=LongBox(), **options)
        return StringField(label, rules, widget=TextBox(), **options)
