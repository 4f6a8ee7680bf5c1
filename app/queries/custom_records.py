"""Records of a configurators' form: a page by key in any order, narrowed by any searchable field, and how many.

A page is the keys by an index, then the rows. What few records answer (a value of an index, rare words) is looked up
first and named by id (`record_asked.py`); what many do is met on a walk through the order asked for
(`record_pages.py`). So a form of a million records is as quick as a small one, whichever of its fields are asked.
"""
from collections.abc import Sequence
from dataclasses import dataclass

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import and_, func, literal, or_, select, union_all
from sqlalchemy.orm import joinedload

from ..database import plan_once
from ..models.attendance import Attendance
from ..models.custom_record import CustomRecord, OwnerKind
from ..models.entity import Entity
from ..security.visibility import record_attendance, visible
from . import paging
from .among import among, texts
from .attendances import Page
from .custom_menus import Access
from .record_asked import LOOKED, NEWEST, Narrowed, RecordFilter, narrow, newest
from .record_pages import Pages
from .record_scope import branches_of, companies_of

__all__ = ["COUNT_CAP", "NEWEST", "Count", "Page", "RecordFilter", "count_of_attendance", "count_records", "find",
           "find_some", "list_records", "marks_among", "narrow", "persons", "shown"]

COUNT_CAP = 1_000  # counting on would cost more than the list itself
_R, _KIND = CustomRecord, OwnerKind.RECORD.value


def list_records(session, viewer, access: Access, filters: RecordFilter, *, order: str = NEWEST, desc: bool = True,
                 size: int = 25, after: str | None = None, before: str | None = None,
                 narrowed: Narrowed | None = None) -> Page:
    """A page of records with what a list shows. `order` is "id" or the key of a searchable field.

    Raises ValueError for a page key that was not made here, KeyError for a field that orders nothing.
    """
    by = None if order == NEWEST else next((each for each in access.form.searchable if each.key == order), None)
    if by is None and order != NEWEST:
        raise KeyError(order)
    pages = Pages(session, narrowed or narrow(session, viewer, access, filters, order=order), by)
    rows, previous, following = paging.page(
        pages, pages.column, pages.key, desc=desc, size=size, after=after, before=before)
    return Page(shown(session, [row.id for row in rows]), previous, following)


@dataclass(frozen=True)
class Count:
    """How many there are; `more`: at least so many."""

    n: int
    more: bool


def count_records(session, made: Narrowed, *, cap: int = COUNT_CAP) -> Count:
    """How many, counted to `cap`; of what many records answer not all are looked at, and then there may be more."""
    if made.ids is not None:
        return _counted(session, select(_R.id).where(among(_R.id, made.ids), *made.seen()).limit(cap + 1), cap)
    if made.small or not made.asks:
        checks = made.seen() if made.asks else ()
        parts = [select(_R.id).where(*branch, *made.where, *checks).limit(cap + 1) for branch in made.branches]
        return _counted(session, union_all(*(select(part.subquery()) for part in parts)).limit(cap + 1), cap)
    if cap > LOOKED:
        return _counted(session, select(_R.id).where(*made.seen()).limit(cap + 1), cap)
    wide = next((each for each in made.wide if not each.pieces), None)
    if wide is None and made.words.met:
        some = select(_R.id).where(among(_R.id, made.words.met), *made.seen(worded=False)).limit(cap + 1)
        found = _counted(session, some, cap)
        return Count(found.n, found.more or len(made.words.met) > LOOKED)
    steps = (newest(made, LOOKED) if wide is None else wide.owners(_KIND).limit(LOOKED)).subquery()
    looked = session.scalar(select(func.count()).select_from(select(steps.c[0]).subquery()))
    some = select(_R.id).join(steps, steps.c[0] == _R.id).where(*made.seen(but=wide)).limit(cap + 1)
    found = _counted(session, some, cap)
    return Count(found.n, found.more or looked == LOOKED)


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


def of_attendance(session, viewer, attendance_id: int, accesses: Sequence[Access], *,
                  limit: int) -> list[tuple[Access, CustomRecord]]:
    """The first records of an attendance behind these menus, menu by menu, each behind the first that has it: two
    queries, and none where there is no menu."""
    if not accesses:
        return []
    companies = companies_of(session, viewer)
    parts = [select(literal(place).label("place"), _R.id).where(*branch, record_attendance(viewer))
             for place, access in enumerate(accesses)
             for branch in branches_of(viewer, access, companies, attendance=attendance_id)]
    some = union_all(*parts).subquery()
    first = select(func.min(some.c.place).label("place"), some.c.id).group_by(some.c.id).subquery()
    found = session.execute(select(first.c.place, first.c.id).order_by(first.c.place, first.c.id).limit(limit)).all()
    places = {pk: place for place, pk in found}
    return [(accesses[places[row.id]], row) for row in shown(session, list(places))]


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


def find(session, viewer, access: Access, record_id: int) -> CustomRecord | None:
    """One record behind these menus with what its page shows; None where the viewer may not see it."""
    return find_some(session, viewer, access, [record_id]).get(record_id)


def find_some(session, viewer, access: Access, ids: Sequence[int]) -> dict[int, CustomRecord]:
    """{id: record} of those of them that lie behind these menus and the viewer may see: one query for all."""
    if not ids:
        return {}
    branches = branches_of(viewer, access, companies_of(session, viewer))
    rows = session.scalars(select(_R).where(
        _R.id == ids[0] if len(ids) == 1 else among(_R.id, ids), record_attendance(viewer),
        or_(*(and_(*branch) for branch in branches))).options(*_SHOWN))
    return {row.id: row for row in rows}


def marks_among(session, form_id: int, marks: Sequence[str]) -> set[str]:
    """Those of these marks of rows of files that records of a form have already. Asked mark by mark: of a list, while
    the statistics know of few marks, PostgreSQL reads all of the form's for each batch of a file."""
    told = texts(session, marks)
    there = select(literal(1)).where(_R.form_id == form_id, _R.import_mark == told).limit(1).scalar_subquery()
    return {mark for mark, has in session.execute(select(told, there)) if has}


def persons(session, viewer, ids) -> dict[int, str]:
    """{id: name} of the persons that records name, of those the viewer may see."""
    return dict(map(tuple, session.execute(select(Entity.id, func.coalesce(Entity.social_name, Entity.name)).where(
        among(Entity.id, sorted(ids)), visible(Entity, viewer)))))
