"""Who an attendance can be given to, by name."""
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from ..models.identity import UserProfile
from ..security.visibility import visible
from ..text import normalise

MOST = 2_000  # looked at: a desk has fewer people


def find(session, viewer, term: str, _parent=None, limit: int = 20, offset: int = 0) -> list[tuple[int, str]]:
    """(id, name) of the active staff that the viewer knows, by any part of the name or user name, accents apart."""
    rows = session.execute(
        select(User.id, User.first_name, User.last_name, User.username)
        .join(UserProfile, UserProfile.user_id == User.id)
        .where(visible(User, viewer), User.active, UserProfile.entity_id.is_(None))
        .order_by(User.first_name, User.last_name, User.id).limit(MOST))
    wanted = normalise(term).split()
    found = [(pk, f"{first} {last}".strip()) for pk, first, last, login in rows
             if all(word in normalise(f"{first} {last} {login}") for word in wanted)]
    return found[offset:offset + limit]
