""""Comunicações internas": what one got and sent, and writing to colleagues; other screens embed the form."""
import uuid

from flask import abort, flash, g, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField, TextAreaField

from ..database import unit_of_work, utc_now
from ..errors import DomainError
from ..extensions import db
from ..lowcode.controls import ChoiceField, LongBox, TextBox
from ..models.internal_message import InternalKind
from ..queries import internal_messages as reads
from ..security.permissions import Perm
from ..security.safe_next import safe_next
from ..services import internal_messages
from .lookup import LookupsField, Source, register_source, whole
from .saving import put_error

KINDS = {InternalKind.MESSAGE: _l("Internal message"), InternalKind.NOTIFICATION: _l("Notification"),
         InternalKind.EMAIL: _l("E-mail")}
LOOKS = {InternalKind.MESSAGE: "fa-message", InternalKind.NOTIFICATION: "fa-bell", InternalKind.EMAIL: "fa-envelope"}


class InternalMessageForm(FlaskForm):
    """Names are those of the service's values, so that a refusal finds its field."""

    request_key = HiddenField()
    entity_id = HiddenField(filters=[whole])
    attendance_id = HiddenField(filters=[whole])
    next = HiddenField()
    kind = ChoiceField(_l("How"), labels=KINDS, default=InternalKind.MESSAGE.value)
    users = LookupsField(_l("Colleagues"), source="colleague")
    departments = LookupsField(_l("Departments"), source="department")
    subject = StringField(_l("Subject"), widget=TextBox())
    text = TextAreaField(_l("Text"), widget=LongBox())


def message_form(*, entity_id: int | None = None, attendance_id: int | None = None,
                 back: str = "") -> InternalMessageForm:
    """A fresh form for `internal_messages/form.html`: about this entity or attendance, and back to `back` when sent."""
    form = InternalMessageForm(formdata=None, data={
        "entity_id": entity_id, "attendance_id": attendance_id, "next": back, "request_key": uuid.uuid4().hex,
        "kind": InternalKind.MESSAGE.value})
    for field in (form.kind, form.subject, form.text):
        field.flags.required = True
    return form


class InternalMessageView(BaseView):
    """/internal-messages/: of staff alone; each sees what he sent or got."""

    route_base, default_view = "/internal-messages", "index"
    class_permission_name = "internal_message"
    method_permission_name = dict.fromkeys(("index", "show", "new", "read"), "send")

    @expose("/")
    @has_access
    def index(self):
        self._staff()
        box = request.args.get("box", "inbox")
        if box not in ("inbox", "unread", "sent"):
            abort(404)
        before = whole(request.args.get("before"))
        rows, older = (reads.sent(db.session, g.viewer, before=before) if box == "sent" else
                       reads.inbox(db.session, g.viewer, unread=box == "unread", before=before))
        return self.render_template(
            "internal_messages/list.html", title=_("Internal communications"), box=box, rows=rows, **self._parts(),
            unread=reads.unread_count(db.session, g.viewer),
            older=url_for(".index", box=box, before=older) if older else None)

    @expose("/<int:pk>")
    @has_access
    def show(self, pk):
        self._staff()
        message = reads.find(db.session, g.viewer, pk) or abort(404)
        return self.render_template("internal_messages/show.html", title=message.subject, message=message,
                                    may_log=g.viewer.may(Perm.LOG_READ), **self._parts())

    @expose("/new", methods=["GET", "POST"])
    @has_access
    def new(self):
        """Write; a form that stands in another page posts here too and goes back to its `next`."""
        self._staff()
        if request.method == "GET":
            form = message_form(entity_id=whole(request.args.get("entity")),
                                attendance_id=whole(request.args.get("attendance")), back=request.args.get("next", ""))
            return self._written(form)
        form = InternalMessageForm()
        for field in (form.kind, form.subject, form.text):
            field.flags.required = True
        if request.form.get("action") == "find":  # a browser without scripts: whom one may choose
            return self._found(form)
        if not form.validate():
            return self._written(form, 422)
        try:
            with unit_of_work(db.session) as session:
                internal_messages.send(
                    session, kind=form.kind.data, subject=form.subject.data, text=form.text.data,
                    user_ids=[row.id for row in form.users.data],
                    department_ids=[row.id for row in form.departments.data], entity_id=form.entity_id.data,
                    attendance_id=form.attendance_id.data, request_key=(form.request_key.data or "")[:64],
                    actor=g.viewer, now=utc_now())
        except DomainError as error:
            if error.status == 404:
                abort(404)
            return self._written(form, error.status, put_error(form, error))
        flash(_("Internal communication sent."), "success")
        return redirect(safe_next(form.next.data) if form.next.data else url_for(".index", box="sent"))

    @expose("/<int:pk>/read", methods=["POST"])
    @has_access
    def read(self, pk):
        """"Marcar como lida"; of one that the person did not get nothing changes."""
        self._staff()
        if reads.find(db.session, g.viewer, pk) is None:
            abort(404)
        with unit_of_work(db.session) as session:
            internal_messages.mark_read(session, pk, actor=g.viewer, now=utc_now())
        target = request.form.get("next")
        return redirect(safe_next(target) if target else url_for(".index"))

    def _found(self, form):
        term = request.form.get("find", "")
        more = [field.look_for(term) for field in (form.users, form.departments)]  # all fields are asked
        told = (_("There are more than these: type more letters.") if any(more) else
                None if form.users.found or form.departments.found else _("Nobody was found."))
        return self._written(form, found=told)

    def _written(self, form, status=200, loose=(), found=None):
        return self.render_template("internal_messages/new.html", title=_("New internal communication"),
                                    message_form=form, loose=loose, found=found), status

    @staticmethod
    def _parts() -> dict:
        return {"kinds": KINDS, "looks": LOOKS, "is_unread": lambda message: reads.is_unread(message, g.viewer),
                "may_entity": g.viewer.may(Perm.ENTITY_READ), "may_attendance": g.viewer.may(Perm.ATTENDANCE_READ)}

    @staticmethod
    def _staff():
        if g.viewer.entity_id is not None:
            abort(404)


def register(appbuilder) -> None:
    """The screen, in the group of the attendances."""
    register_source("colleague", Source(User, Perm.INTERNAL_MESSAGE, search=reads.find_colleagues,
                                        text=lambda row: row.get_full_name()))
    appbuilder.add_view(InternalMessageView, "Internal communications", label=_l("Internal communications"),
                        icon="fa-comments", category="Attendance")
