"""Records of configurators' forms, and the index of what can be searched of them."""
from enum import StrEnum
from typing import Any

from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..database import json_type
from .attendance import Attendance
from .base import Model, Versioned
from .company import Company, Department
from .custom_form import CustomForm
from .entity import Entity


class OwnerKind(StrEnum):
    """On what a value lies."""

    RECORD = "record"
    ENTITY = "entity"
    ATTENDANCE = "attendance"


class CustomRecord(Versioned, Model):
    """One filled form behind a menu. `values` is {field key: value}: the JSON is the truth. Assign a new dict."""

    __tablename__ = "custom_record"
    id: Mapped[int] = mapped_column(primary_key=True)
    form_id: Mapped[int] = mapped_column(ForeignKey("custom_form.id"))
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    owner_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))  # who added it
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))  # the owner's, when it was added
    attendance_id: Mapped[int | None] = mapped_column(ForeignKey("attendance.id", ondelete="CASCADE"))
    entity_id: Mapped[int | None] = mapped_column(ForeignKey("entity.id"))  # of the attendance, or chosen
    values: Mapped[dict[str, Any]] = mapped_column(json_type(), default=dict)
    search_text: Mapped[str] = mapped_column(Text, default="")  # words of the searchable fields, normalised
    import_mark: Mapped[str | None] = mapped_column(String(64))  # of what the row of a file said: it comes in once
    form: Mapped[CustomForm] = relationship()
    company: Mapped[Company] = relationship()
    owner: Mapped[User] = relationship()
    department: Mapped[Department | None] = relationship()
    attendance: Mapped[Attendance | None] = relationship()
    entity: Mapped[Entity | None] = relationship()
    __table_args__ = (
        Index("ix_custom_record_form", "form_id", "id"),
        Index("ix_custom_record_company", "company_id", "form_id", "id"),
        Index("ix_custom_record_owner", "owner_id", "form_id", "id"),
        Index("ix_custom_record_department", "department_id", "form_id", "id",
              sqlite_where=text("department_id is not null"), postgresql_where=text("department_id is not null")),
        Index("ix_custom_record_attendance", "attendance_id", "form_id", "id",
              sqlite_where=text("attendance_id is not null"), postgresql_where=text("attendance_id is not null")),
        Index("ix_custom_record_entity", "entity_id", "id",
              sqlite_where=text("entity_id is not null"), postgresql_where=text("entity_id is not null")),
        Index("uq_custom_record_import_mark", "form_id", "import_mark", unique=True,
              sqlite_where=text("import_mark is not null"), postgresql_where=text("import_mark is not null"),
              info={"message": _l("This row was imported meanwhile.")}),
    )

    def __str__(self):
        return f"#{self.id}"

    __repr__ = __str__


class FieldIndex(Model):
    """The value of a searchable field of one owner, as text that sorts as the value does; NULL where it has none.

    Every owner has a row for each searchable field, so that an order by the field misses nobody; of several choices
    one a choice. It follows the JSON in the same transaction and can be made anew from it.
    """

    __tablename__ = "field_index"
    field_id: Mapped[int] = mapped_column(ForeignKey("custom_field.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    owner_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    place: Mapped[int] = mapped_column(primary_key=True, default=0, autoincrement=False)
    value: Mapped[str | None] = mapped_column(String(200).with_variant(String(200, collation="C"), "postgresql"))
    __table_args__ = (
        CheckConstraint("kind in ('record', 'entity', 'attendance')", name="ck_field_index_kind"),
        Index("ix_field_index_value", "field_id", "kind", "value", "owner_id"),
    )


class FieldWord(Model):
    """A word of a text that `FieldIndex` has, of persons and attendances; records behind menus have an index of all
    their words. `value` is called as there, so that one question asks either."""

    __tablename__ = "field_word"
    field_id: Mapped[int] = mapped_column(ForeignKey("custom_field.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    value: Mapped[str] = mapped_column(String(60).with_variant(String(60, collation="C"), "postgresql"),
                                       primary_key=True)
    owner_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    __table_args__ = (
        CheckConstraint("kind in ('entity', 'attendance')", name="ck_field_word_kind"),
        Index("ix_field_word_owner", "owner_id", "kind", "field_id"),
    )
