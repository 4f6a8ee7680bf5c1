"""Columns made into form fields: FAB's converter with lookups for related rows, choices, Portuguese dates and local times."""
from datetime import UTC

from flask_appbuilder.fieldwidgets import BS3TextAreaFieldWidget, BS3TextFieldWidget
from flask_appbuilder.forms import GeneralModelConverter
from flask_babel import get_timezone
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, DateTimeLocalField, DecimalField, IntegerField, SelectField, StringField
from wtforms import TextAreaField, validators
from wtforms.widgets import DateInput, DateTimeLocalInput, NumberInput, Select

from .lookup import LookupField, source_of

YES_NO = (("y", _l("Yes")), ("n", _l("No")))
MAX_WHOLE = 2**31 - 1  # of an INTEGER column on PostgreSQL


class Classed:
    """A widget mixin: Bootstrap's class on the control."""

    def __call__(self, field, **attributes):
        attributes.setdefault("class_", "form-control")
        return super().__call__(field, **attributes)


class DateBox(Classed, DateInput):
    """The browser's own date picker, which shows dd/mm/yyyy to a Brazilian."""


class DateTimeBox(Classed, DateTimeLocalInput):
    pass


class NumberBox(Classed, NumberInput):
    pass


class ChoiceBox(Classed, Select):
    pass


class LocalDateTimeField(DateTimeLocalField):
    """Typed and shown in the time zone of the request, kept in UTC; to the minute."""

    def __init__(self, label=None, validators=None, **options):
        formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
        super().__init__(label, validators, format=formats, **{"widget": DateTimeBox(), **options})

    def process_formdata(self, values):
        super().process_formdata(values)
        if self.data is not None:
            self.data = self.data.replace(tzinfo=get_timezone()).astimezone(UTC)

    def _value(self):
        if self.raw_data:
            return self.raw_data[0]
        return self.data.astimezone(get_timezone()).strftime("%Y-%m-%dT%H:%M") if self.data else ""


class ChoiceField(SelectField):
    """A code out of a fixed {code: label}; a blank choice where the column may be empty."""

    def __init__(self, label=None, validators=None, labels=None, blank=False, **options):
        choices = [("", "")] if blank else []
        super().__init__(label, validators, choices=[*choices, *(labels or {}).items()],
                         coerce=lambda v: v or None, **{"widget": ChoiceBox(), **options})
        self.labels = labels or {}

    def process_data(self, value):
        super().process_data(value)
        if value and value not in self.labels:
            self.choices = [*self.choices, (value, value)]  # an old code stays on its old record

    def pre_validate(self, form):
        if self.data is None and any(value == "" for value, *_ in self.choices):
            return
        super().pre_validate(form)


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
        form[name] = LookupField(label, rules, description=description, source=source, parent=self.cascade.get(name))
        return form

    def _convert_simple(self, name, label, description, rules, form):
        dm, rules = self.datamodel, list(rules)
        default = None if self.searching else dm.get_col_default(name)
        required = not self.searching and not dm.is_nullable(name) and not dm.is_boolean(name)
        options = {"description": description, "default": default}
        if name in self.choices:
            form[name] = ChoiceField(label, [*rules, validators.DataRequired() if required else validators.Optional()],
                                     labels=self.choices[name], blank=not required, **options)
        elif dm.is_boolean(name) and self.searching:
            form[name] = SelectField(label, [validators.Optional()], choices=[("", ""), *YES_NO], widget=ChoiceBox())
        elif dm.is_boolean(name):
            form[name] = BooleanField(label, rules, **options)
        elif dm.is_date(name) or (dm.is_datetime(name) and self.searching):
            form[name] = DateField(label, self._presence(rules, required), widget=DateBox(), **options)
        elif dm.is_datetime(name):
            form[name] = LocalDateTimeField(label, self._presence(rules, required), **options)
        elif dm.is_integer(name):
            bounds = validators.NumberRange(-MAX_WHOLE, MAX_WHOLE)
            form[name] = IntegerField(label, [*self._presence(rules, required), bounds], widget=NumberBox(), **options)
        elif dm.is_numeric(name) or dm.is_float(name):
            form[name] = DecimalField(label, self._presence(rules, required), widget=BS3TextFieldWidget(),
                                      use_locale=True, **options)
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
            return TextAreaField(label, rules, widget=BS3TextAreaFieldWidget(), **options)
        return StringField(label, rules, widget=BS3TextFieldWidget(), **options)
