"""Forms that configurators define, and where they stand: on persons, on attendances, behind a menu of their own."""
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..database import json_type
from .base import DUPLICATE_NAME, Model, Named, unique


class FieldTarget(StrEnum):
    """What a form may stand on besides records of its own."""

    ENTITY = "entity"
    ATTENDANCE = "attendance"


class PersonType(StrEnum):
    """On whose register a form of persons stands ("Tipo de pessoa")."""

    INDIVIDUAL = "individual"
    COMPANY = "company"
    BOTH = "both"


class CustomForm(Named, Model):
    """A set of fields ("Formulário"). `slug` is its name for REST and packages and never changes."""

    __tablename__ = "custom_form"
    slug: Mapped[str] = mapped_column(String(60))
    help: Mapped[str | None] = mapped_column(String(500))
    sections: Mapped[list[Any]] = mapped_column(json_type(), default=list, info={"ordered": True})  # [{"key", "title"}]
    fields: Mapped[list[Any]] = relationship(
        "CustomField", back_populates="form", cascade="all, delete-orphan",
        order_by="CustomField.position, CustomField.id")
    __table_args__ = (
        unique("name_key", name="uq_custom_form_name", field="name", message=DUPLICATE_NAME),
        unique("slug", name="uq_custom_form_slug", message=_l("There is already a form with this code.")),
    )


class FormGroup(Named, Model):
    """A heading under which menus and forms stand together ("Grupo")."""

    __tablename__ = "form_group"
    position: Mapped[int] = mapped_column(default=0)
    __table_args__ = (unique("name_key", name="uq_form_group_name", field="name", message=DUPLICATE_NAME),)


class CustomData(Named, Model):
    """A form put on the register of persons ("Dados personalizados") or on attendances ("Dados Complementares").

    The keys of all forms of one target are different: values lie in one JSON on the record.
    """

    __tablename__ = "custom_data"
    target: Mapped[str] = mapped_column(String(12))
    form_id: Mapped[int] = mapped_column(ForeignKey("custom_form.id"))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("form_group.id"), index=True)
    person_type: Mapped[str] = mapped_column(String(12), default=PersonType.BOTH)
    position: Mapped[int] = mapped_column(default=0)
    form: Mapped[CustomForm] = relationship()
    group: Mapped[FormGroup | None] = relationship()
    __table_args__ = (
        unique("target", "name_key", name="uq_custom_data_name", field="name", message=DUPLICATE_NAME),
        unique("form_id", "target", name="uq_custom_data_form", field="form",
               message=_l("This form already stands there.")),
        CheckConstraint("target in ('entity', 'attendance')", name="ck_custom_data_target"),
        CheckConstraint("person_type in ('individual', 'company', 'both')", name="ck_custom_data_person_type"),
    )
