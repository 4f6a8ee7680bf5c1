"""Files kept with an attendance; the bytes lie outside the web root under a name of ours (B-31)."""
from datetime import datetime

from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..database import UTCDateTime
from .attendance import Attendance, AttendanceDetail
from .base import Logged, Model
from .provider_ticket import Message


class Attachment(Logged, Model):
    """One file ("Anexo") of an attendance, on one of its detail pages or with a message that both sides see."""

    __tablename__ = "attachment"
    id: Mapped[int] = mapped_column(primary_key=True)
    attendance_id: Mapped[int] = mapped_column(ForeignKey("attendance.id", ondelete="CASCADE"))
    detail_id: Mapped[int | None] = mapped_column(ForeignKey("attendance_detail.id", ondelete="CASCADE"), index=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"), index=True)
    filename: Mapped[str] = mapped_column(String(200))  # as shown and downloaded, cleaned
    stored_name: Mapped[str] = mapped_column(String(80), unique=True)
    mime: Mapped[str] = mapped_column(String(100))  # of the content, not of what the browser said
    size: Mapped[int] = mapped_column()  # bytes
    sha256: Mapped[str] = mapped_column(String(64))
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    uploaded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # hidden; the bytes go after a while
    attendance: Mapped[Attendance] = relationship()
    detail: Mapped[AttendanceDetail | None] = relationship()
    message: Mapped[Message | None] = relationship()
    uploaded_by: Mapped[User | None] = relationship()
    __table_args__ = (
        CheckConstraint("size > 0", name="ck_attachment_size",
                        info={"field": "file", "message": _l("The file is empty.")}),
        Index("ix_attachment_attendance", "attendance_id", "id"),
        Index("ix_attachment_removed", "removed_at", sqlite_where=text("removed_at is not null"),
              postgresql_where=text("removed_at is not null")),
    )

    def __str__(self):
        return self.filename or ""

    __repr__ = __str__
