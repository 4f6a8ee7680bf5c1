"""A ticket closed with a last word to the provider, which is an answer like any other ("Encerrar atendimento")."""
from datetime import datetime

from ...models.provider_ticket import ProviderTicket
from . import conversation, rules, work


def close(session, attendance_id: int, *, message: str | None = None, version: int | None = None, public_url: str,
          actor, now: datetime, **asked) -> ProviderTicket:
    """As `work.close`, which takes what else is `asked`; a `message` is sent as an answer before. Raises the same, and
    Invalid at message."""
    said = rules.message_text(message, required=False)
    if said:
        ticket = work.locked(session, attendance_id, version=version, actor=actor)
        version = None  # the answer makes another
        if ticket.attendance.is_open:
            conversation.answer(session, ticket, said, actor=actor, now=now)
    return work.close(session, attendance_id, version=version, said=said, public_url=public_url, actor=actor, now=now,
                      **asked)
