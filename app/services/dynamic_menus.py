"""Menus that configurators add ("Configuração de Menus"): a form with the list of its records, for some roles."""
import re
from datetime import datetime

from flask_appbuilder.security.sqla.models import Role
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from ..errors import Conflict, DomainError, Invalid, InvalidMany
from ..models.custom_form import CustomForm, FormGroup
from ..models.dynamic_menu import DynamicMenu, RecordPermission, RecordsOf
from ..queries import form_use
from ..queries.catalogue import hold
from ..security.permissions import Perm
from ..security.visibility import visible
from . import order_of_lists, records
from .form_document import NOT_A_CHOICE, REQUIRED, TOO_LONG
from .form_placing import group_of, pick

NAME_LENGTH = 60
ICON = re.compile(r"fa-(solid|regular|brands) fa-[a-z0-9-]{1,45}")
_GIVEN = ("name", "icon", "active", "record_permission", "records_of", "position")


def create(session, values: dict, *, actor, now: datetime) -> DynamicMenu:
    """Add a menu. `values`: name, icon ("fa-solid fa-users"), form, group (or `group_name`, which adds one), active,
    record_permission, records_of, roles, position (the last of its group where it is missing); rows or their ids.

    Raises Forbidden, Invalid, InvalidMany, Conflict.
    """
    records.require(actor, Perm.CUSTOM_FORM_WRITE)
    hold(session)
    ready = _ready(session, values, None, actor, now)
    group = ready.get("group")
    ready.setdefault("position", order_of_lists.last(session, DynamicMenu, group_id=group.id if group else None))
    return records.create(session, DynamicMenu, ready, actor=actor, now=now, check=_check)


def update(session, pk: int, values: dict, *, version: int | None = None, actor, now: datetime) -> DynamicMenu:
    """Change a menu; what `values` leaves out stays. Roles that the actor does not see stay as well.

    Raises Forbidden, NotFound, Stale, Invalid, InvalidMany, Conflict.
    """
    records.require(actor, Perm.CUSTOM_FORM_WRITE)
    hold(session)
    stored = records.get_visible(session, DynamicMenu, pk, actor)
    ready = _ready(session, values, stored, actor, now)
    if "position" not in ready and ready.get("group", stored.group) is not stored.group:
        group = ready["group"]
        ready["position"] = order_of_lists.last(session, DynamicMenu, group_id=group.id if group else None)
    return records.update(session, DynamicMenu, pk, ready, version=version, actor=actor, now=now, check=_check)


def delete(session, pk: int, *, version: int | None = None, actor, now: datetime) -> None:
    """Remove a menu, while records stay reachable: its form has none, or another menu leads to them.

    Raises Forbidden, NotFound, Stale, Conflict.
    """
    records.require(actor, Perm.CUSTOM_FORM_WRITE)
    hold(session)
    records.delete(session, DynamicMenu, pk, version=version, actor=actor, now=now, check=_refuse_lost_records)


def move(session, pk: int, *, group: int | None, before: int | None, actor, now: datetime) -> None:
    """Put a menu before another one of the group, at its end without one. One entry in the log: the others only make
    room, and who is editing them goes on. Raises Forbidden, NotFound, Invalid.
    """
    records.require(actor, Perm.CUSTOM_FORM_WRITE)
    hold(session)
    item = records.get_visible(session, DynamicMenu, pk, actor)
    target = pick(session, FormGroup, group, actor, field="group") if group is not None else None
    order_of_lists.move(session, item, before=before, within={"group_id": group},
                        told={"group": (item.group, target)}, actor=actor, now=now)


def _ready(session, values, stored, actor, now) -> dict:
    """Rows for ids, and what the checks need; refusals of what cannot be found at its field."""
    ready = {name: values[name] for name in _GIVEN if name in values}
    if "name" in ready:
        ready["name"] = " ".join((ready["name"] or "").split()) or None
    errors: list[DomainError] = []

    def resolve(name, call):
        try:
            ready[name] = call()
        except DomainError as error:
            errors.append(error)

    if "form" in values or stored is None:
        resolve("form", lambda: pick(session, CustomForm, values.get("form"), actor, field="form",
                                     stored=stored and stored.form, required=True))
    if "group" in values or values.get("group_name"):
        resolve("group", lambda: group_of(session, values, stored and stored.group, actor=actor, now=now))
    if "roles" in values:
        resolve("roles", lambda: _roles(session, values["roles"], stored, actor))
    if errors:
        errors += _wrong(ready, stored)
        raise InvalidMany(errors) if len(errors) > 1 else errors[0]
    return ready


def _roles(session, given, stored, actor) -> list[Role]:
    wanted = {getattr(each, "id", each) for each in given or ()}
    if not all(type(each) is int for each in wanted):
        raise Invalid(NOT_A_CHOICE, field="roles")
    seen = set(session.scalars(select(Role.id).where(visible(Role, actor))))
    kept = [role for role in stored.roles if role.id not in seen] if stored is not None else []
    found = list(session.scalars(select(Role).where(Role.id.in_(wanted & seen)).order_by(Role.id)))
    if len(found) < len(wanted - {role.id for role in kept}):
        raise Invalid(NOT_A_CHOICE, field="roles")
    return sorted([*found, *kept], key=lambda role: role.id)


def _wrong(values, stored) -> list[DomainError]:
    """What is not right of plain values, each at its field."""
    errors: list[DomainError] = []
    name = values.get("name", stored.name if stored else None)
    if not name:
        errors.append(Invalid(REQUIRED, field="name"))
    elif len(name) > NAME_LENGTH:
        errors.append(Invalid(TOO_LONG, field="name", n=NAME_LENGTH, have=len(name)))
    if "icon" in values and not (isinstance(values["icon"], str) and ICON.fullmatch(values["icon"])):
        errors.append(Invalid(NOT_A_CHOICE, field="icon"))
    for each, codes in (("record_permission", RecordPermission), ("records_of", RecordsOf)):
        if each in values and values[each] not in tuple(codes):
            errors.append(Invalid(NOT_A_CHOICE, field=each))
    return errors


def _check(session, menu, _lists, *, actor) -> None:
    names = [name for name in _GIVEN if getattr(menu, name) is not None]
    errors = _wrong({"name": menu.name, **{name: getattr(menu, name) for name in names}}, None)
    old = records.replaced_id(menu, "form")
    if old is not None and form_use.has_records(session, old) and not form_use.has_menus(session, old, but=menu.id):
        errors.append(Conflict(_l("No other menu leads to the records of its form: it keeps the form. Add another menu "
                                  "for the new one."), field="form"))
    if errors:
        raise InvalidMany(errors) if len(errors) > 1 else errors[0]


def _refuse_lost_records(session, menu, *, actor) -> None:
    if form_use.has_records(session, menu.form_id) and not form_use.has_menus(session, menu.form_id, but=menu.id):
        raise Conflict(_l("There are records that only this menu leads to: it can be switched off, not deleted."))
