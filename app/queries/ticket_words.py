"""Tickets found by what was typed: their number, the beginning of their protocol, words of the title or of the name."""
import re

from sqlalchemy import and_, column, false, func, not_, or_, select, table
from sqlalchemy import text as sql_text

from ..models.entity import Entity
from ..models.provider_ticket import ProviderTicket
from ..security.visibility import visible
from .among import among
from .search import FEW, beginning, contains, in_trigrams, name_condition, words_of

NUMBERED = 200  # protocols with a beginning that are looked at
_TICKET = ProviderTicket


def numbered(session, viewer, text) -> list[int] | None:
    """The tickets of a number, or of the beginning of a protocol; None where the text is none."""
    if not any(c.isdigit() for c in text) or not re.fullmatch(r"[0-9A-Za-z.\- ]+", text):
        return None
    ids = _numbered(session, viewer, text)
    return ids if ids or re.fullmatch(r"[0-9.\- ]+", text) else None


def of_words(session, text) -> list:
    """Words of the title, or of the provider's name. Each apart: of an OR no engine uses both indexes in order.

    What few rows have, the trigram index finds; what many have is soon met on the list's own walk. PostgreSQL knows
    from its statistics which is which; SQLite is told.
    """
    words, short = words_of(text)
    here = contains(_TICKET.title_key, [*words, *short])
    title = and_(*here)
    if words and not (_is_sqlite(session) and _many_titles(session, words)):
        title = and_(in_trigrams("ticket_fts", _TICKET.attendance_id, _TICKET.title_key, words),
                     *contains(_TICKET.title_key, short))
    people = session.scalars(select(select(Entity.id).where(name_condition(text)).cte().prefix_with("MATERIALIZED"))
                             .limit(FEW + 1)).all()
    named = among(_TICKET.entity_id, people) if len(people) <= FEW else (_TICKET.entity_id + 0).in_(
        select(Entity.id).where(name_condition(text)))
    if not here:
        return [named] if words or text else []
    return [title, and_(named, not_(and_(*here)))] if people else [title]


def _is_sqlite(session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def _many_titles(session, words) -> bool:
    some = select(column("rowid")).select_from(table("ticket_fts")).where(sql_text("ticket_fts MATCH :words")).params(
        words=" ".join(f'"{word}"' for word in words)).limit(FEW + 1).subquery()
    return session.scalar(select(func.count()).select_from(some)) > FEW


def _numbered(session, viewer, text) -> list[int]:
    typed = text.replace(" ", "").upper()
    number = typed.replace(".", "")
    own = or_(_TICKET.number == int(number), _TICKET.attendance_id == int(number)) if (
        number.isdigit() and len(number) < 10) else false()
    ids = session.scalars(select(_TICKET.attendance_id).where(
        beginning(_TICKET.protocol, typed), visible(_TICKET, viewer)).order_by(_TICKET.protocol.desc()).limit(NUMBERED))
    return [*ids, *session.scalars(select(_TICKET.attendance_id).where(own))]
