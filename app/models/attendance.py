"""The attendance: one service case, whatever the channel, and its detail pages."""
from datetime import date, datetime
from enum import StrEnum

from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Text, text
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from ..database import UTCDateTime
from .base import Custom, Logged, Model, Versioned, unique
from .classification import CLOSED_PHASES, Cause, Channel, Motive, Occurrence, Phase, Situation
from .company import Company, Department, Unit
from .entity import Entity, EntityContact, RoleType
from .product import Product, ProductInformation, detail_information


class AttendanceKind(StrEnum):
    """Which screen opened it; every kind is the same record."""

    PHONE = "phone"
    SAC = "sac"
    MULTICHANNEL = "multichannel"
    PROVIDER = "provider"


class Direction(StrEnum):
    """Who began: the company ("Ativo") or the customer ("Receptivo")."""

    ACTIVE = "active"
    RECEPTIVE = "receptive"


class Attendance(Custom, Versioned, Model):
    """One service case, from first contact to closed protocol ("Atendimento")."""

    __tablename__ = "attendance"
    id: Mapped[int] = mapped_column(primary_key=True)
    protocol: Mapped[str | None] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(12), default=AttendanceKind.SAC)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    entity_id: Mapped[int | None] = mapped_column(ForeignKey("entity.id"))
    role_type_id: Mapped[int | None] = mapped_column(ForeignKey("role_type.id"))
    channel_id: Mapped[int] = mapped_column(ForeignKey("channel.id"))  # of the first detail
    direction: Mapped[str] = mapped_column(String(10), default=Direction.RECEPTIVE)
    title: Mapped[str | None] = mapped_column(String(200))
    received_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    motive_id: Mapped[int | None] = mapped_column(ForeignKey("motive.id"))
    occurrence_id: Mapped[int | None] = mapped_column()
    cause_id: Mapped[int | None] = mapped_column()
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    local_partner_id: Mapped[int | None] = mapped_column(ForeignKey("entity.id"))
    local_note: Mapped[str | None] = mapped_column(String(500))
    situation_id: Mapped[int] = mapped_column(ForeignKey("situation.id"))
    phase: Mapped[str] = mapped_column(String(12), default=Phase.OPEN)  # of the situation, which keeps it while in use
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    related_id: Mapped[int | None] = mapped_column(ForeignKey("attendance.id"))
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("attendance.id"))  # its pages are there now
    cancel_reason: Mapped[str | None] = mapped_column(String(500))
    source_key: Mapped[str | None] = mapped_column(String(64))  # of an imported row: the same row again changes nothing

    company: Mapped[Company] = relationship()
    entity: Mapped[Entity | None] = relationship(foreign_keys=[entity_id])
    role_type: Mapped[RoleType | None] = relationship()
    channel: Mapped[Channel] = relationship()
    motive: Mapped[Motive | None] = relationship()
    occurrence: Mapped[Occurrence | None] = relationship(
        primaryjoin=lambda: foreign(Attendance.occurrence_id) == Occurrence.id)
    cause: Mapped[Cause | None] = relationship(
        primaryjoin=lambda: foreign(Attendance.cause_id) == Cause.id)
    unit: Mapped[Unit | None] = relationship()
    local_partner: Mapped[Entity | None] = relationship(foreign_keys=[local_partner_id])
    situation: Mapped[Situation] = relationship()
    department: Mapped[Department | None] = relationship()
    assignee: Mapped[User | None] = relationship(foreign_keys=[assignee_id])
    opened_by: Mapped[User | None] = relationship(foreign_keys=[opened_by_id])
    changed_by: Mapped[User | None] = relationship(foreign_keys=[changed_by_id])
    related: Mapped["Attendance | None"] = relationship(remote_side="Attendance.id", foreign_keys=[related_id])
    merged_into: Mapped["Attendance | None"] = relationship(remote_side="Attendance.id", foreign_keys=[merged_into_id])
    details: Mapped[list["AttendanceDetail"]] = relationship(
        back_populates="attendance", cascade="all, delete-orphan", order_by="AttendanceDetail.page")

    __table_args__ = (
        unique("protocol", name="uq_attendance_protocol", message=_l("This protocol is already in use.")),
        unique("source_key", name="uq_attendance_source_key", message=_l("This row was already imported.")),
        ForeignKeyConstraint(["motive_id", "occurrence_id"], ["occurrence.motive_id", "occurrence.id"],
                             name="fk_attendance_occurrence_of_motive"),
        ForeignKeyConstraint(["occurrence_id", "cause_id"], ["cause.occurrence_id", "cause.id"],
                             name="fk_attendance_cause_of_occurrence"),
        CheckConstraint("occurrence_id is null or motive_id is not null", name="ck_attendance_occurrence_has_motive"),
        CheckConstraint("cause_id is null or occurrence_id is not null", name="ck_attendance_cause_has_occurrence"),
        CheckConstraint("related_id <> id", name="ck_attendance_not_related_to_itself",
                        info={"field": "related", "message": _l("An attendance cannot be related to itself.")}),
        CheckConstraint("(phase in ('closed', 'cancelled')) = (closed_at is not null)", name="ck_attendance_closed_at"),
        CheckConstraint("direction in ('active', 'receptive')", name="ck_attendance_direction"),
        CheckConstraint("kind in ('phone', 'sac', 'multichannel', 'provider')", name="ck_attendance_kind"),
        Index("ix_attendance_opened", "opened_at", "id"),
        Index("ix_attendance_closed", "closed_at", "id"),
        Index("ix_attendance_entity", "entity_id", "opened_at", "id"),
        Index("ix_attendance_situation", "situation_id", "opened_at", "id"),
        Index("ix_attendance_phase", "phase", "opened_at", "id"),
        Index("ix_attendance_channel", "channel_id", "opened_at", "id"),
        Index("ix_attendance_motive", "motive_id", "opened_at", "id"),
        Index("ix_attendance_occurrence", "occurrence_id", "opened_at", "id"),
        Index("ix_attendance_cause", "cause_id", "opened_at", "id"),
        Index("ix_attendance_company", "company_id", "opened_at", "id"),
        Index("ix_attendance_unit", "unit_id", "opened_at", "id"),
        Index("ix_attendance_opened_by", "opened_by_id", "opened_at", "id"),
        Index("ix_attendance_assignee", "assignee_id", "opened_at", "id", sqlite_where=text("assignee_id is not null"),
              postgresql_where=text("assignee_id is not null")),
        Index("ix_attendance_local_partner", "local_partner_id", "opened_at", "id",
              sqlite_where=text("local_partner_id is not null"), postgresql_where=text("local_partner_id is not null")),
        Index("ix_attendance_related", "related_id", sqlite_where=text("related_id is not null"),
              postgresql_where=text("related_id is not null")),
        Index("ix_attendance_merged_into", "merged_into_id", sqlite_where=text("merged_into_id is not null"),
              postgresql_where=text("merged_into_id is not null")),
        Index("ix_attendance_department", "department_id", "opened_at", "id",
              sqlite_where=text("department_id is not null"), postgresql_where=text("department_id is not null")),
    )

    def __str__(self):
        return self.protocol or f"#{self.id}"

    __repr__ = __str__

    @property
    def is_open(self) -> bool:
        return self.phase not in CLOSED_PHASES

    @property
    def address(self) -> str:
        """The last part of its web address: the protocol, or id-<id> where it has none (C-104, X-13)."""
        return self.protocol or f"id-{self.id}"


class AttendanceDetail(Logged, Model):
    """One page of an attendance ("Detalhe"): what was said, and what was answered."""

    __tablename__ = "attendance_detail"
    id: Mapped[int] = mapped_column(primary_key=True)
    attendance_id: Mapped[int] = mapped_column(ForeignKey("attendance.id", ondelete="CASCADE"))
    page: Mapped[int] = mapped_column()
    channel_id: Mapped[int] = mapped_column(ForeignKey("channel.id"))
    direction: Mapped[str] = mapped_column(String(10), default=Direction.RECEPTIVE)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("entity_contact.id"), index=True)
    received_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    description: Mapped[str] = mapped_column(Text)
    answer: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    operator_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"))
    note: Mapped[str | None] = mapped_column(String(500))
    lot_number: Mapped[str | None] = mapped_column(String(60))
    serial_number: Mapped[str | None] = mapped_column(String(60))
    manufactured_on: Mapped[date | None] = mapped_column()
    expires_on: Mapped[date | None] = mapped_column()
    attendance: Mapped[Attendance] = relationship(back_populates="details")
    channel: Mapped[Channel] = relationship()
    contact: Mapped[EntityContact | None] = relationship()
    operator: Mapped[User | None] = relationship()
    product: Mapped[Product | None] = relationship()
    information: Mapped[list[ProductInformation]] = relationship(
        secondary=detail_information, order_by=ProductInformation.id)
    __table_args__ = (
        unique("attendance_id", "page", name="uq_attendance_detail_page",
               message=_l("This page was just added by someone else.")),
        CheckConstraint("direction in ('active', 'receptive')", name="ck_attendance_detail_direction"),
        CheckConstraint("expires_on >= manufactured_on", name="ck_attendance_detail_expiry",
                        info={"field": "expires_on", "message": _l("The expiry date cannot be before manufacture.")}),
        Index("ix_attendance_detail_product", "product_id", sqlite_where=text("product_id is not null"),
              postgresql_where=text("product_id is not null")),
    )
