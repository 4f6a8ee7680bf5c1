"""Who works in the provider central (C-103), by name."""
from ..models.identity import UserProfile
from . import colleagues


def find(session, viewer, term: str, _parent=None, limit: int = 20, offset: int = 0) -> list[tuple[int, str]]:
    """(id, name) of the active operators that the viewer knows, by any part of the name or user name."""
    return colleagues.find(session, viewer, term, None, limit, offset, only=[UserProfile.central_operator])
