"""Files that came with a form which is not saved yet: kept for it for a day, so that a refusal loses none of them."""
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from ..database import UTCDateTime
from .base import Model


class HeldFile(Model):
    """One file of one person for one form (`form_key`). Saved with the form, its bytes become the attachment's."""

    __tablename__ = "held_file"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"))
    form_key: Mapped[str] = mapped_column(String(64))
    filename: Mapped[str] = mapped_column(String(200))
    stored_name: Mapped[str] = mapped_column(String(80), unique=True)
    mime: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column()  # bytes
    sha256: Mapped[str] = mapped_column(String(64))
    held_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    taken_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # the form was saved: a second click finds them here
    __table_args__ = (Index("ix_held_file_form", "user_id", "form_key", "id"),)

    def __str__(self):
        return self.filename or ""

    __repr__ = __str__
