"""What tables have in common: version, log guard, name and search key."""
from datetime import datetime
from typing import Any

from flask_appbuilder import Model
from flask_babel import lazy_gettext as _l
from sqlalchemy import String, UniqueConstraint, event
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from ..database import UTCDateTime, json_type
from ..text import normalise

__all__ = ["Custom", "Logged", "Model", "Named", "Titled", "Versioned", "unique"]


def unique(*columns, name, message, field=None):
    """A unique constraint that knows what to tell the person who breaks it, and at which field."""
    return UniqueConstraint(*columns, name=name, info={"field": field or columns[-1], "message": message})


class Logged:
    """Rows of these tables are written only in a transaction that records them; a before_flush guard says so."""


class Versioned(Logged):
    """Optimistic lock: `version_id_col` also stops the race between a service's check and the flush."""

    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    updated_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    @declared_attr.directive
    def __mapper_args__(cls):
        return {"version_id_col": cls.__table__.c.version if "__table__" in cls.__dict__ else cls.version}


class Named(Versioned):
    """A register row: a name, how the search and the uniqueness compare it, and whether it may still be chosen."""

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(String(400), index=True)
    active: Mapped[bool] = mapped_column(default=True)

    def __str__(self):
        return self.name or ""

    __repr__ = __str__


@event.listens_for(Named, "before_insert", propagate=True)
@event.listens_for(Named, "before_update", propagate=True)
def _keep_name_key(_mapper, _connection, row):
    row.name_key = normalise(row.name)


class Titled(Versioned):
    """A text that people look for by its title."""

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    title_key: Mapped[str] = mapped_column(String(400), index=True)
    active: Mapped[bool] = mapped_column(default=True)

    def __str__(self):
        return self.title or ""

    __repr__ = __str__


@event.listens_for(Titled, "before_insert", propagate=True)
@event.listens_for(Titled, "before_update", propagate=True)
def _keep_title_key(_mapper, _connection, row):
    row.title_key = normalise(row.title)


class Custom:
    """Values of the fields that configurators add: {field key: value}; the JSON is the truth. Assign a new dict."""

    custom_values: Mapped[dict[str, Any]] = mapped_column(json_type(), default=dict)


DUPLICATE_NAME = _l("There is already a record with this name.")
