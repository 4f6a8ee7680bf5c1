"""Persons, attendances and tickets narrowed by configurators' fields, along the index of what can be searched of them.

What few owners answer is looked up first and named by id; what many do is asked of each row as it is met on the list's
own walk. `services/field_questions.py` reads an address into what is asked here.
"""
from sqlalchemy import and_, case, false, literal, not_, or_, select, union_all

from ..models.custom_record import FieldIndex
from .among import among
from .field_filters import SEVERAL, FieldFilter

PREFIX = "cf_"  # of the arguments of an address
LOOKED = 10_000  # owners that are cheaper named than met on a walk
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
            rows = rows.where(_stands(of))
        parts.append(select(rows.limit(LOOKED + 1).subquery()))
    found: list[list[int]] = [[] for _some in asked]
    for place, pk in session.execute(union_all(*parts) if len(parts) > 1 else parts[0]):
        found[place].append(pk)
    wide = [or_(*(one.holds(kind, owner) for one in some))
            for some, ids in zip(asked, found, strict=True) if len(ids) > LOOKED]
    # One after the other: of an AND, PostgreSQL expects next to nothing, and would look through all rows for it.
    where = [case(*((not_(each), false()) for each in wide[:-1]), else_=wide[-1])] if len(wide) > 1 else wide
    named = [set(ids) for ids in found if len(ids) <= LOOKED]
    if named:
        where.append(among(owner, sorted(set.intersection(*named))))
    return where, bool(named)


def counted_along(asked: Asked, kind: str, owner, where, cap: int):
    """The select of what satisfies `where` and one question alone, counted to `cap` + 1 along the index of its values;
    None where an owner may stand there twice. `where` names no owners: the rows of the list are looked up one by one.
    """
    if len(asked) != 1 or len(asked[0]) != 1 or (asked[0][0].field.type in SEVERAL and not asked[0][0].exact):
        return None
    return select(FieldIndex.owner_id).where(*asked[0][0].rows(kind), _stands(owner, *where)).limit(cap + 1)


def _stands(column, *where):
    """The owner has a row in the list, looked up row by row: left to itself, a planner would read the list whole."""
    return select(1).where(column == FieldIndex.owner_id, *where).limit(1).correlate(
        FieldIndex).scalar_subquery() == 1
