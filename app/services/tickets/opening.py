"""A ticket opened by its provider ("Novo contato") or for him ("Novo atendimento"): an attendance with more to it."""
import hashlib
from datetime import datetime

from ...models.attendance import Attendance, AttendanceKind, Direction
from ...models.provider_ticket import Message, ProviderTicket, Waiting, copies_of
from ...security.permissions import Perm
from .. import attachments, central, idempotency, live_events, opening
from ..log import ACTOR_LENGTH, expect_log
from ..protocols import next_block
from ..settings import get_setting
from . import clock, mails, rules

CHANNEL = {True: "provider_web", False: "phone"}  # by whether the provider himself opens it


def open_ticket(session, values: dict, *, files=(), request_key: str = "", public_url: str | None = None, actor,
                now: datetime) -> ProviderTicket:
    """Open a ticket with its first message and its files (`attachments.Arrived`); the provider is told by e-mail, with
    a link that begins with `public_url` (None: he is not told).

    `values`: provider_id and custom_values (staff only), title, classification_id, subclassification_id, motive_id,
    contact_name, contact_phone, contact_email, message, channel_code. The same values with the same `request_key` open
    one ticket. Raises Forbidden, Conflict, Invalid or InvalidMany with every field's message.
    """
    def act():
        ticket = _open(session, values, files, actor=actor, now=now)
        if public_url is not None:
            mails.opened(session, ticket, public_url=public_url, now=now)
        return {"id": ticket.attendance_id}

    if not request_key:
        return session.get(ProviderTicket, act()["id"])
    asked = [request_key, values, [(each.filename, each.incoming.sha256) for each in files]]
    key = "ticket:" + hashlib.sha256(request_key.encode()).hexdigest()
    answer, _new = idempotency.answer_once(
        session, user_id=actor.user_id, key=key, body={"ticket": asked}, now=now, act=act)
    return session.get(ProviderTicket, answer["id"])


def _open(session, values, files, *, actor, now) -> ProviderTicket:
    central.require_open(session)
    ready = rules.check_opening(session, values, actor=actor, now=now)
    own = actor.entity_id is not None
    contact = {name: getattr(ready, name) for name in ("contact_name", "contact_phone", "contact_email")}
    tree = {"classification": ready.classification, "subclassification": ready.subclassification,
            "default_motive": ready.motive}
    opened = opening.open_attendance(
        session, entity_id=ready.entity.id, kind=AttendanceKind.PROVIDER, actor=actor, now=now,
        values={"title": ready.title, "role_type_id": ready.role_type.id,
                "custom_values": None if own else values.get("custom_values")},
        detail={"channel_code": values.get("channel_code") or CHANNEL[own], "direction": Direction.RECEPTIVE,
                "description": ready.message},
        permission=Perm.PORTAL_USE if own else Perm.TICKET_WRITE, told={**tree, **contact},
        numbered=get_setting(session, "provider_protocol"))
    attendance = session.get(Attendance, opened.id)
    rule = clock.rule_of(ready.classification, ready.subclassification, ready.motive)
    ticket = ProviderTicket(
        attendance_id=attendance.id, number=next_block(session, kind="ticket", year=0, count=1), **contact,
        classification_id=ready.classification.id, subclassification_id=ready.subclassification.id,
        default_motive_id=ready.motive.id if ready.motive else None, return_days=rule.days, return_hours=rule.hours,
        counting=rule.counting, calendar_snapshot=clock.frozen(session, rule), waiting=Waiting.OPERATOR, started=False,
        **copies_of(attendance))
    clock.start(ticket, timezone=attendance.company.timezone)
    message = Message(attendance_id=attendance.id, direction="in" if own else "out", author_id=actor.user_id,
                      author_name=actor.name[:ACTOR_LENGTH], text=ready.message, sent_at=now)
    expect_log(session, ticket, message)  # the entry of the opening tells of them
    session.add_all((ticket, message))
    session.flush()  # files point to the message
    for each in files:
        attachments.add_to_message(session, attendance, message, each, actor=actor, now=now)
    live_events.ticket_changed(session, attendance.id, now=now)
    return ticket
