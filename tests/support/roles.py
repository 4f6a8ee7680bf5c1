"""Roles and permissions of the enum, straight into FAB's tables: stands in for `flask sync` until it is there."""
from types import SimpleNamespace

from flask_appbuilder.security.sqla.models import Permission, PermissionView, Role, ViewMenu

from app.security.permissions import ADMIN, GRANTS, Perm


def sync(session):
    verbs, nouns, pairs = {}, {}, {}
    for permission in Perm:
        verb, noun = permission.pair
        verbs.setdefault(verb, Permission(name=verb))
        nouns.setdefault(noun, ViewMenu(name=noun))
        pairs[permission] = PermissionView(permission=verbs[verb], view_menu=nouns[noun])
    roles = {ADMIN: set(Perm)}
    for release in GRANTS.values():
        for role, permissions in release.items():
            roles.setdefault(role, set()).update(permissions)
    session.add_all(Role(name=name, permissions=[pairs[p] for p in granted]) for name, granted in roles.items())
    session.add(Role(name="Public"))
    return SimpleNamespace(problems=[])


def synchronise():
    """What `flask sync` does; without its permissions part until that is there."""
    from app.extensions import db

    try:
        import app.security.sync  # noqa: F401
    except ImportError:
        sync(db.session)
        db.session.commit()
    else:
        from app.commands.install import synchronise as whole

        whole()
