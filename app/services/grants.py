"""What a role or a person may do, as pairs (permission, noun): one query each, no ORM objects."""
from dataclasses import dataclass

from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView,
    Role,
    ViewMenu,
    assoc_permissionview_role,
)
from sqlalchemy import bindparam, or_, select

from ..security.held import Pair, held_by, pairs_in, roles_in
from ..security.permissions import ADMIN, Perm
from ..security.viewer import Viewer


@dataclass(frozen=True)
class Grants:
    """The pairs a person holds through all his roles, whether one of them is Admin, and their ids."""

    pairs: frozenset[Pair]
    admin: bool
    role_ids: frozenset[int]


_HELD = select(*held_by(bindparam("user")))


def grants_of(session, user_id: int) -> Grants:
    """What the user holds now."""
    pairs, admin, roles = session.execute(_HELD, {"user": user_id}).one()
    return Grants(pairs_in(pairs), bool(admin), roles_in(roles))


def pairs_by_role(session) -> dict[int, frozenset[Pair]]:
    """What each role grants, by its id; roles without permissions included."""
    rows = session.execute(
        select(Role.id, Permission.name, ViewMenu.name).select_from(Role)
        .outerjoin(assoc_permissionview_role, assoc_permissionview_role.c.role_id == Role.id)
        .outerjoin(PermissionView, PermissionView.id == assoc_permissionview_role.c.permission_view_id)
        .outerjoin(Permission, Permission.id == PermissionView.permission_id)
        .outerjoin(ViewMenu, ViewMenu.id == PermissionView.view_menu_id))
    found: dict[int, set[Pair]] = {}
    for role_id, verb, noun in rows:
        found.setdefault(role_id, set()).update({(verb, noun)} if verb else ())
    return {role_id: frozenset(pairs) for role_id, pairs in found.items()}


def roles_with(session, permission: Perm) -> list[str]:
    """The names of the roles that hold it; an administrator holds every one."""
    holding = [pk for pk, pairs in pairs_by_role(session).items() if permission.pair in pairs]
    return list(session.scalars(select(Role.name).where(or_(Role.name == ADMIN, Role.id.in_(holding)))))


def may_grant(role: Role, pairs: frozenset[Pair], actor: Viewer) -> bool:
    """A role may be given or taken only by who holds everything in it; Admin only by an administrator."""
    return actor.admin or (role.name != ADMIN and pairs <= actor.permissions)


def viewer_of(session, user) -> Viewer:
    """The Viewer of a user row, for commands and jobs; that of a request comes with its session."""
    held = grants_of(session, user.id)
    profile = user.profile
    return Viewer(user_id=user.id, name=user.get_full_name().strip(), login=user.username,
                  entity_id=profile.entity_id if profile else None, admin=held.admin, permissions=held.pairs,
                  department_id=profile.department_id if profile else None, role_ids=held.role_ids)
