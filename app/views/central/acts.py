"""The acts of the central: each answers JSON to central_acts.js, a refusal beside its field (C-32 to C-39, C-85 to
C-89)."""
import uuid
from contextlib import ExitStack

from flask import abort, current_app, flash, g, jsonify, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import gettext as _

from ...database import unit_of_work, utc_now
from ...errors import Conflict, Invalid
from ...extensions import db
from ...files.names import clean
from ...models.provider_ticket import MESSAGE_LIMIT
from ...queries import provider_contacts
from ...queries import ticket_panel as reads
from ...services import attachments, central, completeness, drafts, held_files, internal_messages
from ...services.held_files import PER_FORM
from ...services.idempotency import KEY, SAVED_BEFORE
from ...services.refusals import REFUSALS, refusal
from ...services.tickets import conversation, many, notices, opening, work
from ..lists.source import local
from ..lookup import whole
from . import complementary
from .panel import draft_key, drawn, found, private
from .whose import whose

_TEXTS = ("title", "contact_name", "contact_phone", "contact_email", "message")
_TREE = ("classification_id", "subclassification_id", "motive_id")


class TicketActsView(BaseView):
    """`POST /provider-central/tickets/<id>/<act>`; `…/new` opens one, `…/dialogs` are the forms of the acts."""

    route_base, default_view = "/provider-central/tickets", "dialogs"
    class_permission_name = "ticket"
    method_permission_name = dict.fromkeys(
        ("dialogs", "contact", "opened", "take", "situation", "classify", "complementary", "reply", "draft", "email",
         "sms", "internal"), "write")

    @expose("/dialogs")
    @has_access
    def dialogs(self):
        """The dialogs of the page, with fresh keys against a second click."""
        central.require_open(db.session)
        return private(self.render_template(
            "central/panel/dialogs.html", situations=reads.closing_situations(db.session), key=uuid.uuid4().hex,
            longest=MESSAGE_LIMIT, max_mb=current_app.config["UPLOAD_MAX_MB"]))

    @expose("/contact")
    @has_access
    def contact(self):
        """What "Novo atendimento" begins with: the provider of a ticket, or a chosen one, and its contact (C-93)."""
        central.require_open(db.session)
        pk = whole(request.args.get("ticket"))
        known = (provider_contacts.of_ticket(db.session, g.viewer, pk) if pk is not None else
                 provider_contacts.of_provider(db.session, g.viewer, whole(request.args.get("provider")) or 0))
        if known is None:
            abort(404)
        return private(jsonify(
            provider={"id": known.provider.id, "text": known.provider.shown_name}, contact_name=known.contact_name,
            contact_phone=known.contact_phone, contact_email=known.contact_email))

    @expose("/new", methods=["POST"])
    @has_access
    def opened(self):
        """"Novo atendimento" for a chosen provider (C-32)."""
        values = {name: request.form.get(name, "") for name in _TEXTS}
        values |= {name: whole(request.form.get(name)) for name in ("provider_id", *_TREE)}

        def act(session, files):
            ticket = opening.open_ticket(session, values, files=_ahead(session, files), request_key=_key(),
                                         public_url=_public(), actor=g.viewer, now=utc_now())
            told = (_("Ticket %(number)s opened under the protocol %(protocol)s.", number=ticket.number,
                      protocol=ticket.attendance.protocol) if ticket.attendance.protocol
                    else _("Ticket %(number)s opened.", number=ticket.number))
            return {"ids": [ticket.attendance_id], "open": ticket.attendance_id, "told": told}

        return _answer(act, with_files=True)

    @expose("/<int:pk>/take", methods=["POST"])
    @has_access
    def take(self, pk):
        """Whoever opens a ticket of nobody begins to work on it, and is told so; of two the second is told who was
        first."""
        def act(session, _files):
            free = any(each.assignee_id is None for each in reads.held(session, g.viewer, [pk]))
            ticket = work.take(session, pk, actor=g.viewer, now=utc_now())
            taken = _("Ticket no. %(number)s is now with you.", number=ticket.number) if free else ""
            return {"ids": [pk], "told": "", "taken": taken}

        return _answer(act)

    @expose("/<int:pk>/situation", methods=["POST"])
    @has_access
    def situation(self, pk):
        situation_id = whole(request.form.get("situation_id"))
        return _act(pk, work.set_situation, situation_id, version=_version(), public_url=_public(),
                    told=_("Situation changed."))

    @expose("/<int:pk>/classify", methods=["POST"])
    @has_access
    def classify(self, pk):
        values = {name: whole(request.form.get(name)) for name in _TREE}
        return _act(pk, work.classify, values, version=_version(), told=_("Classification changed."))

    @expose("/<int:pk>/complementary", methods=["POST"])
    @has_access
    def complementary(self, pk):
        """Keep "Dados Complementares". The panel gets its tab again, a browser without scripts the page."""
        ticket, alone = found(pk), request.headers.get("X-Requested-With") != "fetch"
        shown = {**complementary.tab(ticket), "changed": True}
        if shown["form"] is None:  # closed meanwhile
            return drawn(self, ticket, complementary.NAME, {**shown, "refused": work.CLOSED}, 409, alone=alone)
        shown["form"] = complementary.ComplementaryForm.today(ticket.attendance, posted=True)
        status = complementary.save(shown["form"], ticket)
        if status == 200 and alone:
            flash(_("Complementary data saved."), "success")
            return redirect(url_for("TicketPanelView.ticket", pk=pk, tab=complementary.NAME), 303)
        if status == 200:
            shown = {**complementary.tab(ticket), "told": _("Complementary data saved.")}
        return drawn(self, ticket, complementary.NAME, shown, status, alone=alone)

    @expose("/<int:pk>/reply", methods=["POST"])
    @has_access
    def reply(self, pk):
        """An answer with its files; what was kept of it as a draft goes with the saving. Of a ticket that is with a
        colleague it is asked for first: `sure` says that it was."""
        def act(session, files):
            if not request.form.get("sure"):
                _ask_of_colleague(session, pk)
            conversation.reply(session, pk, request.form.get("message", ""), files=_ahead(session, files),
                               request_key=_key(), public_url=_public(), actor=g.viewer, now=utc_now())
            drafts.drop_drafts(session, draft_key(pk), actor=g.viewer)
            return {"ids": [pk], "told": _("Answer sent: the provider is told by e-mail.")}

        return _answer(act, with_files=True)

    @expose("/<int:pk>/draft", methods=["POST"])
    @has_access
    def draft(self, pk):
        """What is typed of an answer, kept on the server with the key of its files; nothing of both keeps nothing."""
        def act(session, _files):
            found(pk)
            text, key = request.form.get("message", ""), _key()
            if text.strip() or held_files.of_form(session, key, actor=g.viewer, waiting=True):
                drafts.keep_draft(session, draft_key(pk), {"text": text[:MESSAGE_LIMIT * 2], "key": key},
                                  actor=g.viewer, now=utc_now())
            else:
                drafts.drop_drafts(session, draft_key(pk), actor=g.viewer)
            return {"kept_at": f"{local(utc_now()):%H:%M}"}

        return _answer(act)

    @expose("/<int:pk>/email", methods=["POST"])
    @has_access
    def email(self, pk):
        """"E-mail" to the address of the ticket (C-87)."""
        return _act(pk, notices.email, subject=request.form.get("subject", ""), body=request.form.get("body", ""),
                    request_key=_key(), told=_("E-mail queued. Its progress is shown here."))

    @expose("/<int:pk>/sms", methods=["POST"])
    @has_access
    def sms(self, pk):
        """SMS to a mobile of the ticket's contact or of its provider (C-88)."""
        return _act(pk, notices.sms, to=request.form.get("to", ""), text=request.form.get("text", ""),
                    request_key=_key(), told=_("SMS queued. Its progress is shown here."))

    @expose("/<int:pk>/internal", methods=["POST"])
    @has_access
    def internal(self, pk):
        """A communication to colleagues about the provider and this ticket (C-83, C-89)."""
        def act(session, _files):
            ticket = found(pk)
            internal_messages.send(
                session, kind=request.form.get("kind", ""), subject=request.form.get("subject", ""),
                text=request.form.get("text", ""), user_ids=_ids("users"), department_ids=_ids("departments"),
                entity_id=ticket.entity_id, attendance_id=pk, request_key=_key(), actor=g.viewer, now=utc_now())
            return {"ids": [pk], "told": _("Internal communication sent.")}

        return _answer(act)


class ManyTicketsView(BaseView):
    """`POST /provider-central/many/<act>`: one ticket or several; the rows that were refused are told one by one."""

    route_base, default_view = "/provider-central/many", "change"
    class_permission_name = "ticket"
    method_permission_name = {"change": "write", "about": "write"}

    @expose("/<action>/about")
    @has_access
    def about(self, action):
        """Before an act is asked for: {"refused": why none of the tickets takes it, "whose": with whom they are,
        "message": whether closing them demands one to the provider}."""
        if action not in many.ACTIONS:
            abort(404)
        central.require_open(db.session)
        tickets = reads.held(db.session, g.viewer, [pk for pk, _version in _rows()])
        reasons = [work.foreseen(action, closed=each.closed, started=each.started, held=each.assignee_id is not None)
                   for each in tickets]
        taken = [each for each, refused in zip(tickets, reasons, strict=True) if refused is None]
        demanded = action == "close" and taken and completeness.demands_message(db.session, [each.id for each in taken])
        return private(jsonify(refused=str(reasons[0]) if reasons and all(reasons) else "", whose=whose(taken),
                               message=bool(demanded)))

    @expose("/<action>", methods=["POST"])
    @has_access
    def change(self, action):
        if action not in many.ACTIONS:
            abort(404)
        rows = _rows()
        values = {"operator_id": whole(request.form.get("operator_id")),
                  "department_id": whole(request.form.get("department_id")),
                  "situation_id": whole(request.form.get("situation_id")),
                  "message": request.form.get("message", ""),
                  "reason": request.form.get("reason", "").replace("\0", "").strip() or None}

        def act(session, _files):
            outcome = many.change(session, action, rows, values, public_url=_public(), actor=g.viewer, now=utc_now())
            refused = {row["id"] for row in outcome.refused}
            done = [pk for pk, _version in rows if pk not in refused]
            told = _told(action, outcome.done, alone=len(rows) == 1)
            if refused:
                told = f"{told} {_('Not done: %(n)s', n=len(refused))}"
            return {"removed" if action == "delete" else "ids": done, "told": told,
                    "refused": [{"number": row["number"], "reason": row["reason"]} for row in outcome.refused]}

        return _answer(act)


def _told(action, n, *, alone) -> str:
    if alone:
        return {"forward": _("Attendance forwarded."), "pending": _("Attendance left pending."),
                "close": _("Attendance finished."), "give_up": _("You gave up this attendance."),
                "delete": _("Attendance deleted.")}[action]
    return {"forward": _("Forwarded: %(n)s.", n=n), "pending": _("Left pending: %(n)s.", n=n),
            "close": _("Closed: %(n)s.", n=n), "give_up": _("Given up: %(n)s.", n=n),
            "delete": _("Deleted: %(n)s.", n=n)}[action]


def _ask_of_colleague(session, pk) -> None:
    for ticket in reads.held(session, g.viewer, [pk]):
        if not ticket.closed and ticket.assignee_id not in (None, g.viewer.user_id):
            raise Conflict(_("This ticket is with %(name)s. Answer it all the same?", name=ticket.name), field="sure")


def _act(pk, verb, *arguments, told="", **named):
    def act(session, _files):
        verb(session, pk, *arguments, actor=g.viewer, now=utc_now(), **named)
        return {"ids": [pk], "told": told}
    return _answer(act)


def _answer(act, *, with_files=False):
    """`act(session, files)` in a unit of work; what it answers, or why not: each refusal with its field."""
    try:
        central.require_open(db.session)
        with ExitStack() as stack:  # files are read before the transaction
            files = _received(stack) if with_files else []
            with unit_of_work(db.session) as session:
                answer = act(session, files)
        return jsonify(answer)
    except REFUSALS as raised:
        error = refusal(raised)
        if error.field == KEY:
            error = Conflict(SAVED_BEFORE, field=KEY)
        fields = {}
        for each in getattr(error, "errors", [error]):
            fields.setdefault(each.field or "", str(each))
        return jsonify(error=str(error), field=error.field, fields=fields, code=error.code), error.status


def _received(stack) -> list:
    """The files of this request, each looked at; a refusal names the file."""
    sent = [file for file in request.files.getlist("files") if file.filename]
    if len(sent) > PER_FORM:
        raise Invalid(_("At most %(n)s files at a time.", n=PER_FORM), field="files")
    uploads, taken = attachments.uploads_of(current_app.config), []
    for file in sent:
        try:
            taken.append(stack.enter_context(attachments.receive(uploads, file.stream, file.filename)))
        except Invalid as error:
            raise Invalid(f"{clean(file.filename)}: {error}", field="files") from error
    return taken


def _ahead(session, files) -> list:
    """The files of a message: those that came with it, and those that were sent ahead and wait for it."""
    return [*files, *held_files.arrived(session, _key(), actor=g.viewer, now=utc_now())]


def _ids(name) -> list[int]:
    return [pk for pk in map(whole, request.form.getlist(name)) if pk is not None]


def _key() -> str:
    return request.form.get("request_key", "")[:64]


def _version() -> int | None:
    return whole(request.form.get("version"))


def _public() -> str:
    return current_app.config["PUBLIC_URL"]


def _rows() -> list[tuple[int, int | None]]:
    """The rows as posted, "id:version" or "id"."""
    rows = [text.partition(":") for text in request.values.getlist("row")[:many.MOST + 1]]
    return [(pk, whole(version)) for pk, version in ((whole(pk), version) for pk, _colon, version in rows)
            if pk is not None]
