"""What a list asks of configurators' searchable fields: each question is a range or a few of the index of their values.

The keys compared are those that `services/field_index.py` writes; `lowcode/filters.py` makes the questions out of what
was typed or sent. A record answers a question row by row (`holds`), or the index names who does (`owners`).
"""
import re
from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.orm import aliased

from ..models.custom_field import FieldType
from ..models.custom_record import FieldIndex
from .catalogue import FieldSpec

SEVERAL = (FieldType.CHOICES, FieldType.ATTACHMENT)  # more than one row an owner


@dataclass(frozen=True)
class FieldFilter:
    """One question; everything given must hold.

    `keys`: the value is one of these. `low` to `high`, both inclusive, or before `below`. `pieces`: the text has each
    of them somewhere; `words`, theirs, are in the words of the whole record. `filled`: there is a value, or none.
    """

    field: FieldSpec
    keys: tuple[str, ...] = ()
    low: str | None = None
    high: str | None = None
    below: str | None = None
    pieces: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    filled: bool | None = None

    @property
    def exact(self) -> bool:
        """One value is asked for: its owners stand in the index in the order of their numbers."""
        return len(self.keys) == 1 or self.filled is False

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
        return made + [value.like(_pattern(piece), escape="\\") for piece in self.pieces]

    def rows(self, kind: str, index=FieldIndex) -> list:
        """The conditions of the rows of the index that answer it, of owners of a kind."""
        return [index.field_id == self.field.id, index.kind == kind, *self.conditions(index)]

    @property
    def repeats(self) -> bool:
        """An owner may stand several times among the rows that answer it."""
        return self.field.type in SEVERAL and not self.exact

    def owners(self, kind: str):
        """The select of the owners that answer it, each once."""
        rows = select(FieldIndex.owner_id).where(*self.rows(kind))
        return rows.distinct() if self.repeats else rows

    def holds(self, kind: str, owner_id):
        """Whether the owner answers it, looked up row by row: of an EXISTS a planner may read the whole index first."""
        index = aliased(FieldIndex)
        return select(1).where(and_(*self.rows(kind, index), index.owner_id == owner_id)).limit(
            1).correlate(owner_id.class_).scalar_subquery() == 1


def of_field(field_id: int, kind: str, index=FieldIndex) -> list:
    """The rows of the index in which every owner stands once, with its first value or none: what a list is ordered by.
    """
    return [index.field_id == field_id, index.kind == kind, index.place == 0]


def _pattern(piece: str) -> str:
    return "%" + re.sub(r"([\\%_])", r"\\\1", piece) + "%"
