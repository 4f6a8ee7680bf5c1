"""What streams tell browsers: an event has its number within a topic, taken under the lock of the topic's row, so that
who has seen n has seen everything before it. Kept a week, never audit: it carries ids, the rows tell the rest."""
from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from ..database import UTCDateTime, json_type
from .base import Model


class StreamTopic(Model):
    """The number of the last event of a topic; a topic that has told nothing has no row."""

    __tablename__ = "stream_topic"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    seq: Mapped[int] = mapped_column()


class StreamEvent(Model):
    """Something of this kind happened to these records."""

    __tablename__ = "stream_event"
    topic: Mapped[str] = mapped_column(String(40), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(40))
    ids: Mapped[list[Any]] = mapped_column(json_type())
    at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
