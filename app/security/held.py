"""What a person holds through all his roles, as columns of a statement: a request reads them with its session."""
from functools import lru_cache

from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView,
    Role,
    ViewMenu,
    assoc_permissionview_role,
    assoc_user_role,
)
from sqlalchemy import String, cast, exists, func, select

from .permissions import ADMIN

Pair = tuple[str, str]

_ROLE, _RULE, _VERB, _NOUN = (model.__table__.c for model in (Role, PermissionView, Permission, ViewMenu))
_BETWEEN, _AFTER = "\t", "\n"  # of the two words of a pair, and of pairs


def held_by(user_id) -> tuple:
    """(all pairs as one text for `pairs_in`, whether one of the roles is Admin, the roles as one text for `roles_in`)
    of the user with this id, a column or a parameter."""
    of_user = assoc_user_role.c.user_id == user_id
    pairs = (select(func.aggregate_strings(_VERB.name + _BETWEEN + _NOUN.name, _AFTER)).select_from(assoc_user_role)
             .join(assoc_permissionview_role, assoc_permissionview_role.c.role_id == assoc_user_role.c.role_id)
             .join(PermissionView.__table__, _RULE.id == assoc_permissionview_role.c.permission_view_id)
             .join(Permission.__table__, _VERB.id == _RULE.permission_id)
             .join(ViewMenu.__table__, _NOUN.id == _RULE.view_menu_id).where(of_user).scalar_subquery())
    admin = exists().where(of_user, _ROLE.id == assoc_user_role.c.role_id, _ROLE.name == ADMIN)
    roles = select(func.aggregate_strings(cast(assoc_user_role.c.role_id, String), _AFTER)).where(of_user)
    return pairs, admin, roles.scalar_subquery()


@lru_cache(maxsize=500)  # one for each set of roles
def pairs_in(text: str | None) -> frozenset[Pair]:
    """The pairs (permission, noun) that `held_by` has put in a text."""
    return frozenset(tuple(pair.split(_BETWEEN)) for pair in text.split(_AFTER)) if text else frozenset()


def roles_in(text: str | None) -> frozenset[int]:
    """The ids of the roles that `held_by` has put in a text."""
    return frozenset(map(int, text.split(_AFTER))) if text else frozenset()
