"""Identity rows that FAB does not have. FAB's own User stays the user model: a subclass of it would load through FAB's
relationships as plain User; a profile row has no such trap."""
from datetime import datetime
from enum import StrEnum

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint, text
from sqlalchemy.orm import Mapped, backref, mapped_column, relationship

from ..database import UTCDateTime
from .base import Model
from .company import Company, Department, Unit
from .entity import Entity


class Source(StrEnum):
    """Where a user's password is checked."""

    DB = "db"
    LDAP = "ldap"
    OIDC = "oidc"


user_company = Table(
    "user_company", Model.metadata,
    Column("user_id", ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True),
    Column("company_id", ForeignKey("company.id"), primary_key=True, index=True))
user_unit = Table(  # membership: opens restricted units
    "user_unit", Model.metadata,
    Column("user_id", ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True),
    Column("unit_id", ForeignKey("unit.id"), primary_key=True, index=True))


class UserProfile(Model):
    """The operator's or portal user's own settings, one a user."""

    __tablename__ = "user_profile"
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True)
    source: Mapped[str] = mapped_column(String(8), default=Source.DB)
    external_id: Mapped[str | None] = mapped_column(String(255))  # OIDC: issuer + " " + subject
    contact_email: Mapped[str | None] = mapped_column(String(320))  # not unique; ab_user.email is synthetic
    locale: Mapped[str | None] = mapped_column(String(8))
    theme: Mapped[str] = mapped_column(String(8), default="auto")  # auto, light, dark
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    entity_id: Mapped[int | None] = mapped_column(ForeignKey("entity.id"), index=True)  # set = portal user
    central_operator: Mapped[bool] = mapped_column(default=False)
    chat_active: Mapped[bool] = mapped_column(default=False)
    totp_secret: Mapped[str | None] = mapped_column(String(255))
    password_changed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column(default=1)
    user: Mapped[User] = relationship(
        User, backref=backref("profile", uselist=False, cascade="all, delete-orphan", passive_deletes=True))
    department: Mapped[Department | None] = relationship()
    entity: Mapped[Entity | None] = relationship()
    companies: Mapped[list[Company]] = relationship(
        secondary=user_company, primaryjoin=lambda: UserProfile.user_id == user_company.c.user_id)
    units: Mapped[list[Unit]] = relationship(
        secondary=user_unit, primaryjoin=lambda: UserProfile.user_id == user_unit.c.user_id)
    __table_args__ = (
        CheckConstraint("source in ('db', 'ldap', 'oidc')", name="ck_user_profile_source"),
        CheckConstraint("theme in ('auto', 'light', 'dark')", name="ck_user_profile_theme"),
        UniqueConstraint("external_id", name="uq_user_profile_external_id"),
    )


User.version = property(lambda user: user.profile.version if user.profile else 0)  # registers ask the row itself


class UserSession(Model):
    """One row a sign-in, browser or API. The cookie or JWT carries a random token; only its SHA-256 is stored."""

    __tablename__ = "user_session"
    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(8), default="web")  # web, api
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revoked_why: Mapped[str | None] = mapped_column(String(20))
    ip: Mapped[str] = mapped_column(String(45), default="")
    user_agent: Mapped[str] = mapped_column(String(200), default="")
    user: Mapped[User] = relationship(User)
    __table_args__ = (Index("ix_user_session_live", "user_id", sqlite_where=text("revoked_at is null"),
                            postgresql_where=text("revoked_at is null")),)


class LoginThrottle(Model):
    """Counters shared by the form, the REST login and the reset request, in every process."""

    __tablename__ = "login_throttle"
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    window_started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    tries: Mapped[int] = mapped_column(default=0)


class LoginAttempt(Model):
    """Every try to sign in, with what became of it; and what a user of a portal asked for and may not see."""

    __tablename__ = "login_attempt"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    username: Mapped[str] = mapped_column(String(128), index=True)  # as typed, cut; never the password
    user_id: Mapped[int | None] = mapped_column(Integer)
    via: Mapped[str] = mapped_column(String(8))  # form, rest
    outcome: Mapped[str] = mapped_column(String(20))  # ok, unknown, wrong, inactive, limited, down; denied
    ip: Mapped[str] = mapped_column(String(45))
    user_agent: Mapped[str] = mapped_column(String(200), default="")
    asked: Mapped[str] = mapped_column(String(200), default="", server_default="")  # denied: method and address


class PasswordReset(Model):
    """A single-use, expiring link; only the hash of its token is stored."""

    __tablename__ = "password_reset"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class RoleGrantSeed(Model):
    """What `flask sync` granted, once, and in which release: it never grants the same pair twice."""

    __tablename__ = "role_grant_seed"
    id: Mapped[int] = mapped_column(primary_key=True)
    role_name: Mapped[str] = mapped_column(String(64))
    permission: Mapped[str] = mapped_column(String(80))
    release: Mapped[str] = mapped_column(String(20))
    __table_args__ = (UniqueConstraint("role_name", "permission", name="uq_role_grant_seed_role_permission"),)
