"""Records made one, with what it takes to undo it, and pairs that somebody said are two (B-15)."""
from datetime import datetime
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..database import UTCDateTime, json_type
from .base import Logged, Model


class Merge(Logged, Model):
    """`merged_id` became part of `kept_id`; `moved` says which rows went where and what the kept one had before."""

    __tablename__ = "merge"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))  # entity, attendance
    kept_id: Mapped[int] = mapped_column()
    merged_id: Mapped[int] = mapped_column()
    moved: Mapped[dict[str, Any]] = mapped_column(json_type())
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    by: Mapped[User | None] = relationship(foreign_keys=[by_id])
    undone_by: Mapped[User | None] = relationship(foreign_keys=[undone_by_id])
    __table_args__ = (
        CheckConstraint("kind in ('entity', 'attendance')", name="ck_merge_kind"),
        CheckConstraint("kept_id <> merged_id", name="ck_merge_two"),
        Index("ix_merge_kept", "kind", "kept_id"),
        Index("ix_merge_merged", "kind", "merged_id"),
    )


class NotDuplicate(Logged, Model):
    """Two entities that look alike and are not the same; the lower id first."""

    __tablename__ = "not_duplicate"
    first_id: Mapped[int] = mapped_column(ForeignKey("entity.id", ondelete="CASCADE"), primary_key=True)
    second_id: Mapped[int] = mapped_column(ForeignKey("entity.id", ondelete="CASCADE"), primary_key=True, index=True)
    said_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    said_at: Mapped[datetime] = mapped_column(UTCDateTime)
    __table_args__ = (CheckConstraint("first_id < second_id", name="ck_not_duplicate_order"),)
