"""Users of the tests, written straight into the tables: rules of the user register are tested where it is."""
import itertools
import secrets

from flask_appbuilder.security.sqla.models import Permission, PermissionView, Role, User, ViewMenu
from flask_appbuilder.security.sqla.models import assoc_permissionview_role as granted
from sqlalchemy import select
from werkzeug.security import generate_password_hash

from app.models.identity import UserProfile
from app.security.permissions import ADMIN
from app.security.viewer import Viewer

from .clients import PASSWORD
from .clock import DAY, NOON
from .seeding import seeding

_names = itertools.count(1)


def make_user(session, username=None, *roles, companies=(), units=(), entity=None, password=PASSWORD, active=True,
              source="db", contact_email=None, name=None, **profile) -> User:
    """A user with these role names. `password=None` and another `source` make one of a directory."""
    username = username or f"user{next(_names)}"
    rows = [_role(session, role) for role in roles]
    user = User(username=username, first_name=name or username.capitalize(), last_name="Teste", active=active,
                email=f"{secrets.token_hex(8)}@users.invalid", roles=rows,
                password=generate_password_hash(password, "pbkdf2:sha256:1") if source == "db" and password else None)
    user.profile = UserProfile(source=source, companies=list(companies), units=list(units), entity=entity,
                               contact_email=contact_email, password_changed_at=NOON - 30 * DAY, **profile)
    with seeding(session):
        session.add(user)
    return user


def _role(session, name):
    role = session.scalar(select(Role).where(Role.name == name))
    assert role is not None, f"no role {name!r}: the product's own come from `flask sync`"
    return role


def viewer_for(session, user) -> Viewer:
    """The Viewer that a request of this user would have."""
    pairs = session.execute(
        select(Permission.name, ViewMenu.name)
        .select_from(User).join(User.roles).join(granted, granted.c.role_id == Role.id)
        .join(PermissionView, PermissionView.id == granted.c.permission_view_id)
        .join(Permission, Permission.id == PermissionView.permission_id)
        .join(ViewMenu, ViewMenu.id == PermissionView.view_menu_id).where(User.id == user.id))
    return Viewer(user_id=user.id, name=user.get_full_name(), entity_id=user.profile.entity_id,
                  admin=any(role.name == ADMIN for role in user.roles), permissions=frozenset(map(tuple, pairs)))
