"""Attendances of two years, in the order in which they were opened, each with a detail page and its log entries."""
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count as count_from
from random import Random
from zoneinfo import ZoneInfo

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from ...models.attendance import Attendance, AttendanceDetail
from ...models.classification import Cause, Channel, Motive, Occurrence, Phase, Scope, Situation
from ...models.company import Company, Unit
from ...models.custom_record import OwnerKind
from ...models.entity import Entity, EntityRole, RoleType
from ...models.identity import UserProfile
from ...models.log import LogEntry
from .. import field_index, protocol_mask, registers, seed
from ..bulk import insert_rows, reserve_ids
from ..protocols import next_block
from ..settings import get_setting
from . import journal, words
from .persons import company_shares

BATCH = 5_000
DAYS = 730
PEOPLE = 300_000  # at most, from whom the callers are drawn
_WEEK = (1.15, 1.1, 1.0, 1.0, 0.95, 0.35, 0.12)  # Monday first
_HOURS = (1, 1, 1, 1, 1, 1, 2, 8, 40, 75, 90, 80, 50, 62, 85, 82, 70, 55, 30, 16, 9, 6, 4, 2)
_STILL_OPEN = (Phase.OPEN, Phase.OPEN, Phase.IN_PROGRESS, Phase.IN_PROGRESS, Phase.PENDING)
_ATTENDANCE = (
    "id", "protocol", "kind", "company_id", "entity_id", "role_type_id", "channel_id", "direction", "received_at",
    "opened_at", "closed_at", "motive_id", "occurrence_id", "cause_id", "unit_id", "local_partner_id", "situation_id",
    "phase", "assignee_id", "opened_by_id", "changed_by_id", "custom_values", "version", "created_at", "updated_at")
_DETAIL = ("attendance_id", "page", "channel_id", "direction", "received_at", "opened_at", "description", "answer",
           "answered_at", "operator_id")


@dataclass(frozen=True)
class Batch:
    """What one unit of work writes: so many attendances of so many days, all of one year."""

    number: int
    year: int
    days: tuple[tuple[date, int], ...]

    @property
    def count(self) -> int:
        return sum(count for _, count in self.days)


def plan(count: int, *, seed, until: date) -> Iterator[Batch]:
    """Spread `count` attendances over the two years before `until`, growing, by the days of the week; in batches."""
    random = Random(f"{seed} plan")
    days = [until - timedelta(days=DAYS - place) for place in range(DAYS)]
    weights = [_WEEK[day.weekday()] * (1 + 0.6 * place / DAYS) * random.uniform(0.85, 1.15)
               for place, day in enumerate(days)]
    whole, passed, given, number = sum(weights), 0.0, 0, 0
    batch: list[tuple[date, int]] = []
    for day, weight in zip(days, weights, strict=True):
        passed += weight
        due = round(count * passed / whole) - given
        given += due
        while due:
            if batch and (day.year != batch[0][0].year or sum(n for _, n in batch) == BATCH):
                yield Batch(number, batch[0][0].year, tuple(batch))
                batch, number = [], number + 1
            part = min(due, BATCH - sum(n for _, n in batch))
            batch.append((day, part))
            due -= part
    if batch:
        yield Batch(number, batch[0][0].year, tuple(batch))


@dataclass
class Desk:
    """What attendances are drawn from, read once: people, tree, channels, situations, operators."""

    people: list = field(default_factory=list)  # (entity id, name, role type id, JSON, company id)
    companies: dict = field(default_factory=dict)  # id: (code, time zone)
    leaves: list = field(default_factory=list)  # (motive, occurrence, cause), each (id, JSON) or None
    channels: list = field(default_factory=list)
    channel_shares: list = field(default_factory=list)
    situations: dict = field(default_factory=dict)  # phase: [(id, JSON)]
    operators: dict = field(default_factory=dict)  # company id: [(user id, name)]
    units: dict = field(default_factory=dict)  # company id: [(id, JSON)]
    partners: dict = field(default_factory=dict)  # company id: [(id, JSON)]

    @classmethod
    def read(cls, session, *, actor, now) -> "Desk":
        """Load it, making what a desk cannot do without: a tree of motives, a situation of every phase, channels."""
        _ensure_tree(session, actor, now)
        desk = cls()
        desk.companies = {c.id: (c.code, c.timezone) for c in company_shares(session, actor=actor, now=now)[0]}
        desk.people = [(*row[:3], journal.encoded({"id": row[0], "text": row[1]}), row[3]) for row in session.execute(
            select(Entity.id, Entity.name, RoleType.id, Entity.company_id)
            .join(EntityRole, EntityRole.entity_id == Entity.id).join(RoleType, RoleType.id == EntityRole.role_type_id)
            .where(EntityRole.active, RoleType.code.in_(("customer", "supplier", "provider")),
                   Entity.company_id.in_(desk.companies))
            .order_by(Entity.id.desc()).limit(PEOPLE))]
        desk.leaves = _leaves(session)
        channels = session.scalars(select(Channel).where(Channel.active).order_by(Channel.id)).all()
        desk.channels = [(_told(c), c.code) for c in channels]
        desk.channel_shares = [words.CHANNEL_SHARES.get(c.code, 1) for c in channels]
        for row in session.scalars(
                select(Situation).where(Situation.active, Situation.scope.in_((Scope.SAC, Scope.BOTH)))
                .order_by(Situation.position, Situation.id)):
            desk.situations.setdefault(row.phase, []).append(_told(row))
        for company_id in desk.companies:
            desk.operators[company_id] = [(u.id, u.get_full_name()) for u in session.scalars(
                select(User).join(UserProfile, UserProfile.user_id == User.id)
                .where(User.active, UserProfile.entity_id.is_(None),
                       UserProfile.companies.any(Company.id == company_id))
                .order_by(User.id))]
            desk.units[company_id] = [_told(u) for u in session.scalars(
                select(Unit).where(Unit.company_id == company_id, Unit.active).order_by(Unit.id))]
            desk.partners[company_id] = [_told(e) for e in session.scalars(
                select(Entity).where(Entity.company_id == company_id, Entity.roles.any(
                    EntityRole.role_type.has(RoleType.code == "partner"))).order_by(Entity.id).limit(300))]
        return desk


def add_attendances(session, batch: Batch, desk: Desk, *, seed, until: datetime) -> None:
    """Write one batch: attendances, detail pages and log entries. The protocols are the counter's next ones.

    Rows are made while the database takes in those before them.
    """
    mask = get_setting(session, "protocol_mask")
    ids = reserve_ids(session, Attendance, batch.count)
    first = next_block(session, year=batch.year, count=batch.count)

    def protocol(number, code):
        return protocol_mask.apply(mask, year=batch.year, number=number, company_code=code)

    random = Random(f"{seed} attendances {batch.number}")
    maker = _Maker(random, desk, until.astimezone(UTC).replace(tzinfo=None), protocol)
    pages, stories = [], []

    def cases():
        for pk, number, (day, second) in zip(ids, count_from(first), maker.moments(batch.days), strict=False):
            case, page, story = maker.case(pk, number, day, second)
            pages.append(page)
            stories.append(story)
            yield case

    insert_rows(session, Attendance, _ATTENDANCE, cases())
    insert_rows(session, AttendanceDetail, _DETAIL, pages)
    insert_rows(session, LogEntry, journal.COLUMNS, (entry for story in stories for entry in maker.entries(*story)))
    field_index.mirror_new(session, OwnerKind.ATTENDANCE, ((pk, {}) for pk in ids))


class _Maker:
    """Makes up one case after the other; what is the same for all of a batch is kept.

    Draws by weight are drawn once into tables of 4,096: random.choices would add its weights up for every case.
    """

    def __init__(self, random: Random, desk: Desk, until: datetime, protocol):
        self.random, self.desk, self.until, self.protocol = random, desk, until, protocol
        self.descriptions, self.answers = words.descriptions(), words.answers()
        self.leaves = random.choices(desk.leaves, [1 / (place + 2) for place in range(len(desk.leaves))], k=4096)
        self.channels = random.choices(desk.channels, desk.channel_shares, k=4096)
        self.hours = random.choices(range(24), _HOURS, k=4096)
        self.midnights: dict = {}

    def moments(self, days):
        """(day, second of it) of each case, in order."""
        bits, below = self.random.getrandbits, self.random.random
        for day, count in days:
            for second in sorted(self.hours[bits(12)] * 3600 + int(below() * 3600) for _ in range(count)):
                yield day, second

    def case(self, pk: int, number: int, day: date, second: int) -> tuple:
        """(attendance row, detail row, what `entries` needs to tell of it)."""
        random, desk = self.random, self.desk
        chance, bits = random.random, random.getrandbits
        person = desk.people[int(len(desk.people) * chance() ** 1.6)] if desk.people else None
        company_id = person[4] if person else next(iter(desk.companies))
        code, zone = desk.companies[company_id]
        opened = self._midnight(day, zone) + timedelta(seconds=second)
        protocol = self.protocol(number, code)
        motive, occurrence, cause = self.leaves[bits(12)]
        channel, channel_code = self.channels[bits(12)]
        operators = desk.operators[company_id]
        operator = operators[int(len(operators) * chance() ** 1.3)] if operators else (None, "Balcão")
        phase, closed = self._fate(opened)
        situations = desk.situations[phase]
        situation = situations[0 if chance() < 0.8 else int(len(situations) * chance())]
        direction = "receptive" if chance() < 0.88 else "active"
        kind = "sac"
        if channel_code in ("chat", "whatsapp", "messenger", "telegram"):
            kind = "multichannel"
        elif channel_code == "phone" and chance() < 0.3:
            kind = "phone"
        description = self.descriptions[int(len(self.descriptions) * chance())]
        answer = self.answers[int(len(self.answers) * chance())] if phase == Phase.CLOSED else None
        unit = _one(chance, desk.units[company_id]) if chance() < 0.3 else None
        partner = _one(chance, desk.partners[company_id]) if chance() < 0.08 else None
        assignee = operator[0] if closed is None and chance() < 0.6 else None
        received = _stored(opened - timedelta(seconds=60 + bits(16))) if channel_code == "email" else None
        at, end = _stored(opened), closed and _stored(closed)
        case = (pk, protocol, kind, company_id, person and person[0], person and person[2], channel[0], direction,
                received, at, end, motive[0], occurrence[0], cause and cause[0], unit and unit[0],
                partner and partner[0], situation[0], phase, assignee, operator[0],
                operator[0] if closed else None, "{}", 2 if closed else 1, at, end or at)
        page = (pk, 1, channel[0], direction, received, at, description, answer, end if answer else None, operator[0])
        story = (pk, protocol, at, end, operator, (cause, occurrence, motive), channel, person, description, answer,
                 phase, situation)
        return case, page, story

    def entries(self, pk, protocol, at, end, operator, leaf, channel, person, description, answer, phase, situation):
        """The log of one case: opened and, where it was, closed or taken up."""
        opening = self.desk.situations[Phase.OPEN][0]
        cause, occurrence, motive = leaf
        told = [("details.1.channel", "null", channel[1]), ("details.1.description", "null", f'"{description}"'),
                ("motive", "null", motive[1]), ("occurrence", "null", occurrence[1]),
                ("protocol", "null", f'"{protocol}"'), ("situation", "null", opening[1])]
        if person:
            told.insert(2, ("entity", "null", person[3]))
        if cause:
            told.insert(0, ("cause", "null", cause[1]))
        first = journal.entry("attendance", pk, 1, at, operator, "create", told, "", self._salt)
        yield first
        moved = [("phase", '"open"', f'"{phase}"'), ("situation", opening[1], situation[1])]
        if end:
            moment = f'"{end[:10]}T{end[11:19]}+00:00"'
            told = [("closed_at", "null", moment)]
            if answer:
                told += [("details.1.answer", "null", f'"{answer}"'), ("details.1.answered_at", "null", moment)]
            yield journal.entry("attendance", pk, 2, end, operator, "close", told + moved, first[-1], self._salt)
        elif situation is not opening:
            yield journal.entry("attendance", pk, 2, at, operator, "update", moved, first[-1], self._salt)

    def _salt(self) -> str:
        return f"{self.random.getrandbits(64):016x}"

    def _midnight(self, day, zone) -> datetime:
        """The instant at which a local day begins, naive in UTC."""
        if (day, zone) not in self.midnights:
            local = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
            self.midnights[day, zone] = local.astimezone(UTC).replace(tzinfo=None)
        return self.midnights[day, zone]

    def _fate(self, opened):
        """(phase, closed at or None): old cases are closed, those of the last days often still open."""
        random = self.random
        age = (self.until - opened).total_seconds() / 86_400
        if random.random() < 0.012 + 0.6 * 0.75 ** age:
            return _STILL_OPEN[int(random.random() * len(_STILL_OPEN))], None
        closed = opened + timedelta(seconds=int(min(random.lognormvariate(10.5, 1.6), 60 * 86_400)))
        if closed > self.until:
            return Phase.IN_PROGRESS, None
        return (Phase.CANCELLED if random.random() < 0.03 else Phase.CLOSED), closed


# ---- pieces

def _stored(at: datetime) -> str:
    """Naive UTC as the columns hold it."""
    return at.isoformat(" ", "microseconds")


def _one(chance, rows):
    return rows[int(len(rows) * chance() ** 2)] if rows else None


def _told(row) -> tuple[int, str]:
    """A register row's id, and how the log names it, as JSON."""
    return row.id, journal.encoded({"id": row.id, "text": row.name})


def _leaves(session):
    """Every cause with what is above it, and some occurrences without a cause, the most usual first."""
    causes = session.execute(
        select(Motive, Occurrence, Cause).select_from(Motive).join(Occurrence, Occurrence.motive_id == Motive.id)
        .outerjoin(Cause, Cause.occurrence_id == Occurrence.id)
        .where(Motive.active, Occurrence.active).order_by(Occurrence.id, Cause.id)).all()
    leaves = [(_told(m), _told(o), _told(c) if c is not None else None) for m, o, c in causes]
    Random(0).shuffle(leaves)  # else the commonest ones would all hang on the first motive
    return leaves + [(motive, occurrence, None) for motive, occurrence, _ in leaves[::8]]


def _ensure_tree(session, actor, now) -> None:
    """Motives with occurrences, and what `flask sync` plants, should they not be there."""
    seed.plant(session, now=now)
    if session.scalar(select(Occurrence.id).join(Motive, Motive.id == Occurrence.motive_id)
                      .where(Motive.active, Occurrence.active).limit(1)):
        return
    for motive, occurrences in words.TREE.items():
        above = registers.ensure(session, Motive, motive, actor=actor, now=now)
        for occurrence, causes in occurrences.items():
            place = {"motive_id": above.id}
            below = registers.ensure(session, Occurrence, occurrence, parent=place, actor=actor, now=now)
            for cause in causes:
                registers.ensure(session, Cause, cause, parent={"occurrence_id": below.id}, actor=actor, now=now)
