"""Button 5 of the details: an e-mail to the entity, from its attendance (S-42)."""
import uuid

from flask import abort, flash, g, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, StringField, TextAreaField

from ...database import unit_of_work, utc_now
from ...errors import DomainError
from ...extensions import db
from ...models.outbox import OutboxState
from ...queries import emails as mails
from ...security.permissions import Perm
from ...services import email_templates, emails, idempotency
from ..formats import moment
from ..lookup import whole
from ..mailbox import complaint

STATES = {OutboxState.DUE: (_l("Queued"), "info", "fa-clock"), OutboxState.SENDING: (_l("Queued"), "info", "fa-clock"),
          OutboxState.SENT: (_l("E-mail sent"), "ok", "fa-circle-check"),
          OutboxState.DEAD: (_l("Failed"), "bad", "fa-triangle-exclamation")}


def shown_on_record(attendance) -> dict:
    """What the record page shows of its e-mails; of a new attendance nothing."""
    rows = mails.of_attendance(db.session, attendance.id, limit=5) if attendance is not None else []
    return {"rows": rows, "states": STATES}


class EmailForm(FlaskForm):
    """Names are those of the service's values, so that a refusal finds its field."""

    request_key = HiddenField()
    to = SelectField(_l("Recipient"), validate_choice=False)
    template = SelectField(_l("E-mail template"), coerce=whole, validate_choice=False)
    subject = StringField(_l("Subject"))
    body = TextAreaField(_l("Text of the e-mail"))

    def offer(self, attendance, viewer) -> None:
        """The addresses and the templates to choose from."""
        self.to.choices = [(address, f"{name} <{address}>") for address, name in emails.recipients(attendance.entity)]
        self.template.choices = [("", _("No template")), *mails.offered_templates(db.session, viewer)]
        for field in (self.to, self.subject, self.body):
            field.flags.required = True

    def begin(self, attendance) -> None:
        """A new letter: the main e-mail, the protocol in the subject, a greeting."""
        self.request_key.data = uuid.uuid4().hex
        if self.to.choices:
            self.to.data = self.to.choices[0][0]
        self.subject.data = _("Attendance %(number)s", number=attendance)
        greeting = _("Hello, %(name)s.", name=attendance.entity)
        self.body.data = f"{greeting}\n\n\n\n{g.viewer.name}\n{attendance.company}"

    def use(self, template, attendance) -> None:
        """Put a template in the place of what is written."""
        values = email_templates.values_for(attendance, sender=g.viewer.name, moment=moment)
        self.subject.data = email_templates.fill(template.subject, values, one_line=True)[:emails.LONGEST_SUBJECT]
        self.body.data = email_templates.fill(template.body, values)


class AttendanceEmailView(BaseView):
    """`/attendances/<address>/email`: write, look at it, send; below it what was sent and what became of it."""

    route_base, default_view = "/attendances", "email"
    class_permission_name = "email"
    method_permission_name = {"email": "send"}

    @expose("/<address>/email", methods=["GET", "POST"])
    @has_access
    def email(self, address):
        attendance = mails.find_to_write(db.session, g.viewer, address) or abort(404)
        form, status, preview = EmailForm(), 200, None
        form.offer(attendance, g.viewer)
        if request.method == "GET":
            if attendance.entity is not None:
                form.begin(attendance)
        elif (action := request.form.get("action")) == "template":
            template = mails.find_template(db.session, g.viewer, form.template.data)
            if template is not None:
                form.use(template, attendance)
            else:
                form.template.errors, status = [_("Choose a template.")], 422
        elif action in ("preview", "send") and form.validate():
            if action == "preview":
                preview, status = self._preview(form, attendance)
            else:
                sent, status = self._send(form, attendance.id, address)
                if sent:
                    flash(_("E-mail to %(recipient)s queued. What becomes of it is shown here.", recipient=sent),
                          "success")
                    return redirect(url_for("AttendanceRecordView.record", address=address) + "#emails")
                attendance = mails.find_to_write(db.session, g.viewer, address) or abort(404)
                form.offer(attendance, g.viewer)
        return self.render_template(
            "emails/write.html", title=_("E-mail to the entity"), form=form, attendance=attendance,
            entity=attendance.entity, preview=preview, mails=mails.of_attendance(db.session, attendance.id),
            states=STATES, complaint=complaint(), may_edit=g.viewer.may(Perm.ENTITY_WRITE)), status

    @staticmethod
    def _values(form):
        return {"to": form.to.data, "subject": form.subject.data, "body": form.body.data}

    def _preview(self, form, attendance):
        """((recipient, subject, text) as they would leave, 200), or (None, 422) with every refusal at its field."""
        try:
            return emails.check(attendance, **self._values(form)), 200
        except DomainError as refusal:
            return None, _put(form, refusal)

    def _send(self, form, attendance_id, address):
        """(recipient, 200) once for the key of this page, however often the button is pressed."""
        values = self._values(form)

        def act(session, now):
            message = emails.send(session, attendance_id, **values, actor=g.viewer, now=now)
            return {"recipient": message.recipient}

        try:
            with unit_of_work(db.session) as session:
                now = utc_now()
                answer, _first = idempotency.answer_once(
                    session, user_id=g.viewer.user_id, key=f"email:{form.request_key.data or ''}"[:100],
                    body={"attendance": attendance_id, **values}, now=now, act=lambda: act(session, now))
            return answer["recipient"], 200
        except DomainError as refusal:
            return None, _put(form, refusal)


def _put(form, refusal) -> int:
    """Each refusal at its field; what belongs to none is said on top."""
    for error in getattr(refusal, "errors", [refusal]):
        if error.field in form:
            form[error.field].errors = [*form[error.field].errors, str(error)]
        else:
            flash(str(error), "danger")
    return refusal.status
