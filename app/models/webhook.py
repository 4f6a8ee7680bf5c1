"""Other systems that are told what happens, signed, with a record of every try (B-30)."""
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..database import UTCDateTime, json_type
from .base import DUPLICATE_NAME, Model, Named, unique
from .company import Company


class Webhook(Named, Model):
    """An address that gets a signed POST for each chosen event ("Webhook")."""

    __tablename__ = "webhook"
    company_id: Mapped[int | None] = mapped_column(ForeignKey("company.id"), index=True)  # empty: of every company
    url: Mapped[str] = mapped_column(String(500))
    secret: Mapped[str] = mapped_column(Text)  # encrypted
    events: Mapped[list[Any]] = mapped_column(json_type())  # attendance.created, attendance.closed, …
    company: Mapped[Company | None] = relationship()
    __table_args__ = (unique("name_key", name="uq_webhook_name", field="name", message=DUPLICATE_NAME),)


class WebhookDelivery(Model):
    """One event for one webhook; claimed with a lease, tried with bounded backoff, kept to be read and sent again."""

    __tablename__ = "webhook_delivery"
    id: Mapped[int] = mapped_column(primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhook.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(64), unique=True)  # idempotency key on the wire
    event: Mapped[str] = mapped_column(String(60))
    body: Mapped[dict[str, Any]] = mapped_column(json_type())
    state: Mapped[str] = mapped_column(String(10), default="due")
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    lease_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    worker: Mapped[str | None] = mapped_column(String(80))
    status: Mapped[int | None] = mapped_column()  # of the last answer
    error: Mapped[str | None] = mapped_column(String(500))
    earlier_attempts: Mapped[int | None] = mapped_column()  # before it was sent again by hand
    earlier_answer: Mapped[str | None] = mapped_column(String(500))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    webhook: Mapped[Webhook] = relationship()
    __table_args__ = (
        CheckConstraint("state in ('due', 'sending', 'sent', 'dead')", name="ck_webhook_delivery_state"),
        Index("ix_webhook_delivery_due", "state", "due_at"),
        Index("ix_webhook_delivery_webhook", "webhook_id", "id"),
    )


NOT_AN_ADDRESS = _l("Give an address that begins with https:// or http://.")
