"""What a value of each type of configurators' fields must be: JSON in, the JSON that is stored out (B-20)."""
from datetime import UTC, date, datetime
from decimal import Decimal, localcontext
from functools import lru_cache
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import re2
from babel.numbers import format_decimal
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l

from .. import documents, email_addresses, phones
from ..errors import DomainError, Invalid
from ..models.custom_field import FieldType
from . import field_masks

TEXT_LIMIT, LONG_LIMIT, URL_LIMIT, EMAIL_LIMIT = 300, 10_000, 1_000, 320
WHOLE_LIMIT = 2**53 - 1  # what JSON readers keep exactly
DECIMAL_DIGITS, DECIMAL_PLACES, DECIMAL_LIMIT = 18, 10, 10**15
HERE = "America/Sao_Paulo"  # where nothing else is said
FILES_LIMIT = 20  # of one field of one record
NOT_VALID = _l("Not a valid value.")
NOT_A_CHOICE = _l("Not a valid choice.")
TEXTS = (FieldType.TEXT, FieldType.LONG_TEXT)
SEVERAL = (FieldType.CHOICES, FieldType.ATTACHMENT)
_ENGINE = re2.Options()
_ENGINE.log_errors, _ENGINE.max_mem = False, 1 << 20


def read(field, value, kept=None, timezone: str = HERE):
    """The value as it is stored; None for nothing. `kept` is the stored one: options of it may stay that are no longer
    offered. Of persons and files only the form is looked at. `timezone`: in which a refusal tells a moment. Raises
    Invalid.
    """
    if is_empty(value):
        return None
    try:
        made = _READERS[FieldType(field.type)](field, value, kept)
    except DomainError:
        raise
    except (TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise Invalid(NOT_VALID) from error
    if is_empty(made):
        return None
    _fits(field, made, timezone)
    return made


def same(field, a, b) -> bool:
    """Equal as values of the field: of numbers 2.5 and "2.50" are, and files whatever is said beside their ids."""
    if isinstance(a, bool) or isinstance(b, bool) or a is None or b is None:
        return a is b
    kind = FieldType(field.type)
    if kind == FieldType.ATTACHMENT and isinstance(a, list) and isinstance(b, list):
        return [_file_id(each) for each in a] == [_file_id(each) for each in b]
    if a == b or kind not in _NUMBERS:
        return a == b
    try:
        return number(a) == number(b)
    except (TypeError, ValueError, ArithmeticError):
        return False


def is_empty(value) -> bool:
    """Whether this counts as nothing: no is an answer, blank text and no choice are not."""
    return value is None or value == [] or isinstance(value, str) and not value.strip()


@lru_cache(maxsize=500)
def pattern(text: str):
    """The compiled expression; its time grows with the text alone, whatever was written. Raises ValueError."""
    try:
        return re2.compile(text, options=_ENGINE)
    except re2.error as error:
        said = error.args[0] if error.args else ""
        raise ValueError(said.decode(errors="replace") if isinstance(said, bytes) else str(said)) from error


def offered(field) -> list[str]:
    """The values that may be chosen now."""
    return [str(option["value"]) for option in field.options or () if option.get("active", True)]


def labels(field) -> dict[str, str]:
    """{value: label}, retired options too."""
    return {str(option["value"]): option["label"] for option in field.options or ()}


def told(field, value) -> str:
    """A value in the words of a refusal."""
    kind = FieldType(field.type)
    if kind == FieldType.BOOLEAN:
        return str(_l("Yes") if value else _l("No"))
    if kind in (FieldType.CHOICE, FieldType.CHOICES):
        return labels(field).get(str(value), str(value))
    return _ORDERED[kind][1](value, HERE) if kind in _ORDERED else str(value)


def several(held) -> list:
    """What a field of several choices holds: a field that had one choice before has values that are no list yet."""
    return held if isinstance(held, list) else [] if held is None else [held]


# ---- readers: (field, value, what is stored) -> value

def _text(longest):
    def reader(field, value, _kept):
        if not isinstance(value, str) or "\0" in value or any("\ud800" <= c <= "\udfff" for c in value):
            raise ValueError(value)
        value = value.replace("\r\n", "\n").strip()
        if field.type == FieldType.TEXT:
            value = " ".join(value.split("\n"))
            value = field_masks.fit(field.mask, value) if field.mask else value
        if len(value) > longest:
            raise Invalid(_l("At most %(n)s characters; there are %(have)s."), n=longest, have=len(value))
        return value
    return reader


def _integer(_field, value, _kept):
    if type(value) is not int:
        raise TypeError(value)
    if abs(value) > WHOLE_LIMIT:
        raise Invalid(_l("The number is too long."))
    return value


def number(value) -> Decimal:
    """A decimal number as JSON has it: a number, or its text. Raises TypeError, ValueError, ArithmeticError."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise TypeError(value)
    made = Decimal(str(value))
    if not made.is_finite():
        raise ValueError(value)
    return made


def _decimal(field, value, _kept):
    made = number(value)
    if len(str(value)) > 60 or abs(made) >= DECIMAL_LIMIT or made and made.adjusted() < -DECIMAL_PLACES:
        raise Invalid(_l("The number is too long."))
    with localcontext(prec=100):
        made = made.normalize() + 0  # no zeros at the end, and no -0
    digits, exponent = made.as_tuple().digits, made.as_tuple().exponent
    if field.type == FieldType.MONEY:
        if exponent < -2:
            raise Invalid(_l("An amount has at most two decimal places."))
        return f"{made:.2f}"
    if len(digits) > DECIMAL_DIGITS or exponent < -DECIMAL_PLACES:
        raise Invalid(_l("The number is too long."))
    return f"{made:f}"


def _day(_field, value, _kept):
    return date.fromisoformat(value).isoformat()


def _moment(_field, value, _kept):
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise Invalid(_l("Give the moment with its time zone, such as 2026-01-31T09:30:00-03:00."))
    return moment.astimezone(UTC).isoformat()


def _boolean(_field, value, _kept):
    if not isinstance(value, bool):
        raise TypeError(value)
    return value


def _choice(field, value, kept):
    if not isinstance(value, str) or value not in offered(field) and value != kept:
        raise _no_choice(field, value)
    return value


def _choices(field, value, kept):
    """In the order in which they are offered."""
    if not isinstance(value, list):
        raise TypeError(value)
    kept = several(kept)
    known = dict.fromkeys([*labels(field), *kept])
    for each in value:
        if not isinstance(each, str) or each not in offered(field) and each not in kept:
            raise _no_choice(field, each)
    return [each for each in known if each in value]


def _no_choice(field, value) -> Invalid:
    label = labels(field).get(value) if isinstance(value, str) else None
    return Invalid(NOT_A_CHOICE) if label is None else Invalid(
        _l("The option “%(option)s” is no longer in use."), option=label)


def _document(_field, value, _kept):
    clean = documents.clean(value)
    if not (documents.is_cpf(clean) or documents.is_cnpj(clean)):
        raise Invalid(_l("Invalid CPF or CNPJ."))
    return clean


def _phone(field, value, kept):
    return phones.parse(_text(TEXT_LIMIT)(field, value, kept))


def _email(field, value, kept):
    return email_addresses.parse(_text(EMAIL_LIMIT)(field, value, kept))


def _url(field, value, kept):
    text = _text(URL_LIMIT)(field, value, kept)
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or any(c.isspace() for c in text):
        raise Invalid(_l("Type the whole address, beginning with https://."))
    return text


def _person(_field, value, _kept):
    if type(value) is not int or not 0 < value < 2**31:
        raise Invalid(NOT_A_CHOICE)
    return value


def _attachment(_field, value, _kept):
    """[{"id", "name"}] or [id]: who checks the files puts their names."""
    if not isinstance(value, list):
        raise TypeError(value)
    ids = [_file_id(each) for each in value]
    if any(type(each) is not int or not 0 < each < 2**31 for each in ids):
        raise Invalid(NOT_A_CHOICE)
    return [{"id": each} for each in dict.fromkeys(ids)]


def _file_id(each):
    return each.get("id") if isinstance(each, dict) else each


_READERS = {
    FieldType.TEXT: _text(TEXT_LIMIT), FieldType.LONG_TEXT: _text(LONG_LIMIT), FieldType.INTEGER: _integer,
    FieldType.DECIMAL: _decimal, FieldType.MONEY: _decimal, FieldType.DATE: _day, FieldType.DATETIME: _moment,
    FieldType.BOOLEAN: _boolean, FieldType.CHOICE: _choice, FieldType.CHOICES: _choices,
    FieldType.CPF_CNPJ: _document, FieldType.PHONE: _phone, FieldType.EMAIL: _email, FieldType.URL: _url,
    FieldType.PERSON: _person, FieldType.ATTACHMENT: _attachment}


# ---- limits

def _fits(field, value, timezone) -> None:
    kind = FieldType(field.type)
    if kind in TEXTS:
        _length(field, value)
        if field.pattern and not _matches(field.pattern, value):
            raise Invalid(field.pattern_help or _l("This does not have the expected form."))
    elif kind in SEVERAL:
        _count(field, len(value), kind)
    elif kind in _ORDERED:
        order, told = _ORDERED[kind]
        least, most = field.minimum, field.maximum
        if least is not None and order(value) < order(least):
            raise Invalid(_l("At least %(n)s.") if kind in _NUMBERS else _l("Not before %(n)s."),
                          n=told(least, timezone))
        if most is not None and order(value) > order(most):
            raise Invalid(_l("At most %(n)s.") if kind in _NUMBERS else _l("Not after %(n)s."), n=told(most, timezone))


def _matches(text, value) -> bool:
    try:
        return pattern(text).fullmatch(value) is not None
    except ValueError:  # it was refused where it was defined: an old one that is no longer understood keeps nobody out
        return True


def _length(field, value) -> None:
    if field.minimum is not None and len(value) < field.minimum:
        raise Invalid(_l("At least %(n)s characters; there are %(have)s."), n=field.minimum, have=len(value))
    if field.maximum is not None and len(value) > field.maximum:
        raise Invalid(_l("At most %(n)s characters; there are %(have)s."), n=field.maximum, have=len(value))


def _count(field, have, kind) -> None:
    most = field.maximum if field.maximum is not None else FILES_LIMIT if kind == FieldType.ATTACHMENT else have
    if kind == FieldType.ATTACHMENT:
        most = min(most, FILES_LIMIT)
    if field.minimum is not None and have < field.minimum:
        raise Invalid(_l("Choose at least %(n)s; there are %(have)s."), n=field.minimum, have=have)
    if have > most:
        raise Invalid(_l("Choose at most %(n)s; there are %(have)s."), n=most, have=have)


def _number_told(value, _timezone) -> str:
    return format_decimal(number(value), locale=get_locale() or "pt_BR")


def _day_told(value, _timezone) -> str:
    return f"{date.fromisoformat(value):%d/%m/%Y}"


def _moment_told(value, timezone) -> str:
    return f"{datetime.fromisoformat(value).astimezone(ZoneInfo(timezone)):%d/%m/%Y %H:%M}"


_NUMBERS = (FieldType.INTEGER, FieldType.DECIMAL, FieldType.MONEY)
_ORDERED = {
    **dict.fromkeys(_NUMBERS, (number, _number_told)),
    FieldType.DATE: (date.fromisoformat, _day_told), FieldType.DATETIME: (datetime.fromisoformat, _moment_told)}
