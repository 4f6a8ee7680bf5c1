"""Webhooks: the register, the secret that is shown once, and the page of what was delivered."""
import json
from types import SimpleNamespace

from flask import abort, current_app, flash, g, redirect, request, url_for
from flask import session as cookie
from flask_appbuilder import expose, has_access
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from ..database import after_commit, unit_of_work, utc_now
from ..errors import DomainError
from ..extensions import db
from ..models.company import Company
from ..models.webhook import Webhook, WebhookDelivery
from ..security.permissions import Perm
from ..security.visibility import visible
from ..services import webhook_deliveries as deliveries
from ..services import webhooks
from ..services.records import get_visible
from ..services.webhook_answers import in_words
from ..services.webhook_events import EVENTS, TEST
from .checks import ChecksField
from .lookup import whole
from .registers.classifications import RegisterView

STATES = {"due": (_l("Waiting"), "line", "fa-hourglass-start"), "sending": (_l("Being sent"), "info", "fa-spinner"),
          "sent": (_l("Delivered"), "ok", "fa-circle-check"),
          "dead": (_l("Failed"), "bad", "fa-triangle-exclamation")}


FRESH_SECONDS = 300  # a page asked for later shows no secret


class EventsField(ChecksField):
    """The events as check boxes."""

    def __init__(self, label=None, validators=None, **options):
        super().__init__(label, validators, rows=lambda: [(code, text, True) for code, text in EVENTS.items()],
                         **options)
        self.coerce = str


def _create(session, values, **options):
    made = webhooks.create(session, values, keys=current_app.config["ENCRYPTION_KEYS"], **options)
    after_commit(session, lambda: _made(made.id))
    return made


def _made(pk) -> None:
    g.made_webhook = pk
    _tell_secret(pk)


def _tell_secret(pk) -> None:
    """The next time its page is shown, and once. The secret itself is not put in the cookie."""
    cookie["fresh_secret"] = [pk, int(utc_now().timestamp())]


def _told_secret(pk) -> str | None:
    told = cookie.get("fresh_secret")
    if not told or told[0] != pk:
        return None
    del cookie["fresh_secret"]
    if utc_now().timestamp() - told[1] > FRESH_SECONDS or not g.viewer.may(Perm.WEBHOOK_WRITE):
        return None
    g.fresh_secret = webhooks.secret_of(db.session, pk, keys=current_app.config["ENCRYPTION_KEYS"], actor=g.viewer)
    return g.fresh_secret


def _named(events) -> str:
    return ", ".join(str(EVENTS.get(each, each)) for each in events or ())


class WebhookView(RegisterView):
    noun, route_base = "webhook", "/outgoing-webhooks"
    verbs = {"secret": "write", "test": "write", "deliveries": "read", "replay": "write", "replay_dead": "write"}
    datamodel = SQLAInterface(Webhook)
    service = SimpleNamespace(create=_create, update=webhooks.update, delete=webhooks.delete)
    list_title, add_title, edit_title, show_title = _l("Webhooks"), _l("New webhook"), _l("Edit webhook"), _l("Webhook")
    list_columns = ["name", "url", "company", "active"]
    order_columns, search_columns = ["name", "active"], ["name", "url", "company", "active"]
    add_columns = edit_columns = ["name", "url", "company", "events", "active"]
    show_columns = ["name", "url", "company", "events", "active"]
    label_columns = {"name": _l("Webhook"), "url": _l("Address"), "company": _l("Company"), "events": _l("Events"),
                     "active": _l("Active")}
    description_columns = {
        "url": _l("Each event is posted there as JSON, signed. Give the final address: redirects are not followed."),
        "company": _l("Whose events are told; empty: those of every company."),
        "active": _l("An inactive webhook is told nothing.")}
    add_form_extra_fields = edit_form_extra_fields = {"events": EventsField(label_columns["events"])}
    formatters_columns = {"events": _named}
    show_template = "webhooks/show.html"
    empty_text = _l(
        "A webhook tells another system what happens here: an attendance opened, closed, an entity changed.")

    def _back(self):
        """A new webhook is shown, with its secret; from there the way back is to the list."""
        if made := g.get("made_webhook"):
            return f"{self._root()}/show/{made}"
        back = super()._back()
        return f"{self._root()}/list/" if back.partition("?")[0] == f"{self._root()}/add" else back

    def preset(self) -> dict:
        """The only company, where one must be chosen."""
        if g.viewer.all_companies:
            return {}
        rows = db.session.scalars(select(Company).where(visible(Company, g.viewer), Company.active).limit(2)).all()
        return {"company": rows[0]} if len(rows) == 1 else {}

    def _make_form(self, item=None):
        form = super()._make_form(item)
        if not g.viewer.all_companies:  # "empty: every company" is not theirs to choose
            form.company.description = _("Whose events are told.")
            form.company.flags.required = True
        return form

    def show_more(self, item) -> dict:
        return {"may_write": g.viewer.may(Perm.WEBHOOK_WRITE), "fresh": _told_secret(item.id), "active": item.active}

    @expose("/show/<pk>")
    @has_access
    def show(self, pk):
        """The record; with the secret in it, no cache keeps the page."""
        answer = current_app.make_response(super().show(pk))
        if g.get("fresh_secret"):
            answer.headers["Cache-Control"] = "no-store"
        return answer

    @expose("/secret/<pk>", methods=["POST"])
    @has_access
    def secret(self, pk):
        """"Gerar novo segredo": shown on the page that follows and never again."""
        pk = self.find_or_404(pk).id
        with unit_of_work(db.session) as session:
            webhooks.new_secret(
                session, pk, keys=current_app.config["ENCRYPTION_KEYS"], actor=g.viewer, now=utc_now())
        _tell_secret(pk)
        return redirect(f"{self._root()}/show/{pk}")

    @expose("/test/<pk>", methods=["POST"])
    @has_access
    def test(self, pk):
        """"Enviar teste"."""
        pk = self.find_or_404(pk).id
        try:
            with unit_of_work(db.session) as session:
                deliveries.send_test(session, pk, actor=g.viewer, now=utc_now())
        except DomainError as refusal:
            flash(str(refusal), "danger")
            return redirect(f"{request.script_root}{self.route_base}/show/{pk}")
        flash(_("A test is on its way: here you see what became of it."), "success")
        return redirect(url_for(".deliveries", pk=pk))

    @expose("/deliveries/<pk>")
    @has_access
    def deliveries(self, pk):
        """What was sent to this webhook, the newest first."""
        item, state = self.find_or_404(pk), request.args.get("state", "")
        if state and state not in STATES:
            abort(400)
        before = request.args.get("before")
        rows, following = deliveries.page_of(
            db.session, g.viewer, item.id, state=state or None,
            before=None if before is None else whole(before) or abort(400))
        return self.render_template(
            "webhooks/deliveries.html", title=_("Deliveries of %(name)s", name=item), item=item,
            rows=[(row, _event(row.event), json.dumps(row.body, ensure_ascii=False, indent=2)) for row in rows],
            states=STATES, in_words=in_words, state=state, following=following, newest=before is None,
            may_write=g.viewer.may(Perm.WEBHOOK_WRITE), back=f"{self._root()}/show/{item.id}")

    @expose("/replay/<int:delivery>", methods=["POST"])
    @has_access
    def replay(self, delivery):
        """"Reenviar" one."""
        try:
            pk = get_visible(db.session, WebhookDelivery, delivery, g.viewer).webhook_id
            with unit_of_work(db.session) as session:
                deliveries.replay(session, delivery, actor=g.viewer, now=utc_now())
        except DomainError as refusal:
            if refusal.status == 404:
                abort(404)
            flash(str(refusal), "warning")
        else:
            flash(_("The delivery goes out again."), "success")
        return redirect(url_for(".deliveries", pk=pk))

    @expose("/replay-dead/<pk>", methods=["POST"])
    @has_access
    def replay_dead(self, pk):
        """"Reenviar" all that failed for good."""
        pk = self.find_or_404(pk).id
        with unit_of_work(db.session) as session:
            count = deliveries.replay_dead(session, pk, actor=g.viewer, now=utc_now())
        flash(_("Sent again: %(n)s", n=count), "success")
        return redirect(url_for(".deliveries", pk=pk))


def _event(code) -> str:
    return _("Test") if code == TEST else str(EVENTS.get(code, code))
