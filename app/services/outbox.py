"""What leaves the building: a row in the transaction that caused it, claimed with a lease, sent afterwards (B-05).

A row is due, then sending (a worker holds it until `lease_until`), then sent; a failed try makes it due again later,
until the tries are used up and it is dead. "Reenviar" brings a dead one back. A worker that dies while sending loses
its lease: the message is tried again with the same key, which an e-mail carries as its Message-ID.
"""
import random
import secrets
import threading
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import exists, select

from .. import email_addresses, phones
from ..database import after_commit
from ..errors import Conflict, Invalid
from ..models.notification import NotificationKind
from ..models.outbox import EMAIL, SMS, Outbox, OutboxState
from ..security.permissions import Perm
from . import log
from .notifications import notify
from .records import get_visible, require

MAX_TRIES = 8
LONGEST_SMS = 480  # characters: what goes in several parts is paid several times
LEASE = timedelta(minutes=5)  # longer than the slowest try: every step of an SMTP dialogue has ten seconds
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=4)

wake_up = threading.Event()  # the job thread of this process waits on it; other processes look once a second


def enqueue_email(session, *, to: str, subject: str, body: str, now: datetime, attendance_id: int | None = None,
                  entity_id: int | None = None, sender_id: int | None = None, confidential: bool = False) -> Outbox:
    """Write an e-mail in the caller's transaction; it is sent after the commit. `body` is plain text.

    `entity_id` says to whom it is written, for the history; `sender_id` the user who wrote it, if a person did.
    The text of a `confidential` one (a link that opens an account) is not shown on the mailbox page of a real
    installation, and is blanked once a mail server has it. Raises Invalid for an address that is none, or for a line
    break in what becomes a header.
    """
    check_header("to", to)
    check_header("subject", subject)
    recipient = email_addresses.kept(to, "to")
    message = Outbox(key=secrets.token_hex(16), kind=EMAIL, recipient=recipient, subject=subject[:300], body=body,
                     payload={"confidential": True} if confidential else {}, due_at=now, created_at=now,
                     attendance_id=attendance_id, entity_id=entity_id, sender_id=sender_id)
    session.add(message)
    session.flush()  # its id is known to the caller
    after_commit(session, wake_up.set)
    return message


def enqueue_sms(session, *, to: str | None, text: str, now: datetime, attendance_id: int | None = None,
                entity_id: int | None = None, sender_id: int | None = None) -> Outbox:
    """Write an SMS in the caller's transaction; it is sent after the commit. `to` is a number in E.164.

    Raises Invalid at `to` (no mobile number) or `text` (empty, too long).
    """
    if not phones.is_mobile(to):
        raise Invalid(_l("An SMS needs a mobile number."), field="to")
    text = "".join(c for c in text.replace("\r\n", "\n") if c == "\n" or ord(c) >= 32 and c != "\x7f").strip()
    if not text:
        raise Invalid(_l("Write the message."), field="text")
    if len(text) > LONGEST_SMS:
        raise Invalid(_l("At most %(n)s characters; there are %(have)s."), field="text", n=LONGEST_SMS, have=len(text))
    message = Outbox(key=secrets.token_hex(16), kind=SMS, recipient=to, subject=" ".join(text.split())[:100],
                     body=text, payload={}, due_at=now, created_at=now, attendance_id=attendance_id,
                     entity_id=entity_id, sender_id=sender_id)
    session.add(message)
    session.flush()  # its id is known to the caller
    after_commit(session, wake_up.set)
    return message


def check_header(field: str, text: str) -> None:
    """Raise Invalid where the text would break out of its header."""
    if any(ord(c) < 32 or c in "\x7f\x85\u2028\u2029" for c in text):
        raise Invalid(_l("Line breaks and control characters are not allowed here."), field=field)


def is_waiting(session, now: datetime, kind: str = EMAIL) -> bool:
    """Whether a worker would find something of this kind to claim; reads only."""
    return session.scalar(select(exists().where(_due(now, kind)) | exists().where(_abandoned(now, kind))))


def claim(session, *, worker: str, now: datetime, kind: str = EMAIL) -> Outbox | None:
    """Take one message of this kind for `worker` until the lease ends, or None. Two workers never take the same one.

    On PostgreSQL a row locked by another worker is skipped; on SQLite the unit of work lets one writer in at a time.
    """
    for condition in (_abandoned(now, kind), _due(now, kind)):
        while message := session.scalar(select(Outbox).where(condition).order_by(Outbox.due_at).limit(1)
                                        .with_for_update(skip_locked=True)):
            if message.attempts < MAX_TRIES:
                message.state, message.worker, message.lease_until = OutboxState.SENDING, worker, now + LEASE
                message.attempts += 1
                return message
            _bury(session, message, message.error or "The worker stopped during the last try.", now)
            session.flush()  # or the next round would find it again
    return None


def _due(now, kind):
    return (Outbox.state == OutboxState.DUE) & (Outbox.due_at <= now) & (Outbox.kind == kind)


def _abandoned(now, kind):
    return (Outbox.state == OutboxState.SENDING) & (Outbox.lease_until < now) & (Outbox.kind == kind)


def mark_sent(session, message_id: int, *, worker: str, now: datetime, transport: str) -> bool:
    """Record that it left, by which transport ("smtp", "http", "demo"). False if the lease went to another worker."""
    message = _held(session, message_id, worker)
    if message is None:
        return False
    message.state, message.sent_at, message.error = OutboxState.SENT, now, None
    message.payload = {**message.payload, "transport": transport}
    if is_confidential(message) and transport != "demo":
        message.body = ""
    message.worker = message.lease_until = None
    return True


def is_confidential(message: Outbox) -> bool:
    """Whether the text is for the recipient alone."""
    return bool(message.payload.get("confidential"))


def mark_failed(session, message_id: int, *, worker: str, error: str, permanent: bool, now: datetime) -> bool:
    """Record a failed try: due again later, or dead where trying again is useless or the tries are used up."""
    message = _held(session, message_id, worker)
    if message is None:
        return False
    if permanent or message.attempts >= MAX_TRIES:
        _bury(session, message, error, now)
    else:
        message.state, message.error = OutboxState.DUE, error[:500]
        message.due_at = now + wait_before_retry(message.attempts)
        message.worker = message.lease_until = None
    return True


def _held(session, message_id, worker):
    return session.scalar(select(Outbox).where(
        Outbox.id == message_id, Outbox.worker == worker, Outbox.state == OutboxState.SENDING).with_for_update())


def _bury(session, message, error, now):
    """It stays, and the bell of who wrote it says so."""
    message.state, message.error = OutboxState.DEAD, error[:500]
    message.worker = message.lease_until = None
    if message.sender_id is not None:
        notify(session, user_id=message.sender_id, key=f"mail:{message.id}:{now.isoformat()}",
               kind=NotificationKind.MAIL, now=now, attendance_id=message.attendance_id,
               values={"to": message.recipient, "subject": message.subject})


def wait_before_retry(attempts: int) -> timedelta:
    """How long to wait after the given number of tries: 30 s, 2 min, 8 min, 32 min, 2 h, then 4 h, each ± 25 %.

    Eight tries span about half a day, an outage a mail server may have; jitter keeps a burst from coming back as one.
    """
    return min(LONGEST_WAIT, FIRST_WAIT * 4 ** (attempts - 1)) * random.uniform(0.75, 1.25)  # noqa: S311 (no secret)


def resend(session, message_id: int, *, actor, now: datetime) -> Outbox:
    """Bring a dead message back with its tries anew ("Reenviar"). Raises NotFound, Forbidden, Conflict."""
    require(actor, Perm.OUTBOX_WRITE)
    message = get_visible(session, Outbox, message_id, actor)
    session.refresh(message, with_for_update=True)
    if message.state != OutboxState.DEAD:
        raise Conflict(_l("Only a message that failed for good can be sent again."))
    changes = {"state": (message.state, OutboxState.DUE), "attempts": (message.attempts, 0),
               "error": (message.error, None)}
    message.state, message.attempts, message.due_at = OutboxState.DUE, 0, now
    message.error = None
    log.record(session, message, "resend", changes, actor=actor, now=now)
    after_commit(session, wake_up.set)
    return message
