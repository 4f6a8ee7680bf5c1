"""Records of a configurators' form: a page by key in any order, narrowed by any searchable field, and how many.

A page is the keys by an index, then the rows. What few records answer (a value of an index, rare words) is looked up
first and named by id; what many do is met on a walk through the order asked for, of LOOK steps at most; where that does
not fill the page, all that answer are gathered and sorted. So a form of a million records is as quick as a small one,
whichever of its fields are asked.
"""
from collections.abc import Sequence
from dataclasses import dataclass, field

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import and_, func, literal, or_, select, union_all
from sqlalchemy.orm import joinedload
from sqlalchemy.sql import operators

from ..database import plan_once
from ..models.attendance import Attendance
from ..models.custom_record import CustomRecord, FieldIndex, OwnerKind
from ..models.entity import Entity
from ..security.visibility import record_attendance, visible
from . import paging
from .among import among
from .attendances import Page
from .custom_menus import Access
from .field_filters import FieldFilter, of_field
from .record_scope import branches_of, companies_of
from .record_words import Words, words_of

COUNT_CAP = 1_000  # counting on would cost more than the list itself
FEW = 5_000  # records that are cheaper named by id and sorted than met on a walk
LOOK = 5_000  # steps of a walk that meets too few
NEWEST = "id"
_KIND = OwnerKind.RECORD.value
_R, _I = CustomRecord, FieldIndex


@dataclass(frozen=True)
class RecordFilter:
    """What the list is narrowed by; everything given must hold. `q`: words, or "#" and the number of a record."""

    q: str = ""
    fields: tuple[FieldFilter, ...] = ()
    attendance: int | None = None
    entity: int | None = None

    @property
    def given(self) -> bool:
        return bool(self.q.strip() or self.fields or self.attendance or self.entity)


@dataclass
class Narrowed:
    """The conditions of a list, worked out once for its page and its count.

    `branches`: ranges of an index, one of which a record lies in; they never overlap. `ids`: all that may be shown,
    where they are few. `wide`: questions that many answer. `words`: words that many have.
    """

    form_id: int
    branches: list[tuple]
    where: list
    small: bool = False  # the branches are ranges of one attendance or person: few records
    ids: list[int] | None = None
    wide: list[FieldFilter] = field(default_factory=list)
    words: Words | None = None

    @property
    def checks(self) -> list:
        """What is looked up of each record met."""
        made = [each.holds(_KIND, _R.id) for each in self.wide]
        return [*made, self.words.stand()] if self.words else made

    @property
    def seen(self) -> list:
        """Everything but `ids` that a record must satisfy, in whatever order it is met."""
        return [*self.where, or_(*(and_(*branch) for branch in self.branches)), *self.checks]


class _Key:
    """What paging reads of a row: the values of the order column and of the id, by their names."""

    def __init__(self, pk, value, column, key):
        self.__dict__.update({column.key: value, key.key: pk}, id=pk)


# ---- what is asked

def narrow(session, viewer, access: Access, filters: RecordFilter, *, order: str = NEWEST) -> Narrowed:
    """What the viewer may see of the filters behind his menus; looks up what few records answer."""
    branches = branches_of(viewer, access, companies_of(session, viewer), attendance=filters.attendance,
                           entity=filters.entity)
    made = Narrowed(access.form.id, branches, [record_attendance(viewer)],
                    small=bool(filters.attendance or filters.entity))
    asked = list(filters.fields)
    if filters.q.strip().startswith("#"):
        number = filters.q.strip()[1:]
        made.ids = [int(number)] if number.isdecimal() and len(number) < 10 else []
    else:
        typed = words_of(filters.q)
        words = list(dict.fromkeys([*typed, *(word for each in asked for word in each.words)]))
        made.words = Words(access.form.id, words) if words else None
        if filters.q.strip() and not typed:
            made.ids = []  # nothing that can be looked for
    if made.ids is not None or made.small:
        made.wide, made.words = asked, made.words if made.ids is None else None
        return made
    _look_up(session, made, asked)
    if made.ids is None and made.words:
        _look_for_words(session, made)
    if made.ids is None and order != NEWEST:
        made.ids = _up_to_few(session, made)
    return made


def _look_up(session, made, asked) -> None:
    """The question that few answer names them; the others are then looked up of those."""
    for each in sorted(asked, key=lambda one: not one.exact):
        if made.ids is None and not each.pieces:
            found = list(session.scalars(each.owners(_KIND).limit(FEW + 1)))
            if len(found) <= FEW:
                made.ids = found
                continue
        made.wide.append(each)


def _look_for_words(session, made) -> None:
    """Words that fill no page among the newest records are rare: the index of words names who has them."""
    made.words.look(session, _newest(made, LOOK))
    if not made.words.common:
        found = list(session.scalars(made.words.owners(session).limit(FEW + 1)))
        if len(found) <= FEW:
            made.ids, made.words = found, None


def _up_to_few(session, made) -> list[int] | None:
    """All that the viewer may see, where they are few: to be sorted by a field, sooner than met among all others."""
    some = union_all(*(select(_R.id).where(*branch).limit(FEW + 1) for branch in made.branches))
    found = list(session.scalars(select(some.subquery()).limit(FEW + 1)))
    return found if len(found) <= FEW else None


# ---- pages

def list_records(session, viewer, access: Access, filters: RecordFilter, *, order: str = NEWEST, desc: bool = True,
                 size: int = 25, after: str | None = None, before: str | None = None,
                 narrowed: Narrowed | None = None) -> Page:
    """A page of records with what a list shows. `order` is "id" or the key of a searchable field.

    Raises ValueError for a page key that was not made here, KeyError for a field that orders nothing.
    """
    by = None if order == NEWEST else next((each for each in access.form.searchable if each.key == order), None)
    if by is None and order != NEWEST:
        raise KeyError(order)
    made = narrowed or narrow(session, viewer, access, filters, order=order)
    walk = next((each for each in made.wide if each.exact), None) if by is None and made.ids is None else None
    column, key = (_R.id, _R.id) if by is None else (_I.value, _I.owner_id)
    if walk is not None and not made.small:
        column = key = _I.owner_id
    fetch = _Fetch(session, made, by, walk if column is _I.owner_id else None, column, key)
    rows, previous, following = paging.page(fetch, column, key, desc=desc, size=size, after=after, before=before)
    return Page(shown(session, [row.id for row in rows]), previous, following)


@dataclass
class _Fetch:
    """The keys of a page, as `paging.page` asks for them: (beyond, order, limit) -> rows."""

    session: object
    made: Narrowed
    by: object  # the field of the order; None for the newest first
    walk: FieldFilter | None  # a question whose owners stand in order
    column: object
    key: object

    def __call__(self, beyond, order, limit):
        beyond = [] if beyond is None else [beyond]
        if self.made.ids is not None:
            return self._keys(self._named(beyond).order_by(*order).limit(limit))
        if self.made.small:
            return self._keys(self._gathered(self._base(), beyond).order_by(*order).limit(limit))
        if self.walk is not None:
            return self._walked(self._of_walk(beyond, order), self._rest(), limit)
        bounded = bool(self.made.checks)
        look = max(LOOK, limit * 20) if bounded else None
        if self.by is None:
            found = self._newest_first(beyond, order, limit, look)
        else:
            found = self._by_field(beyond, order, limit, look)
        if found is None:
            found = self._keys(self._gathered(self._narrowest(), beyond).order_by(*order).limit(limit))
        return found

    def _keys(self, statement) -> list[_Key]:
        return [_Key(pk, value, self.column, self.key) for pk, value in self.session.execute(statement)]

    def _select(self):
        """(id, value of the order column), each field's order joined."""
        if self.by is None:
            return select(_R.id, self.column)
        return select(_R.id, _I.value).join(_I, and_(*of_field(self.by.id, _KIND), _I.owner_id == _R.id))

    def _named(self, beyond):
        return self._select().where(among(_R.id, self.made.ids), *self.made.seen, *beyond)

    def _gathered(self, ids, beyond):
        """All that a select of ids names, sorted when they are all there."""
        found = ids.cte("gathered").prefix_with("MATERIALIZED")
        return self._select().join(found, found.c[0] == _R.id).where(*self.made.seen, *beyond)

    def _base(self):
        return union_all(*(select(_R.id).where(*branch) for branch in self.made.branches))

    def _narrowest(self):
        """Who answers the question that the fewest do, as far as is known; of words none is asked before others."""
        if self.made.words and not self.made.words.common:
            return self.made.words.owners(self.session)
        plain = next((each for each in self.made.wide if not each.pieces), None)
        if plain is not None:
            return plain.owners(_KIND)
        return self.made.words.owners(self.session) if self.made.words else self.made.wide[0].owners(_KIND)

    def _of_walk(self, beyond, order):
        return select(_I.owner_id.label("id"), _I.owner_id.label("key")).where(
            *self.walk.rows(_KIND), *beyond).order_by(*order)

    def _rest(self):
        """What is asked besides the question walked along."""
        made = self.made
        rest = Narrowed(made.form_id, made.branches, made.where, wide=[x for x in made.wide if x is not self.walk],
                        words=made.words)
        return rest.seen

    def _walked(self, steps, rest, limit):
        """The first of the steps that are seen; the walk ends with the last one wanted, so no order is asked again."""
        steps = steps.subquery()
        return self._keys(select(steps.c.id, steps.c.key).join(_R, _R.id == steps.c.id).where(*rest).limit(limit))

    def _newest_first(self, beyond, order, limit, look):
        """Along the numbers; None where `look` steps did not fill the page and there are more."""
        rising = order[0].modifier is operators.asc_op
        steps = _in_order(self.made, [_R.id.label("id"), _R.id.label("key")], beyond, rising, look or limit,
                          self.made.where if look is None else ())
        if look is None:
            return self._keys(steps)
        return self._within(steps, limit, look)

    def _by_field(self, beyond, order, limit, look):
        """Along the index of the order, from which a question about the same field cuts its own part."""
        own = [each for each in self.made.wide if each.field.id == self.by.id and not each.pieces]
        steps = select(_I.owner_id.label("id"), _I.value.label("key")).where(
            *of_field(self.by.id, _KIND), *(c for each in own for c in each.conditions(_I)), *beyond).order_by(*order)
        look = look or max(LOOK, limit * 20)
        return self._within(steps.limit(look), limit, look)

    def _within(self, steps, limit, look):
        steps = steps.subquery()
        found = self._keys(select(steps.c.id, steps.c.key).join(_R, _R.id == steps.c.id).where(
            *self.made.seen).limit(limit))
        if len(found) == limit or self.session.scalar(
                select(func.count()).select_from(select(steps.c.id).subquery())) < look:
            return found
        return None


def _in_order(made, columns, beyond, rising, limit, where=()):
    """The first `limit` records by number of all branches."""
    order = _R.id.asc() if rising else _R.id.desc()
    parts = [select(*columns).where(*branch, *where, *beyond).order_by(order).limit(limit)
             for branch in made.branches]
    if len(parts) == 1:
        return parts[0]
    merged = union_all(*(select(part.subquery()) for part in parts)).subquery()
    by = merged.c.id.asc() if rising else merged.c.id.desc()
    return select(merged).order_by(by).limit(limit)


def _newest(made, limit):
    """The newest records that may be shown, with their words."""
    return _in_order(made, [_R.id.label("id")], [], False, limit)


# ---- how many

@dataclass(frozen=True)
class Count:
    """How many there are; `more`: at least so many."""

    n: int
    more: bool


def count_records(session, made: Narrowed, *, cap: int = COUNT_CAP) -> Count:
    """How many, counted to `cap`; of what many records answer not all are looked at, and then there may be more."""
    if made.ids is not None:
        found = select(_R.id).where(among(_R.id, made.ids), *made.seen).limit(cap + 1)
        return _counted(session, found, cap)
    if made.small or not made.checks:
        parts = [select(_R.id).where(*branch, *made.where, *made.checks).limit(cap + 1) for branch in made.branches]
        return _counted(session, union_all(*(select(part.subquery()) for part in parts)).limit(cap + 1), cap)
    if cap > LOOK:
        return _counted(session, select(_R.id).where(*made.seen).limit(cap + 1), cap)
    steps = _newest(made, LOOK)
    wide = next((each for each in made.wide if each.exact), None) or next(iter(made.wide), None)
    if wide is not None and not wide.pieces:
        steps = select(_I.owner_id.label("id")).where(*wide.rows(_KIND)).limit(LOOK)
    steps = steps.subquery()
    looked = session.scalar(select(func.count()).select_from(select(steps.c.id).subquery()))
    some = select(_R.id).join(steps, steps.c.id == _R.id).where(*made.seen).limit(cap + 1)
    counted = _counted(session, some, cap)
    return Count(counted.n, counted.more or looked == LOOK)


def _counted(session, found, cap) -> Count:
    n = session.scalar(select(func.count()).select_from(found.subquery()))
    return Count(min(n, cap), n > cap)


def count_of_attendance(session, viewer, attendance_id: int, accesses: Sequence[Access]) -> dict[int, int]:
    """{menu id: how many records of an attendance lie behind it}, of menus one by one: one query for all of them."""
    if not accesses:
        return {}
    companies = companies_of(session, viewer)
    parts = [select(literal(access.menus[0].id).label("menu")).where(*branch, record_attendance(viewer))
             for access in accesses for branch in branches_of(viewer, access, companies, attendance=attendance_id)]
    some = union_all(*parts).subquery()
    return dict(map(tuple, session.execute(select(some.c.menu, func.count()).group_by(some.c.menu))))


# ---- rows

_SHOWN = (
    joinedload(_R.owner).load_only(User.first_name, User.last_name), joinedload(_R.company), joinedload(_R.department),
    joinedload(_R.entity).load_only(Entity.name, Entity.social_name),
    joinedload(_R.attendance).load_only(Attendance.protocol, Attendance.id))


def shown(session, ids) -> list[CustomRecord]:
    """The records in the order of `ids` with what a list shows."""
    if not ids:
        return []
    with plan_once(session):
        rows = session.scalars(select(_R).where(among(_R.id, ids)).options(*_SHOWN)).all()
    by_id = {row.id: row for row in rows}
    return [by_id[pk] for pk in ids if pk in by_id]


def find(session, viewer, access: Access, record_id: int, *, load=()) -> CustomRecord | None:
    """One record behind these menus; None where the viewer may not see it."""
    branches = branches_of(viewer, access, companies_of(session, viewer))
    return session.scalar(select(_R).where(
        _R.id == record_id, record_attendance(viewer), or_(*(and_(*branch) for branch in branches))).options(
            *_SHOWN, *load))


def persons(session, viewer, ids) -> dict[int, str]:
    """{id: name} of the persons that records name, of those the viewer may see."""
    return dict(map(tuple, session.execute(select(Entity.id, func.coalesce(Entity.social_name, Entity.name)).where(
        among(Entity.id, sorted(ids)), visible(Entity, viewer)))))
