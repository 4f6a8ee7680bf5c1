"""The only writer of permission rows: set-based, idempotent, verifies itself, and never restores a grant that was taken
away (`role_grant_seed` remembers what was once given). The Admin role always holds the whole enum."""
from dataclasses import dataclass, field

from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView,
    Role,
    ViewMenu,
    assoc_permissionview_role,
)
from sqlalchemy import delete, insert, select

from ..models.identity import RoleGrantSeed
from .permissions import ADMIN, GRANTS, Perm


@dataclass
class Report:
    """What was written, and what is not as asked; with `problems` the caller does not commit."""

    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    granted: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def sync(session, *, grants=GRANTS, permissions=tuple(Perm)) -> Report:
    """Permissions and roles of this release, in the caller's transaction."""
    report = Report()
    pair_ids = _write_pairs(session, permissions, report)
    role_ids = _ids_by_name(session, Role, {ADMIN, *(role for by_role in grants.values() for role in by_role)})
    _write_grants(session, grants, permissions, pair_ids, role_ids, report)
    session.flush()  # what is verified is what the tables say
    report.problems = verify(session, permissions)
    return report


def verify(session, permissions=tuple(Perm)) -> list[str]:
    """What the tables say against what the code says: nothing but the rows is believed."""
    stored, wanted = set(_stored_pairs(session)), {permission.pair for permission in permissions}
    admin = set(map(tuple, session.execute(
        select(Permission.name, ViewMenu.name).select_from(assoc_permissionview_role)
        .join(PermissionView, PermissionView.id == assoc_permissionview_role.c.permission_view_id)
        .join(Permission, Permission.id == PermissionView.permission_id)
        .join(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
        .join(Role, Role.id == assoc_permissionview_role.c.role_id).where(Role.name == ADMIN))))
    return ([f"missing: {verb} {noun}" for verb, noun in sorted(wanted - stored)]
            + [f"unexpected: {verb} {noun}" for verb, noun in sorted(stored - wanted)]
            + [f"{ADMIN} lacks: {verb} {noun}" for verb, noun in sorted(wanted - admin)])


def _stored_pairs(session) -> dict[tuple[str, str], int]:
    rows = session.execute(select(Permission.name, ViewMenu.name, PermissionView.id)
                           .join(PermissionView, PermissionView.permission_id == Permission.id)
                           .join(ViewMenu, ViewMenu.id == PermissionView.view_menu_id))
    return {(verb, noun): pk for verb, noun, pk in rows}


def _ids_by_name(session, model, names) -> dict[str, int]:
    ids = dict(map(tuple, session.execute(select(model.name, model.id))))
    for name in sorted(set(names) - set(ids)):
        ids[name] = session.scalar(insert(model).values(name=name).returning(model.id))
    return ids


def _write_pairs(session, permissions, report) -> dict[tuple[str, str], int]:
    """Add what is new in the enum, remove what left it, with its grants."""
    wanted = {permission.pair: permission for permission in permissions}
    verbs = _ids_by_name(session, Permission, {verb for verb, _noun in wanted})
    nouns = _ids_by_name(session, ViewMenu, {noun for _verb, noun in wanted})
    ids = _stored_pairs(session)
    for pair in sorted(set(wanted) - set(ids)):
        ids[pair] = session.scalar(insert(PermissionView).values(
            permission_id=verbs[pair[0]], view_menu_id=nouns[pair[1]]).returning(PermissionView.id))
        report.added.append(str(wanted[pair]))
    for pair in sorted(set(ids) - set(wanted)):
        pk = ids.pop(pair)
        session.execute(delete(assoc_permissionview_role).where(
            assoc_permissionview_role.c.permission_view_id == pk))
        session.execute(delete(PermissionView).where(PermissionView.id == pk))
        report.removed.append(" ".join(pair))
    return ids


def _write_grants(session, grants, permissions, pair_ids, role_ids, report) -> None:
    held = set(map(tuple, session.execute(
        select(assoc_permissionview_role.c.role_id, assoc_permissionview_role.c.permission_view_id))))
    seeded = set(map(tuple, session.execute(select(RoleGrantSeed.role_name, RoleGrantSeed.permission))))
    due = [(None, ADMIN, permission) for permission in permissions]
    due += [(release, role, permission) for release, by_role in grants.items()
            for role, given in by_role.items() for permission in given]
    for release, role, permission in due:
        if release is not None:
            if (role, str(permission)) in seeded:
                continue  # given once: whether it is still there is the supervisor's affair
            session.add(RoleGrantSeed(role_name=role, permission=str(permission), release=release))
            seeded.add((role, str(permission)))
        grant = (role_ids[role], pair_ids[permission.pair])
        if grant not in held:
            session.execute(insert(assoc_permissionview_role).values(role_id=grant[0], permission_view_id=grant[1]))
            held.add(grant)
            report.granted.append(f"{role}: {permission}")
