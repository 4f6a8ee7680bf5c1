"""Reading attendances: lists by key, counts by situation, one record with all that its page shows."""
import re
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import event, false, func, literal, or_, select, union_all
from sqlalchemy.orm import Load, Session, joinedload, selectinload
from sqlalchemy.sql import operators

from ..models.attendance import Attendance, AttendanceDetail
from ..models.classification import CLOSED_PHASES, OPEN_PHASES, Cause, Motive, Occurrence, Situation
from ..models.company import Company, Unit
from ..models.custom_record import OwnerKind
from ..models.entity import Address, EContact, Entity, EntityContact, EntityRole, Phone
from ..models.label import AttendanceLabel
from ..security.visibility import visible
from . import paging
from .among import among, each_of
from .catalogue import FieldSpec
from .classifications import along_path
from .field_filters import Asked, counted_along, narrowing
from .field_order import FieldOrder
from .labels import bears_any, walks
from .protocols import with_piece
from .search import FEW, beginning, ids_named, name_condition

COUNT_CAP = 1_000  # counting on would cost more than the list itself, and tells nobody more
BRANCHES = 24  # parts of one statement: planning more would take longer than sorting
MANY = 20_000  # people that are named by id; of more, the statement looks for them itself
FEW_PEOPLE = 200  # whose attendances are cheaper sorted than met on a walk through the list
ORDERS = {"opened_at": Attendance.opened_at, "closed_at": Attendance.closed_at, "id": Attendance.id}


@dataclass(frozen=True)
class AttendanceFilter:
    """What a list of attendances is narrowed by; everything given must hold. Dates are local days, both inclusive."""

    q: str = ""
    situation: tuple[int, ...] = ()
    phase: str | None = None  # a phase, or "not_closed"
    channel: tuple[int, ...] = ()
    motive: int | None = None
    without_motive: bool | None = None
    occurrence: int | None = None
    cause: int | None = None
    company: int | None = None
    unit: int | None = None
    direction: str | None = None
    opened_by: int | None = None
    local_partner: int | None = None
    assignee: int | None = None
    unassigned: bool | None = None  # True: nobody's
    department: int | None = None
    label: tuple[int, ...] = ()  # bears one of them
    entity: int | None = None
    opened_from: date | None = None
    opened_to: date | None = None
    custom: Asked = ()  # by configurators' fields

    @property
    def given(self) -> dict:
        """The filters in use, by name."""
        return {f.name: v for f in fields(self) if (v := getattr(self, f.name)) not in (None, "", ())}


@dataclass(frozen=True)
class Page:
    """One page of a list: its rows, and the keys of the pages before and after it."""

    rows: list
    previous: str | None
    next: str | None


def list_attendances(session, viewer, filters: AttendanceFilter, *, timezone: str, order="opened_at", desc=True,
                     size=25, after=None, before=None, load=(), by: FieldSpec | None = None) -> Page:
    """A page of the attendances one may see, with what the list shows, in a fixed number of queries.

    First the keys of the page, by indexes alone, then its rows: all at once, PostgreSQL plans longer than it runs.
    `load` are loader options for what is shown besides; `by`: in the order of a configurators' field. Raises
    ValueError for a page key that was not made here, KeyError for an unknown order.
    """
    if by is not None:
        pages = _by_field(session, viewer, filters, timezone, by)
        rows, previous, following = paging.page(
            pages, pages.column, pages.key, desc=desc, size=size, after=after, before=before)
        return Page(_shown(session, [row.id for row in rows], load), previous, following)
    column, key = ORDERS[order], Attendance.id
    held, found = _held(session, filters)
    branches = _branches(filters, together=found)
    where = _conditions(session, viewer, filters, timezone) + held
    labelled = order == "opened_at" and not found and 0 < len(branches) * len(filters.label) <= BRANCHES
    if labelled:  # along the index of each label, which has the date of opening too
        column, key = AttendanceLabel.opened_at, AttendanceLabel.attendance_id
        branches = [(*branch, AttendanceLabel.attendance_id == Attendance.id, *walk)
                    for branch in branches for walk in walks(filters.label)]
    elif filters.label:
        where.append(bears_any(filters.label))
    named, few = _matching(session, filters.q.strip(), viewer)
    where, few = where + named, few or found

    def keys(beyond, by, limit):
        parts = [select(key.label("id"), column.label("key")).where(*where, *branch).order_by(*by).limit(limit)
                 for branch in branches]
        if beyond is not None:
            parts = [part.where(beyond) for part in parts]
        if few:  # sorted when all are found: a planner would rather walk the list until it meets them
            parts = [select(part.order_by(None).limit(None).cte(f"found_{place}").prefix_with("MATERIALIZED"))
                     for place, part in enumerate(parts)]  # named: the anonymous name is that of a CTE no longer there
        if few or len(parts) > 1:
            merged = union_all(*(select(part.subquery()) for part in parts)).subquery()
            rising = by[0].modifier is operators.asc_op
            both = (merged.c.key, merged.c.id)
            parts = [select(merged).order_by(*(both if rising else (c.desc() for c in both))).limit(limit)]
        return [_Key(pk, {order: value, key.key: pk}) for pk, value in session.execute(parts[0])]

    rows, previous, following = paging.page(
        keys, column, key, desc=desc, size=size, after=after, before=before)
    return Page(_shown(session, [row.id for row in rows], load), previous, following)


def _by_field(session, viewer, filters, timezone, by) -> FieldOrder:
    held, few = _held(session, filters)
    named, numbered = _matching(session, filters.q.strip(), viewer)
    where = [*_conditions(session, viewer, filters, timezone), *held, *named, *_branches(filters, together=True)[0]]
    if filters.label:
        where.append(bears_any(filters.label))
    return FieldOrder(session, OwnerKind.ATTENDANCE, by, Attendance.id, select(Attendance.id).where(*where),
                      few=few or numbered, asked=filters.custom)


class _Key:
    """What paging reads of a row: its id, and the value of the order column by name."""

    def __init__(self, pk, values):
        self.__dict__.update(values, id=pk)


def _shown(session, ids, load=()) -> list[Attendance]:
    """The attendances in the order of `ids` with what a list shows."""
    rows = session.scalars(select(Attendance).where(Attendance.id.in_(ids)).options(
        joinedload(Attendance.entity).load_only(Entity.name, Entity.social_name),
        joinedload(Attendance.situation), joinedload(Attendance.channel), joinedload(Attendance.motive),
        joinedload(Attendance.occurrence), joinedload(Attendance.opened_by), *load)) if ids else ()
    by_id = {row.id: row for row in rows}
    return [by_id[pk] for pk in ids if pk in by_id]


def count_attendances(session, viewer, filters: AttendanceFilter, *, timezone: str, cap=COUNT_CAP) -> int:
    """How many there are, counted to `cap` + 1 at most.

    Along the walk of the list, newest first: left to itself, PostgreSQL reads the table from its beginning. Who counts
    the attendances of people or labels begins with those.
    """
    text = filters.q.strip()
    held, found = _held(session, filters)
    where = _conditions(session, viewer, filters, timezone) + held
    where += _matching(session, text, viewer, counting=True)[0]
    if filters.label:
        where.append(bears_any(filters.label))
    parts = [select(Attendance.id).where(*where, *branch).limit(cap + 1)
             for branch in _branches(filters, together=found)]
    if not text and not filters.label and not found:
        parts = [part.order_by(Attendance.opened_at.desc(), Attendance.id.desc()) for part in parts]
    if filters.given.keys() == {"custom"} and not found:  # of many, the walk of the list passes by many more
        along = counted_along(filters.custom, OwnerKind.ATTENDANCE, Attendance.id, where, cap)
        parts = [along] if along is not None else parts
    some = union_all(*(select(part.subquery()) for part in parts)).limit(cap + 1).subquery()
    return session.scalar(select(func.count()).select_from(some))


def _held(session, filters) -> tuple[list, bool]:
    """What configurators' fields must hold: (conditions, whether the attendances are named)."""
    return _once(session, filters.custom, _narrowing)


def _narrowing(session, asked):
    return narrowing(session, asked, OwnerKind.ATTENDANCE, Attendance.id)


def _branches(filters, together=False) -> list[tuple]:
    """Conditions one of which must hold, for several situations, channels or phases; they never overlap.

    Each is one range of an index in the order of the list; of an IN, SQLite would sort all that it finds. What would
    make more than BRANCHES stays an IN, and all of them where `together` says that the rows are named anyway.
    """
    phases = OPEN_PHASES if filters.phase == "not_closed" else ()
    branches: list[tuple] = [()]
    for column, values in ((Attendance.phase, phases), (Attendance.situation_id, filters.situation),
                           (Attendance.channel_id, filters.channel)):
        if values and not together and len(branches) * len(values) <= BRANCHES:
            branches = [(*branch, column == value) for branch in branches for value in dict.fromkeys(values)]
        elif values:
            branches = [(*branch, column.in_(values)) for branch in branches]
    return branches


def _conditions(session, viewer, filters, timezone) -> list:
    """What every row of the list satisfies, but for `_branches` and `q`."""
    where = [visible(Attendance, viewer), *along_path(session, (
        (Motive, Attendance.motive_id, filters.motive), (Occurrence, Attendance.occurrence_id, filters.occurrence),
        (Cause, Attendance.cause_id, filters.cause)))]
    for name, column in (
            ("company", Attendance.company_id), ("unit", Attendance.unit_id), ("direction", Attendance.direction),
            ("opened_by", Attendance.opened_by_id), ("entity", Attendance.entity_id),
            ("local_partner", Attendance.local_partner_id), ("assignee", Attendance.assignee_id),
            ("department", Attendance.department_id)):
        if (value := getattr(filters, name)) is not None:
            where.append(column == value)
    for model, value in ((Company, filters.company), (Unit, filters.unit)):
        seen = select(model.id).where(model.id == value, visible(model, viewer))
        if value is not None and session.scalar(seen) is None:
            where.append(false())  # said at once: a planner would look for it through the whole table
    lacking = ((filters.without_motive, Attendance.motive_id), (filters.unassigned, Attendance.assignee_id))
    where += [column.is_(None) for wanted, column in lacking if wanted]
    if filters.phase and filters.phase != "not_closed":
        where.append(Attendance.phase == filters.phase)
    if filters.opened_from:
        where.append(Attendance.opened_at >= day_start(filters.opened_from, timezone))
    if filters.opened_to:
        where.append(Attendance.opened_at < day_start(filters.opened_to + timedelta(days=1), timezone))
    return where


def day_start(day: date, timezone: str) -> datetime:
    """The instant at which a local day begins."""
    return datetime.combine(day, time(), ZoneInfo(timezone))


def _matching(session, text, viewer, *, counting=False) -> tuple[list, bool]:
    """(conditions, whether few rows satisfy them): piece of a protocol, number, or words of the person's name.

    Matches are looked up first, once for a list and its count, and named by id. Of more than FEW protocols with this
    beginning, the highest are listed. Of many people, a list in order meets attendances soon on its own walk, by no
    index of theirs ("+ 0"); who counts begins with the people.
    """
    if not text:
        return [], False
    if any(c.isdigit() for c in text) and re.fullmatch(r"[0-9A-Za-z.\- ]+", text):
        return [among(Attendance.id, _once(session, text, _numbered, viewer))], True
    people = _once(session, text, _named)
    if len(people) <= FEW:
        return [among(Attendance.entity_id, people)], len(people) <= FEW_PEOPLE
    if len(people) > MANY:
        people = select(Entity.id).where(name_condition(text))
        return [Attendance.entity_id.in_(people) if counting else (Attendance.entity_id + 0).in_(people)], False
    return [Attendance.entity_id.in_(each_of(session, people)) if counting
            else among(Attendance.entity_id + 0, people)], False


def _once(session, asked, find, *arguments):
    """What `find` answers, read once in a transaction."""
    key, kept = (asked, find, *arguments), session.info.setdefault("matching", [])
    found = next((each for each in kept if each[0] == key), None)  # what is asked of fields has no hash
    if found is None:
        found = key, find(session, asked, *arguments)
        kept.append(found)
    return found[1]


@event.listens_for(Session, "after_transaction_end")
def _look_again(session, _transaction):
    session.info.pop("matching", None)


def _numbered(session, text, viewer) -> list[int]:
    typed = text.replace(" ", "").upper()
    number = typed.replace(".", "")
    ids = session.scalars(
        select(Attendance.id).where(beginning(Attendance.protocol, typed), visible(Attendance, viewer))
        .order_by(Attendance.protocol.desc()).limit(FEW + 1)).all()
    if not ids:  # the piece that people read out is rather its end
        ids = with_piece(session, viewer, typed, limit=FEW)
    return [*ids, *([int(number)] if number.isdigit() and len(number) < 10 else ())]


def _named(session, text) -> list[int]:
    """Whose attendances one may see is asked of these."""
    return ids_named(session, text, MANY + 1)


def count_by_situation(session, viewer, *, entity_id: int) -> list[tuple[Situation, int]]:
    """Every active situation, open ones first, with the number of the entity's attendances in it, zeros too (S-61)."""
    counts = (select(Attendance.situation_id, func.count().label("n"))
              .where(Attendance.entity_id == entity_id, visible(Attendance, viewer))
              .group_by(Attendance.situation_id).subquery())
    rows = session.execute(
        select(Situation, func.coalesce(counts.c.n, 0)).outerjoin(counts, counts.c.situation_id == Situation.id)
        .where(or_(Situation.active, counts.c.n > 0))
        .order_by(Situation.phase.in_(CLOSED_PHASES), Situation.position, Situation.id))
    return [(situation, n) for situation, n in rows]


def entity_attendances_by_situation(session, viewer, *, entity_id: int, each: int = 5) -> dict[int, list[Attendance]]:
    """The newest `each` attendances of an entity in every situation: {situation id: rows} (S-07)."""
    place = func.row_number().over(
        partition_by=Attendance.situation_id, order_by=(Attendance.opened_at.desc(), Attendance.id.desc()))
    ranked = (select(Attendance.id, place.label("place"))
              .where(Attendance.entity_id == entity_id, visible(Attendance, viewer)).subquery())
    rows = session.scalars(
        select(Attendance).join(ranked, ranked.c.id == Attendance.id).where(ranked.c.place <= each)
        .options(joinedload(Attendance.channel), joinedload(Attendance.motive), joinedload(Attendance.occurrence),
                 joinedload(Attendance.opened_by),
                 selectinload(Attendance.labels).joinedload(AttendanceLabel.label))
        .order_by(Attendance.opened_at.desc(), Attendance.id.desc()))
    grouped: dict[int, list[Attendance]] = {}
    for row in rows:
        grouped.setdefault(row.situation_id, []).append(row)
    return grouped


def find_by_address(session, viewer, address: str) -> Attendance | None:
    """The record behind `/attendances/<address>` with what its page shows: a protocol, or id-<id>.

    A person without the right to see it gets None, as if it did not exist.
    """
    return session.scalars(_RECORD.where(_at(address), visible(Attendance, viewer))).unique().one_or_none()


def find_for_api(session, viewer, address: str, load=()) -> Attendance | None:
    """The same with what REST answers of it, as it is now; `load` are loader options for what is shown besides."""
    return session.scalar(select(Attendance).where(_at(address), visible(Attendance, viewer)).options(
        joinedload(Attendance.entity), joinedload(Attendance.channel), joinedload(Attendance.situation),
        joinedload(Attendance.motive), joinedload(Attendance.occurrence), joinedload(Attendance.related),
        selectinload(Attendance.details).joinedload(AttendanceDetail.channel), *load)
        .execution_options(populate_existing=True))


def id_at(session, viewer, address: str) -> int | None:
    """The id of the record behind an address, where the viewer sees it."""
    return session.scalar(select(Attendance.id).where(_at(address), visible(Attendance, viewer)))


def _at(address):
    by_id = re.fullmatch(r"id-(\d{1,18})", address)
    return Attendance.id == int(by_id[1]) if by_id else Attendance.protocol == address.upper()


def _entity_block(entity):
    """Loader options below `entity` for what block 2 of the record shows, and for the choices it gives: the main phone,
    e-contact and address alone, one row each, so that they cost no query. Joins are outer ones, as in `_entity` of the
    rules."""
    return (entity.joinedload(Entity.phones.and_(Phone.is_main)),
            entity.joinedload(Entity.econtacts.and_(EContact.is_main)),
            entity.joinedload(Entity.addresses.and_(Address.is_main)),
            entity.joinedload(Entity.roles).joinedload(EntityRole.role_type, innerjoin=False),
            entity.selectinload(Entity.contacts).joinedload(EntityContact.contact_type))


def _name_of(user):
    return joinedload(user).load_only(User.first_name, User.last_name)


# Made once: building them costs as much as their query. Role, channel and situation are among what the form
# offers, which is read anyway.
_RECORD = select(Attendance).options(
    joinedload(Attendance.company), joinedload(Attendance.motive), joinedload(Attendance.occurrence),
    joinedload(Attendance.cause), joinedload(Attendance.unit),
    _name_of(Attendance.opened_by), _name_of(Attendance.changed_by), _name_of(Attendance.assignee),
    joinedload(Attendance.department),
    joinedload(Attendance.local_partner).load_only(Entity.name, Entity.social_name),
    joinedload(Attendance.related).load_only(Attendance.protocol),
    *_entity_block(joinedload(Attendance.entity)),
    selectinload(Attendance.details).options(
        _name_of(AttendanceDetail.operator), joinedload(AttendanceDetail.product)))
_FOR_WHOM = select(Entity).options(joinedload(Entity.company), *_entity_block(Load(Entity)))


def find_entity(session, viewer, entity_id: int) -> Entity | None:
    """The entity for whom an attendance is opened, with what block 2 shows."""
    return session.scalars(
        _FOR_WHOM.where(Entity.id == entity_id, visible(Entity, viewer))).unique().one_or_none()


def id_of_number(session, viewer, text: str) -> int | None:
    """The id behind what a person types as an attendance's number: its protocol, or its code."""
    typed = text.strip().upper().replace(" ", "")
    found = session.scalar(select(Attendance.id).where(Attendance.protocol == typed, visible(Attendance, viewer)))
    code = typed.removeprefix("ID-").replace(".", "")
    if found is None and code.isascii() and code.isdigit() and len(code) < 10:
        found = session.scalar(select(Attendance.id).where(Attendance.id == int(code), visible(Attendance, viewer)))
    return found


def near(session, viewer, *, attendance_id: int | None, entity_id: int | None, limit: int = 20) -> tuple[list, list]:
    """(attendances that name this one as their related SAC, the entity's newest, offered first for that field; S-15),
    newest first: rows of id, protocol, opened_at and motive or situation."""
    def some(kind, where):
        return (select(literal(kind).label("kind"), Attendance.id, Attendance.protocol, Attendance.opened_at,
                       func.coalesce(Motive.name, Situation.name).label("about"))
                .join(Attendance.situation).outerjoin(Attendance.motive).where(where, visible(Attendance, viewer))
                .order_by(Attendance.opened_at.desc(), Attendance.id.desc()).limit(limit).subquery())

    parts = [some(kind, column == pk) for kind, column, pk in (
        (0, Attendance.related_id, attendance_id), (1, Attendance.entity_id, entity_id)) if pk is not None]
    rows = session.execute(union_all(*(select(part) for part in parts))).all() if parts else ()
    rows = sorted(rows, key=lambda row: (row.opened_at, row.id), reverse=True)  # a union keeps no order
    return tuple([row for row in rows if row.kind == kind] for kind in (0, 1))
