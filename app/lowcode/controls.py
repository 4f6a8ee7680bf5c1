"""Form fields as a Brazilian expects them: numbers and amounts with a comma, codes with their labels."""
import re
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from zoneinfo import ZoneInfo

from babel.numbers import NumberFormatError, parse_decimal
from flask_babel import format_decimal, get_locale, get_timezone
from flask_babel import gettext as _
from markupsafe import Markup
from wtforms import DecimalField, SelectField
from wtforms.widgets import NumberInput, Select, TextArea, TextInput, html_params

_NUMERAL = re.compile(r"[-+]?[0-9.,\u00a0\u202f]+", re.ASCII)


def decimal_places(number: Decimal) -> int:
    """How many digits stand after the comma, zeros at the end not counted."""
    fraction = format(number, "f").partition(".")[2]
    return len(fraction.rstrip("0"))


def local_zone() -> ZoneInfo:
    """The time zone of the request. Flask-Babel's is pytz's: put into a datetime it gives the mean solar time."""
    return ZoneInfo(str(get_timezone()))


def today() -> date:
    """The day of the desk: what may be chosen is asked of it."""
    return datetime.now(local_zone()).date()


class Classed:
    """A widget mixin: Bootstrap's class on the control."""

    def __call__(self, field, **attributes):
        attributes.setdefault("class_", "form-control")
        return super().__call__(field, **attributes)


class TextBox(Classed, TextInput):
    validation_attrs = ["required", "disabled"]  # no maxlength: a browser cuts what is pasted and says nothing


class LongBox(Classed, TextArea):
    validation_attrs = TextBox.validation_attrs

    def __call__(self, field, **attributes):
        attributes.setdefault("rows", 4)
        return super().__call__(field, **attributes)


class NumberBox(Classed, NumberInput):
    pass


class ChoiceBox(Classed, Select):
    pass


class GroupedBox(Select):
    """Options under the headings that the field knows; what has none stands where it is in the list."""

    def __call__(self, field, **attributes):
        attributes = {"id": field.id, "class_": "form-control", **attributes}
        drawn = [Markup("<select {}>").format(Markup(html_params(name=field.name, **attributes)))]  # noqa: S704
        for heading, choices in groupby(field.iter_choices(), key=lambda choice: field.headings.get(choice[0], "")):
            options = Markup("").join(self.render_option(value, label, selected, **more)
                                      for value, label, selected, more in choices)
            drawn.append(Markup('<optgroup label="{}">{}</optgroup>').format(heading, options) if heading else options)
        return Markup("").join([*drawn, Markup("</select>")])


class LocalDecimalField(DecimalField):
    """A number as the language of the request writes it: 1.234,50. `number_format` is Babel's pattern."""

    example = "1234.5"

    def __init__(self, label=None, validators=None, number_format=None, **options):
        super().__init__(label, validators, **{"widget": TextBox(), **options})
        self.number_format = number_format

    def process_formdata(self, values):
        if not values:
            return
        self.data = None
        typed = self.typed(values[0])
        try:
            if typed and not _NUMERAL.fullmatch(typed):  # Decimal itself would read "NaN" and "1e9"
                raise NumberFormatError(typed)
            self.data = parse_decimal(typed, locale=get_locale(), strict=True)
        except NumberFormatError as error:
            example = format_decimal(Decimal(self.example), format=self.number_format)
            raise ValueError(_("Not a number. Type it like %(example)s.", example=example)) from error

    @staticmethod
    def typed(text: str) -> str:
        """What is read of the text in the box."""
        return text.strip()

    def _value(self):
        if self.raw_data:
            return self.raw_data[0]
        return "" if self.data is None else format_decimal(self.data, format=self.number_format)


class MoneyField(LocalDecimalField):
    """An amount in reais, typed as 1.234,56 with or without "R$", to the cent; `data` is a Decimal."""

    example = "1234.56"

    def __init__(self, label=None, validators=None, **options):
        super().__init__(label, validators, number_format="#,##0.00", **options)

    @staticmethod
    def typed(text):
        return text.strip().removeprefix("R$").strip()

    def process_formdata(self, values):
        super().process_formdata(values)
        if self.data is not None and decimal_places(self.data) > 2:
            raise ValueError(_("An amount has at most two decimal places."))


class ChoiceField(SelectField):
    """A code out of {code: label}. `offered`: the codes that may be chosen now; the stored one may stay besides."""

    def __init__(self, label=None, validators=None, labels=None, offered=None, blank=False, **options):
        self.labels = labels or {}
        codes = list(self.labels) if offered is None else list(offered)
        choices = [("", "")] if blank else []
        super().__init__(label, validators, choices=[*choices, *((code, self.labels[code]) for code in codes)],
                         coerce=lambda code: code or None, **{"widget": ChoiceBox(), **options})

    def process_data(self, value):
        super().process_data(value)
        if value and value not in [code for code, _label in self.choices]:
            # An old code stays on its old record.
            self.choices = [*self.choices, (value, self.labels.get(value, value))]

    def pre_validate(self, form):
        if self.data is None and any(code == "" for code, *_rest in self.choices):
            return
        super().pre_validate(form)


class GroupedChoiceField(ChoiceField):
    """A code out of [(heading, {code: label})]."""

    def __init__(self, label=None, validators=None, groups=(), **options):
        self.headings = {code: str(heading) for heading, labels in groups for code in labels}
        super().__init__(label, validators, labels={code: str(text) for _heading, labels in groups
                                                    for code, text in labels.items()},
                         **{"widget": GroupedBox(), **options})
