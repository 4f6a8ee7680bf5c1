"""The generated list and record page: a fixed number of queries, cells formatted in Python, templates given strings."""
import operator
from datetime import date, datetime
from urllib.parse import urlencode

from flask import abort, g, redirect, request
from flask_appbuilder import expose, has_access
from flask_babel import format_date, format_datetime
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import inspect
from sqlalchemy.orm import joinedload, selectinload

from ..queries import paging
from ..security.permissions import Perm
from .lists.source import SOURCES
from .lists.tools import ListTools
from .lookup import whole

PAGE_SIZES = (10, 25, 50, 100, 200)
MAX_PAGE = 10**6


def shown(value):
    """A value as a person reads it; templates escape it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, datetime):
        return format_datetime(value, "dd/MM/yyyy HH:mm")
    if isinstance(value, date):
        return format_date(value, "dd/MM/yyyy")
    return ", ".join(map(str, value)) if isinstance(value, list) else value


class ListingMixin:
    """`growing` tables page by key; the others by number. `base_order` (column, "asc" or "desc")."""

    growing = False
    count_cap, max_page_size = 10_000, PAGE_SIZES[-1]
    empty_text = None  # a sentence: what is missing here, and what to do
    add_label = _l("Add")  # of the button over the list
    copies = False  # whether `add?copy=<id>` begins with a copy of a row
    list_template, show_template = "balcao/list.html", "balcao/show.html"
    # Saved views, columns and exports: the name under which they are kept, columns offered besides `list_columns`, and
    # what the names of exported files begin with.
    list_key: str | None = None
    more_columns: tuple[str, ...] = ()
    column_attributes: dict[str, str] = {}  # what a column is read from, where that is not its name
    list_file: str | None = None

    def _init_listing(self):
        self._cells = [(self.label_columns[name], self._getter(name), name) for name in self.list_columns]
        self._more_cells = [(self.label_columns[name], self._getter(name), name) for name in self.more_columns]
        self._list_options = self._eager(self.list_columns)
        self._show_options = self._eager(self.show_columns)

    def _eager(self, columns):
        """One join a many-to-one, one SELECT a list: never a query a row."""
        options = []
        for path in columns:
            model, loader = self.datamodel.obj, None
            for name in path.split("."):
                relation = inspect(model).relationships.get(name)
                if relation is None:
                    break
                load = selectinload if relation.uselist else joinedload
                step = getattr(model, name)
                loader = load(step) if loader is None else getattr(loader, load.__name__)(step)
                model = relation.mapper.class_
            if loader is not None:
                options.append(loader)
        return options

    def shown(self, name: str, value):
        """The value of a column as a person reads it: its formatter, the label of its code, or the plain text."""
        if name in self.formatters_columns:
            return self.formatters_columns[name](value)
        if name in self.choice_columns:
            return self.choice_columns[name].get(value, value)
        return shown(value)

    def reader(self, name):
        """item -> the value of a column, not yet formatted."""
        get = operator.attrgetter(self.column_attributes.get(name, name))

        def read(item):
            value = get(item)
            return value() if callable(value) else value
        return read

    def _getter(self, name):
        read = self.reader(name)
        return lambda item: self.shown(name, read(item))

    def list_cells(self) -> list[tuple]:
        """[(label, item -> text, name)]: a hook, low-code appends to it for this request."""
        return list(self._cells)

    def all_cells(self) -> list[tuple]:
        """The same of every column of its own that a person may choose."""
        return [*self._cells, *self._more_cells]

    def chosen_cells(self, tools) -> list[tuple]:
        """The cells of the columns that the person chose, in his order."""
        if tools is None:
            return self.list_cells()
        known = {name: cell for cell in [*self.list_cells(), *self._more_cells] for name in cell[2:]}
        return [known[column.key] for column in tools.columns if column.key in known]

    def _options_for(self, names):
        """Loader options for the columns shown besides the list's own."""
        return [*self._list_options, *self._eager([name for name in names if name in self.more_columns])]

    def show_cells(self) -> list[tuple]:
        """[(label, item -> text)] of the record page."""
        return [(self.label_columns[name], self._getter(name)) for name in self.show_columns]

    def may(self, method: str) -> bool:
        """Whether the viewer holds what an exposed method of this view asks, and the view has it at all."""
        if method in self.exclude_route_methods:
            return False
        if self.include_route_methods is not None and method not in self.include_route_methods:
            return False
        permission = "can_" + self.get_method_permission(method)
        return permission in self.base_permissions and self.appbuilder.sm.has_access(
            permission, self.class_permission_name)

    def _root(self) -> str:
        return request.script_root + self.route_base

    def visible_query(self):
        """All rows the viewer may see here."""
        return self._base_filters.apply_all(self.datamodel.session.query(self.datamodel.obj))

    def find_or_404(self, pk, options=()):
        """The row with this id, if the viewer may see it."""
        number = whole(pk)
        item = None if number is None else self.visible_query().filter(
            self.datamodel.get_pk() == number).options(*options).one_or_none()
        return item if item is not None else abort(404)

    # ---- order and page out of the address; what is not offered answers 400

    def _order(self):
        name, column = self.__class__.__name__, request.args.get("_oc_" + self.__class__.__name__)
        direction = request.args.get("_od_" + name, "asc")
        if column is None:
            return self.base_order or ("id", "desc" if self.growing else "asc")
        if not self._orders(column) or direction not in ("asc", "desc"):
            abort(400)
        return column, direction

    def _orders(self, column) -> bool:
        """Whether the list can be in the order of this."""
        return column in self.order_columns

    def order_of(self, column: str) -> str | None:
        """What the address calls the order by a column that is shown; None where there is none."""
        return column if column in self.order_columns else None

    def _whole_argument(self, name, limit):
        """A whole number from 0, cut to `limit`; None where it is not given."""
        text = request.args.get(name + self.__class__.__name__)
        if text is None:
            return None
        number = whole(text)
        return min(number, limit) if number is not None else abort(400)

    def _order_key(self, query, column):
        """(query, column to order by): the normalised key of a text, the name of a related row."""
        model = self.datamodel.obj
        if self.datamodel.is_relation(column):
            if self.growing:
                abort(400)  # no index could serve it
            target = self.datamodel.get_related_model(column)
            return query.outerjoin(getattr(model, column)), getattr(target, "name_key", inspect(target).primary_key[0])
        return query, getattr(model, f"{column}_key", None) or getattr(model, column)

    def link(self, **change) -> str:
        """The address of this list with some arguments changed; None drops one."""
        arguments = {k: v for k, v in request.args.to_dict(flat=False).items() if k not in change and v != [""]}
        arguments.update({k: v for k, v in change.items() if v is not None})
        return f"{self._root()}/list/?{urlencode(arguments, doseq=True)}"

    def _page(self, query, order, size):
        """(rows, links {first, previous, next, last, numbers})."""
        column, direction = order
        name, desc = self.__class__.__name__, direction == "desc"
        query, key = self._order_key(query, column)
        if self.growing:
            try:
                rows, before, after = self.keyed(
                    query, key, desc, size=size, after=request.args.get("after_" + name),
                    before=request.args.get("before_" + name))
            except ValueError:
                abort(400)
            start = self.link(**{"after_" + name: None, "before_" + name: None}) if before else None
            return rows, {
                "first": start,
                "previous": before and self.link(**{"before_" + name: before, "after_" + name: None}),
                "next": after and self.link(**{"after_" + name: after, "before_" + name: None}),
                "last": None, "numbers": []}
        at = self._whole_argument("page_", MAX_PAGE) or 0
        if g.list_count <= self.count_cap:  # the last row of the last page may just have been deleted
            at = min(at, max(g.list_count - 1, 0) // size)
        return self.numbered(query, key, desc, size=size, at=at * size), self._numbers(at, size)

    def keyed(self, query, key, desc, *, size, after=None, before=None):
        """(rows, key of the page before, key of the page after). Raises ValueError for a key that was not made here."""
        return paging.page(query, key, self.datamodel.get_pk(), desc=desc, size=size, after=after, before=before)

    def numbered(self, query, key, desc, *, size, at):
        """The rows from the place `at` on."""
        pk = self.datamodel.get_pk()
        keys = (key.desc(), pk.desc()) if desc else (key.asc(), pk.asc())
        return query.order_by(*keys).limit(size).offset(at).all()

    def ordered(self, query, names):
        """(query that loads what the columns `names` show, (column of the order, descending)) of the address."""
        column, direction = self._order()
        query, key = self._order_key(query.options(*self._options_for(names)), column)
        return query, (key, direction == "desc")

    def _numbers(self, at, size):
        """Links of a list with page numbers: a window of seven round the page."""
        name, pages = "page_" + self.__class__.__name__, -(-min(g.list_count, self.count_cap) // size)
        if pages <= 1 and not at:
            return None
        first = max(0, min(at - 3, pages - 7))
        numbers = [(n + 1, self.link(**{name: n}), n == at) for n in range(first, min(first + 7, pages))]
        return {"first": self.link(**{name: 0}) if at else None,
                "previous": self.link(**{name: min(at, pages) - 1}) if at else None,
                "next": self.link(**{name: at + 1}) if at + 1 < pages else None,
                "last": self.link(**{name: pages - 1}) if at + 1 < pages else None, "numbers": numbers}

    def _heads(self, cells, order):
        """[(label, direction of the order now or None, link or None)]."""
        name, heads = self.__class__.__name__, []
        for label, _get, column in cells:
            key = self.order_of(column)
            now, href = (order[1] if key and key == order[0] else None), None
            if key:
                href = self.link(**{
                    "_oc_" + name: key, "_od_" + name: "desc" if now == "asc" else "asc",
                    "after_" + name: None, "before_" + name: None, "page_" + name: None})
            heads.append((label, now, href))
        return heads

    def list_page(self) -> str:
        """The whole page: search panel, tools, table."""
        name, tools = self.__class__.__name__, self._tools()
        panel, asked = self.search_rows()
        query = self.filtered(self.visible_query(), asked)
        count = g.list_count = paging.capped_count(query, self.datamodel.get_pk(), self.count_cap)
        size = self._whole_argument("psize_", self.max_page_size) or (tools.size if tools else self.page_size)
        order, cells = self._order(), self.chosen_cells(tools)
        rows, pages = self._page(query.options(*self._options_for([cell[2] for cell in cells])), order, max(size, 1))
        self.about_to_show(rows)
        start = {"page_" + name: None, "after_" + name: None, "before_" + name: None}
        sizes = [(n, self.link(**{"psize_" + name: n}, **start)) for n in PAGE_SIZES if n <= self.max_page_size]
        return self.render_template(
            self.list_template, title=self.list_title, root=self._root(), view=name, panel=panel, asked=bool(asked),
            heads=self._heads(cells, order), rows=[(row.id, [cell[1](row) for cell in cells]) for row in rows],
            pages=pages, size=size, sizes=sizes, count=f"{min(count, self.count_cap):,}".replace(",", "."),
            capped=count > self.count_cap, copies=self.copies and self.may("add"),
            can={each: self.may(each) for each in ("add", "show", "edit", "delete")},
            actions=self.list_actions(), empty_text=self.empty_text, add_label=self.add_label,
            kept=self._kept_arguments(), tools=tools, link=self.link,
            sure=_("Delete “%(name)s”? This cannot be undone.", name="\0").split("\0"))

    def _kept_arguments(self):
        """What a new search keeps: order and size."""
        name = self.__class__.__name__
        kept = ("_oc_" + name, "_od_" + name, "psize_" + name, *(("view", "columns") if self.list_key else ()))
        return [(k, request.args[k]) for k in kept if k in request.args]

    def _tools(self):
        """The tools of this list, where it has some and somebody looks at it; made once a request."""
        if not self.list_key or not g.get("viewer"):
            return None
        if g.get("_list_tools") is None or g._list_tools.source.key != self.list_key:
            g._list_tools = ListTools(SOURCES[self.list_key])
        return g._list_tools

    def list_actions(self) -> dict:
        """FAB actions over several rows that the viewer may run."""
        return {key: each for key, each in self.actions.items() if each.multiple and self.appbuilder.sm.has_access(
            self.get_action_permission_name(key), self.class_permission_name)}

    @expose("/list/")
    @has_access
    def list(self):
        tools = self._tools()
        if tools and (start := tools.start()):
            return redirect(start)
        return self.list_page()

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk):
        item = self.find_or_404(pk, self._show_options)
        can = {each: self.may(each) for each in ("list", "edit", "delete")}
        logs = f"{request.script_root}/logs/{item.__tablename__}/{item.id}" if g.viewer.may(Perm.LOG_READ) else None
        return self.render_template(
            self.show_template, title=self.title_of(item), item=item, pk=item.id, root=self._root(), can=can, logs=logs,
            cells=[(label, get(item)) for label, get in self.show_cells()], crumb=self.list_title,
            back=self._back(), list_url=self._root() + "/list/", more=self.show_more(item))

    def about_to_show(self, rows) -> None:
        """A hook: what the cells of these rows need is read at once."""

    def title_of(self, item) -> str:
        """What a record is called in headings."""
        return str(item)

    def show_more(self, item) -> dict:
        """More values for the record page's template."""
        return {}
