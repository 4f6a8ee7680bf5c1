"""The Web Service of another system that knows people ("Serviço externo"), and which of its values fill which field."""
from datetime import datetime
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..database import UTCDateTime, json_type
from .base import DUPLICATE_NAME, Logged, Model, Named, unique

LEAST_SECONDS, MOST_SECONDS = 1, 15


class Auth(StrEnum):
    """How the service is told who asks."""

    NONE = "none"
    BASIC = "basic"
    BEARER = "bearer"
    HEADER = "header"  # a key in a header of its own


class ExternalService(Named, Model):
    """Where it answers and how it is asked. `url` and `body` hold {document}, {phone} and {email}."""

    __tablename__ = "external_service"
    url: Mapped[str] = mapped_column(String(1000))
    method: Mapped[str] = mapped_column(String(4), default="GET")
    body: Mapped[str | None] = mapped_column(Text)  # of a POST: JSON or XML
    auth: Mapped[str] = mapped_column(String(6), default=Auth.NONE)
    username: Mapped[str | None] = mapped_column(String(200))
    key_header: Mapped[str | None] = mapped_column(String(100))
    secret: Mapped[str | None] = mapped_column(Text)  # encrypted
    headers: Mapped[list[Any]] = mapped_column(json_type(), default=list, info={"ordered": True})  # [[name, value]]
    seconds: Mapped[int] = mapped_column(default=5)  # that an answer may take
    failures: Mapped[int] = mapped_column(default=0, server_default="0")  # in a row; with them its pause: see
    rests_until: Mapped[datetime | None] = mapped_column(UTCDateTime)  # services/service_pauses.py
    mappings: Mapped[list["ServiceFieldMapping"]] = relationship(
        back_populates="service", cascade="all, delete-orphan", order_by="ServiceFieldMapping.id")
    __table_args__ = (
        unique("name_key", name="uq_external_service_name", field="name", message=DUPLICATE_NAME),
        CheckConstraint("method in ('GET', 'POST')", name="ck_external_service_method"),
        CheckConstraint("auth in ('none', 'basic', 'bearer', 'header')", name="ck_external_service_auth"),
        CheckConstraint("seconds between 1 and 15", name="ck_external_service_seconds"),
        Index("uq_external_service_active", "active", unique=True, sqlite_where=text("active"),
              postgresql_where=text("active"),
              info={"field": "active", "message": _l("Only one external service can be active.")}),
    )


class ServiceFieldMapping(Logged, Model):
    """One line of "Campos pessoa": the value at `variable` of the answer fills `person_field`."""

    __tablename__ = "service_field_mapping"
    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("external_service.id", ondelete="CASCADE"))
    variable: Mapped[str] = mapped_column(String(200))
    person_field: Mapped[str] = mapped_column(String(60))
    service: Mapped[ExternalService] = relationship(back_populates="mappings")
    __table_args__ = (unique(
        "service_id", "person_field", name="uq_service_field_mapping", field="mappings",
        message=_l("This field is already filled by another variable.")),)

    def __str__(self):
        return f"{self.variable} → {self.person_field}"
