"""Menus that configurators add ("Configuração de Menus"): a form with a list of its records behind it."""
from enum import StrEnum

from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import CheckConstraint, Column, ForeignKey, String, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import DUPLICATE_NAME, Model, Named, unique
from .custom_form import CustomForm, FormGroup


class RecordPermission(StrEnum):
    """What may be done behind the menu ("Tipo de permissão de registro")."""

    READ = "read"
    ADD = "add"
    ADD_EDIT = "add_edit"


class RecordsOf(StrEnum):
    """Whose records the menu shows ("Registros de")."""

    OWN = "own"
    DEPARTMENT = "department"
    ALL = "all"


dynamic_menu_role = Table(
    "dynamic_menu_role", Model.metadata,
    Column("menu_id", ForeignKey("dynamic_menu.id", ondelete="CASCADE"), primary_key=True),
    Column("role_id", ForeignKey("ab_role.id", ondelete="CASCADE"), primary_key=True, index=True))


class DynamicMenu(Named, Model):
    """A menu of the sidebar and of "Informações Personalizadas" in the attendance, for those who hold one of its roles.

    Without a role it is nobody's.
    """

    __tablename__ = "dynamic_menu"
    icon: Mapped[str] = mapped_column(String(60), default="fa-solid fa-table-list")
    form_id: Mapped[int] = mapped_column(ForeignKey("custom_form.id"), index=True)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("form_group.id"), index=True)
    record_permission: Mapped[str] = mapped_column(String(10), default=RecordPermission.ADD_EDIT)
    records_of: Mapped[str] = mapped_column(String(12), default=RecordsOf.ALL)
    position: Mapped[int] = mapped_column(default=0)
    form: Mapped[CustomForm] = relationship()
    group: Mapped[FormGroup | None] = relationship()
    roles: Mapped[list[Role]] = relationship(secondary=dynamic_menu_role, order_by=Role.id)
    __table_args__ = (
        unique("name_key", name="uq_dynamic_menu_name", field="name", message=DUPLICATE_NAME),
        CheckConstraint("record_permission in ('read', 'add', 'add_edit')", name="ck_dynamic_menu_permission"),
        CheckConstraint("records_of in ('own', 'department', 'all')", name="ck_dynamic_menu_records_of"),
    )
