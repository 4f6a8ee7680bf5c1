"""The scripts that an attendance offers to who reads it (M-61, M-93)."""
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import selectinload

from ..models.script import Script, ScriptKind
from ..security.visibility import offered_script, visible
from .plain_text import contains

MOST = 100  # who does not find his among these types a word
WORDS = 8


def _here(viewer):
    """Those of the viewer's own departments, also for who keeps those of others."""
    return and_(visible(Script, viewer), offered_script(viewer), Script.kind == ScriptKind.TEXT)


def found(text: str):
    """The condition that every word of `text` stands in the title or the text, whatever the accents."""
    return and_(*(or_(contains(Script.title, word), contains(Script.body, word)) for word in text.split()[:WORDS]))


def offered(session, viewer, text: str = "") -> list[Script]:
    """MOST and one more of the scripts that hold these words, in their order, with their departments."""
    query = select(Script).where(_here(viewer)).options(selectinload(Script.departments))
    if text.split():
        query = query.where(found(text))
    return list(session.scalars(query.order_by(Script.position, Script.title_key, Script.id).limit(MOST + 1)))


def read(session, viewer, pk: int) -> Script | None:
    """The script with this id, if it is offered to the viewer."""
    return session.scalar(select(Script).where(Script.id == pk, _here(viewer)))
