"""Files of configurators' fields: sent ahead of the form, the record's when it is saved."""
from datetime import datetime

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..database import UTCDateTime
from .base import Model
from .custom_field import CustomField


class CustomFile(Model):
    """One file. Of nobody yet (`kind` NULL): sent for a form that is not saved; it is forgotten after a day."""

    __tablename__ = "custom_file"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str | None] = mapped_column(String(10))  # OwnerKind
    owner_id: Mapped[int | None] = mapped_column()
    field_id: Mapped[int | None] = mapped_column(ForeignKey("custom_field.id", ondelete="SET NULL"), index=True)
    filename: Mapped[str] = mapped_column(String(200))  # as shown and downloaded, cleaned; never changes
    stored_name: Mapped[str] = mapped_column(String(80), unique=True)
    mime: Mapped[str] = mapped_column(String(100))  # of the content
    size: Mapped[int] = mapped_column()  # bytes
    sha256: Mapped[str] = mapped_column(String(64))
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    uploaded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # taken out of its field; the bytes go later
    uploaded_by: Mapped[User | None] = relationship()
    field: Mapped[CustomField | None] = relationship()
    __table_args__ = (
        CheckConstraint("kind in ('record', 'entity', 'attendance')", name="ck_custom_file_kind"),
        CheckConstraint("(kind is null) = (owner_id is null)", name="ck_custom_file_owner"),
        Index("ix_custom_file_owner", "kind", "owner_id", "id"),
        Index("ix_custom_file_waiting", "uploaded_by_id", "uploaded_at", sqlite_where=text("kind is null"),
              postgresql_where=text("kind is null")),
        Index("ix_custom_file_removed", "removed_at", sqlite_where=text("removed_at is not null"),
              postgresql_where=text("removed_at is not null")),
    )

    def __str__(self):
        return self.filename or ""

    __repr__ = __str__
