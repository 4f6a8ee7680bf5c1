"""Rows of the dialogs in which an attendant looks for something: a partner for "Local", another attendance."""
from sqlalchemy import and_, exists, func, select

from ..models.entity import PARTNER, Address, Entity, EntityRole, RoleType
from ..security.visibility import visible
from .search import Search, scope

IS_PARTNER = exists().where(EntityRole.entity_id == Entity.id, EntityRole.active,
                            EntityRole.role_type_id == RoleType.id, RoleType.code == PARTNER)


def partners(session, viewer, text: str, *, limit: int) -> list[tuple]:
    """(id, name, document, city, state) of active partners that `text` finds by name, CPF/CNPJ, phone or e-mail."""
    return session.execute(
        select(Entity.id, func.coalesce(Entity.social_name, Entity.name), Entity.document, Address.city, Address.state)
        .outerjoin(Address, and_(Address.entity_id == Entity.id, Address.is_main))
        .where(Search(session, text).condition, scope(session, viewer), visible(Entity, viewer), Entity.active,
               IS_PARTNER)
        .order_by(Entity.name_key, Entity.id).limit(limit)).all()
