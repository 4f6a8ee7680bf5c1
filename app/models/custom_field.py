"""Fields that configurators define; the values are JSON on the record that a form stands on."""
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..database import json_or_null, json_type
from .base import Model, Named, unique
from .custom_form import CustomForm


class FieldType(StrEnum):
    """What a field holds (B-20)."""

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
    PERSON = "person"  # an entity
    ATTACHMENT = "attachment"


class CustomField(Named, Model):
    """One field of a form: `key` never changes, `name` is its label. Retired (`active` off) it keeps what records hold.

    `default`, `minimum` and `maximum` are as a value lies in the JSON; of texts the two are numbers of characters, of
    several choices and attachments how many. `shown_if` is {"field": key, "in": [values]} or {"field": key, "filled":
    true}: shown only while the other field says so.
    """

    __tablename__ = "custom_field"
    form_id: Mapped[int] = mapped_column(ForeignKey("custom_form.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(40))
    type: Mapped[str] = mapped_column(String(12), default=FieldType.TEXT)
    help: Mapped[str | None] = mapped_column(String(300))
    section: Mapped[str | None] = mapped_column(String(40))  # key of one of the form's sections
    position: Mapped[int] = mapped_column(default=0)
    required: Mapped[bool] = mapped_column(default=False)
    options: Mapped[list[Any]] = mapped_column(
        json_type(), default=list, info={"ordered": True})  # [{"value", "label", "active"}]
    default: Mapped[Any | None] = mapped_column(json_or_null())
    mask: Mapped[str | None] = mapped_column(String(60))  # 9 a digit, A a letter, * either; the rest stands as it is
    pattern: Mapped[str | None] = mapped_column(String(300))  # RE2, of the whole value
    pattern_help: Mapped[str | None] = mapped_column(String(200))  # told where the value does not fit
    minimum: Mapped[Any | None] = mapped_column(json_or_null())
    maximum: Mapped[Any | None] = mapped_column(json_or_null())
    shown_if: Mapped[dict[str, Any] | None] = mapped_column(json_or_null())
    in_list: Mapped[bool] = mapped_column(default=False)
    searchable: Mapped[bool] = mapped_column(default=False)  # mirrored in field_index: filter, order, search
    # False while a job mirrors what was stored before; no part of the definition: neither logged nor in packages
    indexed: Mapped[bool] = mapped_column(default=True)
    form: Mapped[CustomForm] = relationship(back_populates="fields")
    __table_args__ = (
        unique("form_id", "key", name="uq_custom_field_key", field="key",
               message=_l("There is already a field with this key.")),
        CheckConstraint("type in (" + ", ".join(f"'{each}'" for each in FieldType) + ")", name="ck_custom_field_type"),
    )
