"""Web profiles and portal users, for the pickers of "Liberando o Menu na Web"."""
from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView,
    Role,
    User,
    ViewMenu,
    assoc_permissionview_role,
)
from sqlalchemy import and_, select

from ..models.identity import UserProfile
from ..security.labels import ROLES
from ..security.permissions import Perm
from ..security.visibility import visible
from ..text import normalise
from .colleagues import has_words

MOST = 2_000  # roles looked at: an installation has fewer


def granting(permission: Perm):
    """Ids of the roles that grant a permission."""
    verb, noun = permission.pair
    return (select(assoc_permissionview_role.c.role_id)
            .join(PermissionView, PermissionView.id == assoc_permissionview_role.c.permission_view_id)
            .join(Permission, Permission.id == PermissionView.permission_id)
            .join(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
            .where(Permission.name == verb, ViewMenu.name == noun))


def is_web_profile():
    """The condition on Role: it opens the portal and no desk."""
    return and_(Role.id.in_(granting(Perm.PORTAL_USE)), Role.id.not_in(granting(Perm.ATTENDANCE_READ)))


def find_profiles(session, viewer, term, _parent, limit, offset) -> list[tuple[int, str]]:
    """(id, label) of the web profiles, by what they are called on the screen."""
    rows = session.execute(select(Role.id, Role.name).where(visible(Role, viewer), is_web_profile()).limit(MOST))
    named = sorted(((pk, str(ROLES.get(name, name))) for pk, name in rows), key=lambda row: normalise(row[1]))
    return [row for row in named if normalise(term) in normalise(row[1])][offset:offset + limit]


def find_users(session, viewer, term, _parent, limit, offset) -> list[tuple[int, str]]:
    """(id, name and user name) of active users of the portal."""
    where = [visible(User, viewer), User.active, UserProfile.entity_id.is_not(None), *has_words(term)]
    rows = session.execute(
        select(User.id, User.first_name, User.last_name, User.username)
        .join(UserProfile, UserProfile.user_id == User.id).where(*where)
        .order_by(User.first_name, User.last_name, User.id).limit(limit).offset(offset))
    return [(pk, f"{first} {last} ({login})") for pk, first, last, login in rows]
