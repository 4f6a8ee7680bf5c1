"""What a person does to his lists: columns, page size, saved views. Forms posted by list_tools.js, or without it."""
from urllib.parse import parse_qsl, urlencode

from flask import abort, flash, g, jsonify, redirect, request
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import gettext as _

from ...database import unit_of_work, utc_now
from ...errors import DomainError
from ...extensions import db
from ...services import list_views
from ...services.refusals import REFUSALS, refusal
from ..lookup import whole
from .source import find_source
from .tools import PAGE_SIZES, ListTools, lasting, without

MOST_WIDTH = 2_000  # of a column, in pixels


class ListToolsView(BaseView):
    """/lists/<key>/…; every change is the person's own, and of a list he may read."""

    route_base, default_view = "/lists", "size"
    class_permission_name = "account"
    method_permission_name = dict.fromkeys(("size", "columns", "look", "save", "view"), "use")

    @expose("/<key>/size", methods=["POST"])
    @has_access
    def size(self, key):
        """The page size, kept for the next time."""
        source, size = _source(key), whole(request.form.get("size"))
        if size not in PAGE_SIZES:
            abort(400)
        with unit_of_work(db.session) as session:
            list_views.prefer(session, key, actor=g.viewer, size=size)
        kept = [(n, v) for n, v in without(_query(), "size") if not n.startswith("psize_")]
        return redirect(_at(source, kept))

    @expose("/<key>/columns", methods=["POST"])
    @has_access
    def columns(self, key):
        """The columns in their order. On the tab of a view they go into the address: the view can take them over."""
        source, kept = _source(key), without(_query(), "columns")
        if "reset" in request.form:
            chosen = None
        else:
            offered = source.columns()
            chosen = [name for name in dict.fromkeys(request.form.getlist("columns")) if name in offered]
            if not chosen:
                return _refused(DomainError(_("Choose at least one column."), field="columns"), source, kept)
        if chosen and dict(kept).get("view", "").isdigit():
            kept.append(("columns", ",".join(chosen)))
        else:
            with unit_of_work(db.session) as session:
                list_views.prefer(session, key, actor=g.viewer, columns=chosen)
        return _done(_at(source, kept))

    @expose("/<key>/look", methods=["POST"])
    @has_access
    def look(self, key):
        """How the person left the page: widths of columns by key (none: as delivered), filters open or not."""
        source, sent = _source(key), request.get_json(silent=True)
        if not isinstance(sent, dict):
            abort(400)
        kept = {}
        if "filters" in sent:
            kept["filters"] = bool(sent["filters"])
        if "widths" in sent:
            widths = sent["widths"] if isinstance(sent["widths"], dict) else abort(400)
            if not all(isinstance(each, int) and 0 < each < MOST_WIDTH for each in widths.values()):
                abort(400)
            kept["widths"] = {name: widths[name] for name in source.columns() if name in widths} or None
        with unit_of_work(db.session) as session:
            list_views.prefer(session, key, actor=g.viewer, **kept)
        return "", 204

    @expose("/<key>/views", methods=["POST"])
    @has_access
    def save(self, key):
        """The list as it is shown, under a name."""
        source, query = _source(key), _query()
        offered = source.columns()
        columns = [name for name in request.form.get("columns", "").split(",") if name in offered]

        def keep(session):
            view = list_views.save_view(
                session, key, name=request.form.get("name", ""), query=lasting(query), columns=columns,
                shared="shared" in request.form, actor=g.viewer, now=utc_now())
            if "default" in request.form:
                list_views.prefer(session, key, actor=g.viewer, default_view=view.id)
            return view.id

        return _write(keep, source, query, _("View saved."))

    @expose("/<key>/views/<int:pk>/<action>", methods=["POST"])
    @has_access
    def view(self, key, pk, action):
        """One saved view: rename and share, take over what is shown, delete, begin with it."""
        source, query = _source(key), _query()
        if action not in ("change", "take", "delete", "default", "no-default"):
            abort(404)

        def act(session):
            if action == "delete":
                list_views.delete_view(session, pk, actor=g.viewer, now=utc_now())
                return None
            if action == "change":
                list_views.change_view(session, pk, name=request.form.get("name", ""),
                                       shared="shared" in request.form, actor=g.viewer, now=utc_now())
            elif action == "take":
                columns = [name for name in request.form.get("columns", "").split(",") if name]
                list_views.change_view(
                    session, pk, query=lasting(query), columns=columns, actor=g.viewer, now=utc_now())
            elif pk not in [view.id for view in list_views.views_of(session, key, actor=g.viewer)]:
                abort(404)
            else:
                list_views.prefer(session, key, actor=g.viewer, default_view=pk if action == "default" else None)
            return pk

        return _write(act, source, query, _("View deleted.") if action == "delete" else _("View saved."))


def _source(key):
    """The list, if there is one and the person may read it."""
    source = find_source(key) or abort(404)
    if not g.viewer.may(source.perm):
        abort(403)
    return source


def _query() -> str:
    return request.form.get("query", "")[:4000]


def _at(source, pairs) -> str:
    """The page of the list with these arguments; never another place, whatever was posted."""
    return source.address() + (f"?{urlencode(pairs)}" if pairs else "")


def _write(act, source, query, told):
    try:
        with unit_of_work(db.session) as session:
            pk = act(session)
    except REFUSALS as raised:
        return _refused(refusal(raised), source, parse_qsl(query))
    flash(told, "success")
    if pk is None:
        return _done(_at(source, [("view", "all")]))
    tools = ListTools(source)
    view = next(view for view in tools.views if view.id == pk)
    return _done(tools.address_of(view))


def _done(address):
    return jsonify(location=address) if _by_script() else redirect(address)


def _refused(error, source, pairs):
    if error.status == 404:
        abort(404)
    if _by_script():
        return jsonify(error=str(error), field=error.field), error.status
    flash(str(error), "danger")
    return redirect(_at(source, pairs))


def _by_script() -> bool:
    return request.accept_mimetypes.best == "application/json"
