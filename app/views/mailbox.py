"""Caixa de saída: what has left, what waits and what failed. In the demo, the place where mail is read."""
import re

from flask import current_app, flash, g, redirect, request
from flask_appbuilder import expose, has_access
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ..database import utc_now
from ..models.outbox import EMAIL, SMS, Outbox, OutboxState
from ..security.permissions import Perm
from ..services import outbox
from .base import AppModelView

STATES = {OutboxState.DUE: _l("Waiting"), OutboxState.SENDING: _l("Being sent"), OutboxState.SENT: _l("Sent"),
          OutboxState.DEAD: _l("Failed")}

KINDS = {EMAIL: _l("E-mail"), SMS: _l("SMS")}
SENT_AS = {EMAIL: ("fa-envelope", KINDS[EMAIL]), SMS: ("fa-comment-sms", KINDS[SMS])}  # icon, words


def with_links(text: str, public_url: str) -> list[tuple[str, bool]]:
    """The text in pieces (piece, is a link): only addresses of this installation are links, whoever wrote the text."""
    ours = re.compile(re.escape(public_url) + r"(?:[/?#][^\s<>\"]*|(?!\.?[\w:@-]))")
    pieces, end = [], 0
    for found in ours.finditer(text):
        link = found[0].rstrip(".,;:!?)")
        pieces += [(text[end:found.start()], False), (link, True)]
        end = found.start() + len(link)
    return [piece for piece in [*pieces, (text[end:], False)] if piece[0]]


class MailboxView(AppModelView):
    """Read only; a message that failed for good can be sent again."""

    noun, route_base = "outbox", "/mailbox"
    verbs = {"index": "read", "resend": "write"}
    datamodel = SQLAInterface(Outbox)
    include_route_methods = {"index", "list", "show", "resend"}
    growing, base_order, order_columns = True, ("created_at", "desc"), ["created_at"]
    list_title, show_title = _l("Outbox"), _l("Message")
    list_columns = ["kind", "recipient", "subject", "state", "attempts", "error", "created_at"]
    show_columns = [*list_columns, "sent_at"]
    search_columns = ["state", "kind", "recipient", "subject", "created_at"]
    choice_columns = {"state": STATES, "kind": KINDS}
    label_columns = {"kind": _l("Channel"), "recipient": _l("Recipient"), "subject": _l("Subject"),
                     "state": _l("State"), "attempts": _l("Tries"), "error": _l("Error"),
                     "created_at": _l("Written at"), "sent_at": _l("Sent at")}
    list_template, show_template = "mailbox/list.html", "mailbox/show.html"

    @expose("/")
    @has_access
    def index(self):
        """The short address leads to the list."""
        return redirect(self._root() + "/list/")

    def list_page(self) -> str:
        g.mail_complaint = complaint()
        return super().list_page()

    def show_more(self, item) -> dict:
        settings = current_app.config
        hidden = outbox.is_confidential(item) and not settings["DEMO"]
        return {
            "hidden": hidden,
            "pieces": [] if hidden else with_links(item.body, settings["PUBLIC_URL"]),
            "demo": item.payload.get("transport") == "demo",
            "may_resend": item.state == OutboxState.DEAD and g.viewer.may(Perm.OUTBOX_WRITE),
            "complaint": complaint(item.kind) if item.state == OutboxState.DUE else None,
        }

    @expose("/resend/<pk>", methods=["POST"])
    @has_access
    def resend(self, pk):
        """"Reenviar"."""
        pk = self.find_or_404(pk).id
        error = self._write(None, lambda session: outbox.resend(session, pk, actor=g.viewer, now=utc_now()))
        if error is None:
            flash(_("The message goes out again."), "success")
            return redirect(f"{request.script_root}{self.route_base}/show/{pk}")
        flash(str(error), "danger")
        return self.show(pk), error.status


def complaint(kind: str = EMAIL) -> str | None:
    """Why e-mail or SMS does not leave this installation, in the words of the page."""
    if current_app.config["SMS_URL" if kind == SMS else "SMTP_URL"] or current_app.config["DEMO"]:
        return None
    if kind == SMS:
        return _("No SMS gateway is set up (SMS_URL): messages wait here until there is one.")
    return _("No mail server is set up (SMTP_URL): messages wait here until there is one.")
