"""The tabs of the settings: one list, to which each screen adds its own.

`templates/settings/tabs.html` draws them; a screen extends `settings/page.html` and puts its cards into `settings`, or
includes the tabs above its own heading. A tab is shown where its address has a page and the viewer may open it.
"""
from dataclasses import dataclass
from typing import Any

from flask import current_app, g, request
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import HTTPException


@dataclass(frozen=True)
class Tab:
    """A tab: what it is called and where it leads; pages below that address are of the same tab."""

    label: Any
    path: str


INDEX = Tab(_l("Registers"), "/settings/")
# In the order of the manual: 1.12.1 and 1.12.2, 1.12.3, 1.12.5, 1.12.6.
TABS = (
    INDEX,
    Tab(_l("Configuration"), "/settings/service/"),
    Tab(_l("Person fields"), "/settings/person-fields/"),
    Tab(_l("Menu"), "/settings/menus/"),
    Tab(_l("Custom data"), "/settings/custom-data/"),
    Tab(_l("Forms"), "/settings/forms/list/"),
    Tab(_l("Attendance script"), "/scripts/list/"),
    Tab(_l("Packages"), "/settings/packages/"),
)


def settings_tabs() -> list[tuple[Tab, bool]]:
    """[(tab, whether the page of this request is of it)] of what the viewer may open."""
    asked, held = _permissions(), g.viewer.permissions if g.viewer else ()
    shown = [tab for tab in TABS if asked[tab.path] in held]
    return [(tab, tab is _current(shown)) for tab in shown]


def _current(tabs) -> Tab | None:
    """The tab with the longest address that this page's begins with; the index is of itself alone."""
    path = request.path
    within = [tab for tab in tabs if path == tab.path
              or tab is not INDEX and path.startswith(tab.path.removesuffix("list/"))]
    return max(within, key=lambda tab: len(tab.path), default=None)


def _permissions() -> dict:
    """What opens the page of each tab, as (permission, noun); None where no page stands. Routes are looked up once."""
    known = current_app.extensions["settings_tabs"]
    if not known:
        known.update({tab.path: _permission_of(tab.path) for tab in TABS})
    return known


def _permission_of(path: str) -> tuple[str, str] | None:
    try:
        endpoint, _values = current_app.url_map.bind("").match(path)
    except HTTPException:
        return None
    name, _dot, method = endpoint.rpartition(".")
    views = current_app.appbuilder.baseviews
    view = next((each for each in views if each.endpoint == name), None)
    return None if view is None else (f"can_{view.get_method_permission(method)}", view.class_permission_name)


def init_app(app) -> None:
    """The templates ask for `settings_tabs()`."""
    app.extensions["settings_tabs"] = {}
    app.jinja_env.globals.update(settings_tabs=settings_tabs)
