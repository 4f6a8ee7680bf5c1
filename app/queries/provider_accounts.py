"""Reading providers, and what the Operadora owes and paid them."""
from sqlalchemy import and_, exists, select

from ..models.entity import PROVIDER, Entity, EntityRole, RoleType
from ..models.provider_account import Batch
from ..security.visibility import visible
from .search import Search, named, scope

IS_PROVIDER = exists().where(EntityRole.entity_id == Entity.id, EntityRole.active,
                             EntityRole.role_type_id == RoleType.id, RoleType.code == PROVIDER)
STANDS_AS_PROVIDER = and_(IS_PROVIDER, Entity.merged_into_id.is_(None))  # of one merged away nothing new is kept


def find_providers(session, viewer, term, _parent, limit, offset) -> list[tuple[int, str, str | None]]:
    """(id, name, document) of the active entities with the role of provider, found as in the search box."""
    found, _before, _after = Search(session, term).page(
        scope(session, viewer) & Entity.active & IS_PROVIDER, limit=offset + limit)
    return named(session, [pk for pk, _name in found[offset:]])


def find_batches(session, viewer, term, provider_id, limit, offset) -> list[tuple[int, str]]:
    """What the picker of the batch of a guide or a payment offers: the provider's by number, newest first."""
    where = [visible(Batch, viewer), Batch.number.icontains(term.strip(), autoescape=True)]
    if provider_id is not None:
        where.append(Batch.provider_id == provider_id)
    rows = session.execute(select(Batch.id, Batch.number).where(*where).order_by(
        Batch.received_on.desc(), Batch.id.desc()).limit(limit).offset(offset))
    return [tuple(row) for row in rows]
