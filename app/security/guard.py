"""Second wall: membership, activity, passwords and grants change only inside the services of users and roles.

Any other write through the ORM (a FAB view, `sm.add_user`, a careless script) fails at flush. Bulk SQL passes: only
`sync` uses it.
"""
from contextlib import contextmanager

from flask_appbuilder.security.sqla.models import Group, PermissionView, Role, User
from sqlalchemy import event, inspect
from sqlalchemy.orm import Session

WATCHED = {
    User: ("username", "roles", "groups", "active", "password"),
    Role: ("name", "permissions", "user"),
    Group: ("roles", "users"),
    PermissionView: ("role",),
}


@contextmanager
def writing(session):
    """Inside, what is written to users and roles is flushed; a service has checked it."""
    before = session.info.get("identity_writer")
    session.info["identity_writer"] = True
    try:
        yield
        session.flush()  # while the writing is still allowed
    finally:
        session.info["identity_writer"] = before


@event.listens_for(Session, "before_flush")
def _only_services_write(session, _context, _instances):
    if session.info.get("identity_writer") or session.info.get("unlogged"):
        return
    for item in [*session.new, *session.dirty, *session.deleted]:
        watched = WATCHED.get(type(item))
        if watched is None:
            continue
        if item in session.deleted or any(inspect(item).attrs[name].history.has_changes() for name in watched):
            raise RuntimeError(f"{type(item).__name__} is written by its service only")
