""""Histórico da entidade": everything about an entity on one line of time, newest first, by day (S-18)."""
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from types import SimpleNamespace
from urllib.parse import urlencode

from flask import abort, g, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import format_date, format_time, get_timezone
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Form, SelectMultipleField, StringField
from wtforms.validators import Length, Optional, ValidationError
from wtforms.widgets import CheckboxInput

from ..database import utc_now
from ..extensions import db
from ..lowcode.controls import local_zone
from ..lowcode.dates import DayField
from ..models.alert import Alert
from ..models.appointment import Appointment, AppointmentState
from ..models.order import Invoice, Order, OrderState
from ..models.outbox import OutboxState
from ..queries import history as reads
from ..queries.attendances import find_entity
from ..queries.custom_menus import menu_of
from ..security.permissions import Perm
from ..security.safe_next import safe_next
from .base import AppModelView
from .custom import defined
from .field_kinds import name_persons
from .formats import moment, money
from .logs import ACTIONS, Line, Reader

GROUPS = {
    "attendance": (_l("Attendances"), "fa-headset"), "detail": (_l("Details"), "fa-file-lines"),
    "note": (_l("Internal notes"), "fa-note-sticky"), "email": (_l("E-mails"), "fa-envelope"),
    "order": (_l("Orders"), "fa-cart-shopping"), "invoice": (_l("Invoices"), "fa-file-invoice-dollar"),
    "appointment": (_l("Appointments"), "fa-calendar-days"), "alert": (_l("Alerts"), "fa-bell"),
    "survey": (_l("Surveys"), "fa-square-poll-vertical"), "custom": (_l("Custom information"), "fa-table-list"),
    "log": (_l("Registration changes"), "fa-id-badge")}
ICONS = {"closed": "fa-circle-check"}
ORDERS = {OrderState.OPEN: (_l("Order open"), "info"), OrderState.INVOICED: (_l("Order invoiced"), "brand"),
          OrderState.DELIVERED: (_l("Order delivered"), "ok"), OrderState.CANCELLED: (_l("Order cancelled"), "line")}
APPOINTMENTS = {AppointmentState.SCHEDULED: (_l("Scheduled"), "info"), AppointmentState.DONE: (_l("Done"), "ok"),
                AppointmentState.CANCELLED: (_l("Cancelled"), "line")}
MAILS = {OutboxState.DUE: (_l("Queued"), "info"), OutboxState.SENDING: (_l("Queued"), "info"),
         OutboxState.SENT: (_l("E-mail sent"), "ok"), OutboxState.DEAD: (_l("Failed"), "bad")}


class HistoryForm(Form):
    """What narrows the history; read out of the address."""

    kind = SelectMultipleField(_l("Kinds"), option_widget=CheckboxInput())
    q = StringField(_l("Text"), [Length(max=reads.LONGEST_TEXT)])
    day_from = DayField(_l("From"), [Optional()])
    day_to = DayField(_l("Until"), [Optional()])

    def validate_day_to(self, field):
        if self.day_from.data and field.data and field.data < self.day_from.data:
            raise ValidationError(_("The end of the period is before its beginning."))

    def validate_day_from(self, field):
        if field.data and field.data.year < 1900:
            raise ValidationError(_("Type a year from 1900 on."))

    def filter(self) -> reads.HistoryFilter:
        return reads.HistoryFilter(
            kinds=tuple(self.kind.data or ()), q=(self.q.data or "").replace("\0", "").strip(),
            day_from=self.day_from.data, day_to=self.day_to.data)


@dataclass(frozen=True)
class Told:
    """An entry in the words of the page."""

    icon: str
    at: datetime
    time: str
    title: str
    href: str | None = None
    about: str = ""  # the attendance it belongs to
    who: str = ""
    chip: tuple[str, str] | None = None  # (text, look)
    texts: tuple[tuple[str, str], ...] = ()  # (label or "", text)
    lines: list[Line] = field(default_factory=list)  # of a change


class HistoryView(BaseView):
    """`/history/entity/<id>`: asks the right to read entities; a kind is shown to whoever may read it."""

    route_base, default_view = "/history", "entity"
    class_permission_name = "entity"
    method_permission_name = {"entity": "read"}

    @expose("/entity/<int:pk>")
    @has_access
    def entity(self, pk):
        entity = find_entity(db.session, g.viewer, pk) or abort(404)
        form = HistoryForm(request.args)
        form.kind.choices = [(group, GROUPS[group][0]) for group in reads.groups_for(g.viewer)]
        page, status = reads.HistoryPage([], None, None), 200
        if form.validate():
            try:
                page = reads.entity_history(
                    db.session, g.viewer, pk, form.filter(), timezone=str(get_timezone()),
                    after=request.args.get("after"), before=request.args.get("before"))
            except ValueError:
                abort(400)
        elif form.kind.errors:
            abort(400)
        else:
            status = 422
        back, teller = request.args.get("return"), Teller(self.appbuilder, entity, page.entries)
        days = [(_day(day), day, [teller.told(entry) for entry in entries])
                for day, entries in groupby(page.entries, key=_local_day)]
        return self.render_template(
            "history/entity.html", title=_("History of %(name)s", name=entity), entity=entity, form=form, days=days,
            icons={group: icon for group, (_label, icon) in GROUPS.items()}, filtered=form.filter().given,
            newer=page.newer and _link(before=page.newer), older=page.older and _link(after=page.older),
            newest=_link(), clear=request.path + (f"?{urlencode({'return': back})}" if back else ""),
            back=safe_next(back) if back else None, returning=back,
            may={"attendances": g.viewer.may(Perm.ATTENDANCE_READ), "reveal": False}), status


class Teller:
    """Says of each entry what happened, and where its record is."""

    def __init__(self, appbuilder, entity, entries):
        self.appbuilder, self.entity = appbuilder, entity
        self.reader, self.of_attendance = Reader("entity", self._register("Entity")), Reader("attendance", None)
        self.of_forms = {}  # form id -> the reader of its records
        self.reads_log = g.viewer.may(Perm.LOG_READ)
        values = [part for entry in entries for name, change in (entry.changes or {}).items()
                  if name in ("values", "custom_values") for part in change[:2]]
        name_persons([spec for form in defined().forms.values() for spec in form.every], values)

    def told(self, entry: reads.Entry) -> Told:
        values = getattr(self, "_" + entry.kind)(entry)
        local = entry.at.astimezone(local_zone())
        return Told(**{
            "icon": ICONS.get(entry.kind, GROUPS[entry.group][1]), "at": local, "who": entry.who or "",
            "time": "" if entry.whole_day else format_time(entry.at, "HH:mm"), **values})

    # ---- a sentence a kind

    def _opened(self, entry):
        return self._attendance(entry, _("Attendance opened"), texts=(("", entry.title),))

    def _closed(self, entry):
        cancelled = entry.state == "cancelled"
        return self._attendance(entry, _("Attendance cancelled") if cancelled else _("Attendance closed"),
                                chip=(entry.more, "line" if cancelled else "ok"), texts=(("", entry.title),))

    def _turned(self, entry):
        """Reopened, or closed once before."""
        if entry.state == "reopen":
            return {**self._attendance(entry, _("Attendance reopened")), "icon": "fa-rotate-left"}
        return {**self._attendance(entry, _("Attendance closed")), "icon": ICONS["closed"]}

    def _detail(self, entry):
        direction = _("Active") if entry.state == "active" else _("Receptive")
        answer = _("Answer (%(when)s)", when=moment(entry.also_at)) if entry.also_at else _("Answer")
        return self._attendance(
            entry, _("Detail %(number)s", number=entry.number), page=entry.number,
            chip=(f"{entry.title} · {direction}", "line"),
            texts=(("", entry.text), (answer, entry.more)))

    def _note(self, entry):
        return self._attendance(entry, _("Internal note"), texts=(("", entry.text),))

    def _email(self, entry):
        text, look = MAILS[entry.state]
        error = (_("Error"), entry.more) if entry.state != OutboxState.SENT else ("", None)
        values = self._attendance(entry, _("E-mail: %(subject)s", subject=entry.title), chip=(str(text), look),
                                  texts=((_("Recipient"), entry.text), error))
        if entry.attendance_id and g.viewer.may(Perm.EMAIL_SEND):
            values["href"] = f"{request.script_root}/attendances/{_address(entry)}/email#sent"
        return values

    def _order(self, entry):
        text, look = ORDERS[entry.state]
        return {"title": _("Order %(number)s", number=entry.title), "href": self._show(Order, entry.id),
                "chip": (str(text), look), "texts": _given(((_("Total"), money(entry.more)), ("", entry.text)))}

    def _invoice(self, entry):
        return {"title": _("Invoice %(number)s", number=entry.title), "href": self._show(Invoice, entry.id),
                "texts": ((_("Total"), money(entry.more)),)}

    def _appointment(self, entry):
        text, look = APPOINTMENTS[entry.state]
        return {"title": _("Appointment: %(subject)s", subject=entry.title), "chip": (str(text), look),
                "href": self._show(Appointment, entry.id), "about": _about(entry),
                "texts": _given(((_("Until"), moment(entry.also_at)), (_("Place of the appointment"), entry.more),
                                 ("", entry.text)))}

    def _alert(self, entry):
        return {"title": _("Alert: %(priority)s", priority=entry.title), "href": self._show(Alert, entry.id),
                "chip": None if entry.number else (_("Inactive"), "line"), "texts": (("", entry.text),)}

    def _survey(self, entry):
        if entry.also_at:
            chip = (_("Answered at %(when)s", when=moment(entry.also_at)), "ok")
        else:
            chip = (_("Not answered"), "line")
        href = f"{request.script_root}/attendances/{_address(entry)}" if entry.attendance_id else self._surveys()
        return {"title": _("Survey: %(name)s", name=entry.title), "chip": chip, "href": href, "about": _about(entry)}

    def _complementary(self, entry):
        lines = self.of_attendance.lines(_only(entry, "custom_values")) if self.reads_log else []
        return {**self._attendance(entry, _("Complementary data")), "lines": lines}

    def _record(self, entry):
        """Of a form: which, and what was filled in or changed."""
        form_id, owner_id, department_id = map(int, entry.more.split(","))
        menu = menu_of(defined(), g.viewer, form_id, owner_id=owner_id, department_id=department_id or None)
        if form_id not in self.of_forms:
            self.of_forms[form_id] = Reader("custom_record", None, SimpleNamespace(form_id=form_id))
        names = ("values",) if entry.state == "create" else ("entity", "values")
        lines = self.of_forms[form_id].lines(_only(entry, *names)) if self.reads_log else []
        return {"title": f"{entry.title} #{entry.number}: {ACTIONS[entry.state]}", "about": _about(entry),
                "href": url_for("RecordsView.show", menu=menu.id, pk=entry.number) if menu else None, "lines": lines}

    def _log(self, entry):
        action = ACTIONS.get(entry.title, entry.title)
        return {"title": _("Registration: %(action)s", action=action), "who": entry.who or _("System"),
                "href": f"{request.script_root}/logs/entity/{self.entity.id}", "lines": self.reader.lines(entry)}

    # ---- pieces

    @staticmethod
    def _attendance(entry, title, *, page=1, chip=None, texts=()):
        """What hangs on an attendance; mail to the entity alone has none."""
        href = None
        if entry.attendance_id:
            href = f"{request.script_root}/attendances/{_address(entry)}" + (f"?page={page}" if page > 1 else "")
        return {"title": title, "href": href, "about": _about(entry), "chip": chip, "texts": _given(texts)}

    def _register(self, name):
        views = (view for view in self.appbuilder.baseviews if isinstance(view, AppModelView))
        return next((view for view in views if view.datamodel.obj.__name__ == name), None)

    def _show(self, model, pk):
        """The page of a record, where there is a register that the viewer may open."""
        view = self._register(model.__name__)
        return f"{request.script_root}{view.route_base}/show/{pk}" if view is not None and view.may("show") else None

    def _surveys(self):
        """The list of the entity's surveys."""
        known = (view for view in self.appbuilder.baseviews if type(view).__name__ == "EntitySurveysView")
        view = next(known, None)
        return f"{request.script_root}{view.route_base}/entity/{self.entity.id}" if view is not None else None


def _only(entry, *names):
    """The entry with some of its changes."""
    return SimpleNamespace(changes={name: entry.changes[name] for name in names if name in entry.changes})


def _given(texts):
    return tuple((label, text) for label, text in texts if text)


def _about(entry):
    return (entry.protocol or f"#{entry.attendance_id}") if entry.attendance_id else ""


def _address(entry):
    return entry.protocol or f"id-{entry.attendance_id}"


def _local_day(entry) -> date:
    return entry.at.astimezone(local_zone()).date()


def _day(day: date) -> str:
    """Today, yesterday, or the day with its weekday."""
    passed = (utc_now().astimezone(local_zone()).date() - day).days
    written = format_date(day, "dd/MM/yyyy")
    name = _("Today") if passed == 0 else _("Yesterday") if passed == 1 else format_date(day, "EEEE")
    return f"{name}, {written}"


def _link(**change) -> str:
    kept = {k: v for k, v in request.args.to_dict(flat=False).items() if k not in ("after", "before") and v != [""]}
    return request.path + "?" + urlencode({**kept, **change}, doseq=True)


def register(appbuilder) -> None:
    """A page without a place in the menu: it is reached from the entity and its attendances."""
    appbuilder.add_view_no_menu(HistoryView)
