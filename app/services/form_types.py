"""What each type of configurators' fields is called, which properties it has, and what it may become."""
from flask_babel import lazy_gettext as _l

from ..models.custom_field import FieldType

NAMES = {
    FieldType.TEXT: _l("Short text"), FieldType.LONG_TEXT: _l("Long text"), FieldType.INTEGER: _l("Whole number"),
    FieldType.DECIMAL: _l("Decimal number"), FieldType.MONEY: _l("Amount in reais"), FieldType.DATE: _l("Date"),
    FieldType.DATETIME: _l("Date and time"), FieldType.BOOLEAN: _l("Yes/No"), FieldType.CHOICE: _l("List"),
    FieldType.CHOICES: _l("Multiple choice"), FieldType.CPF_CNPJ: _l("CPF/CNPJ"), FieldType.PHONE: _l("Phone"),
    FieldType.EMAIL: _l("E-mail"), FieldType.URL: _l("Link (URL)"), FieldType.PERSON: _l("Person"),
    FieldType.ATTACHMENT: _l("Attachment"),
}
WITH_OPTIONS = frozenset((FieldType.CHOICE, FieldType.CHOICES))
NUMBERS = frozenset((FieldType.INTEGER, FieldType.DECIMAL, FieldType.MONEY))
DAYS = frozenset((FieldType.DATE, FieldType.DATETIME))
COUNTED = frozenset((FieldType.TEXT, FieldType.LONG_TEXT, FieldType.CHOICES, FieldType.ATTACHMENT))  # limits count
WITH_PATTERN = frozenset((FieldType.TEXT, FieldType.LONG_TEXT))
WITHOUT_DEFAULT = frozenset((FieldType.PERSON, FieldType.ATTACHMENT))

# What a field with values may become: every stored value is one of the new type as it lies in the JSON, or is read so.
MAY_BECOME: dict[str, frozenset[str]] = {
    FieldType.TEXT: frozenset((FieldType.LONG_TEXT,)),
    FieldType.INTEGER: frozenset((FieldType.DECIMAL, FieldType.MONEY)),
    FieldType.MONEY: frozenset((FieldType.DECIMAL,)),
    FieldType.CHOICE: frozenset((FieldType.CHOICES,)),
    FieldType.CPF_CNPJ: frozenset((FieldType.TEXT, FieldType.LONG_TEXT)),
    FieldType.PHONE: frozenset((FieldType.TEXT, FieldType.LONG_TEXT)),
    FieldType.EMAIL: frozenset((FieldType.LONG_TEXT,)),
    FieldType.URL: frozenset((FieldType.LONG_TEXT,)),
}


def properties(kind: str) -> frozenset[str]:
    """The properties beside name, help and place that mean something for a type; what is given of others is dropped."""
    has = set()
    if kind in WITH_OPTIONS:
        has.add("options")
    if kind in COUNTED or kind in NUMBERS or kind in DAYS:
        has |= {"minimum", "maximum"}
    if kind == FieldType.TEXT:
        has.add("mask")
    if kind in WITH_PATTERN:
        has |= {"pattern", "pattern_help"}
    if kind not in WITHOUT_DEFAULT:
        has.add("default")
    return frozenset(has)
