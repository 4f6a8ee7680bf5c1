"""What leaves the building: written in the transaction that caused it, sent afterwards (B-05)."""
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from ..database import UTCDateTime, json_type
from .base import Model

EMAIL, SMS = "email", "sms"  # kinds


class OutboxState(StrEnum):
    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    DEAD = "dead"


class Outbox(Model):
    """One message to the outside: an e-mail or an SMS; channels and webhooks with the issues that bring them."""

    __tablename__ = "outbox"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)  # idempotency key on the wire
    kind: Mapped[str] = mapped_column(String(20))  # EMAIL, SMS
    recipient: Mapped[str] = mapped_column(String(320))  # an address, or a number in E.164
    subject: Mapped[str] = mapped_column(String(300), default="")
    body: Mapped[str] = mapped_column(Text)
    payload: Mapped[dict[str, Any]] = mapped_column(json_type(), default=dict)
    state: Mapped[str] = mapped_column(String(10), default=OutboxState.DUE)
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    lease_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    worker: Mapped[str | None] = mapped_column(String(80))
    error: Mapped[str | None] = mapped_column(String(500))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    attendance_id: Mapped[int | None] = mapped_column(index=True)
    entity_id: Mapped[int | None] = mapped_column()  # to whom it was written, for the history
    sender_id: Mapped[int | None] = mapped_column()  # the user who wrote it; empty: the product itself
    __table_args__ = (
        CheckConstraint("state in ('due', 'sending', 'sent', 'dead')", name="ck_outbox_state"),
        Index("ix_outbox_due", "state", "due_at"),
        Index("ix_outbox_created", "created_at", "id"),
        Index("ix_outbox_entity", "entity_id", "created_at", "id", sqlite_where=text("entity_id is not null"),
              postgresql_where=text("entity_id is not null")),
    )

    def __str__(self):
        return self.subject

    __repr__ = __str__
