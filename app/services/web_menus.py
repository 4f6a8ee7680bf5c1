"""Web menus ("Liberando o Menu na Web"): which menus of the portal are released, for all, by web profile, by user.

Blocked for all, nobody has a menu. Else a rule of the user himself decides; without one, the rules of his profiles:
where two of them disagree the block wins, so that a menu that was taken away is not given back by a second profile.
Without any rule it is released. Nothing is kept between requests: a change holds at the next page.
"""
from datetime import datetime

from flask_appbuilder.security.sqla.models import Role, User, assoc_user_role
from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, select

from ..errors import Invalid, InvalidMany
from ..models.identity import UserProfile
from ..models.web_menu import WebMenu, WebMenuRule
from ..queries.web_menus import is_web_profile
from ..security.permissions import Perm
from ..security.viewer import SYSTEM
from ..security.visibility import visible
from . import records
from .entity_rules import NOT_A_CHOICE
from .records import require

FALE_CONOSCO, MY_ATTENDANCES = "fale_conosco", "meus_atendimentos"
MENUS = {FALE_CONOSCO: _l("Contact us"), MY_ATTENDANCES: _l("My attendances")}  # those that the product knows
NOT_RELEASED = _l("The operator company has not released this menu on the web. Ask it to release it if you need it.")
ROWS = ("rules",)


def released(session, viewer) -> frozenset[str]:
    """The codes of the menus that this viewer has, in one query."""
    if viewer is None:
        return frozenset()
    profiles = select(assoc_user_role.c.role_id).where(assoc_user_role.c.user_id == viewer.user_id)
    rows = session.execute(
        select(WebMenu.code, WebMenuRule.user_id, WebMenuRule.released)
        .outerjoin(WebMenuRule, and_(WebMenuRule.menu_id == WebMenu.id, (WebMenuRule.user_id == viewer.user_id)
                                     | WebMenuRule.role_id.in_(profiles)))
        .where(WebMenu.released))
    own, of_profiles = {}, {}
    for code, user_id, says in rows:
        if user_id is not None:
            own[code] = says
        else:
            of_profiles[code] = of_profiles.get(code, True) and says is not False
    return frozenset(code for code in of_profiles | own if own.get(code, of_profiles.get(code)))


def allowed(session, viewer, code: str) -> bool:
    """Whether this viewer has the menu. A menu that is not known is nobody's."""
    return code in released(session, viewer)


def update(session, pk: int, values: dict, *, version: int | None = None, actor, now: datetime) -> WebMenu:
    """Release or block a menu. `values`: released, and `rules` as [{"id"?, "role" or "user": id or row, "released"}].

    Raises Forbidden, NotFound, Stale, InvalidMany at the rows, Conflict for two rules of one profile or user.
    """
    require(actor, Perm.WEB_MENU_WRITE)
    values = {name: values[name] for name in ("released", "rules") if name in values}
    if "rules" in values:
        values["rules"] = _rules(session, values["rules"], actor)
    return records.update(session, WebMenu, pk, values, version=version, actor=actor, now=now, rows=ROWS)


def add(session, code: str, *, actor, now: datetime) -> WebMenu:
    """A menu of `MENUS` that is not there, released for all. Raises Forbidden, Conflict."""
    require(actor, Perm.WEB_MENU_WRITE)
    return records.create(session, WebMenu, {"code": code}, actor=actor, now=now)


def delete(session, pk: int, *, actor, now: datetime) -> None:
    """Take a menu out, as it was before it was added: nobody has it. Raises Forbidden, NotFound."""
    require(actor, Perm.WEB_MENU_WRITE)
    records.delete(session, WebMenu, pk, actor=actor, now=now, rows=ROWS)


def plant(session, *, now: datetime) -> list[str]:
    """Add the menus that are missing; a line for each."""
    there = set(session.scalars(select(WebMenu.code)))
    lines = []
    for code in MENUS:
        if code not in there:
            add(session, code, actor=SYSTEM, now=now)
            lines.append(f"web menu {code} added")
    return lines


def _rules(session, rows, actor) -> list[dict]:
    errors, ready, seen = [], [], {}
    for position, row in enumerate(rows):
        at, pks = f"rules.{position}", {name: getattr(row.get(name), "id", row.get(name)) for name in ("role", "user")}
        if (pks["role"] is None) == (pks["user"] is None):
            errors.append(Invalid(_l("Choose a profile or a user, one of the two."), field=f"{at}.role"))
            continue
        name = "role" if pks["role"] is not None else "user"
        found = _profile(session, pks["role"], actor) if name == "role" else _user(session, pks["user"], actor)
        if found is None:
            errors.append(Invalid(NOT_A_CHOICE, field=f"{at}.{name}"))
        if seen.setdefault((name, pks[name]), position) != position:
            errors.append(Invalid(_l("There is already a rule for this one."), field=f"{at}.{name}"))
        ready.append({**({"id": row["id"]} if row.get("id") else {}), "released": bool(row.get("released")),
                      "role": found if name == "role" else None, "user": found if name == "user" else None})
    if errors:
        raise InvalidMany(errors)
    return ready


def _profile(session, pk, actor):
    return session.scalar(select(Role).where(Role.id == pk, visible(Role, actor), is_web_profile()))


def _user(session, pk, actor):
    """Somebody who is served: staff have no portal."""
    return session.scalar(select(User).join(UserProfile, UserProfile.user_id == User.id).where(
        User.id == pk, visible(User, actor), UserProfile.entity_id.is_not(None)))
