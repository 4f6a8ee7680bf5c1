"""Registers that travel in a shape of their own: roles with what they grant, web menus, parameters."""
from typing import Any

from flask_appbuilder.security.sqla.models import Role
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from ...errors import Conflict, Invalid
from ...models.desk import Setting
from ...models.web_menu import WebMenu
from ...security.permissions import ADMIN, Perm
from .. import roles, settings, web_menus
from .known import Known, Path, compared
from .part import NOTHING, Part


class RolesPart(Part):
    """Access roles and what they grant; that of administrators is always everything and does not travel."""

    columns: Any = {}

    def __init__(self):
        super().__init__("roles", _l("Access roles"), Role, roles, Perm.ROLE_WRITE)

    def read(self, session, known: Known) -> list[tuple[int, dict]]:
        found = session.scalars(select(Role).order_by(Role.name)).all()
        for role in found:
            known.keep(Role, role.id, (role.name,))
        return [(role.id, {"name": role.name, "permissions": sorted(map(str, roles.permissions_of(role)))})
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


class WebMenusPart(Part):
    """What of the portal is released, for all and by web profile. Rules for single users stay where the users are."""

    columns: Any = {}

    def __init__(self):
        super().__init__("web_menus", _l("Web menus"), WebMenu, web_menus, Perm.WEB_MENU_WRITE, key="code")

    def read(self, session, known: Known) -> list[tuple[int, dict]]:
        found = session.scalars(select(WebMenu).options(selectinload(WebMenu.rules)).order_by(WebMenu.code)).all()
        rules = {menu.id: sorted((
            {"role": known.path_of(Role, rule.role_id), "released": rule.released} for rule in menu.rules
            if rule.role_id is not None), key=lambda rule: compared(rule["role"])) for menu in found}
        for menu in found:
            known.keep(WebMenu, menu.id, (menu.code,))
        return [(menu.id, {"code": menu.code, "released": menu.released, "rules": rules[menu.id]}) for menu in found]

    def words(self, path: Path, entry=NOTHING) -> str:
        return str(web_menus.MENUS.get(path[0], path[0]))

    def values(self, entry: dict, known: Known) -> dict:
        if entry["code"] not in web_menus.MENUS or set(entry) - {"code", "released", "rules"}:
            raise Invalid(_l("This version of the product does not know “%(name)s”."), field="code",
                          name=entry["code"][:60])
        given, rules = dict(entry), entry.get("rules", [])
        if not isinstance(entry.get("released", True), bool):
            raise Invalid(_l("Not a valid value."), field="released")
        if not isinstance(rules, list) or not all(
                isinstance(each, dict) and set(each) == {"role", "released"} and isinstance(each["role"], list)
                and isinstance(each["released"], bool) for each in rules):
            raise Invalid(_l("Not a valid value."), field="rules")
        if "rules" in entry:
            given["rules"] = [{**each, "role": self._role(known, each["role"])} for each in rules]
        return given

    def differs(self, name: str, old, new) -> bool:
        return _of_roles(old) != _of_roles(new) if name == "rules" else old != new

    def create(self, session, values: dict, *, actor, now) -> int:
        pk = web_menus.add(session, values["code"], actor=actor, now=now).id
        self.update(session, pk, values, actor=actor, now=now)
        return pk

    def update(self, session, pk: int, values: dict, *, actor, now) -> None:
        if "rules" in values:
            stored = session.get(WebMenu, pk).rules
            ids = {rule.role_id: rule.id for rule in stored if rule.role_id is not None}
            users = [{"id": rule.id, "user": rule.user_id, "released": rule.released} for rule in stored
                     if rule.user_id is not None]
            values = {**values, "rules": users + [{"id": ids.get(each["role"]), **each} for each in values["rules"]]}
        super().update(session, pk, values, actor=actor, now=now)

    @property
    def can_rest(self) -> bool:
        return False

    @staticmethod
    def _role(known, path) -> int:
        found = known.id_of(Role, path)
        if found is None:
            raise known.missing(Role, path, "rules")
        return found


def _of_roles(rules) -> dict:
    return {compared(each["role"]): each["released"] for each in rules or ()}


class ParametersPart(Part):
    """System parameters by their keys, each with the value that holds; one that is not set has its default."""

    columns: Any = {}

    def __init__(self):
        super().__init__("parameters", _l("System parameters"), Setting, None, Perm.SETTING_WRITE, key="key")

    def read(self, session, known: Known) -> list[tuple[int, dict]]:
        kept = settings.get_settings(session, *settings.PARAMETERS)
        places = {key: number for number, key in enumerate(settings.PARAMETERS)}
        for key, number in places.items():
            known.keep(Setting, number, (key,))
        return [(places[key], {"key": key, "value": kept[key]}) for key in sorted(kept)]

    def words(self, path: Path, entry=NOTHING) -> str:
        return str(settings.PARAMETERS[path[0]].label) if path[0] in settings.PARAMETERS else path[0]

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
