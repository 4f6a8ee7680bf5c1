"""With whom one speaks at a provider, so that "Novo atendimento" need not be typed anew (C-32, C-93)."""
from dataclasses import dataclass

from sqlalchemy import select

from .. import phones
from ..models.entity import EContactKind, Entity
from ..models.provider_ticket import ProviderTicket
from ..security.visibility import visible
from .provider_accounts import STANDS_AS_PROVIDER


@dataclass(frozen=True)
class ProviderContact:
    """A provider for whom a ticket may be opened, and its contact as far as it is known."""

    provider: Entity
    contact_name: str = ""
    contact_phone: str = ""
    contact_email: str = ""


def of_ticket(session, viewer, attendance_id: int) -> ProviderContact | None:
    """The provider of a ticket that the viewer sees, and the contact of that ticket."""
    ticket = session.scalar(_tickets(viewer).where(ProviderTicket.attendance_id == attendance_id))
    provider = _provider(session, viewer, ticket.entity_id) if ticket is not None else None
    return _as_told(provider, ticket) if provider is not None else None


def of_provider(session, viewer, provider_id: int) -> ProviderContact | None:
    """A provider that the viewer sees, and its contact: that of its newest ticket, else what its registration says."""
    provider = _provider(session, viewer, provider_id)
    if provider is None:
        return None
    ticket = session.scalar(_tickets(viewer).where(ProviderTicket.entity_id == provider_id).order_by(
        ProviderTicket.opened_at.desc(), ProviderTicket.number.desc()).limit(1))
    return _as_told(provider, ticket) if ticket is not None else _as_registered(provider)


def _tickets(viewer):
    return select(ProviderTicket).where(visible(ProviderTicket, viewer))


def _provider(session, viewer, pk) -> Entity | None:
    return session.scalar(select(Entity).where(
        Entity.id == pk, Entity.active, visible(Entity, viewer), STANDS_AS_PROVIDER))


def _as_told(provider, ticket) -> ProviderContact:
    return ProviderContact(provider, ticket.contact_name, phones.shown(ticket.contact_phone), ticket.contact_email)


def _as_registered(provider) -> ProviderContact:
    """Its first contact that is switched on; what that one lacks is the provider's own."""
    person = next((row for row in provider.contacts if row.active), None)
    mails = [row for row in provider.econtacts if row.kind == EContactKind.EMAIL]
    mail = next((row for row in mails if row.is_main), mails[0] if mails else None)
    phone = provider.main_phone
    number = (person.phone or person.mobile if person else None) or (phone.number if phone else None)
    return ProviderContact(
        provider, person.name if person else "", phones.shown(number),
        (person.email if person else None) or (mail.value if mail else ""))
