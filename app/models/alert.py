"""What an attendant must know of an entity before he speaks to it ("Alerta"), by priority."""
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import DUPLICATE_NAME, Model, Named, Versioned, unique
from .entity import Entity


class AlertPriority(Named, Model):
    """How urgent an alert is; the lowest position is the highest priority, and colours the icon (S-25)."""

    __tablename__ = "alert_priority"
    colour: Mapped[str] = mapped_column(String(7), default="#b3261e")  # #rrggbb
    position: Mapped[int] = mapped_column(default=0)
    __table_args__ = (unique("name_key", name="uq_alert_priority_name", field="name", message=DUPLICATE_NAME),)


class Alert(Versioned, Model):
    """A warning about an entity, shown while it is active and valid."""

    __tablename__ = "alert"
    id: Mapped[int] = mapped_column(primary_key=True)
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id", ondelete="CASCADE"))
    priority_id: Mapped[int] = mapped_column(ForeignKey("alert_priority.id"), index=True)
    text: Mapped[str] = mapped_column(String(1000))
    valid_from: Mapped[date | None] = mapped_column()
    valid_until: Mapped[date | None] = mapped_column()
    active: Mapped[bool] = mapped_column(default=True)
    entity: Mapped[Entity] = relationship()
    priority: Mapped[AlertPriority] = relationship()
    __table_args__ = (
        CheckConstraint("valid_until >= valid_from", name="ck_alert_validity",
                        info={"field": "valid_until", "message": _l("The validity cannot end before it begins.")}),
        Index("ix_alert_entity", "entity_id", "active"),
    )

    def __str__(self):
        return (self.text or "")[:80]

    __repr__ = __str__
