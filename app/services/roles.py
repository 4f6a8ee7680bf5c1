"""The only writers of roles and of what they grant.

Rules (requirements 1b): in a role only what the actor himself holds may be put in or taken out; Admin always holds the
whole enum; the product's own roles are neither renamed nor deleted. A change holds from the next request of whoever has
the role.
"""
from datetime import datetime

from flask_appbuilder.security.sqla.models import Permission, PermissionView, Role, ViewMenu, assoc_user_role
from flask_babel import force_locale
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from ..errors import Conflict, Forbidden, Invalid
from ..security.guard import writing
from ..security.labels import ROLES
from ..security.permissions import ADMIN, ATTENDANT, CONFIGURATOR, CUSTOMER, PROVIDER, SUPERVISOR, Perm
from ..text import normalise
from . import log
from .accounts import LOCALES
from .records import get_visible, in_use, require

TARGET = "ab_role"
OWN_ROLES = (ADMIN, SUPERVISOR, CONFIGURATOR, ATTENDANT, PROVIDER, CUSTOMER)
_BY_PAIR = {permission.pair: permission for permission in Perm}


def permissions_of(role: Role) -> set[Perm]:
    """What a role grants, as the enum."""
    pairs = ((row.permission.name, row.view_menu.name) for row in role.permissions)
    return {_BY_PAIR[pair] for pair in pairs if pair in _BY_PAIR}


def create(session, values: dict, *, actor, now: datetime) -> Role:
    """A role with `name` and `permissions` (texts of the enum). Raises DomainError."""
    require(actor, Perm.ROLE_WRITE)
    role = Role(name=_clean_name(session, values.get("name")), permissions=[])
    changes = {"name": (None, role.name)}
    with session.no_autoflush:
        changes |= _grant(session, role, _some(role, values.get("permissions")), actor)
    with writing(session):
        session.add(role)
    log.record_id(session, TARGET, role.id, "create", changes, actor=actor, now=now, first=True)
    return role


def update(session, pk: int, values: dict, *, actor, now: datetime) -> Role:
    """Change name or permissions. Raises DomainError."""
    require(actor, Perm.ROLE_WRITE)
    role = get_visible(session, Role, pk, actor)
    changes = {}
    name = values.get("name", role.name)
    with writing(session):
        if name != role.name:
            if role.name in OWN_ROLES:
                raise Conflict(_l("The roles of the product keep their names."), "name")
            old, role.name = role.name, _clean_name(session, name, but=role.id)
            changes["name"] = (old, role.name)
        if "permissions" in values:
            changes |= _grant(session, role, _some(role, values["permissions"]), actor)
    if changes:
        log.record_id(session, TARGET, role.id, "update", changes, actor=actor, now=now)
    return role


def delete(session, pk: int, *, actor, now: datetime) -> None:
    """Remove a role that nobody has. Raises DomainError."""
    require(actor, Perm.ROLE_WRITE)
    role = get_visible(session, Role, pk, actor)
    if role.name in OWN_ROLES:
        raise Conflict(_l("The roles of the product are not deleted."))
    if session.scalar(select(assoc_user_role.c.id).where(assoc_user_role.c.role_id == pk).limit(1)):
        raise in_use(_l("There are users with this role: take it from them first."))
    with writing(session):
        changes = {"name": (role.name, None)} | _grant(session, role, (), actor)
        log.record_id(session, TARGET, role.id, "delete", changes, actor=actor, now=now)
        session.delete(role)


def _some(role, texts):
    """At least one permission: whoever had only a role without any could not even open his own account."""
    if not texts and role.name != ADMIN:  # of which nothing is ever taken: `_grant` says so
        raise Invalid(_l("Choose at least one permission: a role without any lets people do nothing."), "permissions")
    return texts or ()


def _grant(session, role, texts, actor) -> dict:
    """Make the role grant exactly these; {"permissions": (old, new)} or nothing."""
    try:
        wanted = {Perm(text) for text in texts}
    except ValueError as error:
        raise Invalid(_l("Not a valid choice."), "permissions") from error
    present = permissions_of(role)
    if wanted == present:
        return {}
    if role.name == ADMIN:
        raise Forbidden(_l("Administrators always have every permission."), "permissions")
    if any(not actor.may(permission) for permission in wanted ^ present):
        raise Forbidden(_l("You can only give or take permissions that you have yourself."), "permissions")
    if Perm.ROLE_WRITE in present - wanted and _only_through(session, role, actor):
        raise Conflict(_l("You would lose the right to keep roles yourself: ask an administrator to take it away."),
                       "permissions")
    rows = session.scalars(select(PermissionView).join(Permission).join(ViewMenu).where(
        Permission.name.in_({p.pair[0] for p in wanted}), ViewMenu.name.in_({p.pair[1] for p in wanted}))).all()
    by_pair = {(row.permission.name, row.view_menu.name): row for row in rows}
    role.permissions = [by_pair[permission.pair] for permission in wanted]
    return {"permissions": (sorted(map(str, present)), sorted(map(str, wanted)))}


def _only_through(session, role, actor) -> bool:
    """Whether this role is the only one by which the actor may keep roles."""
    held = session.scalars(select(Role.id).join(assoc_user_role, assoc_user_role.c.role_id == Role.id).join(
        Role.permissions).join(Permission).join(ViewMenu).where(
        assoc_user_role.c.user_id == actor.user_id, Permission.name == Perm.ROLE_WRITE.pair[0],
        ViewMenu.name == Perm.ROLE_WRITE.pair[1]))
    return not actor.admin and set(held) == {role.id}


def _clean_name(session, typed, but=None) -> str:
    name = " ".join((typed or "").split())
    if not name:
        raise Invalid(_l("This field is required."), "name")
    if len(name) > 64:
        raise Invalid(_l("Use at most 64 characters."), "name")
    taken = {normalise(text) for text in session.scalars(select(Role.name).where(Role.id != (but or 0)))}
    if normalise(name) in taken | _labels():
        raise Conflict(_l("There is already a role with this name."), "name")
    return name


def _labels() -> set[str]:
    """What the product's own roles are called on the screen, in every language: nobody could tell them apart."""
    found = set()
    for locale in LOCALES:
        with force_locale(locale):
            found |= {normalise(str(label)) for label in ROLES.values()}
    return found
