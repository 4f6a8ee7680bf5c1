"""Who works in the provider central (C-103), by name."""
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from ..models.identity import UserProfile
from ..security.visibility import visible
from ..text import normalise
from .colleagues import MOST


def find(session, viewer, term: str, _parent=None, limit: int = 20, offset: int = 0) -> list[tuple[int, str]]:
    """(id, name) of the active operators that the viewer knows, by any part of the name or user name."""
    rows = session.execute(
        select(User.id, User.first_name, User.last_name, User.username)
        .join(UserProfile, UserProfile.user_id == User.id)
        .where(visible(User, viewer), User.active, UserProfile.central_operator, UserProfile.entity_id.is_(None))
        .order_by(User.first_name, User.last_name, User.id).limit(MOST))
    wanted = normalise(term).split()
    found = [(pk, f"{first} {last}".strip()) for pk, first, last, login in rows
             if all(word in normalise(f"{first} {last} {login}") for word in wanted)]
    return found[offset:offset + limit]
