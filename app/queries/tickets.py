"""The provider central's list: any filter, any order, by key; counts; and one ticket with what its panel shows.

`TicketFilter` is the query of the address, the same for page, file and REST. A deadline is compared with one instant a
request (`Bounds`), in SQL, so that filters, counts and list agree.
"""
import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta

from sqlalchemy import Column, and_, false, func, or_, select, union_all
from sqlalchemy.orm import joinedload, load_only, selectinload, undefer
from sqlalchemy.sql import operators, visitors

from ..database import plan_once
from ..models.attendance import Attendance
from ..models.custom_record import OwnerKind
from ..models.entity import Entity
from ..models.identity import UserProfile
from ..models.provider_ticket import ProviderTicket, Waiting
from ..security.visibility import own_companies, visible
from . import closing_days, paging, ticket_answers, ticket_words
from .among import among
from .attendances import Page, day_start
from .catalogue import FieldSpec
from .field_filters import Asked, counted_along, narrowing
from .field_order import FieldOrder
from .planner import row_by_row

COUNT_CAP = 1_000  # counting on would cost more than the list itself
BRANCHES = 16  # parts of one statement: planning more would take longer than sorting
ORDERS = {"opened_at": ProviderTicket.opened_at, "client": ProviderTicket.client_key,
          "operator": ProviderTicket.operator_key, "ticket": ProviderTicket.number,
          "protocol": ProviderTicket.protocol, "title": ProviderTicket.title_key}
FILTERS = ("all", "open", "closed", "pending_profile", "pending_operator")
DEADLINES = ("expired", "attention", "within", "none")
STATUS_DEADLINES = ("expired", "within")
TURNS = tuple(turn.value for turn in Waiting)
SORTED = 20_000  # tickets of some days that are sorted sooner than passed by
_TICKET = ProviderTicket
_OPEN = ProviderTicket.closed_at.is_(None)
CLOSED_LATE = ProviderTicket.closed_at > ProviderTicket.due_at


@dataclass(frozen=True)
class Bounds:
    """The instants a request compares deadlines with: now, and the end of the days of "Atenção ao prazo"."""

    now: datetime
    attention: datetime


@dataclass(frozen=True)
class TicketFilter:
    """What the list is narrowed by; everything given must hold. Dates are local days, both inclusive."""

    filter: str = "all"
    classification: tuple[int, ...] = ()
    subclassification: tuple[int, ...] = ()
    motive: tuple[int, ...] = ()
    assignee: tuple[int, ...] = ()
    unassigned: bool = False  # nobody's, or one of `assignee`
    status: tuple[int, ...] = ()
    department: tuple[int, ...] = ()
    no_department: bool = False  # in no sector, or in one of `department`
    waiting: str | None = None  # whose turn it is; a closed one waits for nobody
    answered: str | None = None  # what a provider asked: "yes", or "no", of open ones
    entity: int | None = None
    opened_from: date | None = None
    opened_to: date | None = None
    closed_from: date | None = None
    closed_to: date | None = None
    deadline: str | None = None
    status_deadline: str | None = None
    q: str = ""
    custom: Asked = ()  # by configurators' fields

    @property
    def chosen(self) -> bool:
        """Whether a value is asked whose tickets have an index in the order of opening."""
        return bool(self.classification or self.subclassification or self.motive or self.status or self.assignee
                    or self.unassigned or self.department or self.no_department)

    @property
    def given(self) -> dict:
        """The filters in use, by name."""
        return {f.name: v for f in fields(self) if (v := getattr(self, f.name)) not in (None, "", (), False, "all")}


class _Key:
    """What paging reads of a row: its number, the value of the order column by name, and the id behind it."""

    def __init__(self, pk, number, order, value):
        self.__dict__.update({order: value, "number": number}, id=pk)


@dataclass(frozen=True)
class Narrowed:
    """The conditions of a list: worked out once, they serve the page and its count (see `_branches`)."""

    seen: list
    few: bool
    branches: list[tuple]
    closing: list  # on these days
    closed: bool = False  # on days: gathered whatever the order

    @property
    def where(self) -> list:
        """What every row satisfies but for `branches`."""
        return [*self.seen, *self.closing]


def narrow(session, viewer, filters: TicketFilter, bounds: Bounds, *, timezone: str) -> Narrowed:
    """What the viewer may see of the filters; reads his companies, his sector, what a text finds first."""
    where, numbered = _where(session, viewer, filters, timezone)
    closed = _gathers_closed(session, filters, timezone)
    branches = _branches(session, viewer, filters, bounds, words=not numbered, closed=closed)
    held, few = narrowing(session, filters.custom, OwnerKind.ATTENDANCE, _TICKET.attendance_id,
                          of=_TICKET.attendance_id)
    if (few or closed) and len(branches) > 1:  # found by id or day: once, not once a branch
        branches = [(or_(*(and_(*branch) for branch in branches)),)]
    return Narrowed([*where, *held], numbered or few, branches, _closed_between(filters, timezone), closed)


def list_tickets(session, viewer, filters: TicketFilter, bounds: Bounds, *, timezone: str, order="opened_at",
                 desc=False, size=50, after=None, before=None, narrowed: Narrowed | None = None,
                 read: Callable | None = None, by: FieldSpec | None = None) -> Page:
    """A page of the tickets one may see, in two statements: the keys, then the rows, which `read(session, ids)` makes
    (`shown`, unless told). `by`: in the order of a configurators' field, whose keys are a walk along its index.

    Raises ValueError for a page key that was not made here, KeyError for an unknown order.
    """
    narrowed = narrowed or narrow(session, viewer, filters, bounds, timezone=timezone)
    if by is not None:
        where = every_key_condition(session, viewer, filters, bounds, timezone=timezone, narrowed=narrowed)
        pages = FieldOrder(session, OwnerKind.ATTENDANCE, by, _TICKET.attendance_id,
                           select(_TICKET.attendance_id).where(*where), few=narrowed.few, asked=filters.custom)
        rows, previous, following = paging.page(
            pages, pages.column, pages.key, desc=desc, size=size, after=after, before=before)
        return Page((read or shown)(session, [row.id for row in rows]), previous, following)
    key, where, branches = ORDERS[order], narrowed.where, narrowed.branches
    few = narrowed.few or narrowed.closed or _gathered(session, filters, order, timezone)
    days = closing_days.touched(session, filters, timezone) if order == "opened_at" and not narrowed.few else []
    if days:
        where = [*narrowed.seen, *map(row_by_row, narrowed.closing)]  # days and moments are not independent

    def keys(beyond, by, limit):
        whole = [*where, *([beyond] if beyond is not None else [])]
        parts = [_keys(key, [*whole, *branch], by, limit, gathered=few, days=days) for branch in branches]
        found = parts[0]
        if few or len(parts) > 1:
            merged = union_all(*(select(part.subquery()) for part in parts)).subquery()
            rising = by[0].modifier is operators.asc_op
            both = (merged.c.key, merged.c.number)
            found = select(merged).order_by(*(both if rising else (c.desc() for c in both))).limit(limit)
        return [_Key(pk, number, key.key, value) for pk, number, value in session.execute(found)]

    rows, previous, following = paging.page(
        keys, key, _TICKET.number, desc=desc, size=size, after=after, before=before)
    return Page((read or shown)(session, [row.id for row in rows]), previous, following)


def _keys(key, where, by, limit, *, gathered, days):
    part = select(_TICKET.attendance_id.label("id"), _TICKET.number.label("number"), key.label("key")).where(*where)
    if days:
        return closing_days.nearest_of_each(days, part.order_by(*by).limit(limit))
    if gathered:  # and sorted when all are found: a planner that sees through would rather walk until it meets them
        return part.offset(0)
    return part.order_by(*by).limit(limit)


def every_key_condition(session, viewer, filters: TicketFilter, bounds: Bounds, *, timezone: str,
                        narrowed: Narrowed | None = None) -> list:
    """What every ticket of the list satisfies, without its order: for counts, files and charts."""
    narrowed = narrowed or narrow(session, viewer, filters, bounds, timezone=timezone)
    where = list(narrowed.where)
    if any(narrowed.branches):
        where.append(or_(*(and_(*branch) for branch in narrowed.branches)))
    return where


def count_tickets(session, viewer, filters: TicketFilter, bounds: Bounds, *, timezone: str,
                  cap: int = COUNT_CAP, narrowed: Narrowed | None = None) -> int:
    """How many there are, counted to `cap` + 1 at most."""
    narrowed = narrowed or narrow(session, viewer, filters, bounds, timezone=timezone)
    where = narrowed.where
    if filters.unassigned and session.get_bind().dialect.name == "sqlite":  # else it walks a whole company
        where = [_not_by_company(condition) for condition in where]
    some = [select(_TICKET.number).where(*where, *branch).limit(cap + 1) for branch in narrowed.branches]
    if filters.chosen and not narrowed.few and not narrowed.closed:  # along its index, in the order of the list: those
        some = [part.order_by(_TICKET.opened_at, _TICKET.number) for part in some]  # of one sector may all be young
    if filters.given.keys() == {"custom"} and not narrowed.few:  # of many, the walk of the list passes by many more
        along = counted_along(filters.custom, OwnerKind.ATTENDANCE, _TICKET.attendance_id, narrowed.where, cap)
        some = [along] if along is not None else some
    counts = [select(func.count().label("n")).select_from(part.subquery()) for part in some]
    found = union_all(*counts).subquery()
    return min(session.scalar(select(func.sum(found.c.n))), cap + 1)


def still_listed(session, viewer, filters: TicketFilter, bounds: Bounds, ids, *, timezone: str) -> set[int]:
    """Those of a few ids that the list would show under these filters."""
    if not ids:
        return set()
    where = every_key_condition(session, viewer, filters, bounds, timezone=timezone)
    return set(session.scalars(select(_TICKET.attendance_id).where(_TICKET.attendance_id.in_(ids), *where)))


_SHOWN = (
    joinedload(_TICKET.attendance).options(
        load_only(Attendance.title, Attendance.protocol, Attendance.version, Attendance.opened_by_id,
                  Attendance.company_id, Attendance.kind, Attendance.phase, Attendance.situation_id),
        joinedload(Attendance.opened_by)),
    joinedload(_TICKET.classification), joinedload(_TICKET.subclassification), joinedload(_TICKET.default_motive),
    joinedload(_TICKET.entity).load_only(Entity.name, Entity.social_name), joinedload(_TICKET.situation),
    joinedload(_TICKET.assignee), joinedload(_TICKET.department))


def shown(session, ids) -> list[ProviderTicket]:
    """The tickets in the order of `ids`, as records with what a row of a list tells."""
    with plan_once(session):
        rows = session.scalars(select(_TICKET).where(among(_TICKET.attendance_id, ids)).options(*_SHOWN)).all()
    by_id = {row.attendance_id: row for row in rows}
    return [by_id[pk] for pk in ids if pk in by_id]


def find(session, viewer, attendance_id: int) -> ProviderTicket | None:
    """One ticket with what its panel shows; None where the viewer may not see it."""
    return session.scalar(finding(viewer, attendance_id))


def finding(viewer, attendance_id: int):
    """The statement that finds it, for who asks for more at once."""
    return select(_TICKET).where(_TICKET.attendance_id == attendance_id, visible(_TICKET, viewer)).options(
        *_SHOWN, selectinload(_TICKET.pauses), joinedload(_TICKET.calendar_snapshot),
        joinedload(_TICKET.attendance).options(undefer(Attendance.custom_values), joinedload(Attendance.company)))


def find_by_address(session, viewer, address: str) -> ProviderTicket | None:
    """The same by the last part of a web address: a protocol, or id-<id>."""
    by_id = re.fullmatch(r"id-(\d{1,18})", address)
    where = _TICKET.attendance_id == int(by_id[1]) if by_id else _TICKET.protocol == address.upper()
    pk = session.scalar(select(_TICKET.attendance_id).where(where, visible(_TICKET, viewer)))
    return find(session, viewer, pk) if pk is not None else None


def earlier(session, viewer, ticket: ProviderTicket, *, size=20, after=None) -> Page:
    """The provider's other tickets, the newest first ("Chamados anteriores", C-86)."""
    query = session.query(_TICKET).filter(
        _TICKET.entity_id == ticket.entity_id, _TICKET.attendance_id != ticket.attendance_id,
        visible(_TICKET, viewer)).options(*_SHOWN)
    rows, previous, following = paging.page(query, _TICKET.opened_at, _TICKET.number, desc=True, size=size, after=after)
    return Page(rows, previous, following)


def deadline_state(ticket, bounds: Bounds) -> str | None:
    """"expired", "attention" or "within" of an open ticket that has a deadline (C-60 to C-62)."""
    if ticket.closed_at is not None or ticket.due_at is None:
        return None
    if ticket.due_at < bounds.now:
        return "expired"
    return "attention" if ticket.due_at < bounds.attention else "within"


# ---- conditions

def _where(session, viewer, filters, timezone) -> tuple[list, bool]:
    """(what every row satisfies but for `_branches` and days of closing, whether they are named by a number)."""
    where = [_seen(session, viewer)]
    if filters.waiting is not None:
        where += [_OPEN, _TICKET.waiting == filters.waiting]
    if filters.entity is not None:
        where.append(_TICKET.entity_id == filters.entity)
    where += [*_opened_between(filters, timezone), *ticket_answers.conditions(filters.answered)]
    numbered = ticket_words.numbered(session, viewer, filters.q.strip())
    if numbered is not None:
        where.append(among(_TICKET.attendance_id, numbered))
    return where, numbered is not None


def _opened_between(filters, timezone) -> list:
    return _between(_TICKET.opened_at, filters.opened_from, filters.opened_to, timezone)


def _closed_between(filters, timezone) -> list:
    return _between(_TICKET.closed_at, filters.closed_from, filters.closed_to, timezone)


def _between(moment, first: date | None, last: date | None, timezone) -> list:
    days = [moment >= day_start(first, timezone)] if first else []
    return [*days, moment < day_start(last + timedelta(days=1), timezone)] if last else days


def _gathered(session, filters, order, timezone) -> bool:
    """Whether all that is found had better be sorted than met on a walk through the order: where what is asked lies
    together in it. Words of a title in the order of titles, names in that of names; and numbers follow the days."""
    if filters.q.strip():
        return order in ("title", "client")
    days = _opened_between(filters, timezone)
    return bool(days) and order != "opened_at" and _few_of(session, days)


def _gathers_closed(session, filters, timezone) -> bool:
    """The same of days of closing, in which no order is: a walk would pass by years before it meets them. Of a
    quarter all; of a longer time, of which a walk soon meets some, where they are few."""
    if closing_days.quarter(filters):
        return True
    days = _closed_between(filters, timezone)
    return bool(days) and _few_of(session, days)


def _few_of(session, days) -> bool:
    some = select(_TICKET.number).where(*days).limit(SORTED + 1).subquery()
    return session.scalar(select(func.count()).select_from(some)) <= SORTED


def _seen(session, viewer):
    """Of a person with one company "company = 7", which begins an index; as "company in (…)" it would be sorted."""
    condition = visible(_TICKET, viewer)
    if viewer is None or viewer.all_companies or viewer.entity_id:
        return condition
    companies = session.scalars(own_companies(viewer).limit(2)).all()
    return and_(_TICKET.company_id == companies[0], condition) if len(companies) == 1 else condition


def _not_by_company(condition):
    """The same, and no index is walked along the company for it."""
    company = _TICKET.company_id
    return visitors.replacement_traverse(condition, {}, lambda part: (
        company + 0 if isinstance(part, Column) and part.shares_lineage(company.expression) else None))


def _branches(session, viewer, filters, bounds, *, words, closed) -> list[tuple]:
    """Conditions one of which must hold; they never overlap. Each is one range of an index in the order of the list;
    of an IN, the engines would sort all that they find. What would make more than BRANCHES stays an IN."""
    branches: list[tuple] = [()]
    for key, values in ((_TICKET.classification_id, filters.classification),
                        (_TICKET.subclassification_id, filters.subclassification),
                        (_TICKET.default_motive_id, filters.motive), (_TICKET.situation_id, filters.status)):
        branches = _any_of(branches, [key == value for value in dict.fromkeys(values)])
    for key, values, nobody in ((_TICKET.department_id, filters.department, filters.no_department),
                                (_TICKET.assignee_id, filters.assignee, filters.unassigned)):
        some = [key == value for value in dict.fromkeys(values)]
        branches = _any_of(branches, [*some, key.is_(None)] if nobody else some)
    branches = _any_of(branches, _of_filter(session, viewer, filters.filter))
    branches = _any_of(branches, _of_deadline(filters.deadline, bounds))
    if words and (text := filters.q.strip()):
        branches = _any_of(branches, ticket_words.of_words(session, text))
    late = _of_status(filters.status_deadline, bounds)
    if filters.closed_from or filters.closed_to:  # closed ones alone
        late = late[1:]
    if closed:  # found by their days: the index of what was late holds that of all years
        late = [row_by_row(each) for each in late]
    return _any_of(branches, late)


def _any_of(branches, conditions) -> list[tuple]:
    if not conditions:
        return branches
    if len(branches) * len(conditions) <= BRANCHES:
        return [(*branch, condition) for branch in branches for condition in conditions]
    return [(*branch, or_(*conditions)) for branch in branches]


def _of_filter(session, viewer, name) -> list:
    """C-41 to C-45."""
    match name:
        case "open":
            return [_OPEN]
        case "closed":
            return [_TICKET.closed_at.is_not(None)]
        case "pending_operator":
            return [and_(_OPEN, _TICKET.assignee_id == viewer.user_id)]
        case "pending_profile":
            mine = session.scalar(select(UserProfile.department_id).where(UserProfile.user_id == viewer.user_id))
            return [and_(_OPEN, _TICKET.department_id == mine) if mine is not None else false()]
    return []


def _of_deadline(name, bounds) -> list:
    match name:
        case "expired":
            return [and_(_OPEN, _TICKET.due_at < bounds.now)]
        case "attention":
            return [and_(_OPEN, _TICKET.due_at >= bounds.now, _TICKET.due_at < bounds.attention)]
        case "within":
            return [and_(_OPEN, _TICKET.due_at >= bounds.attention)]
        case "none":
            return [and_(_OPEN, _TICKET.due_at.is_(None))]
    return []


def _of_status(name, bounds) -> list:
    """Coarser, and closed tickets too: by when they were closed (X-21). The open ones first."""
    match name:
        case "expired":
            return [and_(_OPEN, _TICKET.due_at < bounds.now), CLOSED_LATE]
        case "within":
            return [and_(_OPEN, _TICKET.due_at >= bounds.now), _TICKET.closed_at <= _TICKET.due_at]
    return []
