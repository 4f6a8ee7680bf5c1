"""The index of what can be searched of configurators' fields: written with the record, in its transaction."""
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN

from sqlalchemy import delete, insert, select

from .. import phones
from ..models.custom_field import FieldType
from ..models.custom_record import FieldIndex, FieldWord, OwnerKind
from ..queries.catalogue import FieldSpec, catalogue
from ..text import normalise, searchable
from . import custom_types as types
from .bulk import insert_rows

LENGTH = 200  # of FieldIndex.value
_WHOLE, _PLACES = 17, types.DECIMAL_PLACES  # digits before and after the comma of a number's key
_OFFSET = 10 ** (_WHOLE - 1 + _PLACES)  # so that negative numbers sort before zero
PLAIN = (FieldType.TEXT, FieldType.LONG_TEXT, FieldType.EMAIL, FieldType.URL, FieldType.ATTACHMENT)  # have words
WORDED = (OwnerKind.ENTITY, OwnerKind.ATTENDANCE)  # records behind menus have an index of all their words
WORD = 60  # letters of FieldWord.value
_INDEX, _WORDS = FieldIndex.__table__, FieldWord.__table__
_A_WORD = re.compile(r"[^\W_]+")


def mirror(session, kind: str, owner_id: int, fields: Iterable[FieldSpec], values: dict, *, new: bool = False) -> None:
    """Make the index rows of one owner equal to its values: of every searchable field in use a row, NULL where it holds
    nothing. `new` spares the look for rows of an owner that had none. `fields` of a person are those of all persons,
    whatever its kind: an order by one of them must miss nobody.
    """
    fields = [each for each in fields if each.searchable and each.active]
    wanted = {(each.id, place): key for each in fields for place, key in enumerate(rows(each, values.get(each.key)))}
    if not wanted:
        return
    ids = {field_id for field_id, _place in wanted}
    mine = (_INDEX.c.field_id.in_(ids), _INDEX.c.kind == kind, _INDEX.c.owner_id == owner_id)
    have = {} if new else {(row.field_id, row.place): row.value for row in session.execute(
        select(_INDEX.c.field_id, _INDEX.c.place, _INDEX.c.value).where(*mine))}
    changed = {field_id for (field_id, place), key in {**have, **wanted}.items()
               if (field_id, place) not in wanted or have.get((field_id, place), ...) != key}
    old = {field_id for field_id, _place in have} & changed
    if old:
        session.execute(delete(_INDEX).where(*mine, _INDEX.c.field_id.in_(old)))
    if changed:
        session.execute(insert(_INDEX), [
            {"field_id": field_id, "kind": kind, "owner_id": owner_id, "place": place, "value": key}
            for (field_id, place), key in wanted.items() if field_id in changed])
        if kind in WORDED and (texts := old & {each.id for each in fields if each.type in PLAIN}):
            session.execute(delete(_WORDS).where(
                _WORDS.c.owner_id == owner_id, _WORDS.c.kind == kind, _WORDS.c.field_id.in_(texts)))
        said = [row for each in fields if each.id in changed for row in word_rows(each, kind, owner_id, [
            wanted[field_id, place] for field_id, place in wanted if field_id == each.id])]
        if said:
            session.execute(insert(_WORDS), said)


def mirror_new(session, kind: str, owners: Iterable[tuple[int, dict]]) -> None:
    """The same for many persons or attendances (id, values) that had no rows, at the speed of an import."""
    add_many(session, kind, catalogue(session).of_record(kind), owners)


def add_many(session, kind: str, fields: Iterable[FieldSpec], owners: Iterable[tuple[int, dict]]) -> None:
    """The same where the caller knows the fields."""
    wanted = [each for each in fields if each.searchable and each.active]
    if not wanted:
        return
    said: list[tuple] = []

    def keyed():
        for owner_id, values in owners:
            for each in wanted:
                keys = rows(each, values.get(each.key))
                said.extend(tuple(row.values()) for row in word_rows(each, kind, owner_id, keys))
                for place, key in enumerate(keys):
                    yield each.id, kind, owner_id, place, key
    insert_rows(session, FieldIndex, ("field_id", "kind", "owner_id", "place", "value"), keyed())
    if said:
        insert_rows(session, FieldWord, ("field_id", "kind", "value", "owner_id"), said)


def forget(session, kind: str, owner_id: int) -> None:
    """The owner is no more."""
    session.execute(delete(_INDEX).where(_INDEX.c.kind == kind, _INDEX.c.owner_id == owner_id))
    if kind in WORDED:
        session.execute(delete(_WORDS).where(_WORDS.c.owner_id == owner_id, _WORDS.c.kind == kind))


def rows(field: FieldSpec, value) -> Sequence[str | None]:
    """The keys of a value by place; one None where it holds nothing."""
    if types.is_empty(value):
        return (None,)
    return [sort_key(field, each) for each in (value if isinstance(value, list) else [value])]


def word_rows(field: FieldSpec, kind: str, owner_id: int, keys: Iterable[str | None]) -> list[dict]:
    """The rows of `FieldWord` of these keys, which are what `rows` answers; none of what has no words, or of records.
    """
    if kind not in WORDED or field.type not in PLAIN:
        return []
    words = dict.fromkeys(word[:WORD] for key in keys if key for word in words_in(key))
    return [{"field_id": field.id, "kind": kind, "value": word, "owner_id": owner_id} for word in words]


def words_in(text: str) -> list[str]:
    """The words of a text as they are found: "hid" and "77" of "HID-77"."""
    return _A_WORD.findall(searchable(text))


def sort_key(field: FieldSpec, value) -> str | None:
    """A text that sorts as the value does, and is the same for equal values; of several choices or files, of one of
    them. A filter compares with the key of what it asks for. None for nothing, and for what is not of the type.
    """
    if types.is_empty(value):
        return None
    try:
        return _KEYS.get(field.type, _text_key)(value)[:LENGTH]
    except (TypeError, ValueError, ArithmeticError, AttributeError, KeyError):
        return None  # stored before the field had this type's rules


def search_text(fields: Iterable[FieldSpec], values: dict) -> str:
    """The words of the searchable fields in use, normalised as a search box's are; persons are not among them."""
    words = []
    for field in fields:
        value = values.get(field.key)
        if field.searchable and field.active and not types.is_empty(value):
            words += [_words(field, each) for each in (value if isinstance(value, list) else [value])]
    return searchable(" ".join(words))


# ---- keys

def _text_key(value) -> str:
    return normalise(value)


def _number_key(value) -> str:
    scaled = types.number(value).scaleb(_PLACES).to_integral_value(ROUND_HALF_EVEN)
    return f"{min(max(int(scaled) + _OFFSET, 0), 2 * _OFFSET):0{_WHOLE + _PLACES}d}"


def _moment_key(value) -> str:
    return datetime.fromisoformat(value).astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")


def _code_key(value) -> str:
    return str(value)


_KEYS = {
    **dict.fromkeys((FieldType.INTEGER, FieldType.DECIMAL, FieldType.MONEY), _number_key),
    FieldType.DATE: lambda value: date.fromisoformat(value).isoformat(), FieldType.DATETIME: _moment_key,
    FieldType.BOOLEAN: lambda value: "1" if value else "0", FieldType.CHOICE: _code_key, FieldType.CHOICES: _code_key,
    FieldType.PERSON: lambda value: f"{value:012d}", FieldType.ATTACHMENT: lambda value: normalise(value["name"])}


# ---- words

def _words(field, value) -> str:
    kind = field.type
    if kind in (FieldType.CHOICE, FieldType.CHOICES):
        return types.labels(field).get(value, "")
    if kind in (FieldType.PERSON, FieldType.BOOLEAN):
        return ""
    if kind == FieldType.ATTACHMENT:
        return str(value.get("name", "")) if isinstance(value, dict) else ""
    if kind in (FieldType.DATE, FieldType.DATETIME):
        year, month, day = [*str(value)[:10].split("-"), "", ""][:3]
        return f"{day}/{month}/{year}"
    if kind == FieldType.PHONE:
        return f"{phones.search_digits(value)} {phones.shown(value)}"
    if kind in (FieldType.DECIMAL, FieldType.MONEY):
        return str(value).replace(".", ",")  # as a Brazilian types it; the dots of thousands do not count
    return str(value)
