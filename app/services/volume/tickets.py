"""Providers' tickets of two years, each with its conversation and log: what the central is tried with at size."""
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count as count_from
from random import Random
from zoneinfo import ZoneInfo

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from ...models.attendance import Attendance, AttendanceDetail
from ...models.classification import Channel, Classification, DefaultMotive, Phase, Scope, Situation, Subclassification
from ...models.company import Company, Department
from ...models.custom_record import OwnerKind
from ...models.entity import Entity, EntityRole, RoleType
from ...models.identity import UserProfile
from ...models.log import LogEntry
from ...models.provider_ticket import Message, ProviderTicket, TicketPause, name_key_of
from ...text import searchable
from .. import field_index, protocol_mask, registers, seed
from ..bulk import insert_rows, reserve_ids
from ..protocols import next_block
from ..settings import get_setting
from . import journal, words
from .attendances import Batch

PROVIDERS = 50_000  # at most, from whom tickets are drawn
WAITING = 0.25  # share of open tickets that wait for their provider
_ATTENDANCE = (
    "id", "protocol", "kind", "company_id", "entity_id", "role_type_id", "channel_id", "direction", "title",
    "opened_at", "closed_at", "situation_id", "phase", "assignee_id", "department_id", "opened_by_id", "changed_by_id",
    "custom_values", "version", "created_at", "updated_at")
_DETAIL = ("attendance_id", "page", "channel_id", "direction", "opened_at", "description")
_TICKET = (
    "attendance_id", "number", "classification_id", "subclassification_id", "default_motive_id", "contact_name",
    "contact_phone", "contact_email", "return_days", "counting", "due_at", "clock_stopped_at", "waiting", "started",
    "company_id", "entity_id", "situation_id", "phase", "assignee_id", "department_id", "opened_at", "closed_at",
    "protocol", "title_key", "client_key", "operator_key")
_MESSAGE = ("attendance_id", "direction", "author_id", "author_name", "text", "sent_at")
_PAUSE = ("ticket_id", "since", "until")


@dataclass
class Central:
    """What tickets are drawn from, read once: providers, classifications, situations, operators, sectors."""

    providers: list = field(default_factory=list)  # (id, name, name key, company id)
    companies: dict = field(default_factory=dict)  # id: (code, time zone)
    leaves: list = field(default_factory=list)  # (classification, subclassification, motive or None, return days)
    situations: dict = field(default_factory=dict)  # phase: [id]
    operators: dict = field(default_factory=dict)  # company id: [(user id, name, name key)]
    departments: dict = field(default_factory=dict)  # company id: [id]
    channel_id: int = 0
    role_type_id: int = 0

    @classmethod
    def read(cls, session, *, actor, now) -> "Central":
        """Load it, making a tree of classifications where there is none."""
        _ensure_tree(session, actor, now)
        central = cls()
        central.companies = {row.id: (row.code, row.timezone) for row in session.scalars(
            select(Company).where(Company.active))}
        central.providers = session.execute(
            select(Entity.id, Entity.name, Entity.name_key, Entity.company_id)
            .join(EntityRole, EntityRole.entity_id == Entity.id).join(RoleType, RoleType.id == EntityRole.role_type_id)
            .where(EntityRole.active, RoleType.code == "provider", Entity.active,
                   Entity.company_id.in_(central.companies)).order_by(Entity.id.desc()).limit(PROVIDERS)).all()
        central.leaves = _leaves(session)
        for row in session.scalars(select(Situation).where(
                Situation.active, Situation.scope != Scope.SAC).order_by(Situation.position, Situation.id)):
            central.situations.setdefault(row.phase, []).append(row.id)
        for company_id in central.companies:
            central.operators[company_id] = [(row.id, row.get_full_name(), name_key_of(row)) for row in session.scalars(
                select(User).join(UserProfile, UserProfile.user_id == User.id)
                .where(User.active, UserProfile.entity_id.is_(None),
                       UserProfile.companies.any(Company.id == company_id)).order_by(User.id))]
            central.departments[company_id] = list(session.scalars(
                select(Department.id).where(Department.company_id == company_id, Department.active)))
        central.channel_id = session.scalar(select(Channel.id).where(Channel.code == "provider_web"))
        central.role_type_id = session.scalar(select(RoleType.id).where(RoleType.code == "provider"))
        return central


def add_tickets(session, batch: Batch, central: Central, *, seed, until: datetime) -> None:
    """Write one batch: attendances of kind provider with page, ticket, messages, pauses and the log of the opening.

    Rows are made while the database takes in those before them.
    """
    ids = reserve_ids(session, Attendance, batch.count)
    numbers = count_from(next_block(session, kind="ticket", year=0, count=batch.count))
    protocols = count_from(next_block(session, year=batch.year, count=batch.count))
    mask = get_setting(session, "protocol_mask")

    def protocol(code):
        return protocol_mask.apply(mask, year=batch.year, number=next(protocols), company_code=code)

    maker = _Maker(Random(f"{seed} tickets {batch.number}"), central, until, protocol)
    insert_rows(session, Attendance, _ATTENDANCE, (
        maker.make(pk, next(numbers), day, second)
        for pk, (day, second) in zip(ids, maker.moments(batch.days), strict=True)))
    insert_rows(session, AttendanceDetail, _DETAIL, maker.pages)
    insert_rows(session, ProviderTicket, _TICKET, maker.tickets)
    insert_rows(session, Message, _MESSAGE, maker.messages)
    insert_rows(session, TicketPause, _PAUSE, maker.pauses)
    insert_rows(session, LogEntry, journal.COLUMNS, maker.entries())
    field_index.mirror_new(session, OwnerKind.ATTENDANCE, ((pk, {}) for pk in ids))


class _Maker:
    """Makes up one ticket after the other."""

    def __init__(self, random: Random, central: Central, until: datetime, protocol):
        self.random, self.central, self.protocol = random, central, protocol
        self.until = until.astimezone(UTC).replace(tzinfo=None)
        self.pages, self.tickets, self.messages, self.pauses, self.stories = [], [], [], [], []
        self.titles = [(title, searchable(title), journal.encoded(title)) for title in words.ticket_titles()]
        self.leaves = random.choices(central.leaves, [1 / (n + 2) for n in range(len(central.leaves))], k=4096)
        self.midnights: dict = {}

    def moments(self, days):
        """(day, second of it) of each ticket, in order, in the hours of an office."""
        for day, count in days:
            for second in sorted(8 * 3600 + int(self.random.random() * 36_000) for _ in range(count)):
                yield day, second

    def make(self, pk: int, number: int, day: date, second: int) -> tuple:
        """The row of the attendance; all that belongs to it is kept for the tables after it."""
        random, central = self.random, self.central
        drawn = int(len(central.providers) * random.random() ** 1.5)
        entity_id, name, client_key, company_id = central.providers[drawn]
        code, zone = central.companies[company_id]
        opened = self._midnight(day, zone) + timedelta(seconds=second)
        classification, sub, motive, days = self.leaves[random.getrandbits(12)]
        due = None if days is None else self._midnight(day + timedelta(days=days + 1), zone) - timedelta(seconds=1)
        phase, closed = self._fate(opened)
        waits = closed is None and random.random() < WAITING
        operator = self._operator(company_id) if closed or phase != Phase.OPEN else None
        department = self._one(central.departments[company_id]) if operator or random.random() < 0.3 else None
        situation = self._one(central.situations[phase])
        title, title_key, title_told = self.titles[int(len(self.titles) * random.random() ** 1.3)]
        protocol, at, end = self.protocol(code), _stored(opened), closed and _stored(closed)
        answered = opened + timedelta(hours=1 + int(random.random() * 20))
        if waits and answered >= self.until:
            waits = False
        asked = f"{title}. Guia {number}: favor verificar e informar o prazo."
        who = operator or (None, None, None)
        self.pages.append((pk, 1, central.channel_id, "receptive", at, asked))
        self.tickets.append((
            pk, number, classification, sub, motive, f"Setor de faturamento {entity_id}", "+551133334444",
            f"contato{entity_id}@example.com", days, "calendar_days", None if waits else due and _stored(due),
            _stored(answered) if waits else None, "provider" if waits else "operator",
            int(phase != Phase.OPEN or waits), company_id, entity_id, situation, phase, who[0], department, at, end,
            protocol, title_key, client_key, who[2]))
        self.messages.append((pk, "in", None, name[:140], asked, at))
        if operator or waits:
            self.messages.append((pk, "out", who[0], who[1] or "Balcão", "Recebemos e estamos verificando.",
                                  _stored(min(answered, closed or answered))))
        if waits:
            self.pauses.append((pk, _stored(answered), None))
        self.stories.append((pk, at, entity_id, name, protocol, title_told))
        return (pk, protocol, "provider", company_id, entity_id, central.role_type_id, central.channel_id, "receptive",
                title, at, end, situation, phase, who[0], department, None, who[0], "{}", 1, at, end or at)

    def entries(self):
        """The log of the openings."""
        for pk, at, entity_id, name, protocol, title in self.stories:
            told = [("entity", "null", f'{{"id":{entity_id},"text":{journal.encoded(name)}}}'),
                    ("protocol", "null", f'"{protocol}"'), ("title", "null", title)]
            yield journal.entry("attendance", pk, 1, at, (None, name[:140]), "create", told, "", self._salt)

    def _fate(self, opened):
        """(phase, closed at or None): most are closed, those of the last weeks often still open."""
        random = self.random
        age = (self.until - opened).total_seconds() / 86_400
        if random.random() < 0.01 + 0.8 * 0.9 ** age:
            return random.choice((Phase.OPEN, Phase.IN_PROGRESS, Phase.PENDING)), None
        closed = opened + timedelta(hours=2 + int(random.expovariate(1 / 90)))
        return (Phase.CLOSED, closed) if closed < self.until else (Phase.IN_PROGRESS, None)

    def _operator(self, company_id):
        rows = self.central.operators[company_id]
        return rows[int(len(rows) * self.random.random() ** 1.2)] if rows else None

    def _one(self, rows):
        return rows[int(len(rows) * self.random.random() ** 2)] if rows else None

    def _salt(self) -> str:
        return f"{self.random.getrandbits(64):016x}"

    def _midnight(self, day, zone) -> datetime:
        """The instant at which a local day begins, naive in UTC."""
        if (day, zone) not in self.midnights:
            local = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
            self.midnights[day, zone] = local.astimezone(UTC).replace(tzinfo=None)
        return self.midnights[day, zone]


def _stored(at: datetime) -> str:
    return at.isoformat(" ", "microseconds")


def _leaves(session):
    """Every way to classify a ticket with the days it gives, motives first."""
    rows = session.execute(
        select(Classification.id, Subclassification.id, DefaultMotive.id, DefaultMotive.return_days,
               Subclassification.return_days, Classification.return_days)
        .join(Subclassification, Subclassification.classification_id == Classification.id)
        .outerjoin(DefaultMotive, DefaultMotive.subclassification_id == Subclassification.id)
        .where(Classification.active, Subclassification.active)
        .order_by(Classification.id, Subclassification.id, DefaultMotive.id))
    return [(top, sub, motive, next((n for n in days if n is not None), None)) for top, sub, motive, *days in rows]


def _ensure_tree(session, actor, now) -> None:
    seed.plant(session, now=now)
    if session.scalar(select(Subclassification.id).where(Subclassification.active).limit(1)):
        return
    for (name, days), below in words.TICKET_TREE.items():
        top = registers.ensure(session, Classification, name, return_days=days, actor=actor, now=now)
        for sub, motives in below.items():
            row = registers.ensure(session, Subclassification, sub, parent={"classification_id": top.id}, actor=actor,
                                   now=now)
            for motive in motives:
                registers.ensure(session, DefaultMotive, motive, parent={"subclassification_id": row.id}, actor=actor,
                                 now=now)
