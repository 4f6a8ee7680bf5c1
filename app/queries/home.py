"""What the first pages show: whose desk this is, counts of open work, one's latest attendances, a portal's cases."""
import re
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import String, bindparam, cast, func, literal, select, union, union_all
from sqlalchemy.orm import joinedload, load_only, selectinload

from ..models.attendance import Attendance, AttendanceDetail, AttendanceKind
from ..models.classification import OPEN_PHASES, Situation
from ..models.company import Company, Unit
from ..models.desk import CacheVersion
from ..models.entity import Entity
from ..models.identity import user_company, user_unit
from ..models.stream_event import StreamTopic
from ..security.audience import SHARED, entity, people
from ..security.visibility import visible
from . import paging
from .catalogue import TOKEN_KEY
from .notifications import unread
from .protocols import with_piece
from .search import beginning

COUNT_CAP = 1_000  # a card counts no further: what matters is that there is much to do
PORTAL_SIZE = 20
FOUND = 10  # attendances that the general search lists

_BELONGS = union_all(
    select(literal("company").label("kind"), Company.name).join(user_company, user_company.c.company_id == Company.id)
    .where(user_company.c.user_id == bindparam("user")),
    select(literal("unit").label("kind"), Unit.name).join(user_unit, user_unit.c.unit_id == Unit.id)
    .where(user_unit.c.user_id == bindparam("user")),
    select(literal("unread").label("kind"), cast(func.count(), String)).select_from(
        unread(bindparam("user")).subquery()),
    select(literal("defined").label("kind"), CacheVersion.token).where(CacheVersion.key == TOKEN_KEY),
    select(literal("live").label("kind"), StreamTopic.name + "=" + cast(StreamTopic.seq, String)).where(
        StreamTopic.name.in_(bindparam("topics", expanding=True)))).order_by("name")


@dataclass(frozen=True)
class Tenant:
    """The company whose desk this is, the person's place in it, how much the bell has to tell, and up to where."""

    name: str
    place: str
    unread: int
    defined: str  # the token of what configurators have defined
    live: str  # how far each topic has come that the page may be told of: app/live/stream.py, read_cursor


@dataclass(frozen=True)
class SituationCount:
    """How many attendances one may see in a situation; `n` stops at COUNT_CAP + 1."""

    situation: Situation
    n: int

    @property
    def more(self) -> bool:
        return self.n > COUNT_CAP


def tenant_of(session, viewer) -> Tenant | None:
    """What surrounds every page, in one query: the company (or how many), the units one is a member of, the bell."""
    if viewer is None:
        return None
    names: dict[str, list[str]] = {"company": [], "unit": [], "unread": [], "defined": [], "live": []}
    topics = {*people(viewer.user_id), *(entity(viewer.entity_id) if viewer.entity_id else SHARED)}
    # Straight from the connection: for plain columns the session would set out as for rows of models.
    for kind, name in session.connection().execute(_BELONGS, {"user": viewer.user_id, "topics": sorted(topics)}):
        names[kind].append(name)
    begun = {each.rpartition("=")[0] for each in names["live"]}
    live = "~".join([*names["live"], *(f"{topic}=0" for topic in sorted(topics - begun))])
    companies, units, count = names["company"], names["unit"], int(names["unread"][0])
    known = count, "".join(names["defined"]), live
    if not companies:
        return Tenant(_("All companies") if viewer.all_companies else "", "", *known)
    place = " · ".join(units[:2])
    if len(companies) > 1:
        place = (_("and one other company") if len(companies) == 2
                 else _("and %(number)s other companies", number=len(companies) - 1))
    return Tenant(companies[0], place, *known)


def open_counts(session, viewer) -> list[SituationCount]:
    """Every active situation of the open phases with its number of attendances, zeros too (S-61): two queries."""
    situations = session.scalars(select(Situation).where(
        Situation.phase.in_(OPEN_PHASES), Situation.active).order_by(Situation.position, Situation.id)).all()
    if not situations:
        return []
    seen = visible(Attendance, viewer)

    def one(situation):
        some = select(Attendance.id).where(Attendance.situation_id == situation.id, seen).limit(COUNT_CAP + 1)
        return select(literal(situation.id), func.count()).select_from(some.subquery())

    counts = dict(map(tuple, session.execute(union_all(*map(one, situations)))))
    return [SituationCount(situation, counts.get(situation.id, 0)) for situation in situations]


def opened_since(session, viewer, since: datetime) -> int:
    """How many attendances were opened from `since` on, counted no further than COUNT_CAP + 1."""
    some = select(Attendance.id).where(Attendance.opened_at >= since, visible(Attendance, viewer)).limit(COUNT_CAP + 1)
    return session.scalar(select(func.count()).select_from(some.subquery()))


def latest_of(session, viewer, limit: int = 8) -> list[Attendance]:
    """The newest attendances that the viewer opened or is in charge of, with what the list shows: one query."""
    def newest(column):
        return (select(Attendance.id).where(column == viewer.user_id, visible(Attendance, viewer))
                .order_by(Attendance.opened_at.desc(), Attendance.id.desc()).limit(limit).subquery())

    mine = union(*(select(part.c.id) for part in (newest(Attendance.opened_by_id), newest(Attendance.assignee_id))))
    return list(session.scalars(
        select(Attendance).where(Attendance.id.in_(mine))
        .options(_person(), joinedload(Attendance.situation), joinedload(Attendance.channel))
        .order_by(Attendance.opened_at.desc(), Attendance.id.desc()).limit(limit)))


def by_protocol(session, viewer, typed: str) -> list[Attendance]:
    """The attendances whose protocol is what was typed: as it stands, or without the hyphen after the year."""
    text = "".join(typed.split()).upper()
    if not re.fullmatch(r"[0-9A-Z-]{1,40}", text):  # what a protocol can be; PostgreSQL refuses a NUL, too
        return []
    wanted = {text}
    if text.isdigit() and len(text) > 4:
        wanted.add(f"{text[:4]}-{text[4:]}")
    return _found(session, viewer, Attendance.protocol.in_(wanted))


def by_number(session, viewer, typed: str, *, protocols=()) -> list[Attendance]:
    """The attendances that a piece of a number may mean: the code, one of `protocols` (whose running number it is), or
    a protocol from its beginning, the highest first, or of at least four digits from anywhere in it.

    Each is a look into an index, never a walk.
    """
    text = "".join(typed.split()).upper()
    found = []
    if re.fullmatch(r"[0-9]{1,9}", text.replace(".", "")):
        found += _found(session, viewer, Attendance.id == int(text.replace(".", "")))
    if protocols:
        found += _found(session, viewer, Attendance.protocol.in_(protocols))
    if re.fullmatch(r"[0-9]{4}-[0-9]{0,34}", text):
        found += _found(session, viewer, beginning(Attendance.protocol, text))
    if len(found) < FOUND and (ids := with_piece(session, viewer, text, limit=FOUND)):
        pieces = {row.id: row for row in by_ids(session, viewer, ids)}
        found += [pieces[pk] for pk in ids if pk in pieces]
    return list(dict.fromkeys(found))


def by_ids(session, viewer, ids) -> list[Attendance]:
    """The attendances with these ids that one may see."""
    return _found(session, viewer, Attendance.id.in_(ids)) if ids else []


def _found(session, viewer, condition) -> list[Attendance]:
    return list(session.scalars(
        select(Attendance).where(condition, visible(Attendance, viewer)).order_by(Attendance.protocol.desc())
        .limit(FOUND).options(_person(), joinedload(Attendance.situation))))


def _person():
    return joinedload(Attendance.entity).load_only(Entity.name, Entity.social_name)


def portal_cases(session, viewer, *, after: str | None = None):
    """(attendances of the viewer's own entity, newest first, with their pages; key of the next page or None). What a
    provider wrote by "Fale conosco" has its own pages.

    Two queries. Raises ValueError for a page key that was not made here.
    """
    query = session.query(Attendance).filter(
        visible(Attendance, viewer), Attendance.kind != AttendanceKind.PROVIDER).options(
        load_only(Attendance.protocol, Attendance.title, Attendance.opened_at, Attendance.closed_at, Attendance.phase),
        joinedload(Attendance.situation).load_only(Situation.name), joinedload(Attendance.channel),
        selectinload(Attendance.details).load_only(
            AttendanceDetail.page, AttendanceDetail.opened_at, AttendanceDetail.description, AttendanceDetail.answer,
            AttendanceDetail.answered_at))
    rows, _previous, following = paging.page(
        query, Attendance.opened_at, Attendance.id, desc=True, size=PORTAL_SIZE, after=after)
    return rows, following
