"""Internal communication ("Comunicações internas") between people of the Operadora; no provider sees it (C-83)."""
from datetime import datetime
from enum import StrEnum

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..database import UTCDateTime
from .attendance import Attendance
from .base import Logged, Model
from .company import Department
from .entity import Entity


class InternalKind(StrEnum):
    NOTIFICATION = "notification"  # the bell alone
    MESSAGE = "message"
    EMAIL = "email"  # to the colleague's address too


class InternalMessage(Logged, Model):
    """One message, about a provider, a ticket, or nothing in particular."""

    __tablename__ = "internal_message"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    sender_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    entity_id: Mapped[int | None] = mapped_column(ForeignKey("entity.id"))
    attendance_id: Mapped[int | None] = mapped_column(ForeignKey("attendance.id", ondelete="SET NULL"), index=True)
    subject: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    sent_at: Mapped[datetime] = mapped_column(UTCDateTime)
    sender: Mapped[User] = relationship()
    entity: Mapped[Entity | None] = relationship()
    attendance: Mapped[Attendance | None] = relationship()
    recipients: Mapped[list["InternalRecipient"]] = relationship(
        back_populates="message", cascade="all, delete-orphan", order_by="InternalRecipient.id")
    __table_args__ = (
        CheckConstraint("kind in ('notification', 'message', 'email')", name="ck_internal_message_kind"),
        Index("ix_internal_message_sender", "sender_id", "id"),
        Index("ix_internal_message_entity", "entity_id", "id"),
    )

    def __str__(self):
        return self.subject or ""

    __repr__ = __str__


class InternalRecipient(Logged, Model):
    """A person who got it, as himself or as one of a department."""

    __tablename__ = "internal_recipient"
    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("internal_message.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    read_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    message: Mapped[InternalMessage] = relationship(back_populates="recipients")
    user: Mapped[User] = relationship()
    department: Mapped[Department | None] = relationship()
    __table_args__ = (
        Index("uq_internal_recipient_user", "message_id", "user_id", unique=True),
        Index("ix_internal_recipient_user", "user_id", "id"),
        Index("ix_internal_recipient_unread", "user_id", sqlite_where=text("read_at is null"),
              postgresql_where=text("read_at is null")),
    )
