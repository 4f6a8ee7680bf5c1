"""Values of configurators' fields in a body: known, of their type, and offered; null forgets one."""
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from urllib.parse import urlsplit

from flask_babel import gettext as _

from .. import documents, phones
from ..errors import DomainError, Invalid, InvalidMany
from ..lowcode import fields as custom
from ..models.custom_field import FieldType
from ..queries.catalogue import FieldSpec


def checked(session, target: str, given: dict | None) -> dict:
    """The values as they are stored. Raises InvalidMany at `custom_values.<key>`."""
    known = {each.key: each for each in custom.definitions(session, target)} if given else {}
    stored, errors = {}, []
    for key, value in (given or {}).items():
        try:
            stored[key] = _stored(known.get(key), value)
        except DomainError as error:
            errors.append(Invalid(error.message, field=f"custom_values.{key[:60]}", **error.params))
    if errors:
        raise InvalidMany(errors)
    return stored


def _stored(definition: FieldSpec | None, value):
    if definition is None:
        raise Invalid(_("Unknown field."))
    if value is None or value == "" or value == []:
        if definition.required:
            raise Invalid(_("This field is required."))
        return None
    try:
        return _READERS[FieldType(definition.type)](definition, value)
    except (TypeError, ValueError, ArithmeticError, InvalidOperation) as error:
        raise Invalid(_("Not a valid value.")) from error


def _text(longest):
    def read(_definition, value):
        if not isinstance(value, str) or len(value) > longest or "\0" in value or any(
                "\ud800" <= c <= "\udfff" for c in value):
            raise ValueError(value)
        return value
    return read


def _integer(_definition, value):
    if type(value) is not int or abs(value) > custom.WHOLE_LIMIT:
        raise ValueError(value)
    return value


def _decimal(_definition, value):
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise TypeError(value)
    number = Decimal(str(value))
    if not number.is_finite() or len(number.normalize().as_tuple().digits) > custom.DECIMAL_DIGITS \
            or abs(number) >= 10**15:
        raise ValueError(value)
    return f"{number:f}"


def _day(_definition, value):
    return date.fromisoformat(value).isoformat()


def _moment(_definition, value):
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError(value)
    return moment.astimezone(UTC).isoformat()


def _boolean(_definition, value):
    if not isinstance(value, bool):
        raise TypeError(value)
    return value


def _offered(definition) -> set[str]:
    return {str(option["value"]) for option in definition.options or () if option.get("active", True)}


def _choice(definition, value):
    if not isinstance(value, str) or value not in _offered(definition):
        raise Invalid(_("Not a valid choice."))
    return value


def _choices(definition, value):
    if not isinstance(value, list):
        raise TypeError(value)
    return [_choice(definition, each) for each in value]


def _document(_definition, value):
    clean = documents.clean(value)
    if not (documents.is_cpf(clean) or documents.is_cnpj(clean)):
        raise Invalid(_("Invalid CPF or CNPJ."))
    return clean


def _email(definition, value):
    text = _text(custom.EMAIL_LIMIT)(definition, value).strip()
    name, _at, host = text.rpartition("@")
    if not name or "." not in host.strip(".") or any(c.isspace() for c in text):
        raise Invalid(_("Invalid e-mail."))
    return text


def _url(definition, value):
    text = _text(custom.URL_LIMIT)(definition, value).strip()
    if urlsplit(text).scheme not in ("http", "https") or any(c.isspace() for c in text):
        raise Invalid(_("Type the whole address, beginning with https://."))
    return text


_READERS = {
    FieldType.TEXT: _text(custom.TEXT_LIMIT), FieldType.LONG_TEXT: _text(custom.LONG_LIMIT),
    FieldType.INTEGER: _integer, FieldType.DECIMAL: _decimal, FieldType.MONEY: _decimal, FieldType.DATE: _day,
    FieldType.DATETIME: _moment, FieldType.BOOLEAN: _boolean, FieldType.CHOICE: _choice, FieldType.CHOICES: _choices,
    FieldType.CPF_CNPJ: _document,
    FieldType.PHONE: lambda definition, value: phones.parse(_text(40)(definition, value)),
    FieldType.EMAIL: _email, FieldType.URL: _url}
