"""Users of the tests, written straight into the tables: rules of the user register are tested where it is."""
import itertools
import secrets

from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import select
from werkzeug.security import generate_password_hash

from app.models.identity import UserProfile

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
