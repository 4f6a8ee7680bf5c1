"""How a person keeps his lists: saved views with filters, order and columns, and what he last chose (B-40)."""
from typing import Any

from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..database import json_type
from .base import Model, Named, unique


class SavedView(Named, Model):
    """A named view of a list ("Visão"): its query and columns; one's own, or shared with all colleagues."""

    __tablename__ = "saved_view"
    list_key: Mapped[str] = mapped_column(String(40))  # attendances, entities, …
    owner_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"))
    shared: Mapped[bool] = mapped_column(default=False)
    query: Mapped[str] = mapped_column(String(2000), default="")  # of the address, without page keys
    columns: Mapped[list[Any]] = mapped_column(json_type(), default=list)
    position: Mapped[int] = mapped_column(default=0)
    owner: Mapped[User] = relationship()
    __table_args__ = (
        unique("owner_id", "list_key", "name_key", name="uq_saved_view_name", field="name",
               message=_l("You already have a view with this name.")),
    )


class ListPreference(Model):
    """Columns and page size a person last chose for a list."""

    __tablename__ = "list_preference"
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True)
    list_key: Mapped[str] = mapped_column(String(40), primary_key=True)
    values: Mapped[dict[str, Any]] = mapped_column(json_type(), default=dict)
