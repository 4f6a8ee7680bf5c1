"""The one renderer of configurators' fields: a definition as a form field, its JSON value read, stored and shown."""
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation

from flask_babel import format_currency, format_date, format_datetime, format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
    validators,
)

from .. import documents, phones
from ..errors import Invalid
from ..models.custom_field import FieldType
from ..queries.catalogue import FieldSpec, catalogue
from .controls import (
    ChoiceBox,
    ChoiceField,
    LocalDecimalField,
    LongBox,
    MoneyField,
    NumberBox,
    TextBox,
)
from .dates import DateBox, DateTimeBox, DayField, LocalDateTimeField

TEXT_LIMIT, LONG_LIMIT, URL_LIMIT, EMAIL_LIMIT = 300, 10_000, 1_000, 320
WHOLE_LIMIT = 2**53 - 1  # what JSON readers keep exactly
DECIMAL_DIGITS = 18
YES, NO = "y", "n"
PREFIX = "x_"  # of posted names: no column begins so


def definitions(session, target: str, kind: str | None = None) -> list[FieldSpec]:
    """The fields in use on persons (of a kind) or attendances, in the order of the page."""
    return catalogue(session).fields(target, kind)


# ---- checks that a form makes of what was typed

def _document(_form, field):
    clean = documents.clean(field.data)
    if not (documents.is_cpf(clean) or documents.is_cnpj(clean)):
        raise ValidationError(_("Invalid CPF or CNPJ."))
    field.data = clean


def _phone(_form, field):
    try:
        field.data = phones.parse(field.data)
    except Invalid as refusal:
        raise ValidationError(str(refusal)) from refusal


def _email(_form, field):
    text = field.data.strip()
    name, _at, host = text.rpartition("@")
    if not name or "." not in host.strip(".") or any(c.isspace() for c in text):
        raise ValidationError(_("Invalid e-mail."))
    field.data = text


def _url(_form, field):
    text = field.data.strip()
    if not text.lower().startswith(("http://", "https://")) or any(c.isspace() for c in text):
        raise ValidationError(_("Type the whole address, beginning with https://."))
    field.data = text


def _exact(_form, field):
    if field.data is None:  # it could not be read: that is said already
        return
    if len(field.data.normalize().as_tuple().digits) > DECIMAL_DIGITS or abs(field.data) >= 10**15:
        raise ValidationError(_("The number is too long."))


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


def _labels(definition) -> dict:
    return {str(option["value"]): option["label"] for option in definition.options or ()}


def _offered(definition) -> list:
    return [str(option["value"]) for option in definition.options or () if option.get("active", True)]


class ChoicesField(SelectMultipleField):
    """Several codes; a stored one that is no longer offered may stay."""

    def __init__(self, label=None, validators=None, labels=None, offered=(), **options):
        self.labels = labels or {}
        super().__init__(label, validators, choices=[(code, self.labels[code]) for code in offered],
                         **{"widget": ChoiceBox(multiple=True), **options})

    def process_data(self, value):
        super().process_data(value)
        known = [code for code, _label in self.choices]
        old = [code for code in value or () if code not in known]
        self.choices = [*self.choices, *((code, self.labels.get(code, code)) for code in old)]


def _text(make=StringField, widget=TextBox, limit=TEXT_LIMIT, *checks):
    def field(definition, presence, options):
        return make(definition.name, [*presence, validators.Length(max=limit), *checks], widget=widget(), **options)
    return field


def _number(make, widget, *checks, **more):
    def field(definition, presence, options):
        return make(definition.name, [*presence, *checks], widget=widget(), **more, **options)
    return field


def _boolean(definition, presence, options):
    choices = [("", ""), (YES, _l("Yes")), (NO, _l("No"))]
    return SelectField(definition.name, presence, choices=choices, widget=ChoiceBox(), **options)


def _choice(definition, presence, options):
    return ChoiceField(definition.name, presence, labels=_labels(definition), offered=_offered(definition),
                       blank=True, **options)


def _choices(definition, presence, options):
    return ChoicesField(definition.name, presence, labels=_labels(definition), offered=_offered(definition), **options)


@dataclass(frozen=True)
class Kind:
    """How one type of field is typed, stored, read and shown. `presence` is the rule of a required one."""

    field: Callable
    store: Callable = _same  # form data -> JSON
    read: Callable = _same  # JSON -> form data
    shown: Callable = str  # form data -> text
    presence: Callable = validators.InputRequired


_WHOLE = validators.NumberRange(-WHOLE_LIMIT, WHOLE_LIMIT)
KINDS = {
    FieldType.TEXT: Kind(_text(), presence=validators.DataRequired),
    FieldType.LONG_TEXT: Kind(_text(TextAreaField, LongBox, LONG_LIMIT), presence=validators.DataRequired),
    FieldType.INTEGER: Kind(_number(IntegerField, NumberBox, _WHOLE), shown=format_decimal),
    FieldType.DECIMAL: Kind(_number(LocalDecimalField, TextBox, _exact, number_format="#,##0.##########"),
                            store=str, read=_read_decimal, shown=format_decimal),
    FieldType.MONEY: Kind(_number(MoneyField, TextBox, _exact),
                          store=str, read=_read_decimal, shown=lambda amount: format_currency(amount, "BRL")),
    FieldType.DATE: Kind(_number(DayField, DateBox), store=date.isoformat, read=_read_date,
                         shown=lambda day: format_date(day, "dd/MM/yyyy")),
    FieldType.DATETIME: Kind(_number(LocalDateTimeField, DateTimeBox),
                             store=datetime.isoformat, read=_read_datetime,
                             shown=lambda moment: format_datetime(moment, "dd/MM/yyyy HH:mm")),
    FieldType.BOOLEAN: Kind(_boolean, store=lambda code: code == YES, read=_read_boolean,
                            shown=lambda code: _("Yes") if code == YES else _("No")),
    FieldType.CHOICE: Kind(_choice, presence=validators.DataRequired),
    FieldType.CHOICES: Kind(_choices, presence=validators.DataRequired),
    FieldType.CPF_CNPJ: Kind(_text(StringField, TextBox, 30, _document), shown=documents.shown),
    FieldType.PHONE: Kind(_text(StringField, TextBox, 40, _phone), shown=phones.shown),
    FieldType.EMAIL: Kind(_text(StringField, TextBox, EMAIL_LIMIT, _email)),
    FieldType.URL: Kind(_text(StringField, TextBox, URL_LIMIT, _url)),
}


def field_of(definition: FieldSpec):
    """The WTForms field of a definition, unbound; to be put in a form class made for this request."""
    kind = KINDS[FieldType(definition.type)]
    presence = [kind.presence() if definition.required else validators.Optional()]
    return kind.field(definition, presence, {"description": definition.help or ""})


def read(definition: FieldSpec, stored):
    """What the form starts with. A stored value that no longer fits its type is empty, never an error."""
    return None if stored is None else KINDS[FieldType(definition.type)].read(stored)


def store(definition: FieldSpec, data):
    """The JSON value of what the form holds; None for nothing."""
    if data is None or data == "" or data == []:
        return None
    return KINDS[FieldType(definition.type)].store(data)


def shown(definition: FieldSpec, stored) -> str:
    """A stored value as a person reads it; plain text, to be escaped."""
    kind = FieldType(definition.type)
    if kind == FieldType.CHOICE:
        return str(_labels(definition).get(str(stored), stored)) if stored is not None else ""
    if kind == FieldType.CHOICES:
        labels = _labels(definition)
        return ", ".join(str(labels.get(str(code), code)) for code in stored or ())
    data = read(definition, stored)
    return "" if data in (None, "") else str(KINDS[kind].shown(data))
