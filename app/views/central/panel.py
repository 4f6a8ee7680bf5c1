"""The side panel of the central: one ticket with all that belongs to it, without leaving the list (C-85 to C-90)."""
from dataclasses import dataclass
from typing import Any

from flask import abort, current_app, g, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ...extensions import db
from ...models.outbox import EMAIL, SMS
from ...models.provider_ticket import MESSAGE_LIMIT, ProviderTicket
from ...queries import ticket_panel as reads
from ...queries import tickets
from ...queries.logs import page_of_log
from ...queries.ticket_talk import talk, written
from ...security.permissions import Perm
from ...services import central, drafts
from ...services.attendance_rules import offered_situations
from ...services.attendances import phases_after
from ...services.outbox import LONGEST_SMS
from ...services.tickets import clock, notices
from ..attendances.attachments import sent
from ..attendances.notes import notes_shown
from ..logs import ACTIONS, Reader
from ..lookup import whole
from ..mailbox import SENT_AS, complaint
from . import complementary, provider_tabs, query
from .held import of_draft
from .shown import SENDING, STATES, of_files, of_notices

FEW = 3  # messages on the first tab
SENT, SHOWN = 20, 5  # e-mails and SMS that are read for them, and those shown as sent


@dataclass(frozen=True)
class Tab:
    """One tab of the panel: `show(ticket)` -> what its template needs."""

    label: Any
    icon: str
    show: Any
    permission: Perm = Perm.TICKET_READ
    of_provider: bool = False


def draft_key(attendance_id: int) -> str:
    """Under which an answer that was not sent yet is kept."""
    return f"ticket:{attendance_id}"


def _attendance(ticket) -> dict:
    attendance, zone = ticket.attendance, ticket.attendance.company.timezone
    may_write = g.viewer.may(Perm.TICKET_WRITE)
    steps = clock.explained(ticket, timezone=zone, language=str(get_locale()))
    sent = written(db.session, ticket, limit=SENT)
    return {
        "steps": steps, "talk": talk(db.session, g.viewer, ticket, size=FEW, sent=sent).end(FEW),
        "situations": offered_situations(db.session, attendance, phases=phases_after(
            attendance.phase, actor=g.viewer)) if may_write else [],
        "notices": of_notices(sent[:SHOWN]), "longest_sms": LONGEST_SMS,
        "mobiles": notices.mobiles(db.session, ticket, actor=g.viewer) if may_write else [],
        "no_mobile": notices.NO_MOBILE, "complaints": {"email": complaint(EMAIL), "sms": complaint(SMS)},
        "suggested": notices.suggested(ticket, current_app.config["PUBLIC_URL"]) if may_write else {}}


def _messages(ticket) -> dict:
    return {"talk": talk(db.session, g.viewer, ticket, before=whole(request.args.get("before"))),
            "page": "before" in request.args}


def _earlier(ticket) -> dict:
    page = by_key(tickets.earlier, ticket)
    limits = query.bounds(ticket.attendance.company.timezone)
    return {"page": page, "states": {row.number: state_of(row, limits) for row in page.rows}}


def _logs(ticket) -> dict:
    before = request.args.get("before")
    entries, older = page_of_log(db.session, "attendance", ticket.attendance_id,
                                 before=None if before is None else whole(before) or abort(400), size=20)
    reader = Reader("attendance", None)
    return {"entries": [(each, ACTIONS.get(each.action, each.action), reader.lines(each)) for each in entries],
            "older": older}


def by_key(read, ticket, **more):
    """A page by the key in the address; 400 for one that was not made here."""
    try:
        return read(db.session, g.viewer, ticket, after=request.args.get("after"), **more)
    except ValueError:
        abort(400)


TABS = {
    "attendance": Tab(_l("Attendance"), "fa-clipboard-list", _attendance),
    "messages": Tab(_l("Messages"), "fa-comments", _messages),
    complementary.NAME: Tab(_l("Complementary data"), "fa-rectangle-list", complementary.tab),
    "notes": Tab(_l("Internal notes"), "fa-lock", lambda ticket: {"notes": notes_shown(ticket.attendance)},
                 Perm.ATTENDANCE_READ),
    "earlier": Tab(_l("Previous tickets"), "fa-clock-rotate-left", _earlier),
    "logs": Tab(_l("Logs"), "fa-list-check", _logs, Perm.LOG_READ),
    "provider": Tab(_l("Provider's details"), "fa-id-card", provider_tabs.details, Perm.ENTITY_READ, True),
    "batches": Tab(_l("Batches"), "fa-boxes-stacked", provider_tabs.batches, Perm.PROVIDER_ACCOUNT_READ, True),
    "guides": Tab(_l("Issued guides"), "fa-file-medical", provider_tabs.guides, Perm.PROVIDER_ACCOUNT_READ, True),
    "payments": Tab(_l("Payments"), "fa-money-check-dollar", provider_tabs.payments, Perm.PROVIDER_ACCOUNT_READ, True),
    "internal": Tab(_l("Internal communications"), "fa-bullhorn", provider_tabs.internal, Perm.INTERNAL_MESSAGE, True),
}


class TicketPanelView(BaseView):
    """`/provider-central/tickets/<id>/`: a page of its own, or what the central's panel puts in its place."""

    route_base, default_view = "/provider-central/tickets", "ticket"
    class_permission_name = "ticket"
    method_permission_name = dict.fromkeys(("ticket", "tab", "file", "survey"), "read")

    @expose("/<int:pk>/")
    @has_access
    def ticket(self, pk):
        """The whole panel with one of its tabs (`?tab=`)."""
        tabs = _tabs()
        if not complementary.stands():
            del tabs[complementary.NAME]
        name = request.args.get("tab", "attendance")
        central.require_open(db.session, query.uses_crm())
        ticket, counts = reads.find_counted(db.session, g.viewer, pk) or abort(404)
        return _whole(self, ticket, name if name in tabs else "attendance", tabs, counts=counts)

    @expose("/<int:pk>/tab/<name>")
    @has_access
    def tab(self, pk, name):
        """One tab, or a further page of what it lists."""
        tab = TABS.get(name) or abort(404)
        ticket = found(pk)
        if not g.viewer.may(tab.permission):
            abort(403)
        values = _shown(name, ticket)
        return drawn(self, ticket, name, values, 422 if values.get("errors") else 200)

    @expose("/<int:pk>/files/<int:attachment>")
    @has_access
    def file(self, pk, attachment):
        """A file of the conversation."""
        return sent(reads.find_file(db.session, g.viewer, found(pk), attachment) or abort(404))

    @expose("/<int:pk>/survey")
    @has_access
    def survey(self, pk):
        """"Pesquisa": the surveys of the provider, about this ticket (C-39)."""
        ticket = found(pk)
        if not g.viewer.may(Perm.SURVEY_ANSWER):
            abort(403)
        return redirect(url_for("EntitySurveysView.surveys", pk=ticket.entity_id, attendance=ticket.attendance.address))


def drawn(view, ticket, name, values, status=200, *, alone=False):
    """One tab with what it shows, by itself or on the page of its ticket."""
    if alone:
        return _whole(view, ticket, name, _tabs(), values, status)
    page = view.render_template(f"central/panel/tabs/{name}.html", ticket=ticket, name=name, tabs=_tabs(), **values)
    return private(page, status)


def _whole(view, ticket, name, tabs, values=None, status=200, *, counts=None):
    """The panel, or the page that is it alone, with one tab; the tabs say how much is behind them where it is told."""
    may_write = g.viewer.may(Perm.TICKET_WRITE)
    draft = next(iter(drafts.get_drafts(
        db.session, draft_key(ticket.attendance_id), actor=g.viewer)), None) if may_write else None
    reply_key, held = of_draft(draft)
    alone = request.headers.get("X-Requested-With") != "fetch"
    page = view.render_template(
        f"central/panel/{'page' if alone else 'panel'}.html", title=_("Ticket %(number)s", number=ticket.number),
        ticket=ticket, state=STATES.get(state_of(ticket, query.bounds(ticket.attendance.company.timezone))), tabs=tabs,
        name=name, typed=(draft.values.get("text") or "") if draft else "", longest=MESSAGE_LIMIT,
        counts=counts or {}, most_counted=reads.MOST_COUNTED,
        reply_key=reply_key, held=held, max_mb=current_app.config["UPLOAD_MAX_MB"],
        may_survey=g.viewer.may(Perm.SURVEY_ANSWER), may_delete=g.viewer.may(Perm.TICKET_DELETE),
        **{**_shared(), **(_shown(name, ticket) if values is None else values)})
    return private(page, status)


def _tabs() -> dict[str, Tab]:
    return {name: tab for name, tab in TABS.items() if g.viewer.may(tab.permission)}


def _shown(name, ticket) -> dict:
    return {**_shared(), **TABS[name].show(ticket)}


def _shared() -> dict:
    return {"files_of": of_files, "lines_of": STATES, "sending": SENDING, "sent_as": SENT_AS,
            "may_write": g.viewer.may(Perm.TICKET_WRITE)}


def found(pk: int) -> ProviderTicket:
    """The ticket, if one may see it. Raises Conflict where the central is not used (C-07)."""
    central.require_open(db.session, query.uses_crm())
    return tickets.find(db.session, g.viewer, pk) or abort(404)


def state_of(ticket, limits) -> str | None:
    """A key of STATES, of a ticket or a line of the list: also of a closed ticket, and of one whose clock stands."""
    if ticket.closed_at is not None:
        return "late" if ticket.due_at is not None and ticket.closed_at > ticket.due_at else "closed"
    if ticket.clock_stopped_at is not None:
        return "waiting"
    return tickets.deadline_state(ticket, limits)


def private(page, status=200):
    """A page that is asked for anew each time."""
    return page, status, {"Cache-Control": "private, no-store", "Vary": "X-Requested-With"}
