"""Whether the Operadora answered what a provider asked, in SQL: the list and the figures of the central agree.

What the Operadora opened for a provider asks nothing of it. Subqueries of one row each: as joins, a planner would read
the messages of all tickets for the few of a page.
"""
from sqlalchemy import and_, func, select

from ..models.provider_ticket import Message, ProviderTicket
from .planner import row_by_row

ANSWERED = ("yes", "no")
_OWN = Message.attendance_id == ProviderTicket.attendance_id


def _one(column, *where):
    return select(column).where(_OWN, *where).correlate(ProviderTicket)


ASKED = _one(Message.id, Message.direction == "in", Message.sent_at <= ProviderTicket.opened_at).limit(
    1).scalar_subquery().is_not(None)  # opened by the provider
_SINCE = Message.direction == "out", Message.sent_at >= ProviderTicket.opened_at  # a merged one brings older ones
FIRST_ANSWER = _one(func.min(Message.sent_at), *_SINCE).scalar_subquery()
_ANSWER = _one(Message.id, *_SINCE).limit(1).scalar_subquery()


def conditions(answered: str | None) -> list:
    """Of `answered`: "yes", open or closed; "no", of those still open. Anything of None."""
    match answered:
        case "yes":
            return [row_by_row(and_(ASKED, _ANSWER.is_not(None)))]
        case "no":
            return [ProviderTicket.closed_at.is_(None), row_by_row(and_(_ANSWER.is_(None), ASKED))]  # most have one
    return []
