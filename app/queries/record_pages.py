"""The keys of a page of records, for `paging.page`: in the order of their numbers, or of a searchable field.

A walk through the order meets what many records answer; it ends after LOOK steps. Where that does not fill the page
(the answers lie together elsewhere: the days of last year, say), those who answer one question are taken in order, some
at a time, until the page is full.
"""
import json
from datetime import date, timedelta

from sqlalchemy import ARRAY, Text, and_, asc, cast, desc, func, literal_column, select, true
from sqlalchemy.sql import operators

from ..models.custom_field import FieldType
from ..models.custom_record import CustomRecord, FieldIndex, OwnerKind
from .among import among
from .catalogue import FieldSpec
from .field_filters import SEVERAL, FieldFilter, of_field
from .record_asked import Narrowed, in_order

LOOK = 3_000  # steps of a walk on which each record is looked up
GLANCE = 500  # of one that a question can be asked after
SOME = 100  # of those who answer a question, so many at a time, ten times as many each time
ROUNDS = 3
SORTED = 60_000  # answers in one range of an index that are sorted sooner than met on a walk
DAYS = 1_500  # of a period that is looked through day by day
_R, _I, _KIND = CustomRecord, FieldIndex, OwnerKind.RECORD.value


class _Key:
    """What paging reads of a row: the values of the order column and of the id, by their names."""

    def __init__(self, pk, value, column, key):
        self.__dict__.update({column.key: value, key.key: pk}, id=pk)


class Pages:
    """Called as `paging.page` does: (beyond or None, order, limit) -> rows. `column` and `key` are what it pages by."""

    def __init__(self, session, made: Narrowed, by: FieldSpec | None):
        self.session, self.made, self.by = session, made, by
        self.column, self.key = (_R.id, _R.id) if by is None else (_I.value, _I.owner_id)

    def __call__(self, beyond, order, limit):
        made, beyond = self.made, [] if beyond is None else [beyond]
        if made.ids is not None:
            found = self._select().where(among(_R.id, made.ids), *made.seen(), *beyond)
            return self._keys(found.order_by(*order).limit(limit))
        if self.by is not None:
            return self._by_field(beyond, order, limit)
        rising = order[0].modifier is operators.asc_op
        if made.small or not made.asks:
            where = [*made.where, *(made.seen() if made.asks else ())]
            return self._numbers(self.session.scalars(in_order(made, beyond, rising, limit, where)))
        return self._by_number(beyond, rising, limit)

    def _keys(self, statement) -> list[_Key]:
        return [_Key(pk, value, self.column, self.key) for pk, value in self.session.execute(statement)]

    def _numbers(self, ids) -> list[_Key]:
        return [_Key(pk, pk, self.column, self.key) for pk in ids]

    def _select(self):
        """(id, value of the order column)."""
        if self.by is None:
            return select(_R.id, self.column)
        return select(_R.id, _I.value).join(_I, and_(*of_field(self.by.id, _KIND), _I.owner_id == _R.id))

    # ---- by number

    def _by_number(self, beyond, rising, limit):
        made = self.made
        exact = next((each for each in made.wide if each.exact), None)
        if exact is None and not (made.words and self._sqlite):
            look = LOOK if self._asked_first(None) is None else GLANCE
            ids, over = self._met(in_order(made, beyond, rising, look), made.seen(), limit, look)
            if len(ids) == limit or over:
                return self._numbers(ids)
        found: list[int] = []
        for many in (10 ** n for n in range(ROUNDS)):
            some, over = self._some(exact, beyond, rising, many, limit)
            found += self._checked(some, exact, rising, limit - len(found))
            if len(found) == limit or over:
                return self._numbers(found)
            beyond = [_R.id > some[-1] if rising else _R.id < some[-1]]
        rest = in_order(made, [], rising, limit - len(found), [*made.seen(), *beyond])
        return self._numbers([*found, *self.session.scalars(rest)])

    @property
    def _sqlite(self) -> bool:
        return self.session.get_bind().dialect.name == "sqlite"

    def _asked_first(self, exact) -> FieldFilter | None:
        """The question whose answers are taken in order; None where it is the words."""
        if exact is not None:
            return exact
        if self.made.words and not self.made.words.common:
            return None
        return next((each for each in self.made.wide if not each.pieces), None)

    def _some(self, exact, beyond, rising, many, limit) -> tuple[list[int], bool]:
        """(the first of those who answer one question, in the order of their numbers; whether they are all)."""
        asked, size = self._asked_first(exact), max(SOME * many, limit * 2)
        if asked is None:
            ids = self._worded(beyond, rising, size)
        elif values := _values_of(self.session, asked):
            size = limit * 2 * many
            ids = self._value_by_value(asked, values, beyond, rising, size)
        else:
            ids = self._in_range(asked, beyond, rising, size)
        return ids, len(ids) < size

    def _in_range(self, asked, beyond, rising, size) -> list[int]:
        """The first of those who answer a question. What is not too much is gathered along the index of values:
        PostgreSQL expects the answers all over the table and would walk by number until it meets them, though those
        of a month lie together."""
        some = select(_I.owner_id.label("id")).where(*asked.rows(_KIND), *_moved(beyond, _I.owner_id))
        order = asc("id") if rising else desc("id")
        if not asked.repeats:
            gathered = some.limit(SORTED + 1).cte("gathered").prefix_with("MATERIALIZED")
            many = select(func.count()).select_from(gathered).scalar_subquery()
            found = self.session.execute(select(gathered.c.id, many).order_by(order).limit(size)).all()
            if not found or found[0][1] <= SORTED:
                return [pk for pk, _many in found]
        return list(self.session.scalars((some.distinct() if asked.repeats else some).order_by(order).limit(size)))

    def _worded(self, beyond, rising, size) -> list[int]:
        """Those who have the words: FTS5 has them in order, but not within a subquery."""
        words = self.made.words.owners(self.session)
        column = literal_column("rowid")
        if not self._sqlite:
            worded = words.subquery()
            words, column = select(worded.c.id), worded.c.id
        return list(self.session.scalars(words.where(*_moved(beyond, column)).order_by(
            column.asc() if rising else column.desc()).limit(size)))

    def _value_by_value(self, asked, values, beyond, rising, size) -> list[int]:
        """Of each value the first: the owners of one stand in the index in order, those of several do not."""
        order = _I.owner_id.asc() if rising else _I.owner_id.desc()
        each = select(_I.owner_id.label("id")).where(
            _I.field_id == asked.field.id, _I.kind == _KIND, _I.value == literal_column("asked.value"),
            *_moved(beyond, _I.owner_id)).order_by(order).limit(size).subquery()
        if self._sqlite:
            listed = func.json_each(select(func.json_group_array(each.c.id)).select_from(each).scalar_subquery())
            found = listed.table_valued("value", name="found")
            first = select(found.c.value.label("id")).select_from(
                func.json_each(json.dumps(values)).table_valued("value", name="asked")).join(found, true())
        else:
            each = each.element.lateral()
            given = func.unnest(cast(values, ARRAY(Text))).table_valued("value").render_derived(name="asked")
            first = select(each.c.id).select_from(given).join(each, true())
        ids = first.distinct().subquery() if asked.repeats else first.subquery()
        return list(self.session.scalars(
            select(ids.c.id).order_by(ids.c.id.asc() if rising else ids.c.id.desc()).limit(size)))

    def _checked(self, some, exact, rising, limit) -> list[int]:
        """Of these ids, in their order, the first that are seen."""
        if not some:
            return []
        asked = self._asked_first(exact)
        seen = self.made.seen(but=asked, worded=asked is not None)
        order = _R.id.asc() if rising else _R.id.desc()
        return list(self.session.scalars(select(_R.id).where(among(_R.id, some), *seen).order_by(order).limit(limit)))

    def _met(self, steps, seen, limit, look):
        """(the ids among the steps that are seen, whether there were no more steps). The steps come in order, and the
        walk ends with the last one wanted: asked for the order once more, SQLite would look at all and sort."""
        steps = steps.subquery()
        ids = list(self.session.scalars(select(steps.c.id).join(_R, _R.id == steps.c.id).where(*seen).limit(limit)))
        return ids, len(ids) < limit and self._length(steps) < look

    def _length(self, steps) -> int:
        return self.session.scalar(select(func.count()).select_from(select(steps.c.id).subquery()))

    # ---- by a field

    def _by_field(self, beyond, order, limit):
        """Along the index of the order, from which a question about the same field cuts its own part."""
        made = self.made
        own = next((each for each in made.wide if each.field.id == self.by.id and not each.pieces
                    and self.by.type not in SEVERAL), None)  # of several values, the first may be another
        cut = own.conditions(_I) if own is not None else ()
        steps = select(_I.owner_id.label("id"), _I.value.label("key")).where(
            *of_field(self.by.id, _KIND), *cut, *beyond).order_by(*order).limit(max(LOOK, limit * 4)).subquery()
        found = self._keys(select(steps.c.id, steps.c.key).join(_R, _R.id == steps.c.id).where(
            *made.seen(but=own)).limit(limit))
        if len(found) == limit or self._length(steps) < max(LOOK, limit * 4):
            return found
        # Words come first: beside another question PostgreSQL would look the one up in all answers of the other.
        asked = None if made.words else self._asked_first(None)
        if asked is not None:
            ids = asked.owners(_KIND)
        else:
            ids = made.words.owners(self.session) if made.words else in_order(made, [], True, 2**31 - 1)
        gathered = ids.cte("gathered").prefix_with("MATERIALIZED")
        return self._keys(self._select().join(gathered, gathered.c[0] == _R.id).where(
            *made.seen(but=asked, worded=not made.words), *beyond).order_by(*order).limit(limit))


def _moved(beyond, column) -> list:
    """A condition on the number of a record, said of another column that has it."""
    return [each.operator(column, each.right) for each in beyond]


def _values_of(session, asked: FieldFilter) -> list[str]:
    """The values that are asked for, one by one: several choices, or the days of a period that is not too long."""
    if len(asked.keys) > 1:
        return list(asked.keys)
    if asked.field.type != FieldType.DATE or asked.exact or asked.filled is not None or asked.any_of:
        return []
    ends = [asked.low or _end(session, asked, _I.value.asc()), asked.high or _end(session, asked, _I.value.desc())]
    if None in ends:
        return []
    low, high = map(date.fromisoformat, ends)
    count = (high - low).days + 1
    return [(low + timedelta(days=n)).isoformat() for n in range(count)] if count <= DAYS else []


def _end(session, asked, order) -> str | None:
    """The first or the last value that there is."""
    return session.scalar(select(_I.value).where(
        _I.field_id == asked.field.id, _I.kind == _KIND, _I.value.is_not(None)).order_by(order).limit(1))
