"""Labels ("Etiquetas") on attendances, any number of them (B-38)."""
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..database import UTCDateTime
from .attendance import Attendance
from .base import DUPLICATE_NAME, Logged, Model, Named, unique


class Label(Named, Model):
    __tablename__ = "label"
    colour: Mapped[str] = mapped_column(String(7), default="#3b6ea5")  # #rrggbb
    position: Mapped[int] = mapped_column(default=0)
    __table_args__ = (unique("name_key", name="uq_label_name", field="name", message=DUPLICATE_NAME),)


class AttendanceLabel(Logged, Model):
    """One label on one attendance. `opened_at` is the attendance's, which never changes: the order of lists."""

    __tablename__ = "attendance_label"
    attendance_id: Mapped[int] = mapped_column(ForeignKey("attendance.id", ondelete="CASCADE"), primary_key=True)
    label_id: Mapped[int] = mapped_column(ForeignKey("label.id"), primary_key=True)
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    label: Mapped[Label] = relationship()
    attendance: Mapped[Attendance] = relationship(back_populates="labels")
    __table_args__ = (Index("ix_attendance_label_label", "label_id", "opened_at", "attendance_id"),)

    def __str__(self):
        return str(self.label)


Attendance.labels = relationship(AttendanceLabel, back_populates="attendance", cascade="all, delete-orphan")
