"""`/attendances/`: find the entity to attend (S-03 to S-05), and the list of all attendances with its filters."""
from dataclasses import replace
from urllib.parse import urlencode

from flask import abort, g, redirect, request
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import get_timezone
from flask_babel import lazy_gettext as _l

from ...extensions import db
from ...models.custom_form import FieldTarget
from ...queries import attendances as reads
from ...queries.field_filters import PREFIX, Unreadable
from ...queries.home import by_protocol
from ...queries.search import find_entities
from ...security.permissions import Perm
from .. import custom_filters
from ..custom import definitions
from ..field_kinds import name_persons
from ..lists.source import CUSTOM, SOURCES
from ..lists.tools import ListTools
from ..lookup import whole
from ..shell import shell
from .filters import FilterForm
from .listed import COLUMNS, options_of, order_asked
from .many import BulkForm

MOST_ROWS = 200


class AttendanceSearchView(BaseView):
    """Menu "Atendimento" › "Atendimentos" (S-02)."""

    route_base, default_view = "/attendances", "search"
    class_permission_name = "attendance"
    method_permission_name = {"search": "read", "listing": "read"}

    @expose("/")
    @has_access
    def search(self):
        """The entity by name or CPF/CNPJ, with "SAC" beside each; below it the newest attendances."""
        asked = "entity" in request.args
        text = request.args.get("entity", "").strip()[:200]
        if not g.viewer.may(Perm.ENTITY_READ):
            asked = False
        found = self._entities(text) if asked else None
        named = by_protocol(db.session, g.viewer, text) if asked and text else []
        recent = None if asked else reads.list_attendances(
            db.session, g.viewer, reads.AttendanceFilter(), timezone=str(get_timezone()), size=10).rows
        return self.render_template("attendances/search.html", title=_l("Attendances"), text=text, found=found,
                                    recent=recent, named=named, may_write=g.viewer.may(Perm.ATTENDANCE_WRITE))

    def _entities(self, text):
        try:
            return find_entities(db.session, g.viewer, text, limit=25, after=request.args.get("after"))
        except ValueError:
            abort(400)

    @expose("/list")
    @has_access
    def listing(self):
        """All attendances, newest first, under any filter; pages by key."""
        tools, form = ListTools(SOURCES["attendances"]), FilterForm(request.args)
        if start := tools.start():
            return redirect(start)
        shell().live_cursor  # noqa: B018  (what is saved after this, the page is told)
        form.offer(db.session)
        lost = [] if tools.view else None
        try:
            form.ask_fields(lost)
        except Unreadable:
            abort(400)
        if tools.view:
            tools.lost = form.forgive() + lost
        size = whole(request.args.get("size")) or tools.size
        if not form.validate() or form.unreadable:
            return self._page(form, tools, reads.Page([], None, None), 0, size), 400 if form.unreadable else 422
        filters, asked = form.filter(), order_asked(lost)
        if tools.view:
            tools.lost = list(dict.fromkeys([*tools.lost, *lost]))
        timezone = str(get_timezone())
        try:
            page = reads.list_attendances(
                db.session, g.viewer, filters, timezone=timezone, size=min(size, MOST_ROWS),
                after=request.args.get("after"), before=request.args.get("before"), load=options_of(tools.columns),
                **asked)
        except ValueError:
            abort(400)
        name_persons(definitions(FieldTarget.ATTENDANCE), [row.custom_values for row in page.rows])
        count = reads.count_attendances(db.session, g.viewer, filters, timezone=timezone)
        order = PREFIX + asked["by"].key if "by" in asked else asked["order"]
        return self._page(form, tools, page, count, size, order, asked["desc"])

    def _page(self, form, tools, page, count, size, order="opened_at", desc=True):
        def link(**change):
            kept = {k: v for k, v in request.args.to_dict(flat=False).items()
                    if k not in ("after", "before", *change) and v != [""]}
            return "?" + urlencode({**kept, **{k: v for k, v in change.items() if v is not None}}, doseq=True)

        wrong = form.errors or form.unreadable
        given = form.filter().given if not wrong else {"error": True}
        write = g.viewer.may(Perm.ATTENDANCE_WRITE)
        return self.render_template(
            "attendances/list.html", title=_l("Attendances"), form=form,
            boxes=custom_filters.boxes(FieldTarget.ATTENDANCE, form.unreadable), rows=page.rows, tools=tools,
            count=min(count, reads.COUNT_CAP), capped=count > reads.COUNT_CAP, size=size, filtered=bool(given),
            wrong=bool(wrong),
            sortable={name: name for name in reads.ORDERS} | {
                CUSTOM + each.key: PREFIX + each.key
                for each in definitions(FieldTarget.ATTENDANCE) if each.filterable},
            narrowed={k: v for k, v in given.items() if k != "q"}, order=order, desc=desc, link=link,
            orders=[("opened_at", _l("Opening")), ("closed_at", _l("Closing date")), ("id", _l("Number"))],
            bulk=BulkForm.offered(db.session) if write and page.rows else None,
            previous=page.previous and link(before=page.previous), following=page.next and link(after=page.next))


class EntityAttendancesView(BaseView):
    """`/attendances/entity/<id>`: the entity's attendances grouped by situation, and "Incluir" (S-07, S-08)."""

    route_base, default_view = "/attendances", "attendances"
    class_permission_name = "attendance"
    method_permission_name = {"attendances": "read"}
    EACH = 5

    @expose("/entity/<int:pk>")
    @has_access
    def attendances(self, pk):
        entity = reads.find_entity(db.session, g.viewer, pk) or abort(404)
        counts = reads.count_by_situation(db.session, g.viewer, entity_id=pk)
        chosen = whole(request.args.get("situation"))
        groups, page = {}, None
        if chosen:
            filters = replace(reads.AttendanceFilter(entity=pk), situation=(chosen,))
            try:
                page = reads.list_attendances(
                    db.session, g.viewer, filters, timezone=entity.company.timezone, size=25,
                    after=request.args.get("after"), before=request.args.get("before"),
                    load=COLUMNS["labels"].load)
            except ValueError:
                abort(400)
            groups = {chosen: page.rows}
        else:
            groups = reads.entity_attendances_by_situation(db.session, g.viewer, entity_id=pk, each=self.EACH)
        return self.render_template(
            "attendances/entity.html", title=str(entity), entity=entity, counts=counts, groups=groups, chosen=chosen,
            paged=page, each=self.EACH, total=sum(n for _situation, n in counts),
            may={"write": g.viewer.may(Perm.ATTENDANCE_WRITE), "edit_entity": g.viewer.may(Perm.ENTITY_WRITE),
                 "reveal": g.viewer.may(Perm.DOCUMENT_REVEAL)})
