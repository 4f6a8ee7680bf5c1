"""What a role or a person may do, as pairs (permission, noun): one query each, no ORM objects."""
from dataclasses import dataclass

from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView,
    Role,
    ViewMenu,
    assoc_permissionview_role,
    assoc_user_role,
)
from sqlalchemy import select

from ..security.permissions import ADMIN
from ..security.viewer import Viewer

Pair = tuple[str, str]


@dataclass(frozen=True)
class Grants:
    """The pairs a person holds through all his roles, and whether one of them is Admin."""

    pairs: frozenset[Pair]
    admin: bool


def grants_of(session, user_id: int) -> Grants:
    """What the user holds now: read once a request, never kept between requests."""
    rows = session.execute(
        select(Role.name, Permission.name, ViewMenu.name).select_from(assoc_user_role)
        .join(Role, Role.id == assoc_user_role.c.role_id)
        .outerjoin(assoc_permissionview_role, assoc_permissionview_role.c.role_id == Role.id)
        .outerjoin(PermissionView, PermissionView.id == assoc_permissionview_role.c.permission_view_id)
        .outerjoin(Permission, Permission.id == PermissionView.permission_id)
        .outerjoin(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
        .where(assoc_user_role.c.user_id == user_id)).all()
    pairs = frozenset((permission, noun) for _role, permission, noun in rows if permission)
    return Grants(pairs, any(role == ADMIN for role, _permission, _noun in rows))


def pairs_of_roles(session, role_ids) -> frozenset[Pair]:
    """The pairs granted to any of the roles."""
    return frozenset(map(tuple, session.execute(
        select(Permission.name, ViewMenu.name).select_from(assoc_permissionview_role)
        .join(PermissionView, PermissionView.id == assoc_permissionview_role.c.permission_view_id)
        .join(Permission, Permission.id == PermissionView.permission_id)
        .join(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
        .where(assoc_permissionview_role.c.role_id.in_(list(role_ids)))).all()))


def viewer_of(session, user) -> Viewer:
    """The Viewer of a user row (its profile is read with it): for requests, streams and jobs."""
    held = grants_of(session, user.id)
    profile = user.profile
    return Viewer(user_id=user.id, name=user.get_full_name().strip(), entity_id=profile.entity_id if profile else None,
                  admin=held.admin, permissions=held.pairs)
