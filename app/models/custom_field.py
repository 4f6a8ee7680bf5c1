"""Fields that configurators add to persons and attendances; the values are JSON on the record."""
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from ..database import json_type
from .base import Model, Named, unique


class FieldTarget(StrEnum):
    ENTITY = "entity"
    ATTENDANCE = "attendance"


class FieldType(StrEnum):
    TEXT = "text"
    LONG_TEXT = "long_text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    MONEY = "money"
    DATE = "date"
    DATETIME = "datetime"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    CHOICES = "choices"
    CPF_CNPJ = "cpf_cnpj"
    PHONE = "phone"
    EMAIL = "email"
    URL = "url"


class CustomField(Named, Model):
    """One added field: `key` never changes, `name` is its label."""

    __tablename__ = "custom_field"
    target: Mapped[str] = mapped_column(String(12))
    key: Mapped[str] = mapped_column(String(40))
    type: Mapped[str] = mapped_column(String(12), default=FieldType.TEXT)
    help: Mapped[str | None] = mapped_column(String(300))
    required: Mapped[bool] = mapped_column(default=False)
    options: Mapped[list[Any]] = mapped_column(json_type(), default=list)  # [{"value", "label", "active"}]
    position: Mapped[int] = mapped_column(default=0)
    in_list: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (
        unique("target", "key", name="uq_custom_field_key", message=_l("There is already a field with this key.")),
        CheckConstraint("target in ('entity', 'attendance')", name="ck_custom_field_target"),
    )
