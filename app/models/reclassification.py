"""Old records given another classification by a mapping, with what it takes to tell which, and to undo it (B-23)."""
from datetime import datetime
from enum import StrEnum
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..database import UTCDateTime, json_type
from .base import Model
from .job import Job


class TreeKind(StrEnum):
    """Which tree: that of the attendance, or that of providers' tickets."""

    MOTIVES = "motives"
    CLASSIFICATIONS = "classifications"


class Reclassification(Model):
    """One run of a mapping. `rows` are [{"old": ids, "exact": whether deeper paths stay, "new": ids, "texts": [old,
    new]}], all of them applied at once: what one row has made no other takes up. `counts` has how many records each row
    has changed, `restored` what became of them when the run was undone."""

    __tablename__ = "reclassification"
    id: Mapped[int] = mapped_column(primary_key=True)
    tree: Mapped[str] = mapped_column(String(16))
    rows: Mapped[list[dict[str, Any]]] = mapped_column(json_type())
    filters: Mapped[dict[str, Any]] = mapped_column(json_type())  # opened_from, opened_to, phase, timezone
    counts: Mapped[list[int]] = mapped_column(json_type())
    restored: Mapped[dict[str, int] | None] = mapped_column(json_type())  # none: nobody has undone it
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    started_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id", ondelete="SET NULL"), index=True)
    undo_job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id", ondelete="SET NULL"), index=True)
    started_by: Mapped[User | None] = relationship()
    job: Mapped[Job | None] = relationship(foreign_keys=[job_id])
    undo_job: Mapped[Job | None] = relationship(foreign_keys=[undo_job_id])
    __table_args__ = (
        CheckConstraint("tree in ('motives', 'classifications')", name="ck_reclassification_tree"),
    )

    @property
    def changed(self) -> int:
        """How many records it has changed."""
        return sum(self.counts)

    @property
    def to_undo(self) -> int:
        """Of how many of them nobody has seen yet whether they can be undone: an undoing that was cut short has told
        of the others in `restored`."""
        return self.changed - sum((self.restored or {}).values())

    def __str__(self):
        return f"#{self.id}"


class Reclassified(Model):
    """A record that a run has changed, and the path that it had: the ids of its three levels, which may be gone."""

    __tablename__ = "reclassified"
    run_id: Mapped[int] = mapped_column(ForeignKey("reclassification.id", ondelete="CASCADE"), primary_key=True)
    attendance_id: Mapped[int] = mapped_column(ForeignKey("attendance.id", ondelete="CASCADE"), primary_key=True,
                                               index=True)
    row: Mapped[int] = mapped_column()  # of the mapping, from 0
    first: Mapped[int] = mapped_column()
    second: Mapped[int | None] = mapped_column()
    third: Mapped[int | None] = mapped_column()
    outcome: Mapped[str | None] = mapped_column(String(8))  # of undoing: restored, changed since, the old path is gone
    __table_args__ = (
        CheckConstraint("outcome in ('restored', 'changed', 'gone')", name="ck_reclassified_outcome"),
    )
