"""Reading attendances: lists by key, counts by situation, one record with all that its page shows."""
import re
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import joinedload, load_only, selectinload

from ..models.attendance import Attendance, AttendanceDetail
from ..models.classification import OPEN_PHASES, Channel, Situation
from ..models.company import Company, Unit
from ..models.entity import PARTNER, Entity, EntityContact, EntityRole, RoleType, entity_unit
from ..models.survey import SurveyAnswer
from ..security.visibility import visible
from . import paging
from .search import name_condition

COUNT_CAP = 10_000
ORDERS = {"opened_at": Attendance.opened_at, "closed_at": Attendance.closed_at, "id": Attendance.id}


@dataclass(frozen=True)
class AttendanceFilter:
    """What a list of attendances is narrowed by; everything given must hold. Dates are local days, both inclusive."""

    q: str = ""
    situation: tuple[int, ...] = ()
    phase: str | None = None  # a phase, or "not_closed"
    channel: tuple[int, ...] = ()
    motive: int | None = None
    occurrence: int | None = None
    cause: int | None = None
    company: int | None = None
    unit: int | None = None
    direction: str | None = None
    opened_by: int | None = None
    local_partner: int | None = None
    entity: int | None = None
    opened_from: date | None = None
    opened_to: date | None = None

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
                     size=25, after=None, before=None) -> Page:
    """A page of the attendances one may see, with what the list shows, in a fixed number of queries.

    Raises ValueError for a page key that was not made here, KeyError for an unknown order.
    """
    query = _narrowed(session, viewer, filters, timezone).options(
        joinedload(Attendance.entity).load_only(Entity.name, Entity.social_name),
        joinedload(Attendance.situation), joinedload(Attendance.channel), joinedload(Attendance.motive),
        joinedload(Attendance.occurrence), joinedload(Attendance.opened_by))
    rows, previous, following = paging.page(
        query, ORDERS[order], Attendance.id, desc=desc, size=size, after=after, before=before)
    return Page(rows, previous, following)


def count_attendances(session, viewer, filters: AttendanceFilter, *, timezone: str, cap=COUNT_CAP) -> int:
    """How many there are, counted to `cap` + 1 at most."""
    return paging.capped_count(_narrowed(session, viewer, filters, timezone), Attendance.id, cap)


def _narrowed(session, viewer, filters, timezone):
    query = session.query(Attendance).filter(visible(Attendance, viewer))
    for name, column in (("situation", Attendance.situation_id), ("channel", Attendance.channel_id)):
        chosen = getattr(filters, name)
        if chosen:  # one value as "=": the planner then reads the index in the order of the list
            query = query.filter(column == chosen[0] if len(chosen) == 1 else column.in_(chosen))
    for name, column in (
            ("motive", Attendance.motive_id), ("occurrence", Attendance.occurrence_id), ("cause", Attendance.cause_id),
            ("company", Attendance.company_id), ("unit", Attendance.unit_id), ("direction", Attendance.direction),
            ("opened_by", Attendance.opened_by_id), ("entity", Attendance.entity_id),
            ("local_partner", Attendance.local_partner_id)):
        if (value := getattr(filters, name)) is not None:
            query = query.filter(column == value)
    if filters.phase == "not_closed":
        query = query.filter(Attendance.phase.in_(OPEN_PHASES))
    elif filters.phase:
        query = query.filter(Attendance.phase == filters.phase)
    if filters.opened_from:
        query = query.filter(Attendance.opened_at >= day_start(filters.opened_from, timezone))
    if filters.opened_to:
        query = query.filter(Attendance.opened_at < day_start(filters.opened_to + timedelta(days=1), timezone))
    return query.filter(_matching(filters.q.strip(), viewer)) if filters.q.strip() else query


def day_start(day: date, timezone: str) -> datetime:
    """The instant at which a local day begins."""
    return datetime.combine(day, time(), ZoneInfo(timezone))


def _matching(text, viewer):
    """Protocol (from its beginning), attendance number, or words of the person's name."""
    if any(c.isdigit() for c in text) and re.fullmatch(r"[0-9A-Za-z.\- ]+", text):
        typed = text.replace(" ", "").upper()
        by_protocol = (Attendance.protocol >= typed) & (Attendance.protocol < typed + "\U0010ffff")
        number = typed.replace(".", "")
        return or_(by_protocol, Attendance.id == int(number)) if number.isdigit() and len(number) < 10 else by_protocol
    return Attendance.entity_id.in_(select(Entity.id).where(name_condition(text), visible(Entity, viewer)))


def count_by_situation(session, viewer, *, entity_id: int) -> list[tuple[Situation, int]]:
    """Every active situation with the number of the entity's attendances in it, zeros too (S-61)."""
    counts = (select(Attendance.situation_id, func.count().label("n"))
              .where(Attendance.entity_id == entity_id, visible(Attendance, viewer))
              .group_by(Attendance.situation_id).subquery())
    rows = session.execute(
        select(Situation, func.coalesce(counts.c.n, 0)).outerjoin(counts, counts.c.situation_id == Situation.id)
        .where(or_(Situation.active, counts.c.n > 0)).order_by(Situation.position, Situation.id))
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
                 joinedload(Attendance.opened_by))
        .order_by(Attendance.opened_at.desc(), Attendance.id.desc()))
    grouped: dict[int, list[Attendance]] = {}
    for row in rows:
        grouped.setdefault(row.situation_id, []).append(row)
    return grouped


def find_by_address(session, viewer, address: str) -> Attendance | None:
    """The record behind `/attendances/<address>` with what its page shows: a protocol, or id-<id>.

    A person without the right to see it gets None, as if it did not exist.
    """
    by_id = re.fullmatch(r"id-(\d{1,18})", address)
    where = Attendance.id == int(by_id[1]) if by_id else Attendance.protocol == address.upper()
    return session.scalar(select(Attendance).where(where, visible(Attendance, viewer)).options(
        joinedload(Attendance.company), joinedload(Attendance.situation), joinedload(Attendance.motive),
        joinedload(Attendance.occurrence), joinedload(Attendance.cause), joinedload(Attendance.unit),
        joinedload(Attendance.channel), joinedload(Attendance.role_type), joinedload(Attendance.opened_by),
        joinedload(Attendance.changed_by), joinedload(Attendance.local_partner), joinedload(Attendance.related),
        joinedload(Attendance.entity).options(*entity_block()),
        selectinload(Attendance.details).options(
            joinedload(AttendanceDetail.channel), joinedload(AttendanceDetail.operator),
            joinedload(AttendanceDetail.contact))))


def entity_block():
    """Loader options for what block 2 of the record shows of an entity, and for the choices it gives."""
    return (joinedload(Entity.company), selectinload(Entity.phones), selectinload(Entity.econtacts),
            selectinload(Entity.addresses), selectinload(Entity.roles),
            selectinload(Entity.contacts).joinedload(EntityContact.contact_type), selectinload(Entity.units))


def find_entity(session, viewer, entity_id: int) -> Entity | None:
    """The entity for whom an attendance is opened, with what block 2 shows."""
    return session.scalar(
        select(Entity).where(Entity.id == entity_id, visible(Entity, viewer)).options(*entity_block()))


def related_to(session, viewer, attendance_id: int, *, limit: int = 20) -> list[Attendance]:
    """Attendances that name this one as their related SAC (S-15), newest first."""
    return list(session.scalars(
        select(Attendance).where(Attendance.related_id == attendance_id, visible(Attendance, viewer))
        .options(load_only(Attendance.protocol)).order_by(Attendance.id.desc()).limit(limit)))


def id_of_number(session, viewer, text: str) -> int | None:
    """The id behind what a person types as an attendance's number: its protocol, or its code."""
    typed = text.strip().upper().replace(" ", "")
    found = session.scalar(select(Attendance.id).where(Attendance.protocol == typed, visible(Attendance, viewer)))
    code = typed.removeprefix("ID-").replace(".", "")
    if found is None and code.isdigit() and len(code) < 10:
        found = session.scalar(select(Attendance.id).where(Attendance.id == int(code), visible(Attendance, viewer)))
    return found


def survey_answers(session, attendance_id: int) -> list[SurveyAnswer]:
    """Answers that the customer gave about this attendance."""
    return list(session.scalars(select(SurveyAnswer).where(SurveyAnswer.attendance_id == attendance_id)
                                .options(joinedload(SurveyAnswer.question))))


def active_channels(session, *, keep: int | None = None) -> list[Channel]:
    """Channels a form offers, and the one the record has."""
    return list(session.scalars(select(Channel).where(or_(Channel.active, Channel.id == keep))
                                .order_by(Channel.position, Channel.name_key)))


def own_companies(session, viewer) -> list[Company]:
    """Companies in which the viewer may open an attendance without a person."""
    return list(session.scalars(
        select(Company).where(visible(Company, viewer), Company.active).order_by(Company.name_key)))




def units_of(session, viewer, entity) -> list[Unit]:
    """Units linked to the entity that the viewer may see (S-48)."""
    return list(session.scalars(
        select(Unit).join(entity_unit, entity_unit.c.unit_id == Unit.id)
        .where(entity_unit.c.entity_id == entity.id, visible(Unit, viewer)).order_by(Unit.name_key)))


def recent_of_entity(session, viewer, entity_id: int, *, limit: int = 20) -> list[Attendance]:
    """The entity's newest attendances, offered first as "SAC Relacionado" (S-15)."""
    return list(session.scalars(
        select(Attendance).where(Attendance.entity_id == entity_id, visible(Attendance, viewer))
        .options(joinedload(Attendance.motive), joinedload(Attendance.situation))
        .order_by(Attendance.opened_at.desc(), Attendance.id.desc()).limit(limit)))


def find_partners(session, viewer, term: str, _parent, limit: int, offset: int) -> list[tuple[int, str]]:
    """(id, name) of active entities with the role of partner, offered as "Local" (S-49)."""
    partner = exists().where(EntityRole.entity_id == Entity.id, EntityRole.active,
                             EntityRole.role_type_id == RoleType.id, RoleType.code == PARTNER)
    query = select(Entity.id, Entity.social_name, Entity.name).where(visible(Entity, viewer), Entity.active, partner)
    if term.strip():
        query = query.where(name_condition(term))
    rows = session.execute(query.order_by(Entity.name_key, Entity.id).limit(limit).offset(offset))
    return [(pk, social or name) for pk, social, name in rows]
