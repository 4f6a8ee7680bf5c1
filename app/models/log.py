"""The append-only log, chained per record, and the anchors over all chains (B-19)."""
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from ..database import UTCDateTime, json_type
from .base import Model, unique


class AuditAnchor(Model):
    """A digest over every entry written since the anchor before: a chain cut at its end no longer fits.

    `heads` is {table: {record id: "seq:hash" of its newest entry, the hash cut to 16 digits}}: they name what was cut.
    """

    __tablename__ = "audit_anchor"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    entries: Mapped[int] = mapped_column()
    heads: Mapped[dict[str, Any]] = mapped_column(json_type())
    digest: Mapped[str] = mapped_column(String(64))


class LogEntry(Model):
    """Who did what to a record, when, with old and new values. Never updated, but for anchoring and erasure.

    `changes` is {field: [old, new, salt]} and `digests` {field: sha256 of salt, old and new}. The hash covers the
    digests, so that an erasure (B-18) may blank values and salts and the chain still holds.
    """

    __tablename__ = "log_entry"
    id: Mapped[int] = mapped_column(primary_key=True)
    target: Mapped[str] = mapped_column(String(40))  # table of the record
    target_id: Mapped[int] = mapped_column()
    seq: Mapped[int] = mapped_column()  # 1, 2, 3… within the record
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    actor_id: Mapped[int | None] = mapped_column()
    actor_name: Mapped[str] = mapped_column(String(140), default="")  # as it was then
    action: Mapped[str] = mapped_column(String(30))
    changes: Mapped[dict[str, Any]] = mapped_column(json_type())
    digests: Mapped[dict[str, str]] = mapped_column(json_type())
    previous_hash: Mapped[str] = mapped_column(String(64), default="")
    hash: Mapped[str] = mapped_column(String(64))
    anchor_id: Mapped[int | None] = mapped_column(ForeignKey("audit_anchor.id"))
    __table_args__ = (
        unique("target", "target_id", "seq", name="uq_log_entry_chain", message=""),
        Index("ix_log_entry_unanchored", "id", sqlite_where=text("anchor_id is null"),
              postgresql_where=text("anchor_id is null")),
        Index("ix_log_entry_anchor", "anchor_id"),
        Index("ix_log_entry_at", "at", "id"),
        Index("ix_log_entry_actor", "actor_id", "at"),
    )
