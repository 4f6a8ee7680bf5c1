"""Colleagues who may see an attendance, and so may be mentioned in its internal notes: `visible` turned round."""
from dataclasses import dataclass

from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView,
    User,
    ViewMenu,
    assoc_permissionview_role,
    assoc_user_role,
)
from sqlalchemy import func, or_, select

from ..models.attendance import Attendance
from ..models.company import Unit
from ..models.identity import UserProfile, user_company, user_unit
from ..security.permissions import Perm
from ..security.visibility import visible
from ..text import normalise
from .colleagues import has_words

MOST = 2_000  # looked at of those who have the words


@dataclass(frozen=True)
class Colleague:
    """Somebody who may be mentioned, as "@login"."""

    id: int
    name: str
    login: str


def find(session, viewer, attendance: Attendance, term: str = "", limit: int = 8) -> list[Colleague]:
    """Those whose name or user name has the words of `term`, who begin with it first; never the viewer himself."""
    wanted = normalise(term)
    found = _read(session, viewer, attendance, User.id != viewer.user_id, *has_words(term))
    found.sort(key=lambda each: not (each.login.startswith(wanted) or normalise(each.name).startswith(wanted)))
    return found[:limit]


def named(session, viewer, attendance: Attendance, logins: set[str]) -> dict[str, Colleague]:
    """{user name: colleague} of those of these names who may see the attendance."""
    found = _read(session, viewer, attendance, func.lower(User.username).in_(logins)) if logins else []
    return {each.login.lower(): each for each in found}


def _read(session, viewer, attendance, *conditions) -> list[Colleague]:
    member = select(user_company.c.user_id).where(user_company.c.company_id == attendance.company_id)
    where = [visible(User, viewer), User.active, UserProfile.entity_id.is_(None),
             User.id.in_(holders(Perm.ATTENDANCE_READ)),
             or_(User.id.in_(member), User.id.in_(holders(Perm.ALL_COMPANIES)))]
    if attendance.unit_id is not None:
        restricted = select(Unit.id).where(Unit.id == attendance.unit_id, Unit.restricted).exists()
        where.append(or_(~restricted, User.id.in_(
            select(user_unit.c.user_id).where(user_unit.c.unit_id == attendance.unit_id))))
    rows = session.execute(
        select(User.id, User.first_name, User.last_name, User.username)
        .join(UserProfile, UserProfile.user_id == User.id).where(*where, *conditions)
        .order_by(User.first_name, User.last_name, User.id).limit(MOST))
    return [Colleague(pk, f"{first} {last}".strip(), login) for pk, first, last, login in rows]


def holders(permission: Perm):
    """Ids of the users who hold a permission through any role."""
    verb, noun = permission.pair
    return (select(assoc_user_role.c.user_id)
            .join(assoc_permissionview_role, assoc_permissionview_role.c.role_id == assoc_user_role.c.role_id)
            .join(PermissionView, PermissionView.id == assoc_permissionview_role.c.permission_view_id)
            .join(Permission, Permission.id == PermissionView.permission_id)
            .join(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
            .where(Permission.name == verb, ViewMenu.name == noun))
