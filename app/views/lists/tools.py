"""The tools of a list on its page: tabs of saved views, chosen columns, page size, links to the exports."""
from dataclasses import dataclass, field, replace
from functools import cached_property
from urllib.parse import parse_qsl, urlencode

from flask import g, request, url_for

from ...extensions import db
from ...security.permissions import Perm
from ...services import list_views
from .source import Column, ListSource

PAGE_SIZES = (25, 50, 100, 200)
PASSING = ("after", "before", "view", "columns", "size")  # of the address, but no part of a view
_PASSING = ("after_", "before_", "page_", "psize_")  # the same of a generated list


def lasting(query: str) -> str:
    """The part of an address that a view keeps: filters and order."""
    return urlencode([(name, value) for name, value in parse_qsl(query, keep_blank_values=False)
                      if name not in PASSING and not name.startswith(_PASSING)])


def without(query: str, *names: str) -> list[tuple[str, str]]:
    """The arguments of an address but some, and but its page."""
    return [(name, value) for name, value in parse_qsl(query, keep_blank_values=False)
            if name not in (*names, "after", "before") and not name.startswith(("after_", "before_", "page_"))]


@dataclass
class ListTools:
    """Made once a page; reads the person's preference and the views of the list, a query each."""

    source: ListSource
    kept: dict = field(init=False)
    views: list = field(init=False)
    lost: list = field(default_factory=list)  # names of filters that a view has and nobody else any more

    def __post_init__(self):
        self.kept = list_views.preference(db.session, self.source.key, actor=g.viewer)
        self.views = list_views.views_of(db.session, self.source.key, actor=g.viewer)

    @cached_property
    def offered(self) -> dict[str, Column]:
        return self.source.columns()

    @cached_property
    def columns(self) -> list[Column]:
        """Those of the address, else those the person chose, else the list's own; their labels as plain text, since
        each cell of a page says its column's."""
        asked = request.args.get("columns", "").split(",")
        for keys in (asked, self.kept.get("columns") or (), self.source.default_columns(self.offered)):
            if chosen := [self.offered[key] for key in dict.fromkeys(keys) if key in self.offered]:
                return [replace(column, label=str(column.label)) for column in chosen]
        return list(self.offered.values())[:1]

    @property
    def unchosen(self) -> list[Column]:
        chosen = {column.key for column in self.columns}
        return [column for key, column in self.offered.items() if key not in chosen]

    @property
    def size(self) -> int:
        """The page size the person last chose."""
        return self.kept.get("size") if self.kept.get("size") in PAGE_SIZES else PAGE_SIZES[0]

    # ---- saved views

    @cached_property
    def view(self):
        """The saved view whose tab is open."""
        asked = request.args.get("view", "")
        return next((view for view in self.views if str(view.id) == asked), None)

    @property
    def own(self) -> bool:
        return self.view is not None and self.view.owner_id == g.viewer.user_id

    def address_of(self, view) -> str:
        """The address that shows a view: all of it, so that it can be sent to a colleague."""
        pairs = parse_qsl(view.query)
        if view.columns:
            pairs.append(("columns", ",".join(map(str, view.columns))))
        return f"{self.source.address()}?{urlencode([*pairs, ('view', view.id)])}"

    @property
    def all_address(self) -> str:
        return f"{self.source.address()}?view=all" if self.default_view else self.source.address()

    @cached_property
    def default_view(self):
        return next((view for view in self.views if view.id == self.kept.get("default_view")), None)

    def start(self) -> str | None:
        """Where the bare address leads: the person's default view, if there is one."""
        return self.address_of(self.default_view) if self.default_view and not request.args else None

    @property
    def changed(self) -> bool:
        """The list shows something else than the view whose tab is open."""
        return self.view is not None and (
            sorted(parse_qsl(lasting(self.query))) != sorted(parse_qsl(self.view.query))
            or [column.key for column in self.columns] != [key for key in self.view.columns if key in self.offered])

    # ---- for the forms of the tools

    @property
    def query(self) -> str:
        return request.query_string.decode()

    @property
    def keys(self) -> str:
        return ",".join(column.key for column in self.columns)

    @property
    def may_share(self) -> bool:
        return g.viewer.may(Perm.VIEW_SHARE)

    @property
    def may_export(self) -> bool:
        return g.viewer.may(Perm.LIST_EXPORT)

    def export_address(self, kind: str) -> str:
        """The file of exactly what is shown."""
        pairs = [*without(self.query, "columns", "view", "size"), ("columns", self.keys)]
        return f"{url_for('ListExportView.export', key=self.source.key, kind=kind)}?{urlencode(pairs)}"
