"""What an address asks of configurators' fields: `cf_<key>=value`, and `cf_<key>_from` and `_to` of what has an order.

A value repeated is any of them. Numbers are written as JSON has them or as Brazilians do (with a comma), days as
yyyy-mm-dd or dd/mm/yyyy, booleans as true and false; choices by their code, persons by their id. A text, like the name
of a file, is the whole value whatever its accents and case, or its beginning where an asterisk ends it (`cent*`), which
documents and phones know too; between two asterisks stand words (`*sao jose*`), each of which begins one of its words.
What has a mask may be typed without it, an amount as it is shown. A field that is unknown or not searchable is
`Unreadable`, a value that is none of its field is `NoValue`.

A field called `<key>_from` or `<key>_to` itself is what its own name means. The designer lets none stand beside the
field of that key (`form_rules.ambiguous`), so that only older definitions can have lost an end of a range by it.
"""
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from .. import documents, phones
from ..errors import DomainError, Invalid
from ..models.custom_field import FieldType
from ..models.entity import Entity
from ..queries import record_words
from ..queries.catalogue import FieldSpec
from ..queries.field_filters import PREFIX, Asked, FieldFilter, Unreadable
from ..security.visibility import visible
from ..text import digits, normalise
from . import custom_types as types
from . import field_masks
from .field_index import LENGTH, PLAIN, WORD, sort_key, words_in

ORDERED = (FieldType.INTEGER, FieldType.DECIMAL, FieldType.MONEY, FieldType.DATE, FieldType.DATETIME)
MOST, LONGEST = 100, 300  # values of one field, characters of one
BEGUN = (FieldType.CPF_CNPJ, FieldType.PHONE)  # by their beginning too
YES, NO = ("true", "1"), ("false", "0")
_PIECES = re.compile(r"[^\W_]+")
_LAST = "\U0010ffff"  # after every character that a person types
_BRAZILIAN = re.compile(r"[+-]?(\d{1,3}(\.\d{3})+|\d+),\d+|[+-]?\d{1,3}(\.\d{3}){2,}", re.ASCII)
_REAIS = re.compile(r"([+-]?)\s*R\$\s*")
_NUMBER = re.compile(r"[+-]?\d{1,30}(\.\d{1,20})?", re.ASCII)
_DAYS = ((re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII), "%Y-%m-%d"),
         (re.compile(r"\d{1,2}/\d{1,2}/\d{4}", re.ASCII), "%d/%m/%Y"))


class NoValue(Invalid):
    """What was typed is no value of the field: told beside it, and unknown as any other part of an address."""

    status = 400


def read(session, fields: Iterable[FieldSpec], arguments, *, viewer, timezone: str, words=False,
         blanks=True) -> Asked:
    """What an address asks, a werkzeug MultiDict; `fields` are those that stand on what the list shows. `words`: it has
    an index of all words of what it shows, and none of a field's. What is blank asks nothing, as a form sends it, or is
    no value where `blanks` are none. A query only where persons are asked for. Raises Unreadable, and NoValue at the
    name of the argument."""
    names = [name for name in arguments if name.startswith(PREFIX)]
    known = arguments_of(fields) if names else {}
    asked: dict[str, _Question] = {}
    for name in names:
        if name not in known:
            raise Unreadable(name)
        field, end = known[name]
        given = list(dict.fromkeys(
            value for each in arguments.getlist(name) if (value := each.replace("\0", "").strip()) or not blanks))
        if not given:
            continue
        if "" in given:
            raise _no_value(field, name)
        if len(given) > (1 if end else MOST) or any(len(value) > LONGEST for value in given):
            raise _no_value(field, name)
        mine = asked.setdefault(field.key, _Question(field, name, timezone, words))
        try:
            mine.add(end, given)
        except NoValue:
            raise
        except (DomainError, AttributeError, TypeError, ValueError, ArithmeticError) as error:
            raise _no_value(field, name) from error
    _refuse_strangers(session, asked.values(), viewer)
    return tuple(one for mine in asked.values() for one in mine.filters())


def arguments_of(fields: Iterable[FieldSpec]) -> dict[str, tuple[FieldSpec, str]]:
    """{name of an argument: (its field, "", "from" or "to")} of those that can be asked for."""
    some = [each for each in fields if each.filterable]
    ends = {f"{PREFIX}{each.key}_{end}": (each, end) for each in some if each.type in ORDERED for end in ("from", "to")}
    return {**ends, **{PREFIX + each.key: (each, "") for each in some}}


def filled(fields: Iterable[FieldSpec], keys: Iterable[str], there: bool) -> Asked:
    """These fields hold something, or nothing."""
    by_key = {each.key: each for each in fields}
    return tuple(FieldFilter(by_key[key], filled=there) for key in keys)


class _Question:
    """What is asked of one field."""

    def __init__(self, field, name, timezone, words):
        self.field, self.name, self.zone, self.words = field, name, ZoneInfo(timezone), words
        self.any_of: list[FieldFilter] = []
        self.ends: dict[str, FieldFilter] = {}
        self.also: list[FieldFilter] = []  # further words of a text
        self.persons: list[int] = []

    def add(self, end, given) -> None:
        made = [self.one(text) for text in given]
        if end:
            self.ends[end] = made[0]
            return
        if len(made) > 1 and any(one.pieces or one.word for one in made):
            raise ValueError(given)  # words narrow the list before all else: not where something else may hold as well
        keys = tuple(dict.fromkeys(key for one in made for key in one.keys))
        self.any_of += [FieldFilter(self.field, keys=keys)] if keys else []
        self.any_of += [one for one in made if not one.keys]

    def filters(self) -> list[FieldFilter]:
        some = self.any_of if len(self.any_of) < 2 else [FieldFilter(self.field, any_of=tuple(self.any_of))]
        return [*some, *self.also, *([self.between()] if self.ends else [])]

    def between(self) -> FieldFilter:
        """From one value or day to the other, both inclusive: one range of the index."""
        first, last = self.ends.get("from"), self.ends.get("to")
        low = first and (first.keys[0] if first.keys else first.low)
        high, below = (last.keys[0] if last.keys else None, last.below) if last else (None, None)
        if low is not None and (high is not None and high < low or below is not None and below <= low):
            raise NoValue(_l("The end is before the beginning."), field=f"{PREFIX}{self.field.key}_to")
        if low is not None and low == high:
            return FieldFilter(self.field, keys=(low,))
        return FieldFilter(self.field, low=low, high=high, below=below)

    def one(self, text) -> FieldFilter:
        """What one text means: a value, a beginning, or a day of moments."""
        kind = FieldType(self.field.type)
        if kind == FieldType.DATETIME:
            return self.moments(text)
        bare = self.masked(text.strip("*").strip())
        if kind in PLAIN and bare and text.startswith("*") and text.endswith("*"):
            return self.worded(bare)
        if (kind in PLAIN or kind in BEGUN) and bare and text.endswith("*"):
            return self.begun(self.beginning(kind, bare if self.field.mask else text.rstrip("*")))
        text = bare if self.field.mask and not text.endswith("*") else text
        return FieldFilter(self.field, keys=(self.key(getattr(self, f"_{kind.value}", self._text)(text)),))

    def masked(self, text) -> str:
        """What was typed, in the form of the field's mask as far as it goes."""
        return field_masks.begun(self.field.mask, text) if self.field.mask else text

    def worded(self, text) -> FieldFilter:
        """Each word of it begins a word of the value; what is too short begins the value."""
        said = [word[:WORD] for word in dict.fromkeys(words_in(text))][:record_words.MOST]
        words = [word for word in said if len(word) >= record_words.LEAST or word.isdigit()]
        if not words:
            return self.begun(normalise(text))
        if self.words:
            pieces = tuple(dict.fromkeys(_PIECES.findall(normalise(text))))[:record_words.MOST]
            return FieldFilter(self.field, pieces=pieces, words=tuple(word + "*" for word in words))
        first, *self.also = (FieldFilter(self.field, low=word, below=word + _LAST, word=True) for word in said)
        return first

    def begun(self, key) -> FieldFilter:
        if not key:
            raise ValueError(key)
        return FieldFilter(self.field, low=key[:LENGTH], below=key[:LENGTH] + _LAST)

    @staticmethod
    def beginning(kind, text) -> str:
        if kind == FieldType.CPF_CNPJ:
            return normalise(documents.clean(text))
        if kind == FieldType.PHONE:
            number = digits(text)
            return number and (f"+{number}" if text.startswith("+") else f"+55{number}")
        return normalise(text)

    def key(self, value) -> str:
        made = sort_key(self.field, value)
        if made is None:
            raise ValueError(value)
        return made

    def moments(self, text) -> FieldFilter:
        """A local day from its beginning to its end, or one instant with its zone."""
        try:
            day = _day(text)
        except ValueError:
            moment = datetime.fromisoformat(text)
            if moment.tzinfo is None:
                raise
            return FieldFilter(self.field, keys=(self.key(moment.astimezone(UTC).isoformat()),))
        first, following = (self.key(datetime.combine(each, time(), self.zone).astimezone(UTC).isoformat())
                            for each in (day, day + timedelta(days=1)))
        return FieldFilter(self.field, low=first, below=following)

    def _integer(self, text):
        number = _number(text)
        if number != int(number):
            raise ValueError(text)
        return int(number)

    def _decimal(self, text):
        return str(_number(text))

    def _money(self, text):
        return self._decimal(_REAIS.sub(r"\1", text.replace("\u00a0", " "), count=1))

    def _date(self, text):
        return _day(text).isoformat()

    def _boolean(self, text):
        if text not in (*YES, *NO):
            raise ValueError(text)
        return text in YES

    def _choice(self, text):
        if text not in types.labels(self.field):
            raise ValueError(text)
        return text

    _choices = _choice

    def _cpf_cnpj(self, text):
        document = documents.clean(text)
        if not (documents.is_cpf(document) or documents.is_cnpj(document)):
            raise ValueError(text)
        return document

    def _phone(self, text):
        return phones.parse(text)

    def _person(self, text):
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            raise ValueError(text)
        self.persons.append(int(text))
        return int(text)

    def _attachment(self, text):
        return {"name": text}

    def _text(self, text):
        return text


def _number(text) -> Decimal:
    if _BRAZILIAN.fullmatch(text):
        text = text.replace(".", "").replace(",", ".")
    if not _NUMBER.fullmatch(text):
        raise ValueError(text)
    return Decimal(text)


def _day(text) -> date:
    for shape, form in _DAYS:
        if shape.fullmatch(text):
            return datetime.strptime(text, form).date()  # noqa: DTZ007  (a day)
    raise ValueError(text)


def _refuse_strangers(session, asked, viewer) -> None:
    """Of a person whom the viewer may not see, nothing is told, not even who names him."""
    ids = {pk for mine in asked for pk in mine.persons}
    seen = set(session.scalars(select(Entity.id).where(Entity.id.in_(ids), visible(Entity, viewer)))) if ids else ids
    for mine in asked:
        if not seen.issuperset(mine.persons):
            raise _no_value(mine.field, mine.name)


def _no_value(field, name) -> NoValue:
    days = field.type in (FieldType.DATE, FieldType.DATETIME)
    return NoValue(_l("Type a day that exists, as dd/mm/yyyy.") if days else _l("Not a valid value."), field=name)
