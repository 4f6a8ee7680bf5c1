"""The provider's ticket ("Chamado"): what an attendance of the provider central has besides, and its conversation.

The list of the central filters, sorts and pages a million of them: what it compares is kept here too, beside the
indexes, and follows the attendance, the provider's name and the operator's name (the listeners below).
"""
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l
from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Numeric,
    String,
    event,
    inspect,
    text,
    update,
)
from sqlalchemy.orm import Mapped, backref, mapped_column, relationship

from ..database import UTCDateTime, json_type
from ..text import normalise, searchable
from .attendance import Attendance
from .base import Logged, Model, unique
from .calendar import CalendarSnapshot
from .classification import Classification, DefaultMotive, Situation, Subclassification
from .company import Department
from .entity import Entity

MESSAGE_LIMIT = 4_000  # characters; a line break is one (C-21)


class Waiting(StrEnum):
    """Whose turn it is. While it is the provider's, the clock of the deadline stands."""

    OPERATOR = "operator"
    PROVIDER = "provider"


def _open(name, *columns):
    """An index of open tickets alone: the desk looks at them all day, and they are few."""
    where = text("closed_at is null")
    return Index(name, *columns, sqlite_where=where, postgresql_where=where)


class ProviderTicket(Logged, Model):
    """One ticket, one to one with its attendance of kind "provider"."""

    __tablename__ = "provider_ticket"
    attendance_id: Mapped[int] = mapped_column(ForeignKey("attendance.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column()  # "N.º Chamado"
    classification_id: Mapped[int] = mapped_column(ForeignKey("classification.id"))
    subclassification_id: Mapped[int] = mapped_column()
    default_motive_id: Mapped[int | None] = mapped_column()
    contact_name: Mapped[str] = mapped_column(String(200))
    contact_phone: Mapped[str] = mapped_column(String(16))
    contact_email: Mapped[str] = mapped_column(String(320))
    # The rule as it was at opening: changing a classification moves no deadline.
    return_days: Mapped[int | None] = mapped_column()
    return_hours: Mapped[Decimal | None] = mapped_column(Numeric(7, 2))
    counting: Mapped[str] = mapped_column(String(16), default="calendar_days")
    calendar_snapshot_id: Mapped[int | None] = mapped_column(ForeignKey("calendar_snapshot.id"), index=True)
    due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # none: no rule, or the clock stands
    clock_stopped_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    waiting: Mapped[str] = mapped_column(String(8), default=Waiting.OPERATOR)
    started: Mapped[bool] = mapped_column(default=False)  # answered, forwarded, pending, taken: no longer deletable
    held_from: Mapped[dict[str, Any] | None] = mapped_column(json_type())  # what "Desistir" gives back
    # Copies, for the list.
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id"))
    situation_id: Mapped[int] = mapped_column(ForeignKey("situation.id"))
    phase: Mapped[str] = mapped_column(String(12))
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    protocol: Mapped[str | None] = mapped_column(String(40))
    title_key: Mapped[str] = mapped_column(String(400))
    client_key: Mapped[str] = mapped_column(String(400))
    operator_key: Mapped[str | None] = mapped_column(String(400))

    attendance: Mapped[Attendance] = relationship(
        backref=backref("ticket", uselist=False, cascade="all, delete-orphan", passive_deletes=True))
    classification: Mapped[Classification] = relationship()
    subclassification: Mapped[Subclassification] = relationship(
        primaryjoin="foreign(ProviderTicket.subclassification_id) == Subclassification.id")
    default_motive: Mapped[DefaultMotive | None] = relationship(
        primaryjoin="foreign(ProviderTicket.default_motive_id) == DefaultMotive.id")
    calendar_snapshot: Mapped[CalendarSnapshot | None] = relationship()
    entity: Mapped[Entity] = relationship()
    situation: Mapped[Situation] = relationship()
    assignee: Mapped[User | None] = relationship()
    department: Mapped[Department | None] = relationship()
    pauses: Mapped[list["TicketPause"]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by="TicketPause.since, TicketPause.id")
    __table_args__ = (
        unique("number", name="uq_provider_ticket_number", message=_l("This ticket number is already in use.")),
        ForeignKeyConstraint(["classification_id", "subclassification_id"],
                             ["subclassification.classification_id", "subclassification.id"],
                             name="fk_provider_ticket_subclassification"),
        ForeignKeyConstraint(["subclassification_id", "default_motive_id"],
                             ["default_motive.subclassification_id", "default_motive.id"],
                             name="fk_provider_ticket_default_motive"),
        CheckConstraint("waiting in ('operator', 'provider')", name="ck_provider_ticket_waiting"),
        CheckConstraint("counting in ('calendar_days', 'business_days', 'business_hours')",
                        name="ck_provider_ticket_counting"),
        *(Index(f"ix_provider_ticket_{name}", *columns, "number") for name, columns in {
            "opened": ("opened_at",), "client": ("client_key",), "operator": ("operator_key",),
            "protocol": ("protocol",), "title": ("title_key",), "closed": ("closed_at",),
            "company": ("company_id", "opened_at"),
            "company_operator": ("company_id", "operator_key"), "entity": ("entity_id", "opened_at"),
            "classification": ("classification_id", "opened_at"),
            "subclassification": ("subclassification_id", "opened_at"),
            "motive": ("default_motive_id", "opened_at"), "situation": ("situation_id", "opened_at"),
            "assignee": ("assignee_id", "opened_at"), "department": ("department_id", "opened_at")}.items()),
        _open("ix_provider_ticket_open", "opened_at", "number"),
        _open("ix_provider_ticket_open_waiting", "waiting", "opened_at", "number"),
        _open("ix_provider_ticket_open_due", "due_at", "number"),
        Index("ix_provider_ticket_open_undue", "opened_at", "number",
              sqlite_where=text("closed_at is null and due_at is null"),
              postgresql_where=text("closed_at is null and due_at is null")),
        _open("ix_provider_ticket_open_assignee", "assignee_id", "opened_at", "number"),
        _open("ix_provider_ticket_open_department", "department_id", "opened_at", "number"),
        Index("ix_provider_ticket_nobody", "opened_at", "number", sqlite_where=text("assignee_id is null"),
              postgresql_where=text("assignee_id is null")),
        Index("ix_provider_ticket_no_department", "company_id", "opened_at", "number",
              sqlite_where=text("department_id is null"), postgresql_where=text("department_id is null")),
        _open("ix_provider_ticket_open_entity", "entity_id", "waiting", "opened_at", "number"),  # the provider's own
        Index("ix_provider_ticket_late", "opened_at", "number", sqlite_where=text("closed_at > due_at"),
              postgresql_where=text("closed_at > due_at")),  # closed after its deadline
    )

    def __str__(self):
        return str(self.number or "")

    __repr__ = __str__


class TicketPause(Logged, Model):
    """A time in which the provider was waited for: it does not count ("until" is empty while it lasts)."""

    __tablename__ = "ticket_pause"
    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("provider_ticket.attendance_id", ondelete="CASCADE"), index=True)
    since: Mapped[datetime] = mapped_column(UTCDateTime)
    until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    __table_args__ = (
        Index("uq_ticket_pause_open", "ticket_id", unique=True, sqlite_where=text("until is null"),
              postgresql_where=text("until is null")),
        CheckConstraint("until >= since", name="ck_ticket_pause_until"),
    )


class Message(Logged, Model):
    """What the provider ("in") or the Operadora ("out") wrote; both sides see it, with its files."""

    __tablename__ = "message"
    id: Mapped[int] = mapped_column(primary_key=True)
    attendance_id: Mapped[int] = mapped_column(ForeignKey("attendance.id", ondelete="CASCADE"))
    direction: Mapped[str] = mapped_column(String(3))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    author_name: Mapped[str] = mapped_column(String(140))
    text: Mapped[str] = mapped_column(String(MESSAGE_LIMIT))
    sent_at: Mapped[datetime] = mapped_column(UTCDateTime)
    attendance: Mapped[Attendance] = relationship()
    author: Mapped[User | None] = relationship()
    __table_args__ = (
        CheckConstraint("direction in ('in', 'out')", name="ck_message_direction"),
        Index("ix_message_attendance", "attendance_id", "id"),
    )

    def __str__(self):
        return (self.text or "")[:80]


COPIED = ("company_id", "unit_id", "entity_id", "situation_id", "phase", "assignee_id", "department_id", "opened_at",
          "closed_at", "protocol")


def name_key_of(user) -> str | None:
    """How the list sorts an operator."""
    return normalise(f"{user.first_name} {user.last_name}") if user is not None else None


def copies_of(attendance: Attendance) -> dict[str, Any]:
    """What the ticket of this attendance keeps of it, of its provider and of its operator."""
    return {**{name: getattr(attendance, name) for name in COPIED}, "title_key": searchable(attendance.title),
            "client_key": attendance.entity.name_key, "operator_key": name_key_of(attendance.assignee)}


def _changed(row, *names) -> set[str]:
    return {name for name in names if inspect(row).attrs[name].history.has_changes()}


@event.listens_for(Attendance, "after_update")
def _follow_attendance(_mapper, connection, row):
    """Of what changed alone; the keys of provider and operator are read where they stand."""
    if row.kind != "provider":
        return
    changed = _changed(row, *COPIED, "title")
    values = {name: getattr(row, name) for name in changed & set(COPIED)}
    if "title" in changed:
        values["title_key"] = searchable(row.title)
    if "entity_id" in changed:
        values["client_key"] = Entity.__table__.select().with_only_columns(Entity.name_key).where(
            Entity.id == row.entity_id).scalar_subquery()
    if "assignee_id" in changed:
        found = connection.execute(User.__table__.select().where(User.__table__.c.id == row.assignee_id)).first()
        values["operator_key"] = name_key_of(found)
    if values:
        connection.execute(update(ProviderTicket.__table__).where(
            ProviderTicket.__table__.c.attendance_id == row.id).values(values))


@event.listens_for(Entity, "after_update")
def _follow_provider(_mapper, connection, row):
    if _changed(row, "name_key"):
        name_tickets(connection, row)


def name_tickets(connection, provider: Entity) -> None:
    """Let the list sort the provider's tickets by the name he has now."""
    connection.execute(update(ProviderTicket.__table__).where(
        ProviderTicket.__table__.c.entity_id == provider.id).values(client_key=provider.name_key))


@event.listens_for(User, "after_update")
def _follow_operator(_mapper, connection, row):
    if _changed(row, "first_name", "last_name"):
        connection.execute(update(ProviderTicket.__table__).where(
            ProviderTicket.__table__.c.assignee_id == row.id).values(operator_key=name_key_of(row)))
