"""Colleagues by name: who an attendance can be given to, and the words by which persons of the house are found."""
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import or_, select

from ..models.identity import UserProfile
from ..security.visibility import visible
from .plain_text import contains

WORDS = 8  # of what was typed


def find(session, viewer, term: str, _parent=None, limit: int = 20, offset: int = 0, *, only=()
         ) -> list[tuple[int, str]]:
    """(id, name) of the active staff that the viewer knows, by any part of the name or user name, accents apart; those
    alone that meet the conditions `only`."""
    rows = session.execute(
        select(User.id, User.first_name, User.last_name)
        .join(UserProfile, UserProfile.user_id == User.id)
        .where(visible(User, viewer), User.active, UserProfile.entity_id.is_(None), *only, *has_words(term))
        .order_by(User.first_name, User.last_name, User.id).limit(limit).offset(offset))
    return [(pk, f"{first} {last}".strip()) for pk, first, last in rows]


def find_after(words: list[tuple], session, viewer, term: str, limit: int, offset: int) -> list[tuple]:
    """Colleagues as `find` has them, before whom these rows stand while nothing is typed: they take places of pages."""
    first = [] if term else words
    return first[offset:offset + limit] + find(
        session, viewer, term, None, max(0, limit - len(first[offset:])), max(0, offset - len(first)))


def has_words(term: str) -> list:
    """The conditions that each word of `term` stands in the name or the user name of a User."""
    return [or_(*(contains(column, word) for column in (User.first_name, User.last_name, User.username)))
            for word in term.split()[:WORDS]]
