"""What the form of an attendance offers."""
from sqlalchemy import exists, or_, select

from ..models.classification import Channel
from ..models.company import Company, Unit
from ..models.entity import PARTNER, Entity, EntityRole, RoleType, entity_unit
from ..security.visibility import visible
from .search import name_condition


def active_channels(session, *, keep: int | None = None) -> list[Channel]:
    """Channels a form offers, and the one the record has."""
    return list(session.scalars(select(Channel).where(or_(Channel.active, Channel.id == keep))
                                .order_by(Channel.position, Channel.name_key)))


def own_companies(session, viewer) -> list[Company]:
    """Companies in which the viewer may open an attendance without a person."""
    return list(session.scalars(
        select(Company).where(visible(Company, viewer), Company.active).order_by(Company.name_key)))


def units_of(session, viewer, entity) -> list[Unit]:
    """Units linked to the entity that the viewer may see (S-48)."""
    return list(session.scalars(
        select(Unit).join(entity_unit, entity_unit.c.unit_id == Unit.id)
        .where(entity_unit.c.entity_id == entity.id, visible(Unit, viewer)).order_by(Unit.name_key)))


def find_partners(session, viewer, term: str, _parent, limit: int, offset: int) -> list[tuple[int, str]]:
    """(id, name) of active entities with the role of partner, offered as "Local" (S-49)."""
    partner = exists().where(EntityRole.entity_id == Entity.id, EntityRole.active,
                             EntityRole.role_type_id == RoleType.id, RoleType.code == PARTNER)
    query = select(Entity.id, Entity.social_name, Entity.name).where(visible(Entity, viewer), Entity.active, partner)
    if term.strip():
        query = query.where(name_condition(term))
    rows = session.execute(query.order_by(Entity.name_key, Entity.id).limit(limit).offset(offset))
    return [(pk, social or name) for pk, social, name in rows]
