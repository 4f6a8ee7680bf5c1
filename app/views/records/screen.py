"""`/records/<menu id>/`: what lies behind a menu of configurators: list, one record, adding and changing.

A menu that the person does not have, and a record that it does not show, do not exist.
"""
from urllib.parse import urlencode

from flask import abort, flash, g, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import gettext as _

from ...database import unit_of_work, utc_now
from ...errors import Stale
from ...extensions import db
from ...lowcode import fields as custom
from ...queries import attendances
from ...queries import custom_records as reads
from ...queries.custom_menus import by_form, by_menu
from ...security.permissions import Perm
from ...security.safe_next import safe_next
from ...services import custom_records, idempotency
from ...services.refusals import REFUSALS, refusal
from ..custom import also_refused, defined
from ..field_kinds import cell, name_persons
from ..lists.tools import ListTools
from ..lookup import whole
from . import drawer
from .form import BESIDE, RecordForm
from .listed import RecordList

MOST_ROWS = 200
VARIES = {"Vary": "X-Requested-With"}


class RecordsView(BaseView):
    """Behind one menu; every address begins with its id."""

    route_base, default_view = "/records", "listing"
    class_permission_name = "custom_record"
    method_permission_name = {"listing": "read", "show": "read", "add": "write", "edit": "write"}

    @expose("/<int:menu>/")
    @has_access
    def listing(self, menu):
        """The records, newest first, under any filter and in the order of any searchable field; pages by key."""
        source = RecordList(_access(menu))
        if drawer.inside() and source.attendance()[0]:
            return self._beside(source)
        tools, form = ListTools(source), source.filter_form()
        if start := tools.start():
            return redirect(start)
        lost = [] if tools.view else None
        form.ask_fields(lost)
        if tools.view:
            tools.lost = form.forgive() + lost
        attendance_id, address = source.attendance()
        (order, desc), size = source.order(), whole(request.args.get("size")) or tools.size
        page, count, status = reads.Page([], None, None), reads.Count(0, False), 200
        if form.validate():
            filters = form.filter(attendance=attendance_id)
            narrowed = reads.narrow(db.session, g.viewer, source.access, filters, order=order)
            try:
                page = reads.list_records(
                    db.session, g.viewer, source.access, filters, order=order, desc=desc, size=min(size, MOST_ROWS),
                    after=request.args.get("after"), before=request.args.get("before"), narrowed=narrowed)
            except ValueError:
                abort(400)
            count = reads.count_records(db.session, narrowed)
            name_persons(source.form.fields, [row.values for row in page.rows])
        else:
            status = 400 if form.unreadable else 422
        wrong = bool(form.errors or form.unreadable)
        return self.render_template(
            "records/list.html", title=source.menu.name, menu=source.menu, access=source.access, form=form, tools=tools,
            rows=page.rows, count=max(count.n, len(page.rows)), more=count.more, size=size, order=order, desc=desc,
            link=_link, address=address,
            filtered=wrong or form.filter(attendance=attendance_id).given, wrong=wrong,
            narrowed=wrong or bool(form.filter().fields or form.entity.data is not None),
            sortable={"x_" + each.key: each.key for each in source.form.searchable} | {"id": "id"},
            previous=page.previous and _link(before=page.previous),
            following=page.next and _link(after=page.next)), status, VARIES

    @expose("/<int:menu>/show/<int:pk>")
    @has_access
    def show(self, menu, pk):
        access = _access(menu)
        record = reads.find(db.session, g.viewer, access, pk) or abort(404)
        name_persons(access.form.every, [record.values])
        values = record.values or {}
        sections = [(title, [(each, cell(each, values.get(each.key))) for each in fields])
                    for title, fields in access.form.parts]
        retired = [(each, cell(each, values[each.key])) for each in access.form.every
                   if not each.active and values.get(each.key) is not None]
        beside = drawer.inside() and record.attendance is not None
        return drawer.answered(self.render_template(
            f"records/{'drawer/' * beside}show.html", title=f"{access.menus[0].name} {record}", menu=access.menus[0],
            record=record, sections=sections, retired=retired, may_edit=_may_edit(access, record),
            back=drawer.list_of(menu, record.attendance) if beside else _back(menu), logs=g.viewer.may(Perm.LOG_READ),
            attendances=g.viewer.may(Perm.ATTENDANCE_READ), entities=g.viewer.may(Perm.ENTITY_READ)))

    @expose("/<int:menu>/add", methods=["GET", "POST"])
    @has_access
    def add(self, menu):
        access = _access(menu)
        if not access.adds:
            abort(403)
        linked = self._attendance()
        form, loose, status = RecordForm.of(access.form)(), [], 200
        form.offer(adding=True, linked=linked is not None)
        if request.method == "GET":
            form.begin()
        elif form.validate():
            error = self._added(access, form, linked)
            if error is None:
                flash(_("Record added."), "success")
                return redirect(_back(menu))
            loose, status = form.refuse(error), error.status
        else:
            also_refused(form, access.form.fields, access.form.every, None)
            status = 422
        return self._form_page(access, form, loose, status, linked=linked)

    @expose("/<int:menu>/edit/<int:pk>", methods=["GET", "POST"])
    @has_access
    def edit(self, menu, pk):
        access = _access(menu)
        record = reads.find(db.session, g.viewer, access, pk) or abort(404)
        if not _may_edit(access, record):
            abort(403)
        make, loose, status, version = RecordForm.of(access.form), [], 200, record.version
        form = make(data={"entity": record.entity, **custom.form_data(access.form.fields, record.values)})
        form.offer(adding=False, linked=record.attendance_id is not None)
        if request.method == "GET":
            custom.prefill(form, access.form.fields, record.values)
        else:
            version = whole(request.form.get("version")) or 0
            if form.validate():
                error = self._changed(access, form, pk, version)
                if error is None:
                    flash(_("Record changed."), "success")
                    return redirect(_back(menu))
                record = reads.find(db.session, g.viewer, access, pk) or abort(404)
                db.session.refresh(record)
                loose, status = form.refuse(error), error.status
                if isinstance(error, Stale):
                    form.show_stale(record)
                    version = record.version
                    return self._form_page(access, form, [], status, record=record, version=version, stale=True)
            else:
                also_refused(form, access.form.fields, access.form.every, record.values or {})
                status = 422
        return self._form_page(access, form, loose, status, record=record, version=version)

    # ---- pieces

    @staticmethod
    def _attendance():
        """The attendance that the address names; of one that the viewer does not see, 404."""
        address = request.args.get("attendance", "").strip()
        if not address:
            return None
        return attendances.find_by_address(db.session, g.viewer, address) or abort(404)

    @staticmethod
    def _added(access, form, linked):
        """None when it is done, else the refusal. A second click of the same form adds nothing again."""
        linked_id, key = linked.id if linked is not None else None, f"record:{form.request_key.data or ''}"[:100]
        body = {name: texts for name, texts in request.form.lists() if name not in ("csrf_token", "_back")}

        def act(session, now):
            links = {"attendance_id": linked_id} if linked_id else form.links(session)
            made = custom_records.add_record(session, access.form.id, form.values(), menu_id=access.menus[0].id,
                                             actor=g.viewer, now=now, **links)
            return {"id": made.id}

        def once(session):
            now = utc_now()
            idempotency.answer_once(session, user_id=g.viewer.user_id, key=key, body=body, now=now,
                                    act=lambda: act(session, now))
        return _written(once)

    @staticmethod
    def _changed(access, form, pk, version):
        def act(session):
            custom_records.change_record(
                session, pk, form.values(), form_id=access.form.id, menu_id=access.menus[0].id, version=version,
                actor=g.viewer, now=utc_now(), **form.links(session))
        return _written(act)

    def _form_page(self, access, form, loose, status, *, record=None, version=None, stale=False, linked=None):
        menu = access.menus[0]
        title = (_("%(menu)s: edit %(record)s", menu=menu.name, record=record) if record is not None
                 else _("%(menu)s: add", menu=menu.name))
        linked = linked if linked is not None else record.attendance if record is not None else None
        beside = drawer.inside() and linked is not None
        if beside:
            form.stand_beside()
        return drawer.answered(self.render_template(
            f"records/{'drawer/' * beside}form.html", title=title, menu=menu, form=form, panels=form.panels,
            version=version, back=drawer.list_of(menu.id, linked) if beside else _back(menu.id), loose=loose,
            wrong=bool(loose or form.errors), stale=stale, record=record, linked=linked, crumb=menu.name, ids=BESIDE,
            here=request.script_root + request.full_path.rstrip("?"), list_url=url_for(".listing", menu=menu.id),
            help=access.form.help), status)

    def _beside(self, source):
        """The records of an attendance, in the drawer of its page."""
        (pk, address), access = source.attendance(), source.access
        try:
            rows = drawer.listed(access, pk)
        except ValueError:
            abort(400)
        adds = access.adds and attendances.find_by_address(db.session, g.viewer, address).is_open
        return drawer.answered(self.render_template(
            "records/drawer/list.html", menu=source.menu, help=access.form.help, adds=adds, address=address,
            may_edit=lambda row: _may_edit(access, row), **rows))


def fields_of(record) -> dict:
    """The definitions of what a record holds, by key."""
    form = defined().forms.get(record.form_id)
    return form.by_key if form else {}


def address_of(record) -> str | None:
    """Where a record is shown: behind the first of the viewer's menus that has it."""
    every = by_form(defined(), g.viewer, record.form_id)
    for menu in every.menus if every else ():
        if reads.find(db.session, g.viewer, by_menu(defined(), g.viewer, menu.id), record.id) is not None:
            return url_for("RecordsView.show", menu=menu.id, pk=record.id)
    return None


def _access(menu):
    return by_menu(defined(), g.viewer, menu) or abort(404)


def _may_edit(access, record) -> bool:
    return access.edits and (record.attendance is None or record.attendance.is_open
                             or g.viewer.may(Perm.ATTENDANCE_REOPEN))


def _written(act):
    """None when it is done in one transaction, else the refusal."""
    try:
        with unit_of_work(db.session) as session:
            act(session)
    except REFUSALS as raised:
        error = refusal(raised)
        if error.status == 404:
            abort(404)
        return error
    return None


def _link(**change) -> str:
    """This list with some arguments of its address changed, on its first page; None drops one."""
    kept = {k: v for k, v in request.args.to_dict(flat=False).items()
            if k not in ("after", "before", *change) and v != [""]}
    return "?" + urlencode({**kept, **{k: v for k, v in change.items() if v is not None}}, doseq=True)


def _back(menu: int) -> str:
    """Where the person came from and wants to go back to; else the list."""
    asked = request.form.get("_back") or request.args.get("return")
    return safe_next(asked) if asked else url_for("RecordsView.listing", menu=menu)
