"""Internal communications ("Comunicações internas") between colleagues; who is served never sees them (C-83).

A notification is told by the bell, a message too, an e-mail leaves for the colleague's address besides; each of them
stays in the inbox of who got it and among what its sender has sent.
"""
import hashlib
from datetime import datetime

from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update
from sqlalchemy.orm import contains_eager

from ..errors import DomainError, Invalid, NotFound
from ..models.attendance import Attendance
from ..models.company import Department
from ..models.entity import Entity
from ..models.identity import UserProfile
from ..models.internal_message import InternalKind, InternalMessage, InternalRecipient
from ..models.notification import NotificationKind
from ..queries.mentions import holders
from ..security.permissions import Perm
from ..security.visibility import visible
from . import idempotency
from .entity_rules import NOT_A_CHOICE, REQUIRED, cleaned, raise_all
from .log import canonical, record
from .notifications import mark_told_read, notify
from .outbox import enqueue_email
from .records import require

LONGEST_SUBJECT, LONGEST_TEXT, MOST, EXCERPT = 200, 10_000, 500, 140


def send(session, *, kind: str, subject: str, text: str, user_ids=(), department_ids=(), entity_id: int | None = None,
         attendance_id: int | None = None, request_key: str = "", actor, now: datetime) -> InternalMessage:
    """Write to colleagues and to all of some departments, about an entity, an attendance or nothing in particular.

    The same words with the same `request_key` are sent once. Raises Forbidden (no right, or no colleague),
    InvalidMany at kind, subject, text, users, departments; NotFound for an entity or an attendance one may not see.
    """
    require(actor, Perm.INTERNAL_MESSAGE)
    if actor.entity_id is not None:
        raise NotFound(_l("Record not found."))
    for model, pk in ((Entity, entity_id), (Attendance, attendance_id)):
        if pk is not None and session.scalar(select(model.id).where(model.id == pk, visible(model, actor))) is None:
            raise NotFound(_l("Record not found."))
    errors: list[DomainError] = []
    if kind not in tuple(InternalKind):
        errors.append(Invalid(NOT_A_CHOICE, field="kind"))
    values = {"subject": _words(errors, "subject", " ".join((subject or "").split()), LONGEST_SUBJECT),
              "text": _words(errors, "text", text, LONGEST_TEXT)}
    people = _people(session, user_ids, department_ids, actor, errors)
    addresses = {user.id: user.profile.contact_email for user in people if user.profile.contact_email}
    if kind == InternalKind.EMAIL and people and not addresses:
        errors.append(Invalid(_l("None of these colleagues has an e-mail address."), field="kind"))
    raise_all(errors)
    values |= {"kind": kind, "entity_id": entity_id, "attendance_id": attendance_id}

    def act():
        return {"id": _write(session, values, people, addresses, actor=actor, now=now).id}

    if not request_key:
        return session.get(InternalMessage, act()["id"])
    asked = [request_key, values, sorted(user.id for user in people)]
    key = "internal:" + hashlib.sha256(canonical(asked)).hexdigest()
    answer, _new = idempotency.answer_once(
        session, user_id=actor.user_id, key=key, body={"internal": asked}, now=now, act=act)
    return session.get(InternalMessage, answer["id"])


def mark_read(session, pk: int, *, actor, now: datetime) -> bool:
    """The actor has read one that he got; False where he got none, or had read it. The bell's line is read with it."""
    mark_told_read(session, _bell(pk), actor=actor, now=now)
    return bool(session.execute(update(InternalRecipient).where(
        InternalRecipient.message_id == pk, InternalRecipient.user_id == actor.user_id,
        InternalRecipient.read_at.is_(None)).values(read_at=now).execution_options(
        synchronize_session="fetch")).rowcount)


def _bell(pk: int) -> str:
    return f"internal:{pk}"


def _words(errors, field, value, limit) -> str:
    words = cleaned(value) or ""
    if not words:
        errors.append(Invalid(REQUIRED, field=field))
    elif len(words) > limit:
        errors.append(Invalid(_l("At most %(n)s characters; there are %(have)s."), field=field, n=limit,
                              have=len(words)))
    return words


def _people(session, user_ids, department_ids, actor, errors) -> dict[User, int | None]:
    """{who gets it: the department through which, if he was not chosen himself}; never the sender."""
    colleague = (select(User).join(UserProfile, UserProfile.user_id == User.id).where(
        visible(User, actor), User.active, UserProfile.entity_id.is_(None), User.id.in_(holders(Perm.INTERNAL_MESSAGE)))
        .options(contains_eager(User.profile)).order_by(User.id))
    users, departments = set(user_ids), set(department_ids)
    if not users | departments:
        errors.append(Invalid(_l("Choose who is to get it: colleagues, departments or both."), field="users"))
        return {}
    chosen = dict.fromkeys(session.scalars(colleague.where(User.id.in_(users)))) if users else {}
    if len(chosen) != len(users):
        errors.append(Invalid(NOT_A_CHOICE, field="users"))
    known = set(session.scalars(select(Department.id).where(
        Department.id.in_(departments), Department.active, visible(Department, actor)))) if departments else set()
    if known != departments:
        errors.append(Invalid(NOT_A_CHOICE, field="departments"))
    members = session.scalars(colleague.where(UserProfile.department_id.in_(known))) if known else ()
    people = {user: user.profile.department_id for user in members} | chosen
    people = {user: department for user, department in people.items() if user.id != actor.user_id}
    if not people and not errors:
        errors.append(Invalid(_l("Nobody but you would get it."), field="departments" if departments else "users"))
    if len(people) > MOST:
        errors.append(Invalid(_l("At most %(n)s people at once."), field="departments", n=MOST))
    return people


def _write(session, values, people, addresses, *, actor, now) -> InternalMessage:
    message = InternalMessage(**values, sender_id=actor.user_id, sent_at=now)
    message.recipients = [InternalRecipient(user_id=user.id, department_id=department)
                          for user, department in people.items()]
    with session.no_autoflush:  # the guard wants the log entry before anything is written
        session.add(message)
        told = {name: (None, value) for name, value in values.items() if value is not None}
        record(session, message, "create", {**told, "recipients": ([], [user.get_full_name() for user in people])},
               actor=actor, now=now, children=message.recipients)
    session.flush()  # the bell names it by its id
    text = values["text"]
    excerpt = text if len(text) <= EXCERPT else text[:EXCERPT - 1].rstrip() + "…"
    for user in people:
        notify(session, user_id=user.id, key=_bell(message.id), kind=NotificationKind.INTERNAL, actor=actor, now=now,
               values={"message_id": message.id, "subject": values["subject"], "text": excerpt})
        if values["kind"] == InternalKind.EMAIL and user.id in addresses:
            enqueue_email(session, to=addresses[user.id], subject=values["subject"], body=text, now=now,
                          sender_id=actor.user_id, confidential=True)
    return message
