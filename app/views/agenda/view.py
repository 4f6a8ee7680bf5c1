"""The agenda by month, week and list, and the forms of its appointments."""
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from urllib.parse import urlencode

from babel.dates import format_skeleton, get_day_names
from flask import Response, abort, flash, g, redirect, request, url_for
from flask_appbuilder import expose, has_access
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.sqla.models import User
from flask_babel import format_datetime, get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ...database import utc_now
from ...errors import NotFound
from ...extensions import db
from ...lowcode.controls import local_zone
from ...lowcode.dates import read_day
from ...models.appointment import Appointment, AppointmentState
from ...models.entity import Entity
from ...queries import agenda as reads
from ...queries.attendances import id_of_number
from ...security.permissions import Perm
from ...security.safe_next import safe_next
from ...services import appointments
from ...services.records import get_visible
from ..base import AppModelView
from ..lookup import whole
from . import export, grid
from .form import EVERYBODY, HELP, HOUR, LABELS, REMINDER, Filters, typed_fields, with_attendance

STATES = {AppointmentState.SCHEDULED: _l("Scheduled"), AppointmentState.DONE: _l("Done"),
          AppointmentState.CANCELLED: _l("Cancelled appointment")}
VIEWS = {"month": _l("Month"), "week": _l("Week"), "list": _l("List")}
COLUMNS = ["entity", "subject", "starts_at", "ends_at", "place", "operator", "attendance", "reminder_minutes", "notes"]
KEPT = ("view", "date", "operator", "entity", "attendance", "return")  # of the address, from page to page


class _Service:
    """What the forms call: the service, with what was typed as an attendance found, and overlaps noted to be told."""

    @staticmethod
    def create(session, values, *, actor, now):
        made = appointments.create(session, with_attendance(session, values, actor), actor=actor, now=now)
        g.overlaps = reads.overlaps(session, actor, made)

    @staticmethod
    def update(session, pk, values, *, version=None, actor, now):
        stored = get_visible(session, Appointment, pk, actor)
        kept = appointments.update(session, pk, with_attendance(session, values, actor, stored), version=version,
                                   actor=actor, now=now)
        g.overlaps = reads.overlaps(session, actor, kept)


class AgendaView(AppModelView):
    """`/agenda/?view=month|week|list&date=yyyy-mm-dd&operator=<id|all>&entity=<id>`: one's own by default, and of an
    entity everybody's."""

    noun, route_base, default_view = "appointment", "/agenda", "agenda"
    verbs = {"agenda": "read", "export": "read", "finish": "write", "cancel": "write", "reopen": "write"}
    include_route_methods = {"agenda", "list", "show", "add", "edit", "finish", "cancel", "reopen", "export"}
    datamodel, service, tells_all = SQLAInterface(Appointment), _Service, True
    list_title, add_title, edit_title = _l("Agenda"), _l("New appointment"), _l("Edit appointment")
    list_columns = search_columns = ["subject"]
    add_columns, edit_columns = COLUMNS, COLUMNS[1:]
    show_columns = ["starts_at", "ends_at", "operator", "place", "reminder_minutes", "state", "notes"]
    label_columns, description_columns, choice_columns = LABELS, HELP, {"state": STATES}
    add_form_extra_fields, edit_form_extra_fields = typed_fields(), typed_fields()
    add_template = edit_template = "agenda/form.html"
    show_template = "agenda/show.html"
    add_row_message, edit_row_message = _l("Appointment scheduled."), _l("Appointment changed.")

    # ---- the agenda

    @expose("/")
    @has_access
    def agenda(self):
        """The month, the week or the list that the address names; what it cannot mean answers 400 or 404."""
        asked = self._asked()
        values = self._listed(asked) if asked.view == "list" else self._drawn(asked)
        seen = reads.attendances_of(db.session, g.viewer, values["rows"])
        form = Filters(data={"date": asked.day, "operator": asked.operator, "entity": asked.entity})
        if asked.operator is None:
            form.operator.shown = (EVERYBODY, _("All operators"))
        back = request.args.get("return")
        return self.render_template(
            "agenda/agenda.html", title=self._title(asked), root=self._root(), asked=asked, form=form,
            views=VIEWS, states=STATES, link=self._link, new=self._new, attendances=seen,
            back=safe_next(back) if back else None,
            kept=[(name, request.args[name]) for name in ("attendance", "return") if request.args.get(name)],
            mine=asked.operator is not None and asked.operator.id == g.viewer.user_id and asked.entity is None,
            may={"write": g.viewer.may(Perm.APPOINTMENT_WRITE), "entity": g.viewer.may(Perm.ENTITY_READ),
                 "attendance": g.viewer.may(Perm.ATTENDANCE_READ)}, **values)

    @expose("/list/")
    @has_access
    def list(self):
        """Where a register has its list, the agenda has one of its views."""
        return redirect(url_for(".agenda", view="list"))

    def _asked(self) -> SimpleNamespace:
        arguments, zone = request.args, local_zone()
        entity = self._row(Entity, "entity")
        view = arguments.get("view") or ("list" if entity else "month")
        today = utc_now().astimezone(zone).date()
        try:
            day = read_day(arguments["date"]) if arguments.get("date") else today
        except ValueError:
            abort(400)
        if view not in VIEWS or not grid.EARLIEST <= day <= grid.LATEST:
            abort(400)
        if arguments.get("operator") == EVERYBODY or (entity and not arguments.get("operator")):
            operator = None
        else:
            operator = self._row(User, "operator") or db.session.get(User, g.viewer.user_id)
        return SimpleNamespace(
            view=view, day=day, today=today, zone=zone, entity=entity, operator=operator,
            scope=reads.Scope(operator.id if operator else None, entity.id if entity else None))

    @staticmethod
    def _row(model, name):
        """The row that the address names, None where it names none; 404 for one that the viewer does not see."""
        if not request.args.get(name):
            return None
        try:
            return get_visible(db.session, model, whole(request.args[name]) or 0, g.viewer)
        except NotFound:
            abort(404)

    def _drawn(self, asked) -> dict:
        """A month or a week as a table."""
        first = get_locale().first_week_day
        weeks = grid.month_of(asked.day, first) if asked.view == "month" else [grid.week_of(asked.day, first)]
        days = [day for week in weeks for day in week]
        rows = reads.between(db.session, g.viewer, asked.scope, grid.midnight(days[0], asked.zone),
                             grid.midnight(days[-1] + timedelta(days=1), asked.zone))
        placed = grid.by_day(rows[:reads.MOST], days, asked.zone)
        names = {width: get_day_names(width, locale=get_locale()) for width in ("abbreviated", "wide")}
        inside = {day for day in days if asked.view == "week" or day.month == asked.day.month}
        return {
            "rows": rows[:reads.MOST], "more": len(rows) > reads.MOST, "weeks": weeks, "placed": placed,
            "inside": inside, "hours": grid.hours_of(placed), "names": names, "period": self._period(asked, days),
            "groups": [(day, placed[day]) for day in days if placed[day] and day in inside],
            **{name: moved and self._link(date=moved) for name, moved in (
                ("previous", grid.moved(asked.day, asked.view, -1)),
                ("following", grid.moved(asked.day, asked.view, 1)))}}

    def _listed(self, asked) -> dict:
        """From a day on, page by page."""
        try:
            rows, before, after = reads.page(
                db.session, g.viewer, asked.scope, start=grid.midnight(asked.day, asked.zone),
                after=request.args.get("after"), before=request.args.get("before"))
        except ValueError:
            abort(400)
        groups: dict = {}
        for row in rows:
            placed = grid.Item(row, 0, grid.times_of(row, asked.zone))
            groups.setdefault(row.starts_at.astimezone(asked.zone).date(), []).append(placed)
        return {"rows": rows, "more": False, "groups": groups.items(), "period": None,
                "previous": before and self._link(before=before), "following": after and self._link(after=after)}

    @staticmethod
    def _period(asked, days) -> str:
        if asked.view == "month":
            return format_skeleton("yMMMM", asked.day, locale=get_locale())
        return _("%(start)s to %(end)s", start=f"{days[0]:%d/%m/%Y}", end=f"{days[-1]:%d/%m/%Y}")

    @staticmethod
    def _title(asked) -> str:
        if asked.entity is not None and asked.operator is not None:
            return _("Agenda of %(entity)s with %(operator)s", entity=asked.entity,
                     operator=asked.operator.get_full_name())
        if asked.entity is not None:
            return _("Agenda of %(name)s", name=asked.entity)
        if asked.operator is None:
            return _("Agenda of all operators")
        if asked.operator.id == g.viewer.user_id:
            return _("My agenda")
        return _("Agenda of %(name)s", name=asked.operator.get_full_name())

    def _link(self, **change) -> str:
        """The address of the agenda with something changed."""
        arguments = {name: request.args[name] for name in KEPT if request.args.get(name)}
        arguments.update({name: value for name, value in change.items() if value is not None})
        return f"{self._root()}/?{urlencode(arguments)}"

    def _new(self, day=None, hour=None) -> str:
        """The form of a new appointment, at this day and hour; it comes back to where the person is."""
        given = {name: request.args[name] for name in ("entity", "operator", "attendance")
                 if request.args.get(name, EVERYBODY) != EVERYBODY}
        if day is not None:
            given["start"] = f"{day}T{9 if hour is None else hour:02}:00"
        return f"{self._root()}/add?{urlencode({**given, 'return': request.full_path.rstrip('?')})}"

    # ---- one appointment

    def preset(self):
        """From the cell of the agenda, or of the entity or attendance, that led here."""
        start = self._start_asked()
        operator = self._row(User, "operator") or db.session.get(User, g.viewer.user_id)
        number = request.args.get("attendance", "")[:40]
        known = number and id_of_number(db.session, g.viewer, number) is not None
        return {"entity": self._row(Entity, "entity"), "operator": operator, "starts_at": start,
                "ends_at": start + HOUR, "reminder_minutes": REMINDER, "attendance": number if known else ""}

    @staticmethod
    def _start_asked() -> datetime:
        """What the address says, in local time; else the next full hour."""
        try:
            typed = datetime.strptime(request.args.get("start", ""), "%Y-%m-%dT%H:%M")  # noqa: DTZ007  (local, below)
        except ValueError:
            return utc_now().replace(minute=0, second=0, microsecond=0) + HOUR
        if not grid.EARLIEST <= typed.date() <= grid.LATEST:
            abort(400)
        return typed.replace(tzinfo=local_zone()).astimezone(UTC)

    def fill_form(self, form, item):
        seen = reads.attendances_of(db.session, g.viewer, [item])
        form.attendance.data = str(seen[item.attendance_id]) if item.attendance_id in seen else ""

    def stored_text(self, name, value):
        return value or "—" if name == "attendance" else super().stored_text(name, value)

    def _write(self, form, call, deleting=False):
        """After a save: what else the operator has at that time. It is no reason to refuse."""
        error = super()._write(form, call, deleting)
        if error is None and g.get("overlaps"):
            flash(_("At the same time the operator has: %(what)s.",
                    what="; ".join(map(overlap_text, g.overlaps))), "warning")
        return error

    def _back(self):
        """Where `?return=` says, for screens that send a person here and want him back; else to the agenda."""
        target, home = request.args.get("return"), self._root() + "/"
        if target:
            return safe_next(target)
        back = super()._back()
        return home if back == home + "list/" else back

    def show_more(self, item):
        seen = reads.attendances_of(db.session, g.viewer, [item])
        return {"attendance": seen.get(item.attendance_id), "may_entity": g.viewer.may(Perm.ENTITY_READ),
                "may_attendance": g.viewer.may(Perm.ATTENDANCE_READ), "states": STATES,
                "overlaps": [overlap_text(each) for each in reads.overlaps(db.session, g.viewer, item)]}

    @expose("/finish/<pk>", methods=["POST"])
    @has_access
    def finish(self, pk):
        """"Realizado"."""
        return self._turn(pk, appointments.finish, _("Appointment done."))

    @expose("/cancel/<pk>", methods=["POST"])
    @has_access
    def cancel(self, pk):
        """"Cancelar agendamento"."""
        return self._turn(pk, appointments.cancel, _("Appointment cancelled."))

    @expose("/reopen/<pk>", methods=["POST"])
    @has_access
    def reopen(self, pk):
        """"Reabrir": scheduled again."""
        return self._turn(pk, appointments.reopen, _("Appointment scheduled again."))

    def _turn(self, pk, verb, done):
        pk = self.find_or_404(pk).id
        error = self._write(None, lambda session: verb(session, pk, actor=g.viewer, now=utc_now()))
        if error is None:
            flash(done, "success")
            return redirect(f"{self._root()}/show/{pk}")
        flash(str(error), "danger")
        return self.show(pk), error.status

    @expose("/export.ics")
    @has_access
    def export(self):
        """One's own agenda for a calendar program."""
        text = export.own_calendar(db.session, g.viewer, now=utc_now())
        return Response(text, mimetype="text/calendar", headers={
            "Content-Disposition": "attachment; filename=agenda.ics", "Cache-Control": "no-store"})


def overlap_text(overlap) -> str:
    """When, and what where the viewer may know it."""
    when = f"{format_datetime(overlap.starts_at, 'dd/MM/yyyy HH:mm')}–{format_datetime(overlap.ends_at, 'HH:mm')}"
    return f"{when} {overlap.subject}" if overlap.subject else _("%(when)s another appointment", when=when)
