"""The menu as the sidebar shows it: groups of what the viewer may open, without a query.

Menus of configurators stand below those of the product, under their group ("Grupo"): they come from the catalogue of
definitions, whose token is part of what a drawn menu is kept by, so that a change is seen at the next page.
"""
from dataclasses import dataclass
from functools import cached_property

from flask import current_app, g, request
from flask_appbuilder.menu import Menu
from flask_babel import get_locale
from flask_babel import gettext as _
from markupsafe import Markup

from ..queries.custom_menus import menus_of
from ..security.permissions import Perm
from .custom import defined

KEPT = 500  # menus kept in a process: one for each set of permissions, roles and language
LAST = ("Classifications", "Structure", "Access", "ADM", "Settings")  # below the work of the desk


@dataclass(frozen=True, eq=False)
class Item:
    """One link of the sidebar."""

    name: str
    label: str
    url: str
    root: str  # what the address of every page of it begins with
    icon: str
    subject: str  # the model it keeps, else the name of its view


@dataclass(frozen=True)
class Group:
    """A menu category with what the viewer may open of it; a link without category stands in a group without label."""

    name: str
    label: str
    items: tuple[Item, ...]


class Drawn:
    """The groups of one kind of person, and the markup of each line once it was drawn."""

    def __init__(self, groups: tuple[Group, ...] = ()):
        self.groups = groups

    @cached_property
    def _lines(self) -> list[tuple[Item | None, Markup]]:
        """Every line while it is not the current one; a heading is no item. Of two hundred menus each page would keep
        all of them over again, were they drawn as one text a current item."""
        lines: list[tuple[Item | None, Markup]] = []
        for group in self.groups:
            if group.label:
                lines.append((None, _template().heading(group)))
            lines += [(item, _template().line(item, False)) for item in group.items]
        return lines

    def nav(self, path: str) -> Markup:
        """The items as markup, the one of the page at `path` marked as current."""
        active = active_item(self.groups, path)
        return Markup("").join(_template().line(item, True) if item is active and item else drawn
                               for item, drawn in self._lines)


def _template():
    return current_app.jinja_env.get_template("balcao/nav.html").module


class AppMenu(Menu):
    """FAB's menu. What a person may open follows from the permissions of this request, so there is nothing to look up:
    an item asks the permission of the view it opens, a link carries a `permission` (a Perm), both may have a `cond`."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._kept: dict = {}
        self._token = ""

    def drawn(self) -> Drawn:
        """The menu of the viewer of this request, in the order of registration; an empty one for nobody."""
        viewer = g.get("viewer")
        if viewer is None:
            return Drawn()
        if "menu" not in g:
            g.menu = self._drawn(viewer)
        return g.menu

    def _drawn(self, viewer) -> Drawn:
        conditions = tuple(item.should_render() for item in _every(self.menu) if item.cond)
        token, roles = (defined().token, viewer.role_ids) if _may_have_menus(viewer) else ("", None)
        if token and token != self._token:  # what was drawn of other definitions is met by nobody again
            self._kept, self._token = {}, token
        kept, key = self._kept, (viewer.permissions, roles, viewer.admin, token, str(get_locale()), request.script_root,
                                 conditions)
        if key not in kept:
            if len(kept) >= KEPT:
                kept.clear()
            kept[key] = Drawn(_with_menus(self._built(), viewer))
        return kept[key]

    def _built(self):
        allowed = current_app.appbuilder.sm.get_user_menu_access()
        groups = []
        for top in self.menu:
            items = tuple(_item(x) for x in (top.childs or [top])
                          if x.name != "-" and x.name in allowed and x.should_render() and x.get_url())
            if items:
                groups.append(Group(top.name, str(top.label) if top.childs else "", items))
        return tuple(groups)


def _may_have_menus(viewer) -> bool:
    return not viewer.entity_id and viewer.may(Perm.CUSTOM_RECORD_READ)


def _with_menus(groups: tuple[Group, ...], viewer) -> tuple[Group, ...]:
    """The groups with the viewer's menus of configurators, each under its own heading or one that is there already."""
    headings: dict[str, list[Item]] = {}
    for menu in menus_of(defined(), viewer) if _may_have_menus(viewer) else ():
        url = f"{request.script_root}/records/{menu.id}/"
        headings.setdefault(menu.group or _("Custom information"), []).append(
            Item(f"record-menu-{menu.id}", menu.name, url, url, menu.icon, "CustomRecord"))
    made, own = [], {group.label for group in groups}
    for group in groups:
        more = headings.get(group.label, ()) if group.label else ()
        made.append(Group(group.name, group.label, (*group.items, *more)))
    at = next((place for place, group in enumerate(made) if group.name in LAST), len(made))
    made[at:at] = [Group(f"menus-{label}", label, tuple(items)) for label, items in headings.items()
                   if label not in own]
    return tuple(made)


def active_item(groups, path: str) -> Item | None:
    """The item to which the page at `path` belongs: the one with the longest matching beginning."""
    found = None
    for group in groups:
        for item in group.items:
            fits = path == item.url or (item.root != "/" and path.startswith(item.root))
            if fits and (found is None or len(item.root) > len(found.root)):
                found = item
    return found


def _every(items):
    for item in items:
        yield item
        yield from _every(item.childs)


def _item(item) -> Item:
    url, view = item.get_url(), item.baseview
    base = getattr(view, "route_base", None)
    root = f"{request.script_root}{base.rstrip('/')}/" if base else url.split("?")[0]
    model = getattr(getattr(view, "datamodel", None), "obj", None)
    subject = model.__name__ if model is not None else type(view).__name__
    return Item(item.name, str(item.label), url, root, item.icon or "fa-circle-dot", subject)
