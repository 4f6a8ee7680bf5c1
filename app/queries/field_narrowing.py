"""Persons, attendances and tickets narrowed by configurators' fields, along the index of what can be searched of them.

What few owners answer is looked up first and named by id; what many do is asked of each row as it is met on the list's
own walk. `services/field_questions.py` reads an address into what is asked here.
"""
from sqlalchemy import and_, literal, or_, select, union_all

from ..models.custom_record import FieldIndex
from .among import among
from .field_filters import FieldFilter

PREFIX = "cf_"  # of the arguments of an address
LOOKED = 20_000  # owners that are cheaper named than met on a walk
Asked = tuple[tuple[FieldFilter, ...], ...]  # of each, one must hold


class Unreadable(ValueError):
    """A value that the address does not know; `name` is that of its argument."""

    def __init__(self, name: str):
        super().__init__(name)
        self.name = name


def narrowing(session, asked: Asked, kind: str, owner, *, of=None) -> tuple[list, bool]:
    """(conditions on the column `owner` of a list, whether few rows satisfy them). One query, whatever their number.

    `of` is the column of owners of the list where it has not all of the kind: looked up are only its rows.
    """
    if not asked:
        return [], False
    parts = []
    for place, some in enumerate(asked):
        rows = select(literal(place).label("place"), FieldIndex.owner_id.label("id")).where(
            or_(*(and_(*one.rows(kind)) for one in some)))
        if of is not None:
            rows = rows.join(of.class_, of == FieldIndex.owner_id)
        parts.append(select(rows.limit(LOOKED + 1).subquery()))
    found: list[list[int]] = [[] for _some in asked]
    for place, pk in session.execute(union_all(*parts) if len(parts) > 1 else parts[0]):
        found[place].append(pk)
    where = [or_(*(one.holds(kind, owner) for one in some))
             for some, ids in zip(asked, found, strict=True) if len(ids) > LOOKED]
    named = [set(ids) for ids in found if len(ids) <= LOOKED]
    if named:
        where.append(among(owner, sorted(set.intersection(*named))))
    return where, bool(named)
