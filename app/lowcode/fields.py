"""The one renderer of configurators' fields: a definition as a form field, its JSON value read, stored and shown.

A field only reads what was typed; whether that may be kept is asked of `services.custom_values.checked`, which knows
what is hidden. Persons and files need a request: `views.field_kinds` adds them to KINDS.
"""
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation

from flask_babel import format_currency, format_date, format_datetime, format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from wtforms import IntegerField, SelectField, SelectMultipleField, StringField, TextAreaField, validators
from wtforms.widgets import html_params

from .. import documents, phones
from ..database import utc_now
from ..errors import Invalid
from ..models.custom_field import FieldType
from ..queries.catalogue import FieldSpec, catalogue
from ..services import custom_types as types
from ..services import custom_values
from ..services.custom_types import labels, offered
from .controls import ChoiceBox, ChoiceField, LocalDecimalField, LongBox, MoneyField, NumberBox, TextBox, local_zone
from .dates import DateBox, DateTimeBox, DayField, LocalDateTimeField

YES, NO = "y", "n"
PREFIX = "x_"  # of posted names: no column begins so
DECIMALS = "#,##0.##########"
# Of a grid of four columns, more than one.
WIDTHS = {**dict.fromkeys((FieldType.LONG_TEXT, FieldType.CHOICES, FieldType.ATTACHMENT), "full"),
          **dict.fromkeys((FieldType.PERSON, FieldType.URL), "w2")}


def definitions(session, target: str, kind: str | None = None) -> list[FieldSpec]:
    """The fields in use on persons (of a kind) or attendances, in the order of the page."""
    return catalogue(session).fields(target, kind)


class Asked:
    """The asterisk of a required field; who asks for the value is the check of values."""

    field_flags = {"required": True}

    def __call__(self, form, field):
        """Nothing is refused here."""


# ---- how a value lies in the JSON, and comes back

def _same(value):
    return value


def _read_decimal(stored):
    try:
        return Decimal(stored)
    except (InvalidOperation, TypeError, ValueError):
        return None


def _read_date(stored):
    try:
        return date.fromisoformat(stored)
    except (TypeError, ValueError):
        return None


def _read_datetime(stored):
    try:
        return datetime.fromisoformat(stored).astimezone(UTC)
    except (TypeError, ValueError):
        return None


def _read_boolean(stored):
    return None if stored is None else YES if stored else NO


class CheckList:
    """Several choices as check boxes: a list box gives up all that was chosen at one click."""

    def __call__(self, field, **attributes):
        attributes.pop("class_", None)
        attributes.pop("class", None)
        group = html_params(id=field.id, role="group", class_="b-checks", aria_label=str(field.label.text), **{
            name: value for name, value in attributes.items() if name not in ("required", "disabled")})
        locked = {"disabled": True} if attributes.get("disabled") else {}
        boxes = Markup("").join(
            Markup('<label class="b-row"><input {}> {}</label>').format(
                Markup(html_params(type="checkbox", name=field.name, value=code, checked=chosen, **locked)),  # noqa: S704
                label) for code, label, chosen, *_rest in field.iter_choices())
        return Markup("<div {}>{}</div>").format(Markup(group), boxes)  # noqa: S704  (html_params escapes)


class ChoicesField(SelectMultipleField):
    """Several codes; a stored one that is no longer offered may stay."""

    def __init__(self, label=None, validators=None, labels=None, offered=(), **options):
        self.labels = labels or {}
        super().__init__(label, validators, choices=[(code, self.labels[code]) for code in offered],
                         validate_choice=False, widget=CheckList(), **options)

    def process_data(self, value):
        super().process_data(value)
        self._keep_old()

    def process_formdata(self, values):
        super().process_formdata(values)
        self._keep_old()

    def _keep_old(self):
        known = [code for code, _label in self.choices]
        old = [code for code in self.data or () if code not in known and code in self.labels]
        self.choices = [*self.choices, *((code, self.labels[code]) for code in old)]


class OneChoiceField(ChoiceField):
    """One code; a stored one that is no longer offered may stay."""

    def process_formdata(self, values):
        super().process_formdata(values)
        if self.data in self.labels and self.data not in [code for code, _label in self.choices]:
            self.choices = [*self.choices, (self.data, self.labels[self.data])]


def _field(make, widget=None, **more):
    def field(definition, options):
        return make(definition.name, **({"widget": widget()} if widget else {}), **more, **options)
    return field


def _boolean(definition, options):
    choices = [("", ""), (YES, _l("Yes")), (NO, _l("No"))]
    return SelectField(definition.name, choices=choices, widget=ChoiceBox(), **options)


def _choice(definition, options):
    return OneChoiceField(definition.name, labels=labels(definition), offered=offered(definition), blank=True,
                          validate_choice=False, **options)


def _choices(definition, options):
    return ChoicesField(definition.name, labels=labels(definition), offered=offered(definition), **options)


@dataclass(frozen=True)
class Kind:
    """How one type of field is typed, stored, read and shown."""

    field: Callable  # (definition, options of a WTForms field) -> field
    store: Callable = _same  # form data -> JSON
    read: Callable = _same  # JSON -> form data
    shown: Callable = str  # form data -> text


KINDS = {
    FieldType.TEXT: Kind(_field(StringField, TextBox)),
    FieldType.LONG_TEXT: Kind(_field(TextAreaField, LongBox)),
    FieldType.INTEGER: Kind(_field(IntegerField, NumberBox), shown=format_decimal),
    FieldType.DECIMAL: Kind(_field(LocalDecimalField, number_format=DECIMALS), store=str, read=_read_decimal,
                            shown=lambda number: format_decimal(number, DECIMALS)),
    FieldType.MONEY: Kind(_field(MoneyField), store=str, read=_read_decimal,
                          shown=lambda amount: format_currency(amount, "BRL")),
    FieldType.DATE: Kind(_field(DayField, DateBox), store=date.isoformat, read=_read_date,
                         shown=lambda day: format_date(day, "dd/MM/yyyy")),
    FieldType.DATETIME: Kind(_field(LocalDateTimeField, DateTimeBox), store=datetime.isoformat, read=_read_datetime,
                             shown=lambda moment: format_datetime(moment, "dd/MM/yyyy HH:mm")),
    FieldType.BOOLEAN: Kind(_boolean, store=lambda code: code == YES, read=_read_boolean,
                            shown=lambda code: _("Yes") if code == YES else _("No")),
    FieldType.CHOICE: Kind(_choice),
    FieldType.CHOICES: Kind(_choices, read=types.several),
    FieldType.CPF_CNPJ: Kind(_field(StringField, TextBox), read=documents.shown),
    FieldType.PHONE: Kind(_field(StringField, TextBox), read=phones.shown),
    FieldType.EMAIL: Kind(_field(StringField, TextBox)),
    FieldType.URL: Kind(_field(StringField, TextBox)),
}
TYPED = KINDS.keys() - {FieldType.BOOLEAN, FieldType.CHOICE, FieldType.CHOICES}  # what is written, not chosen
_WRITTEN_WITH = {FieldType.CPF_CNPJ: "text", FieldType.PHONE: "tel", FieldType.EMAIL: "email", FieldType.URL: "url",
                 FieldType.DECIMAL: "decimal", FieldType.MONEY: "decimal"}  # the keyboard of a telephone


def field_of(definition: FieldSpec):
    """The WTForms field of a definition, unbound; to be put in a form class made for this request. A form that is
    given no value starts with the field's default."""
    options = {"description": definition.help or "", "render_kw": attributes(definition),
               "validators": [*([Asked()] if definition.required else []), validators.Optional()]}
    if definition.default is not None:
        options["default"] = lambda: read(definition, custom_values.default(definition, utc_now(), str(local_zone())))
    return KINDS[FieldType(definition.type)].field(definition, options)


def attributes(definition: FieldSpec) -> dict:
    """What fields.js reads of a control: its type, its mask, and when it is shown."""
    made = {"data-type": str(definition.type)}
    if definition.shown_if:
        rule = {**definition.shown_if, "field": PREFIX + definition.shown_if["field"]}
        made["data-shown-if"] = json.dumps(rule, ensure_ascii=False, sort_keys=True)
    if definition.type == FieldType.TEXT and definition.mask:
        made |= {"data-mask": definition.mask, "placeholder": definition.mask.replace("9", "0")}
    if keyboard := _WRITTEN_WITH.get(FieldType(definition.type)):
        made["inputmode"] = keyboard
    return made


def form_data(definitions, values: dict | None) -> dict:
    """{name in the form: what it starts with} of stored values, for the `data` of a form."""
    return {PREFIX + each.key: read(each, (values or {}).get(each.key)) for each in definitions}


def prefill(form, definitions, stored: dict | None, sent=()) -> None:
    """A required field that came after a record starts with its default in the record's form too: nobody was ever asked
    for it, and saving anything else would be refused. What once held something stays as it was left; so does what is in
    `sent`, the names that the form was filled from."""
    for each in definitions:
        name = PREFIX + each.key
        if each.required and each.default is not None and each.key not in (stored or {}) and name not in sent:
            form[name].process_data(form[name].default())


def given(definitions, form) -> dict:
    """{key: JSON value, not yet checked} of what a form holds. What its page does not show was not said, whatever the
    browser sends along."""
    held = {each.key: store(each, form[PREFIX + each.key].data) for each in definitions}
    out = custom_values.hidden(definitions, held)
    return {key: value for key, value in held.items() if key not in out}


def read(definition: FieldSpec, stored):
    """What the form starts with. A stored value that no longer fits its type is empty, never an error."""
    return None if stored is None else KINDS[FieldType(definition.type)].read(stored)


def store(definition: FieldSpec, data):
    """The JSON value of what the form holds, not yet checked; None for nothing."""
    if data is None or data == "" or data == []:
        return None
    return KINDS[FieldType(definition.type)].store(data)


def differs(definition: FieldSpec, data, stored) -> bool:
    """Whether the form holds another value than the one that is stored; what would be refused is another."""
    given = store(definition, data)
    try:
        return not types.same(definition, types.read(definition, given, stored), stored)
    except Invalid:
        return given != stored


def shown(definition: FieldSpec, stored) -> str:
    """A stored value as a person reads it; plain text, to be escaped."""
    kind = FieldType(definition.type)
    if kind == FieldType.CHOICE:
        return str(labels(definition).get(str(stored), stored)) if stored is not None else ""
    if kind == FieldType.CHOICES:
        texts = labels(definition)
        return ", ".join(str(texts.get(str(code), code)) for code in types.several(stored))
    data = read(definition, stored)
    return "" if data in (None, "", []) else str(KINDS[kind].shown(data))
