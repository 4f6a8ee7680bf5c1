"""The messages of a ticket: answers of the Operadora, complements of the provider, each with its files (C-28…C-30)."""
import hashlib
from collections.abc import Callable
from datetime import datetime

from ...models.classification import Phase
from ...models.notification import NotificationKind
from ...models.provider_ticket import Message, ProviderTicket, Waiting
from ...security.permissions import Perm
from .. import attachments, idempotency
from ..log import ACTOR_LENGTH, expect_log
from ..notifications import notify
from ..records import assign
from . import clock, holding, mails, owners, rules, work


def reply(session, attendance_id: int, text: str, *, files=(), request_key: str = "", public_url: str, actor,
          now: datetime) -> Message:
    """The Operadora answers: the ticket waits for the provider, who is told by e-mail, and so is a colleague who has it
    by the bell. Nobody's ticket becomes the actor's.

    The same text with the same `request_key` is written once. Raises Forbidden, NotFound, Conflict (closed), Invalid at
    message.
    """
    def act():
        ticket = work.open_locked(session, attendance_id, actor=actor)
        said = rules.message_text(text)
        message = answer(session, ticket, said, files=files, actor=actor, now=now)
        mails.replied(session, ticket, said, public_url=public_url, now=now)
        owners.tell(session, ticket, NotificationKind.ANSWERED, key=message.id, text=said, actor=actor, now=now)
        return message.id

    return _once(session, "reply", request_key, [attendance_id, text, _files(files)], act, actor=actor, now=now)


def answer(session, ticket: ProviderTicket, said: str, *, files=(), actor, now: datetime) -> Message:
    """Write in an open ticket that is locked, without a word to anybody."""
    with session.no_autoflush:  # the guard wants the log entry before anything is written
        changes = holding.begun(ticket)
        if ticket.attendance.assignee_id is None:
            changes |= work.hold(session, ticket, work.operator(session, actor.user_id, actor=actor))
        elif ticket.attendance.phase == Phase.OPEN:
            changes |= work.hold(session, ticket, ticket.attendance.assignee)
        changes |= assign(ticket, {"waiting": Waiting.PROVIDER.value})
        changes |= clock.stop(session, ticket, now=now)
        return _write(session, ticket, "out", said, files, changes, actor=actor, now=now)


def complement(session, attendance_id: int, text: str, *, files=(), request_key: str = "", actor,
               now: datetime) -> Message:
    """The provider adds to his ticket ("Complementar"): it waits for the Operadora again, and who has it is told.

    Raises as `reply`.
    """
    def act():
        ticket = work.open_locked(session, attendance_id, actor=actor, permission=Perm.PORTAL_USE)
        said = rules.message_text(text)
        with session.no_autoflush:
            changes = assign(ticket, {"waiting": Waiting.OPERATOR.value})
            changes |= clock.resume(session, ticket, now=now)
            message = _write(session, ticket, "in", said, files, changes, actor=actor, now=now)
        if ticket.attendance.assignee_id is not None:
            notify(session, user_id=ticket.attendance.assignee_id, key=f"complemented:{message.id}",
                   kind=NotificationKind.COMPLEMENTED, actor=actor, attendance_id=attendance_id,
                   values={"protocol": str(ticket.attendance), "text": said[:140]}, now=now)
        return message.id

    return _once(session, "complement", request_key, [attendance_id, text, _files(files)], act, actor=actor, now=now)


def _write(session, ticket, direction, text, files, changes, *, actor, now) -> Message:
    message = Message(attendance_id=ticket.attendance_id, direction=direction, author_id=actor.user_id,
                      author_name=actor.name[:ACTOR_LENGTH], text=text, sent_at=now)
    expect_log(session, message)
    session.add(message)
    work.written(session, ticket, "message", {"message": (None, text), **changes}, actor=actor, now=now,
                 children=[message])
    for each in files:
        attachments.add_to_message(session, ticket.attendance, message, each, actor=actor, now=now)
    return message


def _files(files) -> list:
    return [(each.filename, each.incoming.sha256) for each in files]


def _once(session, verb, request_key, asked, act: Callable[[], int], *, actor, now) -> Message:
    if not request_key:
        return session.get(Message, act())
    key = f"{verb}:" + hashlib.sha256(request_key.encode()).hexdigest()
    answer, _new = idempotency.answer_once(
        session, user_id=actor.user_id, key=key, body={verb: asked}, now=now, act=lambda: {"id": act()})
    return session.get(Message, answer["id"])
