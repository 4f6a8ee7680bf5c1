"""What a person has typed and not saved, kept on the server by (user, form, tab of the browser).

Reload, sign-out and another browser lose nothing: a form that is opened anew begins with the newest draft of it. Two
tabs on one form do not write over each other: each keeps its own, and a save forgets only what it was made of.
"""
import json
import re
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, delete, or_, select

from ..errors import Invalid
from ..models.desk import Draft

MAX_CHARACTERS = 64 * 1024
REFUSED = "!refused"  # what was wrong with the values when they were sent: no field has such a name
TAKEN = "!taken"  # the fields that take the stored value in the place of what was typed
MOST = 10  # drafts of one form that are looked at: tabs a person forgot
_TAB = re.compile(r"[0-9a-z]{1,32}")


def attendance_key(attendance_id: int | None = None, page: int | str = 1, entity_id: int | None = None) -> str:
    """The key of a record's form on one of its pages ("new" is the one to be added), or of an entity's new one."""
    return f"attendance:{attendance_id}:{page}" if attendance_id else f"attendance:new:{entity_id}"


def note_key(attendance_id: int) -> str:
    """The key of the internal note that is being typed on a record: one, whichever page or tab it is typed on."""
    return f"note:{attendance_id}"


def tab_of(text) -> str:
    """The name of a tab as the browser said it; "" where it is none."""
    return text if isinstance(text, str) and _TAB.fullmatch(text) else ""


def get_drafts(session, key: str, *, actor) -> list[Draft]:
    """The actor's own drafts of that form, the newest first."""
    return list(session.scalars(select(Draft).where(_of_form(key, actor)).order_by(
        Draft.updated_at.desc(), Draft.tab).limit(MOST)))


def kept_since(session, moment: datetime, *, actor) -> bool:
    """Whether the actor has a draft that was kept after this moment, of whatever form."""
    return session.scalar(select(Draft.user_id).where(
        Draft.user_id == actor.user_id, Draft.updated_at >= moment).limit(1)) is not None


def keep_draft(session, key: str, values: dict, *, tab: str = "", actor, now) -> Draft:
    """Store what is typed now in this tab; it replaces what the tab kept before. Raises Invalid when it is too long."""
    if len(json.dumps(values)) > MAX_CHARACTERS:
        raise Invalid(_l("The draft is too long to be kept."))
    draft = session.get(Draft, (actor.user_id, key, tab)) or Draft(user_id=actor.user_id, key=key, tab=tab)
    draft.values, draft.updated_at = values, now
    session.add(draft)
    return draft


def keep_note(session, attendance_id: int, text: str, *, actor, now: datetime) -> None:
    """Store the internal note that is being typed; of a blank one nothing is left. Raises Invalid as above."""
    key = note_key(attendance_id)
    if text.strip():
        keep_draft(session, key, {"text": text}, actor=actor, now=now)
    else:
        drop_drafts(session, key, actor=actor)


def note_of(session, attendance_id: int, *, actor) -> str:
    """The internal note that the actor has typed on a record and not added."""
    draft = session.get(Draft, (actor.user_id, note_key(attendance_id), ""))
    return draft.values.get("text", "") if draft else ""


def mark(begun: str | None, draft: Draft) -> str:
    """What a form carries of the drafts it was filled from: `drop_draft` forgets them unless a tab went on typing."""
    return " ".join([*(begun or "").split(), f"{draft.tab}|{draft.updated_at.isoformat()}"][-MOST:])


def drop_draft(session, key: str, *, tab: str = "", begun: str | None = "", actor) -> None:
    """Forget the draft of this tab and those it was made of: the form was saved."""
    gone = [Draft.tab == tab]
    for each in (begun or "").split()[-MOST:]:
        name, _bar, stamp = each.partition("|")
        try:
            gone.append(and_(Draft.tab == tab_of(name), Draft.updated_at == datetime.fromisoformat(stamp)))
        except (TypeError, ValueError):  # not one of ours
            continue
    session.execute(delete(Draft).where(_of_form(key, actor), or_(*gone)))


def drop_drafts(session, key: str, *, actor) -> None:
    """Forget every draft of the form: the person wants the stored values back."""
    session.execute(delete(Draft).where(_of_form(key, actor)))


def _of_form(key: str, actor):
    return and_(Draft.user_id == actor.user_id, Draft.key == key)
