"""The two trees an attendance is classified by, its situations and the channels it comes by."""
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Numeric, String, and_, inspect, or_, select
from sqlalchemy.ext.hybrid import hybrid_method
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


def lasts(row, day: date) -> bool:
    """Whether a node of a tree is switched on and valid on this day, whatever stands above it."""
    return (row.active and (row.valid_from is None or row.valid_from <= day)
            and (row.valid_until is None or row.valid_until >= day))


class Lasting(Named):
    """A node of a tree of classification: chosen anew only while it is active and valid, and so is all above it.

    Both days count, either may be empty. What a record has already may stay on it.
    """

    above: ClassVar[str | None] = None  # the relation to the level above
    valid_from: Mapped[date | None] = mapped_column()
    valid_until: Mapped[date | None] = mapped_column()

    @hybrid_method
    def in_use_on(self, day: date) -> bool:
        """Whether it may be chosen on this day; of the class, the condition in SQL."""
        return lasts(self, day) and (self.above is None or getattr(self, self.above).in_use_on(day))

    @in_use_on.expression
    def in_use_on(cls, day: date):
        own = and_(cls.active, or_(cls.valid_from.is_(None), cls.valid_from <= day),
                   or_(cls.valid_until.is_(None), cls.valid_until >= day))
        if cls.above is None:
            return own
        relation = inspect(cls).relationships[cls.above]
        parent, column = relation.mapper.class_, getattr(cls, relation.local_remote_pairs[0][0].name)
        return and_(own, column.in_(select(parent.id).where(parent.in_use_on(day))))


def _validity(table: str) -> CheckConstraint:
    return CheckConstraint("valid_until >= valid_from", name=f"ck_{table}_validity",
                           info={"field": "valid_until", "message": VALIDITY})


VALIDITY = _l("The end of the validity cannot be before its beginning.")


class Motive(Lasting, Model):
    """Why the attendance was created ("Motivo"), root of the tree that hangs on the attendance."""

    __tablename__ = "motive"
    complete_to_close: Mapped[bool] = mapped_column(default=False)  # closing demands all levels, whatever the parameter
    __table_args__ = (
        unique("name_key", name="uq_motive_name", field="name", message=DUPLICATE_NAME), _validity("motive"))


class Occurrence(Lasting, Model):
    """What happened ("Ocorrência"), below a motive."""

    __tablename__ = "occurrence"
    above = "motive"
    motive_id: Mapped[int] = mapped_column(ForeignKey("motive.id"), index=True)
    motive: Mapped[Motive] = relationship()
    __table_args__ = (
        unique("motive_id", "name_key", name="uq_occurrence_motive_name", field="name", message=DUPLICATE_NAME),
        unique("motive_id", "id", name="uq_occurrence_motive_id", message=""),  # target of the composite key
        _validity("occurrence"),
    )


class Cause(Lasting, Model):
    """Why it happened ("Causa"), below an occurrence."""

    __tablename__ = "cause"
    above = "occurrence"
    occurrence_id: Mapped[int] = mapped_column(ForeignKey("occurrence.id"), index=True)
    occurrence: Mapped[Occurrence] = relationship()
    __table_args__ = (
        unique("occurrence_id", "name_key", name="uq_cause_occurrence_name", field="name", message=DUPLICATE_NAME),
        unique("occurrence_id", "id", name="uq_cause_occurrence_id", message=""),
        _validity("cause"),
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


class Classification(Lasting, Model):
    """Classification of a provider's ticket, with the time in which it is to be answered ("Prazo de retorno")."""

    __tablename__ = "classification"
    return_days: Mapped[int | None] = mapped_column()
    return_hours: Mapped[Decimal | None] = mapped_column(Numeric(7, 2))
    counting: Mapped[str] = mapped_column(String(16), default=Counting.CALENDAR_DAYS)
    calendar_id: Mapped[int | None] = mapped_column(ForeignKey("calendar.id"), index=True)
    complete_to_close: Mapped[bool] = mapped_column(default=False)  # closing demands the motive, whatever the parameter
    calendar: Mapped[Calendar | None] = relationship()
    __table_args__ = (
        unique("name_key", name="uq_classification_name", field="name", message=DUPLICATE_NAME),
        CheckConstraint("counting in ('calendar_days', 'business_days')", name="ck_classification_counting"),
        CheckConstraint("calendar_id is not null or (counting = 'calendar_days' and return_hours is null)",
                        name="ck_classification_calendar", info={"field": "calendar", "message": _l(
                            "Business days and hours need a calendar: choose one.")}),
        *_return_rules("classification"), _validity("classification"),
    )


class Subclassification(Lasting, Model):
    """Second level of a classification; its own return goes before that of the classification."""

    __tablename__ = "subclassification"
    above = "classification"
    classification_id: Mapped[int] = mapped_column(ForeignKey("classification.id"), index=True)
    return_days: Mapped[int | None] = mapped_column()
    return_hours: Mapped[Decimal | None] = mapped_column(Numeric(7, 2))
    classification: Mapped[Classification] = relationship()
    __table_args__ = (
        unique("classification_id", "name_key", name="uq_subclassification_name", field="name", message=DUPLICATE_NAME),
        unique("classification_id", "id", name="uq_subclassification_classification_id", message=""),
        *_return_rules("subclassification"), _validity("subclassification"),
    )


class DefaultMotive(Lasting, Model):
    """A standard reason of a subclassification ("Motivos padrões de ocorrência")."""

    __tablename__ = "default_motive"
    above = "subclassification"
    subclassification_id: Mapped[int] = mapped_column(ForeignKey("subclassification.id"), index=True)
    return_days: Mapped[int | None] = mapped_column()
    return_hours: Mapped[Decimal | None] = mapped_column(Numeric(7, 2))
    subclassification: Mapped[Subclassification] = relationship()
    __table_args__ = (
        unique("subclassification_id", "name_key", name="uq_default_motive_name", field="name", message=DUPLICATE_NAME),
        unique("subclassification_id", "id", name="uq_default_motive_subclassification_id", message=""),
        *_return_rules("default_motive"), _validity("default_motive"),
    )
