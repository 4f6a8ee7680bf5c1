"""Empties the outbox: claim one message, send it, record what became of it, until nothing is due."""
import os
import secrets
import socket
from collections.abc import Callable

from ..channels.email.outbound import Letter
from ..channels.outgoing import NotNowError, RefusedError
from ..channels.sms.outbound import Text
from ..database import unit_of_work, utc_now
from ..models.outbox import EMAIL, SMS
from ..services import outbox

# Who holds a lease. Random, since a container's process number comes back after a crash.
WORKER = f"{socket.gethostname()[:50]}:{os.getpid()}:{secrets.token_hex(4)}"


def drain(session, transport, *, kind: str = EMAIL, worker: str = WORKER,
          stopping: Callable[[], bool] = lambda: False) -> int:
    """Send what is due of this kind by the transport of its channel, one by one, and return how many were tried.

    Nothing is held in the database while a server is talked to: the message is claimed in one unit of work and marked
    in another. Dying in between costs the lease's time, and the message goes again under the same key.
    """
    tried = 0
    while not stopping() and (letter := _take(session, worker, kind)):
        message_id, letter = letter
        tried += 1
        try:
            transport.send(letter)
        except (RefusedError, NotNowError) as error:
            with unit_of_work(session):
                outbox.mark_failed(session, message_id, worker=worker, error=str(error),
                                   permanent=isinstance(error, RefusedError), now=utc_now())
        else:
            with unit_of_work(session):
                outbox.mark_sent(session, message_id, worker=worker, now=utc_now(), transport=transport.name)
    return tried


def _take(session, worker, kind) -> tuple[int, Letter | Text] | None:
    now = utc_now()
    waiting = outbox.is_waiting(session, now, kind)  # a read: an idle desk writes nothing, however often it looks
    session.rollback()
    if not waiting:
        return None
    with unit_of_work(session):
        message = outbox.claim(session, worker=worker, now=now, kind=kind)
        return None if message is None else (message.id, _MADE[kind](message))  # None: another worker was quicker


def _letter(message) -> Letter:
    return Letter(key=message.key, recipient=message.recipient, subject=message.subject, body=message.body,
                  written_at=message.created_at, automatic=message.sender_id is None)


_MADE = {EMAIL: _letter,
         SMS: lambda message: Text(key=message.key, recipient=message.recipient, body=message.body)}
