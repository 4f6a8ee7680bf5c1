"""The two trees an attendance is classified by, its situations and the channels it comes by."""
from decimal import Decimal
from enum import StrEnum

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import DUPLICATE_NAME, Model, Named, unique
from .calendar import Calendar


class Phase(StrEnum):
    """What a situation means to the product, whatever the company calls it."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    PENDING = "pending"
    CLOSED = "closed"
    CANCELLED = "cancelled"


OPEN_PHASES = (Phase.OPEN, Phase.IN_PROGRESS, Phase.PENDING)
CLOSED_PHASES = (Phase.CLOSED, Phase.CANCELLED)


class Scope(StrEnum):
    """Which desk offers a situation."""

    SAC = "sac"
    PROVIDER = "provider"
    BOTH = "both"


class Channel(Named, Model):
    """Means of communication the customer used ("Canal")."""

    __tablename__ = "channel"
    code: Mapped[str | None] = mapped_column(String(40))
    icon: Mapped[str | None] = mapped_column(String(60))
    position: Mapped[int] = mapped_column(default=0)
    __table_args__ = (
        unique("name_key", name="uq_channel_name", field="name", message=DUPLICATE_NAME),
        unique("code", name="uq_channel_code", message=_l("There is already a channel with this code.")),
    )


class Situation(Named, Model):
    """A status the company registers ("Situação"), with the phase the product understands."""

    __tablename__ = "situation"
    phase: Mapped[str] = mapped_column(String(12))
    scope: Mapped[str] = mapped_column(String(10), default=Scope.BOTH)
    position: Mapped[int] = mapped_column(default=0)
    __table_args__ = (
        unique("name_key", name="uq_situation_name", field="name", message=DUPLICATE_NAME),
        CheckConstraint("phase in ('open', 'in_progress', 'pending', 'closed', 'cancelled')",
                        name="ck_situation_phase"),
        CheckConstraint("scope in ('sac', 'provider', 'both')", name="ck_situation_scope"),
    )


class Motive(Named, Model):
    """Why the attendance was created ("Motivo"), root of the tree that hangs on the attendance."""

    __tablename__ = "motive"
    __table_args__ = (unique("name_key", name="uq_motive_name", field="name", message=DUPLICATE_NAME),)


class Occurrence(Named, Model):
    """What happened ("Ocorrência"), below a motive."""

    __tablename__ = "occurrence"
    motive_id: Mapped[int] = mapped_column(ForeignKey("motive.id"), index=True)
    motive: Mapped[Motive] = relationship()
    __table_args__ = (
        unique("motive_id", "name_key", name="uq_occurrence_motive_name", field="name", message=DUPLICATE_NAME),
        unique("motive_id", "id", name="uq_occurrence_motive_id", message=""),  # target of the composite key
    )


class Cause(Named, Model):
    """Why it happened ("Causa"), below an occurrence."""

    __tablename__ = "cause"
    occurrence_id: Mapped[int] = mapped_column(ForeignKey("occurrence.id"), index=True)
    occurrence: Mapped[Occurrence] = relationship()
    __table_args__ = (
        unique("occurrence_id", "name_key", name="uq_cause_occurrence_name", field="name", message=DUPLICATE_NAME),
        unique("occurrence_id", "id", name="uq_cause_occurrence_id", message=""),
    )


RETURN_DAYS = _l("Return days cannot be negative.")


def _return_rules(table: str):
    """Days or hours, neither negative. Hours are open time, of the classification's calendar."""
    return (
        CheckConstraint("return_days >= 0", name=f"ck_{table}_return_days",
                        info={"field": "return_days", "message": RETURN_DAYS}),
        CheckConstraint("return_hours >= 0", name=f"ck_{table}_return_hours",
                        info={"field": "return_hours", "message": _l("Return hours cannot be negative.")}),
        CheckConstraint("return_days is null or return_hours is null", name=f"ck_{table}_return_rule",
                        info={"field": "return_hours",
                              "message": _l("Give the return in days or in hours, not both.")}),
    )


class Counting(StrEnum):
    """Which days a return in days counts."""

    CALENDAR_DAYS = "calendar_days"
    BUSINESS_DAYS = "business_days"


class Classification(Named, Model):
    """Classification of a provider's ticket, with the time in which it is to be answered ("Prazo de retorno")."""

    __tablename__ = "classification"
    return_days: Mapped[int | None] = mapped_column()
    return_hours: Mapped[Decimal | None] = mapped_column(Numeric(7, 2))
    counting: Mapped[str] = mapped_column(String(16), default=Counting.CALENDAR_DAYS)
    calendar_id: Mapped[int | None] = mapped_column(ForeignKey("calendar.id"), index=True)
    calendar: Mapped[Calendar | None] = relationship()
    __table_args__ = (
        unique("name_key", name="uq_classification_name", field="name", message=DUPLICATE_NAME),
        CheckConstraint("counting in ('calendar_days', 'business_days')", name="ck_classification_counting"),
        CheckConstraint("calendar_id is not null or (counting = 'calendar_days' and return_hours is null)",
                        name="ck_classification_calendar", info={"field": "calendar", "message": _l(
                            "Business days and hours need a calendar: choose one.")}),
        *_return_rules("classification"),
    )


class Subclassification(Named, Model):
    """Second level of a classification; its own return goes before that of the classification."""

    __tablename__ = "subclassification"
    classification_id: Mapped[int] = mapped_column(ForeignKey("classification.id"), index=True)
    return_days: Mapped[int | None] = mapped_column()
    return_hours: Mapped[Decimal | None] = mapped_column(Numeric(7, 2))
    classification: Mapped[Classification] = relationship()
    __table_args__ = (
        unique("classification_id", "name_key", name="uq_subclassification_name", field="name", message=DUPLICATE_NAME),
        unique("classification_id", "id", name="uq_subclassification_classification_id", message=""),
        *_return_rules("subclassification"),
    )


class DefaultMotive(Named, Model):
    """A standard reason of a subclassification ("Motivos padrões de ocorrência")."""

    __tablename__ = "default_motive"
    subclassification_id: Mapped[int] = mapped_column(ForeignKey("subclassification.id"), index=True)
    return_days: Mapped[int | None] = mapped_column()
    return_hours: Mapped[Decimal | None] = mapped_column(Numeric(7, 2))
    subclassification: Mapped[Subclassification] = relationship()
    __table_args__ = (
        unique("subclassification_id", "name_key", name="uq_default_motive_name", field="name", message=DUPLICATE_NAME),
        unique("subclassification_id", "id", name="uq_default_motive_subclassification_id", message=""),
        *_return_rules("default_motive"),
    )
