"""The forms of "Fale conosco" and the files that come with them, which a refusal does not lose."""
import uuid
from contextlib import suppress
from dataclasses import replace
from functools import cached_property

from flask import current_app, flash, g, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, StringField, TextAreaField

from ...database import unit_of_work, utc_now
from ...errors import DomainError, NotFound
from ...extensions import db
from ...files.names import clean
from ...models.provider_ticket import MESSAGE_LIMIT
from ...queries import portal as reads
from ...services import attachments, held_files
from ...services.idempotency import KEY, SAVED_BEFORE
from ...services.settings import provider_upload_mb
from ..attendances.attachments import file_icon, size_text
from ..formats import phone
from ..lookup import whole

FILE = "file"  # field of refusals that is no field of a form


class HoldingForm(FlaskForm):
    """A form with a message and files; `request_key` is whose form it is, so that a second click saves nothing new."""

    request_key = HiddenField()
    message = TextAreaField(_l("Message"))
    file_errors: list[tuple[str, str]]  # (name, reason)

    def __init__(self, *arguments, **named):
        super().__init__(*arguments, **named)
        self.file_errors = []
        self.message.flags.required = True
        if request.method == "GET":
            self.request_key.data = new_key()

    @property
    def key(self) -> str:
        return (self.request_key.data or "")[:64]

    @property
    def left(self) -> int:
        """"Caracteres restantes" of what stands in the message, as the server counts."""
        text = (self.message.data or "").replace("\r\n", "\n").replace("\r", "\n")
        return max(0, MESSAGE_LIMIT - len(text))

    @property
    def limit(self) -> int:
        return MESSAGE_LIMIT

    @cached_property
    def max_mb(self) -> int:
        return provider_upload_mb(db.session, current_app.config)

    def held(self) -> list[dict]:
        """The files that wait for this form to be saved, as it shows them."""
        return [shown_file(row) for row in held_files.of_form(db.session, self.key, actor=g.viewer, waiting=True)]

    def take_files(self) -> bool:
        """Hold what came with the form itself (without the script); False where one was refused."""
        for file in request.files.getlist("files"):
            if file.filename:
                try:
                    take(file, self.key)
                except DomainError as refusal:
                    self.file_errors.append((clean(file.filename), str(refusal)))
        return not self.file_errors

    def drop_asked(self) -> bool:
        """Whether a file was to be removed (without the script): then it is."""
        pk = whole(request.form.get("drop"))
        if pk is not None:
            with suppress(NotFound), unit_of_work(db.session) as session:  # a second click: it is gone already
                held_files.remove(session, pk, store=_uploads().store, actor=g.viewer)
        return pk is not None

    def give_up(self) -> None:
        """Nothing of the form is kept."""
        with unit_of_work(db.session) as session:
            held_files.drop(session, self.key, store=_uploads().store, actor=g.viewer)

    def refuse(self, refusal: DomainError) -> int:
        """Each refusal at its field, what belongs to none on top; the status of the answer."""
        for error in getattr(refusal, "errors", [refusal]):
            if error.field == KEY:
                self._begin_anew()
            elif error.field == FILE:
                self.file_errors.append(("", str(error)))
            elif error.field in self:
                self[error.field].errors = [*self[error.field].errors, str(error)]
            else:
                flash(str(error), "danger")
        return refusal.status

    def _begin_anew(self) -> None:
        """This form was saved before and has other words now: it goes on as another form."""
        fresh = new_key()
        with unit_of_work(db.session) as session:
            held_files.move(session, self.key, fresh, actor=g.viewer)
        self.request_key.data = fresh
        flash(str(SAVED_BEFORE), "warning")


class ContactForm(HoldingForm):
    """"Novo contato": names are those of the service's values, so that a refusal finds its field (C-13 to C-22)."""

    title = StringField(_l("Title"))
    classification_id = SelectField(_l("Classification"), coerce=whole, validate_choice=False)
    subclassification_id = SelectField(_l("Subclassification"), coerce=whole, validate_choice=False)
    contact_name = StringField(_l("Contact person"))
    contact_phone = StringField(_l("Contact phone"))
    contact_email = StringField(_l("E-mail"))

    VALUES = ("title", "classification_id", "subclassification_id", "contact_name", "contact_phone", "contact_email",
              "message")

    def __init__(self, *arguments, **named):
        super().__init__(*arguments, **named)
        for name in self.VALUES:
            self[name].flags.required = True

    def begin(self) -> None:
        """Who is signed in is the person to ask; phone and e-mail as they are known."""
        self.contact_name.data = g.viewer.name
        self.contact_phone.data = phone(reads.phone_of(db.session, g.viewer))
        self.contact_email.data = reads.email_for(db.session, g.viewer)

    def values(self) -> dict:
        return {name: self[name].data for name in self.VALUES}


class ComplementForm(HoldingForm):
    """"Mensagem Complementar" (C-29)."""

    def __init__(self, *arguments, **named):
        super().__init__(*arguments, **named)
        self.message.label.text = _("Complementary message")


def take(file, key: str):
    """Receive an uploaded file and hold it for a form. Raises DomainError with the reason."""
    uploads = replace(_uploads(), max_mb=provider_upload_mb(db.session, current_app.config))
    with attachments.receive(uploads, file.stream, file.filename) as arrived, unit_of_work(db.session) as session:
        return held_files.hold(session, arrived, form_key=key, actor=g.viewer, now=utc_now()).id


def shown_file(row) -> dict:
    """A held file as the form shows it."""
    return {"id": row.id, "name": row.filename, "size": size_text(row.size), "icon": file_icon(row.mime)}


def new_key() -> str:
    """Whose form it is: nobody guesses it."""
    return uuid.uuid4().hex


def _uploads():
    return attachments.uploads_of(current_app.config)
