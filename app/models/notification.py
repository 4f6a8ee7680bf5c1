"""What the bell tells a person: assigned, mentioned, transferred, a deadline at risk, a reminder, a finished job."""
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..database import UTCDateTime, json_type
from .attendance import Attendance
from .base import Model, unique


class NotificationKind(StrEnum):
    ASSIGNED = "assigned"
    MENTIONED = "mentioned"
    TRANSFERRED = "transferred"
    COMPLEMENTED = "complemented"  # the provider wrote again
    ANSWERED = "answered"  # a colleague did so for one
    CLOSED = "closed"  # the same
    PENDING = "pending"  # the same
    INTERNAL = "internal"  # a colleague wrote: "Comunicações internas"
    DEADLINE = "deadline"
    REMINDER = "reminder"
    JOB = "job"
    MAIL = "mail"  # what one wrote was not delivered


class Notification(Model):
    """One line of a person's notification centre; `values` fill its sentence, told in the reader's language."""

    __tablename__ = "notification"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(80))  # what happened: the same thing is told once
    kind: Mapped[str] = mapped_column(String(12))
    actor_name: Mapped[str] = mapped_column(String(140), default="")
    attendance_id: Mapped[int | None] = mapped_column(ForeignKey("attendance.id", ondelete="CASCADE"), index=True)
    values: Mapped[dict[str, Any]] = mapped_column(json_type(), default=dict)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    attendance: Mapped[Attendance | None] = relationship()
    __table_args__ = (
        unique("user_id", "key", name="uq_notification_key", message=""),
        Index("ix_notification_user", "user_id", "id"),
        Index("ix_notification_unread", "user_id", sqlite_where=text("read_at is null"),
              postgresql_where=text("read_at is null")),
        Index("ix_notification_at", "at"),
    )
