"""Web menus ("Liberando o Menu na Web"): what of the portal is released, for all, for a profile or for one user."""
from flask_appbuilder.security.sqla.models import Role, User
from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import Logged, Model, Versioned, unique


class WebMenu(Versioned, Model):
    """A menu of the portal, by its code. Blocked here, nobody has it."""

    __tablename__ = "web_menu"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40))
    released: Mapped[bool] = mapped_column(default=True)
    rules: Mapped[list["WebMenuRule"]] = relationship(
        back_populates="menu", cascade="all, delete-orphan", order_by="WebMenuRule.id")
    __table_args__ = (unique("code", name="uq_web_menu_code", message=_l("There is already a menu with this code.")),)

    def __str__(self):
        return self.code or ""

    __repr__ = __str__


class WebMenuRule(Logged, Model):
    """An exception for a web profile or for one user; the user's own goes before that of the profile."""

    __tablename__ = "web_menu_rule"
    id: Mapped[int] = mapped_column(primary_key=True)
    menu_id: Mapped[int] = mapped_column(ForeignKey("web_menu.id", ondelete="CASCADE"))
    role_id: Mapped[int | None] = mapped_column(ForeignKey("ab_role.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), index=True)
    released: Mapped[bool] = mapped_column()
    menu: Mapped[WebMenu] = relationship(back_populates="rules")
    role: Mapped[Role | None] = relationship()
    user: Mapped[User | None] = relationship()
    __table_args__ = (
        CheckConstraint("(role_id is null) <> (user_id is null)", name="ck_web_menu_rule_whose"),
        Index("uq_web_menu_rule_role", "menu_id", "role_id", unique=True, sqlite_where=text("role_id is not null"),
              postgresql_where=text("role_id is not null"),
              info={"field": "rules", "message": _l("There is already a rule for this profile.")}),
        Index("uq_web_menu_rule_user", "menu_id", "user_id", unique=True, sqlite_where=text("user_id is not null"),
              postgresql_where=text("user_id is not null"),
              info={"field": "rules", "message": _l("There is already a rule for this user.")}),
    )
