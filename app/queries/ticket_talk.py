"""The conversation of a ticket as both sides see it: messages with their files, and between them, where they were sent,
the e-mails and SMS that operators wrote to its contact (C-87, C-88)."""
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from ..models.attachment import Attachment
from ..models.outbox import EMAIL, SMS, Outbox, OutboxState
from ..models.provider_ticket import Message, ProviderTicket
from ..security.visibility import visible

SIZE = 50  # messages a page
MOST = 100  # e-mails and SMS between them, the newest
MESSAGE = "message"  # the kind of what is neither


class Said(NamedTuple):
    """A message, or what was sent beside it: of that there is no id, and `state` is how far it has come."""

    kind: str  # MESSAGE, EMAIL, SMS
    id: int | None
    direction: str
    author_name: str
    subject: str
    text: str
    sent_at: datetime
    files: tuple[Attachment, ...] = ()
    state: str | None = None


@dataclass(frozen=True)
class Talk:
    """What was said, the oldest first; `earlier` is the id of the message before which there is more."""

    said: list[Said]
    earlier: int | None

    def end(self, size: int) -> "Talk":
        """Its last ones alone; `earlier` then says only that there are others."""
        cut = self.said[:-size]
        return Talk(self.said[-size:], self.earlier or next((each.id for each in self.said if cut and each.id), None))


def talk(session, viewer, ticket: ProviderTicket, *, before: int | None = None, size=SIZE, sent: list | None = None
         ) -> Talk:
    """The last `size` messages of a ticket that the viewer sees, or those before a message, with what people sent among
    them; three queries. Of what never left the provider is told nothing. `sent`: of the end of a conversation, the
    newest of what was `written`, where it was read already; the product's own mails in it repeat what stands there."""
    where = [Message.attendance_id == ticket.attendance_id, visible(Message, viewer)]
    if before is not None:
        where.append(Message.id < before)
    rows = list(session.scalars(select(Message).where(*where).order_by(Message.id.desc()).limit(size + 1)))
    more, rows = len(rows) > size, rows[:size][::-1]
    files: dict[int, list[Attachment]] = {}
    if rows:
        for file in session.scalars(select(Attachment).where(
                Attachment.message_id.in_([row.id for row in rows]), Attachment.removed_at.is_(None),
                visible(Attachment, viewer)).order_by(Attachment.id)):
            files.setdefault(file.message_id, []).append(file)
    said: list[Said] = []
    since = rows[0].sent_at if more else None
    if sent is None:
        sent = _sent(session, viewer, ticket, since, before)
    beside = [_of_sent(row) for row in reversed(sent) if row.sender_id and (since is None or row.created_at >= since)]
    for row in rows:  # messages follow each other by their ids, whatever the clocks of two servers say
        while beside and beside[0].sent_at < row.sent_at:
            said.append(beside.pop(0))
        said.append(of_message(row, files.get(row.id, ())))
    return Talk([*said, *beside], rows[0].id if more else None)


def written(session, ticket: ProviderTicket, *where, limit=MOST) -> list:
    """The newest e-mails and SMS to the contact of a ticket, of people and of the product, with the sender's name."""
    return session.execute(
        select(Outbox.id, Outbox.kind, Outbox.recipient, Outbox.subject, Outbox.body, Outbox.state, Outbox.error,
               Outbox.created_at, Outbox.sent_at, Outbox.due_at, Outbox.sender_id, User.first_name, User.last_name)
        .outerjoin(User, User.id == Outbox.sender_id).where(*to_contact(ticket.attendance_id, ticket.entity_id), *where)
        .order_by(Outbox.id.desc()).limit(limit)).all()


def to_contact(attendance_id, entity_id) -> list:
    """Conditions: an e-mail or an SMS to the contact of this ticket of this provider."""
    return [Outbox.attendance_id == attendance_id, Outbox.entity_id == entity_id, Outbox.kind.in_((EMAIL, SMS))]


def of_message(message: Message, files: Iterable[Attachment] = ()) -> Said:
    """A message as the conversation has it."""
    return Said(MESSAGE, message.id, message.direction, message.author_name, "", message.text, message.sent_at,
                tuple(files))


def _of_sent(row) -> Said:
    name = " ".join(filter(None, (row.first_name, row.last_name)))
    return Said(row.kind, None, "out", name, row.subject if row.kind == EMAIL else "", row.body, row.created_at,
                state=row.state)


def _sent(session, viewer, ticket, since: datetime | None, before: int | None) -> list:
    """What people sent from then on, up to the message of this id, the newest first."""
    where = [Outbox.sender_id.is_not(None)]
    if viewer.entity_id:
        where.append(Outbox.state != OutboxState.DEAD)
    if since is not None:
        where.append(Outbox.created_at >= since)
    if before is not None:
        where.append(Outbox.created_at < select(Message.sent_at).where(
            Message.id == before, Message.attendance_id == ticket.attendance_id).scalar_subquery())
    return written(session, ticket, *where)
