"""What the desk remembers for a person or a caller: drafts, answered requests, settings."""
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from ..database import UTCDateTime, json_type
from .base import Logged, Model


class Draft(Model):
    """What a person has typed and not saved, by form; it survives reload and sign-out."""

    __tablename__ = "draft"
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(String(80), primary_key=True)  # attendance:<id>:<page>, note:<id>…
    tab: Mapped[str] = mapped_column(String(32), primary_key=True, default="")  # of the browser; "" where it names none
    values: Mapped[dict[str, Any]] = mapped_column(json_type())
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class AnsweredRequest(Model):
    """The answer given to a request with an idempotency key: a retry, or a second click, gets the same one."""

    __tablename__ = "answered_request"
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))  # of the body: the same key with another body is refused
    answer: Mapped[dict[str, Any]] = mapped_column(json_type())
    at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class Setting(Logged, Model):
    """A system parameter that configurators keep (what the environment sets is in config.py)."""

    __tablename__ = "setting"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60), unique=True)
    value: Mapped[Any] = mapped_column(json_type())

    def __str__(self):
        return self.key


class CacheVersion(Model):
    """A random token a cache is keyed by; whoever changes what is cached writes a new one."""

    __tablename__ = "cache_version"
    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    token: Mapped[str] = mapped_column(String(32), default="")
