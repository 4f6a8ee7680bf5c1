"""The bell: how much is unread, the list of it, and reading it here what is read everywhere."""
from dataclasses import dataclass

from flask import abort, flash, g, jsonify, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import gettext as _

from ..database import unit_of_work, utc_now
from ..extensions import db
from ..models.notification import NotificationKind
from ..queries import notifications as reads
from ..services import jobs, notifications
from .bell import bell
from .errors import wants_json
from .lookup import whole

LOOKS = {  # kind -> icon and colour
    NotificationKind.ASSIGNED: ("fa-user-check", "brand"), NotificationKind.MENTIONED: ("fa-at", "info"),
    NotificationKind.TRANSFERRED: ("fa-right-left", "line"), NotificationKind.DEADLINE: ("fa-hourglass-half", "warn"),
    NotificationKind.COMPLEMENTED: ("fa-reply", "info"), NotificationKind.INTERNAL: ("fa-comments", "brand"),
    NotificationKind.ANSWERED: ("fa-reply", "line"), NotificationKind.CLOSED: ("fa-circle-check", "line"),
    NotificationKind.PENDING: ("fa-circle-pause", "line"),
    NotificationKind.REMINDER: ("fa-calendar-day", "info"), NotificationKind.JOB: ("fa-gears", "line"),
    NotificationKind.MAIL: ("fa-envelope", "bad")}


@dataclass(frozen=True)
class Line:
    """One notification as the list shows it."""

    id: int
    icon: str
    look: str
    text: str
    quote: str
    url: str | None
    at: object
    unread: bool


class NotificationView(BaseView):
    """/notifications/: one's own, newest first. Only staff have a bell."""

    route_base, default_view = "/notifications", "index"
    class_permission_name = "account"
    method_permission_name = dict.fromkeys(("index", "unread", "read", "read_all"), "use")

    @expose("/")
    @has_access
    def index(self):
        self._staff()
        only_unread = request.args.get("show") == "unread"
        rows, before = reads.page_of(db.session, g.viewer, unread=only_unread, before=whole(request.args.get("before")))
        lines = [shown(row, attendance) for row, attendance in rows]
        older = url_for(".index", before=before, show="unread" if only_unread else None) if before else None
        return self.render_template(
            "notifications/list.html", title=_("Notifications"), lines=lines, older=older, only_unread=only_unread,
            first=not request.args.get("before"))

    @expose("/unread")
    @has_access
    def unread(self):
        """What the bell asks when it is rung."""
        self._staff()
        answer = jsonify(bell(reads.unread_count(db.session, g.viewer.user_id)))
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @expose("/<int:pk>/read", methods=["POST"])
    @has_access
    def read(self, pk):
        """"Marcar como lida"; somebody else's, and one that is gone, change nothing."""
        self._staff()
        with unit_of_work(db.session) as session:
            notifications.mark_read(session, pk, actor=g.viewer, now=utc_now())
        return self._after()

    @expose("/read-all", methods=["POST"])
    @has_access
    def read_all(self):
        """"Marcar todas": what the person had before him, not what came meanwhile."""
        self._staff()
        upto = whole(request.form.get("upto")) or 0
        with unit_of_work(db.session) as session:
            notifications.mark_all_read(session, upto=upto, actor=g.viewer, now=utc_now())
        if not wants_json():
            flash(_("All marked as read."), "success")
        return self._after()

    @staticmethod
    def _staff():
        if g.viewer.entity_id is not None:
            abort(404)

    @staticmethod
    def _after():
        if wants_json():
            return jsonify(bell(reads.unread_count(db.session, g.viewer.user_id)))
        return redirect(url_for(".index"))


def shown(row, attendance) -> Line:
    """A notification in words. Of an attendance one may no longer see it tells no more than that."""
    values, number = row.values or {}, str(attendance) if attendance else ""
    hidden = row.attendance_id is not None and attendance is None
    url = url_for("AttendanceRecordView.record", address=attendance.address) if attendance else None
    text = _("About an attendance that you may no longer see.") if hidden else _sentence(row, values, number)
    quote = "" if hidden else str(values.get("text") or values.get("reason") or "")
    if row.kind == NotificationKind.JOB:
        url = url_for("JobView.index") + f"#job-{values.get('job')}"
    elif row.kind == NotificationKind.INTERNAL:
        url = url_for("InternalMessageView.show", pk=values.get("message_id", 0))
    elif row.kind == NotificationKind.REMINDER and "appointment_id" in values:
        url = request.script_root + f"/agenda/show/{values['appointment_id']}"
    icon, look = LOOKS.get(row.kind, ("fa-bell", "line"))
    return Line(row.id, icon, look, text, quote, url, row.at, row.read_at is None)


def _sentence(row, values, number) -> str:
    who, count = row.actor_name.rpartition(" (")[0] or row.actor_name or "Balcão", values.get("count")
    number = number or values.get("protocol") or ""
    match row.kind:
        case NotificationKind.ASSIGNED:
            return _("%(who)s gave you %(n)s attendances.", who=who, n=count) if count else _(
                "%(who)s gave you the attendance %(number)s.", who=who, number=number)
        case NotificationKind.TRANSFERRED:
            return _("%(who)s passed on %(n)s attendances that were with you.", who=who, n=count) if count else _(
                "%(who)s passed on the attendance %(number)s, which was with you.", who=who, number=number)
        case NotificationKind.MENTIONED:
            return _("%(who)s mentioned you in the attendance %(number)s.", who=who, number=number)
        case NotificationKind.COMPLEMENTED:
            return _("%(who)s added to the attendance %(number)s.", who=who, number=number)
        case NotificationKind.ANSWERED:
            return _("%(who)s answered the attendance %(number)s, which is with you.", who=who, number=number)
        case NotificationKind.CLOSED:
            return _("%(who)s closed %(n)s attendances that were with you.", who=who, n=count) if count else _(
                "%(who)s closed the attendance %(number)s, which was with you.", who=who, number=number)
        case NotificationKind.PENDING:
            return _("%(who)s left pending %(n)s attendances that are with you.", who=who, n=count) if count else _(
                "%(who)s left pending the attendance %(number)s, which is with you.", who=who, number=number)
        case NotificationKind.DEADLINE:
            return _("The deadline of the attendance %(number)s is at risk.", number=number)
        case NotificationKind.INTERNAL:
            return _("%(who)s wrote to you: %(subject)s", who=who, subject=values.get("subject", ""))
        case NotificationKind.MAIL:
            return _("Your message to %(to)s was not delivered: %(subject)s", to=values.get("to", ""),
                     subject=values.get("subject", ""))
        case NotificationKind.REMINDER:
            return _("Appointment: %(subject)s, with %(entity)s.", subject=values.get("subject", ""),
                     entity=values.get("entity", ""))
    kind = jobs.KINDS.get(values.get("kind"))
    name = str(kind.label) if kind else _("Job")
    return _("%(name)s: failed.", name=name) if values.get("state") == "failed" else _("%(name)s: ready.", name=name)
