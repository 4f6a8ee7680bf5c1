"""E-mails that a person writes to an entity from its attendance (S-42): queued, logged and kept with the attendance."""
import re
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from .. import email_addresses
from ..errors import Invalid, InvalidMany, NotFound
from ..models.attendance import Attendance
from ..models.entity import EContactKind
from ..models.outbox import Outbox
from ..security.permissions import Perm
from ..security.visibility import visible
from . import outbox
from .email_templates import LONGEST_BODY
from .log import record_id
from .records import require

LONGEST_SUBJECT = 200
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def recipients(entity) -> list[tuple[str, str]]:
    """[(address, whose it is)] of an entity and its active contacts, the main e-mail first, each address once."""
    if entity is None:
        return []
    own = sorted((row for row in entity.econtacts if row.kind == EContactKind.EMAIL), key=lambda row: not row.is_main)
    found = [(row.value, str(entity)) for row in own]
    found += [(row.email, row.name) for row in entity.contacts if row.active and row.email]
    once: dict[str, tuple[str, str]] = {}
    for address, name in found:
        once.setdefault(address.strip().lower(), (address.strip(), name))
    return list(once.values())


def with_protocol(subject: str, attendance: Attendance) -> str:
    """The subject, which names the protocol: an answer finds its attendance."""
    subject = subject.strip()
    if not attendance.protocol or attendance.protocol in subject:
        return subject
    return f"{subject} [{attendance.protocol}]".strip()


def check(attendance: Attendance, *, to: str, subject: str, body: str) -> tuple[str, str, str]:
    """(recipient, subject, text) as they would leave. Raises InvalidMany with every field's message.

    The recipient is one of the entity's and its contacts' addresses, whatever was sent; the text stays text.
    """
    errors = []
    subject, body = subject or "", _UNSEEN.sub("", (body or "").replace("\r\n", "\n")).strip()
    known = {address.lower(): address for address, _name in recipients(attendance.entity)}
    address = known.get((to or "").strip().lower())
    if address is None:
        errors.append(Invalid(_l("Choose an e-mail of the entity or of its contacts."), field="to"))
    else:
        try:
            email_addresses.parse(address, written_to=True)
        except Invalid:
            errors.append(Invalid(_l("This e-mail is not valid: correct it in the registration."), field="to"))
    try:
        outbox.check_header("subject", subject)
    except Invalid as refusal:
        errors.append(refusal)
    if not subject.strip():
        errors.append(Invalid(_l("Write the subject."), field="subject"))
    elif len(subject) > LONGEST_SUBJECT:
        errors.append(Invalid(_l("The subject has more than %(most)s characters."), field="subject",
                              most=LONGEST_SUBJECT))
    if not body:
        errors.append(Invalid(_l("Write the text of the e-mail."), field="body"))
    elif len(body) > LONGEST_BODY:
        errors.append(Invalid(_l("The text has more than %(most)s characters."), field="body", most=LONGEST_BODY))
    if errors:
        raise InvalidMany(errors)
    return address, with_protocol(subject, attendance), body


def send(session, attendance_id: int, *, to: str, subject: str, body: str, actor, now: datetime) -> Outbox:
    """Queue an e-mail to the entity of an attendance, open or closed, and log it. Raises Forbidden, NotFound,
    InvalidMany.

    A closed attendance may be written about: telling how it ended changes nothing of it.
    """
    require(actor, Perm.EMAIL_SEND)
    attendance = session.scalar(select(Attendance).where(  # locked: its log has one next entry
        Attendance.id == attendance_id, visible(Attendance, actor)).with_for_update(of=Attendance))
    if attendance is None:
        raise NotFound(_l("Attendance not found."))
    address, subject, body = check(attendance, to=to, subject=subject, body=body)
    message = outbox.enqueue_email(
        session, to=address, subject=subject, body=body, now=now, attendance_id=attendance.id,
        entity_id=attendance.entity_id, sender_id=actor.user_id)
    record_id(session, Attendance.__tablename__, attendance.id, "email",
              {"recipient": (None, address), "subject": (None, subject)}, actor=actor, now=now)
    return message
