"""`/attendances/`: find the entity to attend (S-03 to S-05), and the list of all attendances with its filters."""
from dataclasses import replace
from urllib.parse import urlencode

from flask import abort, g, request
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import get_timezone
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import DateField, Form, SelectField, SelectMultipleField, StringField
from wtforms.validators import Length, Optional, ValidationError

from ...extensions import db
from ...models.attendance import Direction
from ...models.classification import Channel, Phase, Situation
from ...queries import attendances as reads
from ...queries.home import by_protocol
from ...queries.search import find_entities
from ...security.permissions import Perm
from ..lookup import LookupField, whole

PAGE_SIZES = (25, 50, 100, 200)
PHASES = (
    ("not_closed", _l("Not closed")), (Phase.OPEN.value, _l("Open")), (Phase.IN_PROGRESS.value, _l("In progress")),
    (Phase.PENDING.value, _l("Pending")), (Phase.CLOSED.value, _l("Closed")), (Phase.CANCELLED.value, _l("Cancelled")))


class FilterForm(Form):
    """The filters of the list, under the names that REST uses."""

    searching = True  # a child may be given without its parent

    q = StringField(_l("Protocol, number or name"), [Length(max=200)])
    situation = SelectMultipleField(_l("Situation"), coerce=int)
    phase = SelectField(_l("Phase"), [Optional()], choices=[("", _l("Any")), *PHASES])
    channel = SelectMultipleField(_l("Channel"), coerce=int)
    direction = SelectField(_l("Active/Receptive"), [Optional()], choices=[
        ("", _l("Any")), (Direction.ACTIVE.value, _l("Active")), (Direction.RECEPTIVE.value, _l("Receptive"))])
    motive = LookupField(_l("Motive"), source="motive")
    occurrence = LookupField(_l("Occurrence"), source="occurrence", parent="motive")
    cause = LookupField(_l("Cause"), source="cause", parent="occurrence")
    unit = LookupField(_l("Unit"), source="unit")
    attendant = SelectField(_l("Attendant"), [Optional()], choices=[("", _l("Any")), ("me", _l("Only mine"))])
    local_partner = LookupField(_l("Place"), source="partner")
    opened_from = DateField(_l("Opened from"), [Optional()])
    opened_to = DateField(_l("Opened to"), [Optional()])

    def validate_opened_to(self, field):
        if self.opened_from.data and field.data and field.data < self.opened_from.data:
            raise ValidationError(_("The end of the period is before its beginning."))

    def offer(self, session) -> None:
        """Situations and channels, switched-off ones too: old attendances have them."""
        self.situation.choices = [tuple(r) for r in session.execute(
            select(Situation.id, Situation.name).order_by(Situation.position, Situation.id))]
        self.channel.choices = [tuple(r) for r in session.execute(
            select(Channel.id, Channel.name).order_by(Channel.position, Channel.name_key))]

    def filter(self) -> reads.AttendanceFilter:
        ids = {n: self[n].data.id if self[n].data is not None else None
               for n in ("motive", "occurrence", "cause", "unit", "local_partner")}
        return reads.AttendanceFilter(
            q=self.q.data or "", situation=tuple(self.situation.data or ()), channel=tuple(self.channel.data or ()),
            phase=self.phase.data or None, direction=self.direction.data or None,
            opened_from=self.opened_from.data, opened_to=self.opened_to.data,
            opened_by=g.viewer.user_id if self.attendant.data == "me" else None, **ids)


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
        form = FilterForm(request.args)
        form.offer(db.session)
        if not form.validate():
            return self._page(form, reads.Page([], None, None), 0, 25), 422
        filters, size = form.filter(), whole(request.args.get("size")) or 25
        order = request.args.get("order", "-opened_at")
        if order.removeprefix("-") not in reads.ORDERS:
            abort(400)
        timezone = str(get_timezone())
        try:
            page = reads.list_attendances(
                db.session, g.viewer, filters, timezone=timezone, order=order.removeprefix("-"),
                desc=order.startswith("-"), size=min(size, PAGE_SIZES[-1]),
                after=request.args.get("after"), before=request.args.get("before"))
        except ValueError:
            abort(400)
        count = reads.count_attendances(db.session, g.viewer, filters, timezone=timezone)
        return self._page(form, page, count, size, order)

    def _page(self, form, page, count, size, order="-opened_at"):
        def link(**change):
            kept = {k: v for k, v in request.args.to_dict(flat=False).items()
                    if k not in ("after", "before", *change) and v != [""]}
            return "?" + urlencode({**kept, **{k: v for k, v in change.items() if v is not None}}, doseq=True)

        given = form.filter().given if not form.errors else {"error": True}
        return self.render_template(
            "attendances/list.html", title=_l("Attendances"), form=form, rows=page.rows,
            count=min(count, reads.COUNT_CAP), capped=count > reads.COUNT_CAP, size=size,
            sizes=[(n, link(size=n)) for n in PAGE_SIZES], filtered=bool(given),
            narrowed={k: v for k, v in given.items() if k != "q"}, order=order, link=link,
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
                    after=request.args.get("after"), before=request.args.get("before"))
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
