"""A generated list (AppModelView) with the tools of lists: the view says `list_key`, everything else follows."""
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from flask import request
from markupsafe import Markup

from ...queries import paging
from ...security.permissions import Perm
from .source import CHUNK, CUSTOM, Column, ListSource, custom_columns, local, register_list


class GeneratedList(ListSource):
    """What the tools ask, answered by a view."""

    def __init__(self, view):
        self.view, self.key, self.title = view, view.list_key, view.list_title
        self.file = view.list_file or view.list_key
        self.perm = next(perm for perm in Perm if perm.pair == ("can_read", view.noun))

    def address(self):
        return f"{request.script_root}{self.view.route_base}/list/"

    def columns(self):
        named = {name: Column(name, label, _typed(self.view, name, shown))
                 for label, shown, name in self.view.all_cells()}
        target = getattr(self.view, "custom_target", "")
        return named | (custom_columns(target) if target else {})

    def default_columns(self, offered):
        return [key for key in offered if key in self.view.list_columns or key.startswith(CUSTOM)]

    def _query(self):
        _panel, asked = self.view.search_rows()
        return self.view.filtered(self.view.visible_query(), asked)

    def count(self, cap):
        self.view.ordered(self.view.visible_query(), [])  # before the first byte of a file, not after it
        return paging.capped_count(self._query(), self.view.datamodel.get_pk(), cap)

    def rows(self, chosen) -> Iterator[list]:
        query, column = self.view.ordered(self._query(), [each.key for each in chosen])
        after, at = None, 0
        while True:
            if self.view.growing:
                found, _before, after = self.view.keyed(query, *column, size=CHUNK, after=after)
                last = after is None
            else:
                found = self.view.numbered(query, *column, size=CHUNK, at=at)
                at, last = at + CHUNK, len(found) < CHUNK
            if found:
                self.view.about_to_show(found)
                yield found
            if last:
                return


def _typed(view, name, shown):
    """Dates and numbers as they are, everything else as the list shows it."""
    read = view.reader(name)
    plain = name not in view.formatters_columns and name not in view.choice_columns

    def value(row):
        raw = read(row)
        if isinstance(raw, datetime):
            return local(raw)
        if isinstance(raw, date) or plain and isinstance(raw, (int, float)) and not isinstance(raw, bool):
            return raw
        if isinstance(raw, Decimal):  # an amount is added up there, whatever sign it has here
            return raw
        text = shown(row)
        return text.striptags() if isinstance(text, Markup) else str(text)  # a chip is its words
    return value


def register_generated(appbuilder) -> None:
    """Every view that names a `list_key`."""
    for view in appbuilder.baseviews:
        if getattr(view, "list_key", None):
            register_list(GeneratedList(view))
