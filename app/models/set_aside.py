"""Indexes that are missing for as long as very many rows are written."""
from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from .base import Model


class SetAside(Model):
    """An index that was dropped, and the statement that makes it again. The row comes and goes in the transaction that
    drops or makes the index: whatever interrupts the writing, what is missing stands here."""

    __tablename__ = "set_aside"
    name: Mapped[str] = mapped_column(String(63), primary_key=True)
    definition: Mapped[str] = mapped_column(Text)
