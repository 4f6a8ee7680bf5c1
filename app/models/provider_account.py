"""What the Operadora owes and paid a provider: batches ("Lotes"), guides ("Guias") and payments ("Pagamentos")."""
from datetime import date
from decimal import Decimal
from enum import StrEnum

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .attendance import Attendance
from .base import Model, Versioned, unique
from .entity import Entity


class BatchState(StrEnum):
    RECEIVED = "received"
    ANALYSIS = "analysis"
    APPROVED = "approved"
    REFUSED = "refused"
    PAID = "paid"


class GuideState(StrEnum):
    REQUESTED = "requested"
    ISSUED = "issued"
    BILLED = "billed"
    CANCELLED = "cancelled"


def _not_negative(table: str, column: str):
    return CheckConstraint(f"{column} >= 0", name=f"ck_{table}_{column}",
                           info={"field": column, "message": _l("The amount cannot be negative.")})


def _one_of(table: str, states):
    return CheckConstraint(f"state in ({', '.join(repr(state.value) for state in states)})", name=f"ck_{table}_state")


class Batch(Versioned, Model):
    """A batch of guides that a provider delivered for payment."""

    __tablename__ = "batch"
    id: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("entity.id"))
    number: Mapped[str] = mapped_column(String(40))
    received_on: Mapped[date] = mapped_column()
    state: Mapped[str] = mapped_column(String(10), default=BatchState.RECEIVED)
    total: Mapped[Decimal] = mapped_column(Numeric(14, 2), default=Decimal(0))
    provider: Mapped[Entity] = relationship()
    __table_args__ = (
        unique("provider_id", "number", name="uq_batch_number",
               message=_l("This provider already has a batch with this number.")),
        _one_of("batch", BatchState), _not_negative("batch", "total"),
        Index("ix_batch_provider", "provider_id", "received_on", "id"),
        Index("ix_batch_received", "received_on", "id"),
    )

    def __str__(self):
        return self.number or ""

    __repr__ = __str__


class Guide(Versioned, Model):
    """A guide that authorises a provider to attend a beneficiary. Issued, it may open an attendance (C-06)."""

    __tablename__ = "guide"
    id: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("entity.id"))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("batch.id"), index=True)
    number: Mapped[str] = mapped_column(String(40))
    issued_on: Mapped[date] = mapped_column()
    beneficiary: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(10), default=GuideState.REQUESTED)
    total: Mapped[Decimal] = mapped_column(Numeric(14, 2), default=Decimal(0))
    attendance_id: Mapped[int | None] = mapped_column(ForeignKey("attendance.id", ondelete="SET NULL"), index=True)
    provider: Mapped[Entity] = relationship()
    batch: Mapped[Batch | None] = relationship()
    attendance: Mapped[Attendance | None] = relationship()
    __table_args__ = (
        unique("number", name="uq_guide_number", message=_l("There is already a guide with this number.")),
        _one_of("guide", GuideState), _not_negative("guide", "total"),
        Index("ix_guide_provider", "provider_id", "issued_on", "id"),
        Index("ix_guide_issued", "issued_on", "id"),
    )

    def __str__(self):
        return self.number or ""

    __repr__ = __str__


class Payment(Versioned, Model):
    """A payment made to a provider."""

    __tablename__ = "payment"
    id: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("entity.id"))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("batch.id"), index=True)
    document: Mapped[str] = mapped_column(String(60))  # of the bank
    paid_on: Mapped[date] = mapped_column()
    amount: Mapped[Decimal] = mapped_column(Numeric(14, 2))
    provider: Mapped[Entity] = relationship()
    batch: Mapped[Batch | None] = relationship()
    __table_args__ = (
        unique("provider_id", "document", name="uq_payment_document",
               message=_l("This provider already has a payment with this document.")),
        _not_negative("payment", "amount"),
        Index("ix_payment_provider", "provider_id", "paid_on", "id"),
        Index("ix_payment_paid", "paid_on", "id"),
    )

    def __str__(self):
        return self.document or ""

    __repr__ = __str__
