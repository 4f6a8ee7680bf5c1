"""Reading internal communications: what a colleague got, what he sent, and those about a provider."""
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from ..models.internal_message import InternalMessage, InternalRecipient
from ..security.permissions import Perm
from ..security.visibility import visible
from . import colleagues
from .mentions import holders

SIZE, OF_ENTITY, CAP = 25, 20, 99
WHOLE = (joinedload(InternalMessage.sender), joinedload(InternalMessage.entity), joinedload(InternalMessage.attendance),
         selectinload(InternalMessage.recipients).joinedload(InternalRecipient.user),
         selectinload(InternalMessage.recipients).joinedload(InternalRecipient.department))


def inbox(session, viewer, *, unread: bool = False, before: int | None = None,
          size: int = SIZE) -> tuple[list[InternalMessage], int | None]:
    """(what the viewer got, newest first, id to go on from or None)."""
    mine = select(InternalRecipient.message_id).where(InternalRecipient.user_id == viewer.user_id)
    if unread:
        mine = mine.where(InternalRecipient.read_at.is_(None))
    return _page(session, viewer, InternalMessage.id.in_(mine), before, size)


def sent(session, viewer, *, before: int | None = None, size: int = SIZE) -> tuple[list[InternalMessage], int | None]:
    """(what the viewer sent, newest first, id to go on from or None)."""
    return _page(session, viewer, InternalMessage.sender_id == viewer.user_id, before, size)


def of_entity(session, viewer, entity_id: int, limit: int = OF_ENTITY) -> list[InternalMessage]:
    """Those about this entity that the viewer sent or got, newest first; to who is served, none."""
    return _page(session, viewer, InternalMessage.entity_id == entity_id, None, limit)[0]


def find(session, viewer, pk: int) -> InternalMessage | None:
    """One that the viewer sent or got."""
    return session.scalar(
        select(InternalMessage).where(InternalMessage.id == pk, visible(InternalMessage, viewer)).options(*WHOLE))


def unread_count(session, viewer) -> int:
    """How many the viewer has not read, counted to one more than CAP."""
    rows = select(InternalRecipient.id).where(
        InternalRecipient.user_id == viewer.user_id, InternalRecipient.read_at.is_(None)).limit(CAP + 1)
    return session.scalar(select(func.count()).select_from(rows.subquery()))


def is_unread(message: InternalMessage, viewer) -> bool:
    """Whether the viewer got it and has not read it."""
    return any(each.user_id == viewer.user_id and each.read_at is None for each in message.recipients)


def find_colleagues(session, viewer, term, _parent, limit, offset) -> list[tuple[int, str]]:
    """(id, name) of the active colleagues to whom one may write, by any part of the name or user name."""
    return colleagues.find(session, viewer, term, None, limit, offset, only=[
        User.id != viewer.user_id, User.id.in_(holders(Perm.INTERNAL_MESSAGE))])


def _page(session, viewer, condition, before, size):
    query = select(InternalMessage).where(condition, visible(InternalMessage, viewer)).options(*WHOLE)
    if before is not None:
        query = query.where(InternalMessage.id < before)
    rows = list(session.scalars(query.order_by(InternalMessage.id.desc()).limit(size + 1)))
    return rows[:size], rows[size - 1].id if len(rows) > size else None
