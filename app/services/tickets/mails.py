"""What a provider is told by e-mail, at the address of the ticket (C-20): its opening, each reply, its closing."""
from datetime import datetime
from zoneinfo import ZoneInfo

from flask_babel import force_locale
from flask_babel import gettext as _

from ...models.provider_ticket import ProviderTicket
from ..account_mails import DEFAULT_LOCALE
from ..emails import with_protocol
from ..outbox import enqueue_email

EXCERPT = 1_000


def opened(session, ticket: ProviderTicket, *, public_url: str, now: datetime) -> None:
    """It was opened, by the provider or for him: the protocol in the subject, and by when an answer is due."""
    with force_locale(DEFAULT_LOCALE):
        zone = ZoneInfo(ticket.attendance.company.timezone)
        promise = "" if ticket.due_at is None else _(
            "We answer by %(date)s.", date=f"{ticket.due_at.astimezone(zone):%d/%m/%Y}") + "\n\n"
        _send(session, ticket, _("We received your contact"), _(
            "Hello, %(name)s.\n\nWe received your contact “%(title)s”.\n\n", name=ticket.contact_name,
            title=ticket.attendance.title) + promise + _("Follow it here:\n%(link)s\n", link=link(ticket, public_url)),
            now)


def replied(session, ticket: ProviderTicket, text: str, *, public_url: str, now: datetime) -> None:
    """The Operadora wrote: the beginning of the text, and where the rest is."""
    told = text if len(text) <= EXCERPT else text[:EXCERPT].rstrip() + "…"
    with force_locale(DEFAULT_LOCALE):
        _send(session, ticket, _("Answer to your contact"), _(
            "Hello, %(name)s.\n\nThere is an answer to your contact “%(title)s”:\n\n%(text)s\n\n"
            "Read and answer it here:\n%(link)s\n", name=ticket.contact_name, title=ticket.attendance.title, text=told,
            link=link(ticket, public_url)), now)


def closed(session, ticket: ProviderTicket, said: str = "", *, public_url: str, now: datetime) -> None:
    """The Operadora closed it, with a last answer or without: there is no other mail about that answer."""
    told = {"name": ticket.contact_name, "title": ticket.attendance.title, "link": link(ticket, public_url)}
    with force_locale(DEFAULT_LOCALE):
        _send(session, ticket, _("Your contact was closed"), _(
            "Hello, %(name)s.\n\nYour contact “%(title)s” was closed with this answer:\n\n%(text)s\n\n"
            "Read it here:\n%(link)s\n", text=said, **told) if said else _(
            "Hello, %(name)s.\n\nYour contact “%(title)s” was closed.\n\nRead it here:\n%(link)s\n", **told), now)


def link(ticket: ProviderTicket, public_url: str) -> str:
    """Where the provider reads the ticket."""
    return f"{public_url}/portal/tickets/{ticket.attendance.address}"


def _send(session, ticket, subject, body, now) -> None:
    enqueue_email(session, to=ticket.contact_email, subject=with_protocol(subject, ticket.attendance), body=body,
                  now=now, attendance_id=ticket.attendance_id, entity_id=ticket.entity_id)
