"""Appointments with an entity ("Agenda"), with a reminder for the operator."""
from datetime import datetime, timedelta
from enum import StrEnum

from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..database import UTCDateTime
from .attendance import Attendance
from .base import Model, Versioned
from .entity import Entity

LONGEST = timedelta(days=7)  # of one appointment: what a range of the agenda has to look back for


class AppointmentState(StrEnum):
    SCHEDULED = "scheduled"
    DONE = "done"
    CANCELLED = "cancelled"


class Appointment(Versioned, Model):
    """When an operator calls, visits or awaits an entity ("Agendamento")."""

    __tablename__ = "appointment"
    id: Mapped[int] = mapped_column(primary_key=True)
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id", ondelete="CASCADE"))
    attendance_id: Mapped[int | None] = mapped_column(ForeignKey("attendance.id"), index=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    subject: Mapped[str] = mapped_column(String(200))
    place: Mapped[str | None] = mapped_column(String(200))
    notes: Mapped[str | None] = mapped_column(Text)
    starts_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)
    state: Mapped[str] = mapped_column(String(10), default=AppointmentState.SCHEDULED)
    reminder_minutes: Mapped[int | None] = mapped_column()  # before the start; empty: no reminder
    remind_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # kept by the service; empty once reminded
    entity: Mapped[Entity] = relationship()
    attendance: Mapped[Attendance | None] = relationship()
    operator: Mapped[User] = relationship()
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ck_appointment_ends",
                        info={"field": "ends_at", "message": _l("The appointment ends before it starts.")}),
        CheckConstraint("state in ('scheduled', 'done', 'cancelled')", name="ck_appointment_state"),
        CheckConstraint("reminder_minutes >= 0", name="ck_appointment_reminder",
                        info={"field": "reminder_minutes", "message": _l("The reminder cannot be negative.")}),
        Index("ix_appointment_entity", "entity_id", "starts_at", "id"),
        Index("ix_appointment_operator", "operator_id", "starts_at", "id"),
        Index("ix_appointment_starts", "starts_at", "id"),
        Index("ix_appointment_remind", "remind_at", sqlite_where=text("remind_at is not null"),
              postgresql_where=text("remind_at is not null")),
    )

    def __str__(self):
        return self.subject or ""

    __repr__ = __str__
