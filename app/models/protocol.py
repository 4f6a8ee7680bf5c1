"""The gap-free counters behind protocol numbers."""
from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from .base import Model


class ProtocolCounter(Model):
    """Last number given, by kind of protocol and year of opening."""

    __tablename__ = "protocol_counter"
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column()
