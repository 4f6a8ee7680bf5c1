"""The menu as the sidebar shows it: groups of what the viewer may open, without a query."""
from dataclasses import dataclass, field

from flask import current_app, g, request
from flask_appbuilder.menu import Menu
from flask_babel import get_locale
from markupsafe import Markup

KEPT = 500  # menus kept in a process: one for each set of permissions and language


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


@dataclass(frozen=True, eq=False)
class Drawn:
    """The groups of one kind of person, and the sidebar's markup for each active item once it was drawn."""

    groups: tuple[Group, ...] = ()
    markup: dict[Item | None, Markup] = field(default_factory=dict)

    def nav(self, path: str) -> Markup:
        """The items as markup, the one of the page at `path` marked as current."""
        active = active_item(self.groups, path)
        if active not in self.markup:
            template = current_app.jinja_env.get_template("balcao/nav.html")
            self.markup[active] = Markup(template.render(groups=self.groups, active=active))  # noqa: S704  (escaped there)
        return self.markup[active]


class AppMenu(Menu):
    """FAB's menu. What a person may open follows from the permissions of this request, so there is nothing to look up:
    an item asks the permission of the view it opens, a link carries a `permission` (a Perm), both may have a `cond`."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._kept: dict = {}

    def drawn(self) -> Drawn:
        """The menu of the viewer of this request, in the order of registration; an empty one for nobody."""
        viewer = g.get("viewer")
        if viewer is None:
            return Drawn()
        conditions = tuple(item.should_render() for item in _every(self.menu) if item.cond)
        key = (viewer.permissions, str(get_locale()), request.script_root, conditions)
        if key not in self._kept:
            if len(self._kept) >= KEPT:
                self._kept.clear()
            self._kept[key] = Drawn(self._built())
        return self._kept[key]

    def _built(self):
        allowed = current_app.appbuilder.sm.get_user_menu_access()
        groups = []
        for top in self.menu:
            items = tuple(_item(x) for x in (top.childs or [top])
                          if x.name != "-" and x.name in allowed and x.should_render() and x.get_url())
            if items:
                groups.append(Group(top.name, str(top.label) if top.childs else "", items))
        return tuple(groups)


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
