""""Ver contato": the conversation with the Operadora, "Complementar" (C-28 to C-30), and the confirmation (C-25)."""
from flask import abort, flash, g, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import gettext as _

from ...database import unit_of_work, utc_now
from ...errors import DomainError, Invalid
from ...extensions import db
from ...files.content import INLINE
from ...queries.ticket_talk import talk
from ...queries.tickets import find_by_address
from ...services import held_files
from ...services.tickets import conversation, rules
from ..attendances.attachments import file_icon, size_text
from ..lookup import whole
from ..mailbox import SENT_AS
from . import contacts_only, words
from .beside import beside
from .forms import ComplementForm


class PortalTicketView(BaseView):
    """`/portal/tickets/<protocol or id-…>`, where the e-mails lead to."""

    route_base, default_view = "/portal", "ticket"
    class_permission_name = "portal"
    method_permission_name = {"ticket": "use", "opened": "use"}

    @expose("/tickets/<address>", methods=["GET", "POST"])
    @has_access
    @contacts_only
    def ticket(self, address):
        ticket = find_by_address(db.session, g.viewer, address) or abort(404)
        form = ComplementForm()
        if request.method == "GET":
            return self._shown(ticket, form), 200
        if form.drop_asked():
            return self._shown(_again(address), form), 200
        try:
            self._complement(ticket.attendance_id, form)
        except DomainError as refusal:
            status = form.refuse(refusal)
            return self._shown(_again(address), form), status
        flash(_("Your message was sent. Now it waits for the operator company."), "success")
        return redirect(url_for("PortalTicketView.ticket", address=address, _anchor="last"))

    @staticmethod
    def _complement(attendance_id, form):
        if not form.take_files():
            rules.message_text(form.message.data)
            raise Invalid(_("Some files were not accepted: the others are kept."))
        with unit_of_work(db.session) as session:
            now = utc_now()
            files = held_files.arrived(session, form.key, actor=g.viewer, now=now)
            conversation.complement(session, attendance_id, form.message.data, files=files, request_key=form.key,
                                    actor=g.viewer, now=now)

    def _shown(self, ticket, form):
        before = whole(request.args.get("before"))
        found = talk(db.session, g.viewer, ticket, before=before)
        return self.render_template(
            "portal/ticket.html", title=ticket.attendance.title, view="conversa", form=form, talk=found, before=before,
            contact=words.contact(ticket, now=utc_now()), days=words.by_day(found.said), inline=INLINE,
            file_icon=file_icon, size_text=size_text, sent_as=SENT_AS, **beside(ticket.attendance_id))

    @expose("/tickets/<address>/opened")
    @has_access
    @contacts_only
    def opened(self, address):
        """The confirmation, on a page of its own: reloading it opens nothing."""
        ticket = find_by_address(db.session, g.viewer, address) or abort(404)
        return self.render_template(
            "portal/opened.html", title=_("New contact"), view="aberto", number=ticket.number,
            contact=words.contact(ticket, now=utc_now()), email=ticket.contact_email, **beside(ticket.attendance_id))


def _again(address):
    """The ticket as it is after a refused unit of work."""
    return find_by_address(db.session, g.viewer, address) or abort(404)
