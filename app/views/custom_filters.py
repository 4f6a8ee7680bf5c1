"""Filters by configurators' fields on the lists of persons, attendances, tickets and records behind a menu: what the
address asks, and the boxes that ask it."""
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from babel.numbers import get_decimal_symbol
from flask import abort, g, request
from flask_babel import format_decimal, get_locale, get_timezone
from flask_babel import gettext as _
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict

from ..extensions import db
from ..lowcode.dates import read_day, typed_day
from ..models.custom_field import FieldType
from ..models.entity import Entity
from ..queries import paging
from ..queries.catalogue import FieldSpec
from ..queries.field_filters import PREFIX, Asked, Unreadable, narrowing
from ..queries.field_order import FieldOrder, field_of
from ..security.permissions import Perm
from ..security.visibility import visible
from ..services import custom_types as types
from ..services import field_questions
from ..services.field_questions import NoValue
from .custom import defined, definitions
from .lists.source import CUSTOM
from .lookup import whole

NUMBERS = (FieldType.INTEGER, FieldType.DECIMAL, FieldType.MONEY)
CHOICES = (FieldType.CHOICE, FieldType.CHOICES, FieldType.BOOLEAN)
DAYS = (FieldType.DATE, FieldType.DATETIME)


@dataclass(frozen=True)
class Option:
    """One value of a list."""

    id: str
    name: str
    active: bool = True
    parent: None = None


@dataclass(frozen=True)
class Box:
    """A filter as it is drawn; `kind` is choice, person, number, day or text, `values` what the address has of it. A
    text is sent with asterisks around it or after it, which `around` names: its words, or its beginning."""

    name: str
    label: str
    kind: str
    values: list[str]
    options: list[Option] = field(default_factory=list)
    least: str = ""
    most: str = ""
    error: str = ""
    around: str = ""

    @property
    def mark(self) -> str:
        """Of decimals, as a person types them."""
        return get_decimal_symbol(get_locale())

    @property
    def given(self) -> bool:
        return bool(self.values or self.least or self.most)


def asked(target: str, arguments, *, lost: list | None = None) -> Asked:
    """The filters of an address by the fields of persons or attendances; see `asked_of`."""
    return asked_of(definitions(target), _every(target), arguments, lost=lost)


def asked_of(fields: Sequence[FieldSpec], every: dict[str, FieldSpec], arguments, *, lost: list | None = None,
             words=False) -> Asked:
    """The filters of an address. Raises `field_filters.Unreadable`, `field_questions.NoValue`; what a saved view asks
    of fields that are out of use is named in `lost` instead, by `every` field that there was. `words`: as
    `field_questions.read` has it."""
    if lost is not None:
        known = field_questions.arguments_of(fields)
        gone = [name for name in arguments if name.startswith(PREFIX) and name not in known]
        lost += dict.fromkeys(_label(every, name) for name in gone)
        arguments = MultiDict([(name, value) for name, value in arguments.items(multi=True) if name not in gone])
    return field_questions.read(
        db.session, fields, arguments, viewer=g.viewer, timezone=str(get_timezone()), words=words)


def in_export() -> bool:
    """Whether a file is made of what a page has shown: it leaves out what the page has."""
    return request.path.startswith("/lists/")


def boxes(target: str, errors=None) -> list[Box]:
    """The boxes of a list of persons, attendances or tickets; see `boxes_of`."""
    return boxes_of(definitions(target), errors)


def boxes_of(fields: Sequence[FieldSpec], errors=None) -> list[Box]:
    """A box for each field that can be asked for, with the refusal of what it asks ({argument: text}). The names of
    persons that are asked for are one query."""
    fields = [each for each in fields if each.filterable and (
        each.type != FieldType.PERSON or g.viewer.may(Perm.ENTITY_READ))]
    people = _people([pk for each in fields if each.type == FieldType.PERSON for pk in _given(each)])
    made = [_box(each, people) for each in fields]
    for name, text in (errors or {}).items():
        made = [replace(box, error=text) if name.removesuffix("_from").removesuffix("_to") == box.name
                or name == box.name else box for box in made]
    return made


def orders(target: str) -> dict[str, str]:
    """{order of a list of persons, attendances or tickets: what its field is called}"""
    return {PREFIX + each.key: each.name for each in definitions(target) if each.filterable}


def label_of(target: str, name: str) -> str:
    """What an argument of a list of persons, attendances or tickets is called."""
    return _label(_every(target), name)


def _every(target) -> dict[str, FieldSpec]:
    return {**defined().every_field(target), **{each.key: each for each in definitions(target)}}


def _label(every, name: str) -> str:
    """What an argument is called, of a field that is out of use too."""
    key = name.removeprefix(PREFIX)
    found = every.get(key) or every.get(key.removesuffix("_from").removesuffix("_to"))
    return found.name if found else name


def _given(spec) -> list[str]:
    return [text for each in request.args.getlist(PREFIX + spec.key) if (text := each.strip())]


def _box(spec, people) -> Box:
    name, values = PREFIX + spec.key, _given(spec)
    if spec.type in CHOICES:
        return Box(name, spec.name, "choice", values, _options(spec))
    if spec.type == FieldType.PERSON:
        return Box(name, spec.name, "person", values, [Option(pk, people[pk]) for pk in values if pk in people])
    if spec.type in NUMBERS or spec.type in DAYS:
        shown = _number if spec.type in NUMBERS else _day
        least, most = (request.args.get(f"{name}_{end}", "").strip() for end in ("from", "to"))
        if not (least or most) and len(values) == 1:  # what a link asks as one value stands in both boxes
            least = most = values[0]
            values = []
        return Box(name, spec.name, "number" if spec.type in NUMBERS else "day", values, least=shown(least),
                   most=shown(most))
    around = "after" if spec.type in field_questions.BEGUN else "around"
    return Box(name, spec.name, "text", around=around, values=[  # without the asterisks of the address
        value.strip("*") if around == "after" or value.startswith("*") and value.endswith("*") else value
        for value in values])


def _options(spec) -> list[Option]:
    if spec.type == FieldType.BOOLEAN:
        return [Option("true", _("Yes")), Option("false", _("No"))]
    offered = set(types.offered(spec))
    return [Option(code, label, code in offered) for code, label in types.labels(spec).items()]


def _people(given) -> dict[str, str]:
    ids = [pk for text in given if (pk := whole(text))]
    rows = db.session.execute(select(Entity.id, func.coalesce(Entity.social_name, Entity.name)).where(
        Entity.id.in_(ids), visible(Entity, g.viewer))) if ids else ()
    return {str(pk): name for pk, name in rows}


def _number(text: str) -> str:
    try:
        return format_decimal(types.number(text), format="0.##########") if text else ""
    except (TypeError, ValueError, ArithmeticError):
        return text


def _day(text: str) -> str:
    try:
        return typed_day(read_day(text)) if text else ""
    except ValueError:
        return text


class _Fields:
    """What is asked of configurators' fields, as an operator of the list."""

    def __init__(self, kind, owner):
        self.kind, self.owner = kind, owner

    def apply(self, query, filters):
        where, g.fields_few = narrowing(query.session, filters, self.kind, self.owner)
        return query.filter(*where)


class FieldFiltersMixin:
    """A generated list with filters by the fields of `custom_target`, and in their order; mix in before
    CustomFieldsMixin."""

    def _orders(self, column):
        return super()._orders(column) or field_of(column, definitions(self.custom_target)) is not None

    def order_of(self, column):
        named = PREFIX + column.removeprefix(CUSTOM)
        return super().order_of(column) or (
            named if column.startswith(CUSTOM) and field_of(named, definitions(self.custom_target)) else None)

    def _order(self):
        """A saved view outlives the field that it orders by."""
        column = request.args.get("_oc_" + self.__class__.__name__, "")
        if column.startswith(PREFIX) and not self._orders(column) and self._forgives():
            return self.base_order
        return super()._order()

    def _forgives(self) -> bool:
        tools = self._tools()
        return bool(in_export() or tools and tools.view)

    def _order_key(self, query, column):
        by = field_of(column, definitions(self.custom_target))
        return (query, by) if by is not None else super()._order_key(query, column)

    def keyed(self, query, key, desc, *, size, after=None, before=None):
        if not isinstance(key, FieldSpec):
            return super().keyed(query, key, desc, size=size, after=after, before=before)
        pk = self.datamodel.get_pk()
        pages = FieldOrder(query.session, self.custom_target, key, pk, query.order_by(None).with_entities(pk).statement,
                           few=g.get("fields_few", False))
        found, before, after = paging.page(pages, pages.column, pages.key, desc=desc, size=size, after=after,
                                           before=before)
        ids = [each.id for each in found]
        rows = {row.id: row for row in query.filter(pk.in_(ids)).all()} if ids else {}
        return [rows[pk] for pk in ids if pk in rows], before, after

    def search_rows(self):
        """What cannot be read finds nothing and is told beside its box; a field that nobody knows answers 400, unless a
        saved view asks for it."""
        rows, those = super().search_rows()
        tools = self._tools()
        lost = [] if self._forgives() else None
        column = request.args.get("_oc_" + self.__class__.__name__, "")
        if lost is not None and column.startswith(PREFIX) and not self._orders(column):
            lost.append(label_of(self.custom_target, column))
        errors = {}
        try:
            filters = asked(self.custom_target, request.args, lost=lost)
        except Unreadable:
            abort(400)
        except NoValue as refusal:
            filters, errors = (), {refusal.field: str(refusal)}
        if filters or errors:
            those = [*those, (None if errors else _Fields(self.custom_target, self.datamodel.obj.id), filters)]
        if tools and lost:
            tools.lost = lost
        g.field_boxes = boxes(self.custom_target, errors)
        return rows, those
