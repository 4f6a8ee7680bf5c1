"""Internal notes on an attendance, which no customer or provider sees, and whom they mention (B-39)."""
from datetime import datetime

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import Column, ForeignKey, Index, Table, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..database import UTCDateTime
from .attendance import Attendance
from .base import Logged, Model

note_mention = Table(
    "note_mention", Model.metadata,
    Column("note_id", ForeignKey("attendance_note.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", ForeignKey("ab_user.id"), primary_key=True, index=True))


class AttendanceNote(Logged, Model):
    """What colleagues tell each other about an attendance ("Nota interna")."""

    __tablename__ = "attendance_note"
    id: Mapped[int] = mapped_column(primary_key=True)
    attendance_id: Mapped[int] = mapped_column(ForeignKey("attendance.id", ondelete="CASCADE"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    text: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(UTCDateTime)
    attendance: Mapped[Attendance] = relationship()
    author: Mapped[User | None] = relationship()
    mentions: Mapped[list[User]] = relationship(secondary=note_mention)
    __table_args__ = (Index("ix_attendance_note_attendance", "attendance_id", "id"),)

    def __str__(self):
        return (self.text or "")[:80]
