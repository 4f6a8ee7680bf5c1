"""Registers that travel in a shape of their own: roles with what they grant, and parameters."""
from typing import Any

from flask_appbuilder.security.sqla.models import Role
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from ...errors import Conflict, Invalid
from ...models.desk import Setting
from ...security.permissions import ADMIN, Perm
from .. import roles, settings
from .part import Known, Part


class RolesPart(Part):
    """Access roles and what they grant; that of administrators is always everything and does not travel."""

    columns: Any = {}

    def __init__(self):
        super().__init__("roles", _l("Access roles"), Role, roles, Perm.ROLE_WRITE)

    def read(self, session, known: Known) -> list[dict]:
        found = session.scalars(select(Role).order_by(Role.name)).all()
        for role in found:
            known.keep(Role, role.id, (role.name,))
        return [{"name": role.name, "permissions": sorted(map(str, roles.permissions_of(role)))}
                for role in found if role.name != ADMIN]

    def values(self, entry: dict, known: Known) -> dict:
        permissions = entry.get("permissions", [])
        if set(entry) - {"name", "permissions"} or not isinstance(permissions, list):
            raise Invalid(_l("Not a valid value."), field="permissions")
        if unknown := sorted({str(each) for each in permissions} - set(map(str, Perm))):
            raise Invalid(_l("This version of the product does not know “%(name)s”."), field="permissions",
                          name=unknown[0][:60])
        if entry["name"] == ADMIN:
            raise Invalid(_l("Administrators always have every permission."), field="name")
        return dict(entry)

    def differs(self, name: str, old, new) -> bool:
        return set(old or ()) != set(new) if name == "permissions" else old != new

    @property
    def can_rest(self) -> bool:
        return False


class ParametersPart(Part):
    """System parameters by their keys, each with the value that holds; one that is not set has its default."""

    columns: Any = {}

    def __init__(self):
        super().__init__("parameters", _l("System parameters"), Setting, None, Perm.SETTING_WRITE, key="key")

    def read(self, session, known: Known) -> list[dict]:
        kept = settings.get_settings(session, *settings.PARAMETERS)
        for number, key in enumerate(settings.PARAMETERS):
            known.keep(Setting, number, (key,))
        return [{"key": key, "value": kept[key]} for key in sorted(kept)]

    def values(self, entry: dict, known: Known) -> dict:
        if entry["key"] not in settings.PARAMETERS or set(entry) != {"key", "value"}:
            raise Invalid(_l("This version of the product does not know “%(name)s”."), field="key",
                          name=entry["key"][:60])
        return dict(entry)

    def differs(self, name: str, old, new) -> bool:
        return old != new

    def update(self, session, pk: int, values: dict, *, actor, now) -> None:
        settings.set_setting(session, list(settings.PARAMETERS)[pk], values["value"], actor=actor, now=now)

    def create(self, session, values: dict, *, actor, now) -> int:
        raise Conflict(_l("Not a valid choice."), field="key")

    @property
    def can_rest(self) -> bool:
        return False
