"""What an operator sends to the contact of a ticket beside the conversation: an e-mail (C-87), an SMS (C-88)."""
import hashlib
from collections.abc import Callable
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from ... import email_addresses, phones
from ...errors import Invalid
from ...models.entity import Phone
from ...models.outbox import Outbox
from ...models.provider_ticket import ProviderTicket
from ...security.permissions import Perm
from .. import idempotency, outbox
from ..email_templates import LONGEST_BODY
from ..emails import LONGEST_SUBJECT, with_protocol
from ..entity_rules import cleaned, raise_all
from ..log import canonical
from . import holding, rules, work
from .mails import link

NO_MOBILE = _l("An SMS needs a mobile number: the contact of this ticket has none, and none is registered of the "
               "provider. Write an e-mail, or register a mobile of his.")


def email(session, attendance_id: int, *, subject: str, body: str, request_key: str = "", actor,
          now: datetime) -> Outbox:
    """An e-mail to the address of the ticket. The same with the same `request_key` is sent once.

    Raises Forbidden, NotFound, Invalid or InvalidMany at to (no address), subject, body.
    """
    def act(ticket):
        written = _checked_email(ticket, subject, body)
        message = outbox.enqueue_email(
            session, **written, now=now, attendance_id=ticket.attendance_id, entity_id=ticket.entity_id,
            sender_id=actor.user_id)
        _tell(session, ticket, "email", {"recipient": (None, message.recipient), "subject": (None, message.subject),
                                         "notice": (None, message.body)}, actor=actor, now=now)
        return message

    return _once(session, "email", attendance_id, [subject, body], request_key, act, actor=actor, now=now)


def sms(session, attendance_id: int, *, text: str, to: str = "", request_key: str = "", actor,
        now: datetime) -> Outbox:
    """An SMS `to` one of the `mobiles`, else to the first. Raises as `email`, at to or text."""
    def act(ticket):
        known = mobiles(session, ticket, actor=actor)
        if not known:
            raise Invalid(NO_MOBILE, field="to")
        if to and to not in known:
            raise Invalid(rules.NOT_A_CHOICE, field="to")
        message = outbox.enqueue_sms(
            session, to=to or known[0], text=text or "", now=now, attendance_id=ticket.attendance_id,
            entity_id=ticket.entity_id, sender_id=actor.user_id)
        _tell(session, ticket, "sms", {"recipient": (None, message.recipient), "notice": (None, message.body)},
              actor=actor, now=now)
        return message

    return _once(session, "sms", attendance_id, [text, to], request_key, act, actor=actor, now=now)


def mobiles(session, ticket: ProviderTicket, *, actor) -> list[str]:
    """The numbers an SMS may reach: that of the ticket's contact, else those that are registered of the provider, the
    main one first."""
    if phones.is_mobile(ticket.contact_phone):
        return [ticket.contact_phone]
    if not actor.may(Perm.ENTITY_READ):
        return []
    rows = session.scalars(select(Phone.number).where(Phone.entity_id == ticket.entity_id)
                           .order_by(Phone.is_main.desc(), Phone.id))
    return list(dict.fromkeys(number for number in rows if phones.is_mobile(number)))


def suggested(ticket: ProviderTicket, public_url: str) -> dict[str, str]:
    """What the two forms begin with: {"subject", "body", "text"}, in the language of the request."""
    named = {"number": ticket.protocol or ticket.number, "title": ticket.attendance.title, "link": link(
        ticket, public_url), "name": ticket.contact_name}
    return {
        "subject": _("Attendance %(number)s", **named),
        "body": _("Hello, %(name)s.\n\nThis is about your contact “%(title)s”.\n\n\n\nRead and answer it here:\n"
                  "%(link)s\n", **named),
        "text": _("Attendance %(number)s: there is news of your contact. See %(link)s", **named)}


def _checked_email(ticket, subject, body) -> dict[str, str]:
    errors = []
    subject = " ".join((cleaned(subject) or "").split())
    body = cleaned(body) or ""
    to = (ticket.contact_email or "").strip()
    try:
        email_addresses.parse(to, written_to=True)
    except Invalid:
        errors.append(Invalid(_l("This ticket has no e-mail that could be written to."), field="to"))
    for field, text, limit, missing in (("subject", subject, LONGEST_SUBJECT, _l("Write the subject.")),
                                        ("body", body, LONGEST_BODY, _l("Write the message."))):
        if not text:
            errors.append(Invalid(missing, field=field))
        elif len(text) > limit:
            errors.append(Invalid(_l("At most %(n)s characters; there are %(have)s."), field=field, n=limit,
                                  have=len(text)))
    raise_all(errors)
    return {"to": to, "subject": with_protocol(subject, ticket.attendance), "body": body}


def _tell(session, ticket, action, told, *, actor, now) -> None:
    with session.no_autoflush:  # the guard wants the log entry before anything is written
        changes = {**told, **holding.begun(ticket)}
        work.written(session, ticket, action, changes, actor=actor, now=now)


def _once(session, verb, attendance_id, asked, request_key, act: Callable[[ProviderTicket], Outbox], *, actor,
          now) -> Outbox:
    ticket = work.locked(session, attendance_id, actor=actor)
    if not request_key:
        return act(ticket)
    asked = [request_key, attendance_id, *asked]
    key = f"{verb}:" + hashlib.sha256(canonical(asked)).hexdigest()
    answer, _new = idempotency.answer_once(
        session, user_id=actor.user_id, key=key, body={verb: asked}, now=now, act=lambda: {"id": act(ticket).id})
    return session.get(Outbox, answer["id"])
