"""What a list asks of configurators' searchable fields: each question is a range or a few of the index of their values.

The keys compared are those that `services/field_index.py` writes; `services/field_questions.py` makes the questions out
of an address. What few owners answer is looked up first and named by id (`few`); what many do is asked of each row as
it is met on the list's own walk (`FieldFilter.holds`).
"""
import re
from dataclasses import dataclass

from sqlalchemy import and_, case, false, func, literal, not_, or_, select, union_all
from sqlalchemy.orm import aliased

from ..models.custom_field import FieldType
from ..models.custom_record import FieldIndex, FieldWord
from .among import among
from .catalogue import FieldSpec

PREFIX = "cf_"  # of the arguments of an address
SEVERAL = (FieldType.CHOICES, FieldType.ATTACHMENT)  # more than one row an owner
LOOKED = 10_000  # persons, attendances and tickets that are cheaper named than met on a walk


class Unreadable(ValueError):
    """A value that the address does not know; `name` is that of its argument."""

    def __init__(self, name: str):
        super().__init__(name)
        self.name = name


@dataclass(frozen=True)
class FieldFilter:
    """One question; everything given must hold.

    `keys`: the value is one of these. `low` to `high`, both inclusive, or before `below`; with `word` a word of the
    value is. `pieces`: the text has each of them somewhere; `words`, theirs, are in the words of the whole record.
    `filled`: there is a value, or none. `any_of`: one of these questions about the same field holds.
    """

    field: FieldSpec
    keys: tuple[str, ...] = ()
    low: str | None = None
    high: str | None = None
    below: str | None = None
    word: bool = False
    pieces: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    filled: bool | None = None
    any_of: tuple["FieldFilter", ...] = ()

    @property
    def table(self):
        """Where it is asked: the index of values, or that of their words."""
        return FieldWord if self.word else FieldIndex

    @property
    def exact(self) -> bool:
        """One value is asked for: its owners stand in the index in the order of their numbers."""
        return len(self.keys) == 1 or self.filled is False

    @property
    def ranged(self) -> bool:
        """Its rows stand together in the index, in the order of their values."""
        return len(self.keys) < 2 and not self.any_of and not self.pieces

    def conditions(self, index) -> list:
        """What a row of the index must satisfy, of those of the field."""
        value, made = index.value, []
        if len(self.keys) == 1:
            made.append(value == self.keys[0])
        elif self.keys:
            made.append(value.in_(self.keys))
        if self.filled is not None:
            made.append(value.is_not(None) if self.filled else value.is_(None))
        made += [value >= self.low] if self.low is not None else []
        made += [value <= self.high] if self.high is not None else []
        made += [value < self.below] if self.below is not None else []
        made += [or_(*(and_(*one.conditions(index)) for one in self.any_of))] if self.any_of else []
        return made + [value.like(_pattern(piece), escape="\\") for piece in self.pieces]

    def rows(self, kind: str) -> list:
        """The conditions of the rows of the index that answer it, of owners of a kind; each alternative is a range of
        its own."""
        if self.any_of:
            return [or_(*(and_(*one.rows(kind)) for one in self.any_of))]
        index = self.table
        return [index.field_id == self.field.id, index.kind == kind, *self.conditions(index)]

    @property
    def repeats(self) -> bool:
        """An owner may stand several times among the rows that answer it."""
        return self.word or self.field.type in SEVERAL and not self.exact

    def owners(self, kind: str):
        """The select of the owners that answer it, each once."""
        rows = select(self.table.owner_id).where(*self.rows(kind))
        return rows.distinct() if self.repeats else rows

    def holds(self, kind: str, owner_id):
        """Whether the owner answers it, looked up row by row: of an EXISTS a planner may read the whole index first.

        But one value, it is asked of what the rows of the owner hold: as a condition on them PostgreSQL reads, of the
        index of values, all of the range for each owner, wherever its statistics see a narrow range in a wide one.
        """
        index = aliased(self.table)
        mine = [index.field_id == self.field.id, index.kind == kind, index.owner_id == owner_id]
        if self.exact:
            found = select(1).where(*mine, *self.conditions(index)).limit(1)
        else:
            answers = case((and_(*self.conditions(index)), 1), else_=0)
            found = select(func.max(answers)).where(*mine) if self.repeats else select(answers).where(
                *mine, index.place == 0)
        return found.correlate(owner_id.class_).scalar_subquery() == 1


Asked = tuple[FieldFilter, ...]  # all of them hold


def few(session, asked: Asked, kind: str, most: int, *, of=None) -> list[set[int] | None]:
    """Of each question the owners that answer it; None where the index has more than `most` rows of them. One query,
    whatever their number. `of` is the column of owners of a list that has not all of the kind: only its rows are
    looked up."""
    if not asked:
        return []
    parts = []
    for place, one in enumerate(asked):
        index = one.table
        rows = select(literal(place).label("place"), index.owner_id.label("id")).where(*one.rows(kind))
        if of is not None:
            rows = rows.where(_stands(index, of))
        if one.ranged:  # in the order of the index: else PostgreSQL may collect all of a range before the first row
            rows = rows.order_by(index.value, index.owner_id)
        parts.append(select(rows.limit(most + 1).subquery()))
    found: list[list[int]] = [[] for _one in asked]
    for place, pk in session.execute(union_all(*parts) if len(parts) > 1 else parts[0]):
        found[place].append(pk)
    return [set(ids) if len(ids) <= most else None for ids in found]


def narrowing(session, asked: Asked, kind: str, owner, *, of=None) -> tuple[list, bool]:
    """(conditions on the column `owner` of a list, whether few rows satisfy them). `of` as `few` has it."""
    found = few(session, asked, kind, LOOKED, of=of)
    wide = [one.holds(kind, owner) for one, ids in zip(asked, found, strict=True) if ids is None]
    # One after the other: of an AND, PostgreSQL expects next to nothing, and would look through all rows for it.
    where = [case(*((not_(each), false()) for each in wide[:-1]), else_=wide[-1])] if len(wide) > 1 else wide
    if named := [ids for ids in found if ids is not None]:
        where.append(among(owner, sorted(set.intersection(*named))))
    return where, bool(named)


def counted_along(asked: Asked, kind: str, owner, where, cap: int):
    """The select of what satisfies `where` and one question alone, counted to `cap` + 1 along the index of its values;
    None where an owner may stand there twice. `where` names no owners: the rows of the list are looked up one by one.
    """
    if len(asked) != 1 or asked[0].repeats:
        return None
    return select(FieldIndex.owner_id).where(*asked[0].rows(kind), _stands(FieldIndex, owner, *where)).limit(cap + 1)


def of_field(field_id: int, kind: str, index=FieldIndex) -> list:
    """The rows of the index in which every owner stands once, with its first value or none: what a list is ordered by.
    """
    return [index.field_id == field_id, index.kind == kind, index.place == 0]


def _stands(index, column, *where):
    """The owner has a row in the list, looked up row by row: left to itself, a planner would read the list whole."""
    return select(1).where(column == index.owner_id, *where).limit(1).correlate(index).scalar_subquery() == 1


def _pattern(piece: str) -> str:
    return "%" + re.sub(r"([\\%_])", r"\\\1", piece) + "%"
