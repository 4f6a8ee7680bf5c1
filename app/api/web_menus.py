"""Web menus over REST ("Liberando o Menu na Web"): what of the portal is released, for all, by profile and by user."""
from sqlalchemy.orm import selectinload

from ..extensions import db
from ..models.web_menu import WebMenu, WebMenuRule
from ..security.labels import role_label
from ..security.visibility import visible
from ..services import web_menus
from . import schemas
from .arguments import Listed
from .base import actor
from .register_resource import register_of
from .shapes import NAMED, TEXT, Shape, empty, many, person

MOST_RULES = 200
RULE = Shape("WebMenuRule", WebMenuRule, "id released", user=(empty(NAMED), lambda row: person(row.user)), role=(
    empty(NAMED), lambda row: {"id": row.role.id, "name": role_label(row.role.name)} if row.role else None))
MENU = Shape("WebMenu", WebMenu, "id code released version",
             name=(TEXT, lambda row: str(web_menus.MENUS.get(row.code, row.code))),
             rules=(many(RULE.ref), lambda row: list(map(RULE, row.rules))))


class ListWebMenus(Listed):
    pass


class AddRule(schemas.Body):
    id = schemas.whole(metadata={"description": "Of a rule that is there already"})
    role_id = schemas.whole(metadata={"description": "A profile of the portal; or give the user"})
    user_id = schemas.whole(metadata={"description": "A user of the portal, whose rule goes before those of profiles"})
    released = schemas.flag(required=True)


class AddWebMenu(schemas.Body):
    released = schemas.flag(load_default=True, metadata={"description": "False: nobody has it, whatever the rules say"})
    rules = schemas.rows(AddRule, MOST_RULES, load_default=list, metadata={
        "description": "All of them: one that is left out is removed"})


def _rows(model, _args, _relations):
    return db.session.query(model).filter(visible(model, actor()))


def _values(_session, _model, data, _pk=None) -> dict:
    values = {name: value for name, value in data.items() if name != "version"}
    if "rules" in values:
        values["rules"] = [{"id": row["id"], "role": row["role_id"], "user": row["user_id"],
                            "released": row["released"]} for row in values["rules"]]
    return values


_RULES = selectinload(WebMenu.rules)
WebMenuApi = register_of(
    "web-menus", "web_menu", WebMenu, MENU, ("web menus", "a web menu"), AddWebMenu(), web_menus, query=ListWebMenus(),
    find=_rows, order="code", values=_values, rows=(_RULES.joinedload(WebMenuRule.role),
                                                    _RULES.joinedload(WebMenuRule.user)), without=("post", "delete"))
