"""Packages of configuration that were brought in, with what each has changed: by it an import is taken back."""
from datetime import datetime
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..database import UTCDateTime, json_type
from .base import Logged, Model


class PackageImport(Logged, Model):
    """One package that was received; imported when somebody has looked at what it changes and said so.

    `content` is {part: [entries]}, `changes` [{"part", "id", "path", "action", "before", "after"}] in their order;
    until the import is taken back, "held" too: a secret that it took, encrypted. An import by command has no person.
    """

    __tablename__ = "package_import"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64))
    content: Mapped[dict[str, Any]] = mapped_column(json_type())
    changes: Mapped[list[Any]] = mapped_column(json_type(), default=list, info={"ordered": True})
    user_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    received_at: Mapped[datetime] = mapped_column(UTCDateTime)
    imported_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    user: Mapped[User | None] = relationship(foreign_keys=[user_id])
    undone_by: Mapped[User | None] = relationship(foreign_keys=[undone_by_id])

    def __str__(self):
        return self.name or f"#{self.id}"

    __repr__ = __str__
