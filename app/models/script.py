"""Scripts of attendance ("Script de Atendimento"): what operators ask and say, for the departments that use them."""
from enum import StrEnum

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, Column, ForeignKey, String, Table, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import Model, Titled
from .company import Department


class ScriptKind(StrEnum):
    TREE = "tree"  # questions whose answers lead on
    TEXT = "text"  # read from top to bottom


script_department = Table(
    "script_department", Model.metadata,
    Column("script_id", ForeignKey("script.id", ondelete="CASCADE"), primary_key=True),
    Column("department_id", ForeignKey("department.id"), primary_key=True, index=True))


class Script(Titled, Model):
    """Offered to who belongs to one of its departments ("Órgãos"; X-31), lower positions first."""

    __tablename__ = "script"
    kind: Mapped[str] = mapped_column(String(8), default=ScriptKind.TEXT)
    body: Mapped[str | None] = mapped_column(Text)  # of kind text
    position: Mapped[int] = mapped_column(default=0)
    departments: Mapped[list[Department]] = relationship(
        secondary=script_department, order_by="Department.name_key, Department.id")
    __table_args__ = (
        CheckConstraint("kind in ('tree', 'text')", name="ck_script_kind"),
        CheckConstraint("kind = 'tree' or body is not null", name="ck_script_body",
                        info={"field": "body", "message": _l("This field is required.")}),
    )
