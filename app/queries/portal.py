"""What the portal shows: whose it is, and a provider's open contacts by whose turn it is.

Every statement is narrowed by `visible`: a user of a portal sees the rows of his own entity.
"""
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, tuple_

from ..models.company import Company
from ..models.entity import EContact, EContactKind, Entity, Phone
from ..models.identity import UserProfile
from ..models.provider_ticket import Message, ProviderTicket, Waiting
from ..security.visibility import visible
from . import paging
from .attendances import Page
from .provider_accounts import IS_PROVIDER
from .tickets import shown

SIZE = 20
BESIDE = 8  # of the list beside a form or a conversation
COUNT_CAP = 999
_TICKET = ProviderTicket
_OPEN = ProviderTicket.closed_at.is_(None)
_TURNS = {"p": Waiting.PROVIDER.value, "o": Waiting.OPERATOR.value}


@dataclass(frozen=True)
class Front:
    """Whose portal it is and which of its menus are his: "Fale conosco" (`contacts`), "Meus atendimentos"."""

    company: str
    entity: str
    provider: bool
    contacts: bool
    attendances: bool


def front_of(session, viewer, *, contacts: bool, attendances: bool) -> Front | None:
    """None for who has no portal. Menus are released by `web_menus`; only a provider has contacts."""
    if viewer is None or not viewer.entity_id:
        return None
    row = session.execute(
        select(Company.name.label("company"), func.coalesce(Entity.social_name, Entity.name).label("entity"),
               IS_PROVIDER.label("provider"))
        .join(Company, Company.id == Entity.company_id).where(Entity.id == viewer.entity_id)).one_or_none()
    if row is None:
        return None
    return Front(row.company, row.entity, bool(row.provider), contacts and bool(row.provider), attendances)


def phone_of(session, viewer) -> str:
    """The main phone of the viewer's entity, for a form that begins with it."""
    return session.scalar(select(Phone.number).where(Phone.entity_id == viewer.entity_id, Phone.is_main)) or ""


def email_for(session, viewer) -> str:
    """The e-mail of the viewer himself, else the main one of his entity."""
    own = session.scalar(select(UserProfile.contact_email).where(UserProfile.user_id == viewer.user_id))
    return own or session.scalar(select(EContact.value).where(
        EContact.entity_id == viewer.entity_id, EContact.kind == EContactKind.EMAIL, EContact.is_main)) or ""


def open_contacts(session, viewer, *, size=SIZE, after: str | None = None) -> Page:
    """A page of the open ones: first those that wait for the provider, in each part the newest first (C-27).

    Raises ValueError for a page key that was not made here.
    """
    order = (_TICKET.waiting, _TICKET.opened_at, _TICKET.number)
    where = [visible(_TICKET, viewer), _OPEN]
    if after:
        opened_at, number = paging.decode(after[1:], _TICKET.opened_at)
        if after[0] not in _TURNS:
            raise ValueError("not a page key")
        where.append(tuple_(*order) < tuple_(_TURNS[after[0]], opened_at, number))
    rows = session.execute(
        select(_TICKET.attendance_id, *order).where(*where).order_by(*(each.desc() for each in order))
        .limit(size + 1)).all()
    more, rows = len(rows) > size, rows[:size]
    following = rows[-1].waiting[0] + paging.encode(rows[-1].opened_at, rows[-1].number) if more else None
    return Page(shown(session, [row.attendance_id for row in rows]), None, following)


def count_open(session, viewer) -> int:
    """How many are open, counted to COUNT_CAP + 1 at most."""
    some = select(_TICKET.attendance_id).where(visible(_TICKET, viewer), _OPEN).limit(COUNT_CAP + 1).subquery()
    return session.scalar(select(func.count()).select_from(some))


def last_said(session, tickets) -> dict[int, datetime]:
    """{attendance id: when the last message was written} of these tickets, in one query."""
    ids = [ticket.attendance_id for ticket in tickets]
    if not ids:
        return {}
    return dict(map(tuple, session.execute(
        select(Message.attendance_id, func.max(Message.sent_at)).where(Message.attendance_id.in_(ids))
        .group_by(Message.attendance_id))))
