"""Whoever has the central before him hears at once that a ticket is another: which one, never what is in it."""
from collections.abc import Iterable
from datetime import datetime

from ...security import audience
from ...security.permissions import Perm
from .. import live_events


def changed(session, ids: Iterable[int], *, now: datetime) -> None:
    """Tell those who may read tickets; what each sees of them, the server decides when he asks."""
    live_events.tell(session, kind="ticket.changed", ids=ids, audience=audience.holders(Perm.TICKET_READ), now=now)
