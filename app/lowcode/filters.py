"""What is asked of a searchable field, by its type, out of what was typed or sent: keys of the index of values."""
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ..documents import clean
from ..models.custom_field import FieldType
from ..queries.catalogue import FieldSpec
from ..queries.field_filters import FieldFilter
from ..queries.record_words import words_of
from ..services.field_index import LENGTH, sort_key
from ..text import digits, normalise

PREFIX = "cf_"  # of a field in an address; ranges are cf_<key>.from and cf_<key>.to
FROM, TO = ".from", ".to"
TEXTS = (FieldType.TEXT, FieldType.LONG_TEXT, FieldType.EMAIL, FieldType.URL, FieldType.ATTACHMENT)
NUMBERS = (FieldType.INTEGER, FieldType.DECIMAL, FieldType.MONEY)
DAYS = (FieldType.DATE, FieldType.DATETIME)
CHOICES = (FieldType.CHOICE, FieldType.CHOICES)
PIECES = 8  # words of one question
_LAST = "\U0010ffff"  # after every character that a person types


def text_in(field: FieldSpec, typed: str) -> FieldFilter:
    """Each word of what was typed stands in the field, from its beginning; short ones begin it. Documents and phones
    begin with the digits typed."""
    if field.type == FieldType.CPF_CNPJ:
        return beginning(field, clean(typed))
    if field.type == FieldType.PHONE:
        number = digits(typed)
        return beginning(field, f"+{number}" if typed.strip().startswith("+") else f"+55{number}")
    words = words_of(typed)
    if not words:
        return beginning(field, normalise(typed))
    return FieldFilter(field, pieces=tuple(normalise(typed).split()[:PIECES]), words=tuple(words))


def beginning(field: FieldSpec, key: str) -> FieldFilter:
    """The key of its value begins so."""
    return FieldFilter(field, low=key[:LENGTH], below=key[:LENGTH] + _LAST)


def any_of(field: FieldSpec, values) -> FieldFilter:
    """It holds one of these JSON values, or has it among several."""
    return FieldFilter(field, keys=tuple(dict.fromkeys(key for each in values if (key := sort_key(field, each)))))


def between(field: FieldSpec, low, high, *, timezone: str) -> FieldFilter:
    """A number, or a local day, from `low` to `high`, both inclusive; None leaves an end open."""
    if field.type == FieldType.DATETIME:
        zone = ZoneInfo(timezone)
        return FieldFilter(field, low=_instant(field, low, zone), below=_instant(
            field, high + timedelta(days=1) if high else None, zone))
    low, high = (each.isoformat() if isinstance(each, date) else None if each is None else str(each)
                 for each in (low, high))
    low, high = sort_key(field, low), sort_key(field, high)
    return FieldFilter(field, keys=(low,)) if low is not None and low == high else FieldFilter(
        field, low=low, high=high)


def is_filled(field: FieldSpec, filled: bool) -> FieldFilter:
    """It holds something, or nothing."""
    return FieldFilter(field, filled=filled)


def _instant(field, day: date | None, zone) -> str | None:
    if day is None:
        return None
    return sort_key(field, datetime.combine(day, time(), zone).astimezone(UTC).isoformat())
