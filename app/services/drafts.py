"""What a person has typed and not saved: kept on the server by (user, form); reload and sign-out lose nothing."""
import json

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select

from ..errors import Invalid
from ..models.desk import Draft

MAX_CHARACTERS = 64 * 1024
REFUSED = "!refused"  # what was wrong with the values when they were sent: no field has such a name


def attendance_key(attendance_id: int | None = None, page: int | str = 1, entity_id: int | None = None) -> str:
    """The key of a record's form on one of its pages ("new" is the one to be added), or of an entity's new one."""
    return f"attendance:{attendance_id}:{page}" if attendance_id else f"attendance:new:{entity_id}"


def get_draft(session, key: str, *, actor) -> Draft | None:
    """The actor's own draft of that form."""
    return session.scalar(select(Draft).where(Draft.user_id == actor.user_id, Draft.key == key))


def keep_draft(session, key: str, values: dict, *, actor, now) -> Draft:
    """Store what is typed now; it replaces what was kept before. Raises Invalid when it is too long to keep."""
    if len(json.dumps(values)) > MAX_CHARACTERS:
        raise Invalid(_l("The draft is too long to be kept."))
    draft = get_draft(session, key, actor=actor) or Draft(user_id=actor.user_id, key=key)
    draft.values, draft.updated_at = values, now
    session.add(draft)
    return draft


def drop_draft(session, key: str, *, actor) -> None:
    """Forget the draft: the form was saved, or the person wants the stored values back."""
    session.execute(delete(Draft).where(Draft.user_id == actor.user_id, Draft.key == key))
