"""The owner of the desk: companies, their units and departments."""
from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import DUPLICATE_NAME, Model, Named, unique


class Company(Named, Model):
    """A company that owns the system ("Empresa", "Operadora"); every row of work belongs to one."""

    __tablename__ = "company"
    code: Mapped[str | None] = mapped_column(String(8))  # may stand in the protocol mask
    document: Mapped[str | None] = mapped_column(String(14))
    timezone: Mapped[str] = mapped_column(String(64), default="America/Sao_Paulo")
    __table_args__ = (
        unique("name_key", name="uq_company_name", field="name", message=DUPLICATE_NAME),
        unique("document", name="uq_company_document", message=_l("There is already a company with this CNPJ.")),
        unique("code", name="uq_company_code", message=_l("There is already a company with this code.")),
    )


class Unit(Named, Model):
    """A branch or place of a company ("Unidade"). A restricted unit's attendances are seen only by its members."""

    __tablename__ = "unit"
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), index=True)
    restricted: Mapped[bool] = mapped_column(default=False)
    company: Mapped[Company] = relationship()
    __table_args__ = (
        unique("company_id", "name_key", name="uq_unit_company_name", field="name", message=DUPLICATE_NAME),)


class Department(Named, Model):
    """A sector of the company ("Setor", "Órgão"), in a tree."""

    __tablename__ = "department"
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    company: Mapped[Company] = relationship()
    parent: Mapped["Department | None"] = relationship(remote_side="Department.id")
    __table_args__ = (
        unique("company_id", "name_key", name="uq_department_company_name", field="name", message=DUPLICATE_NAME),
        CheckConstraint("parent_id <> id", name="ck_department_not_own_parent",
                        info={"field": "parent", "message": _l("A department cannot be inside itself.")}),
    )
