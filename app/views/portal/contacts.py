""""Novo contato" (C-11 to C-25), "Em aberto" (C-26, C-27) and the closed contacts."""
from flask import abort, current_app, g, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import gettext as _

from ...database import unit_of_work, utc_now
from ...errors import DomainError, Invalid
from ...extensions import db
from ...lowcode.controls import today
from ...queries import portal as reads
from ...queries.classifications import classification_tree
from ...queries.tickets import Bounds, TicketFilter, list_tickets
from ...services import central, held_files
from ...services.tickets import opening, rules
from . import contacts_only, not_taken
from .beside import beside, shown
from .forms import ContactForm

LONGEST = 200


class ContactView(BaseView):
    """What a provider opens and follows; tickets are those of his own entity."""

    route_base, default_view = "/portal", "open"
    class_permission_name = "portal"
    method_permission_name = dict.fromkeys(("new", "open", "closed"), "use")

    @expose("/new", methods=["GET", "POST"])
    @has_access
    @contacts_only
    def new(self):
        if central.uses_crm(db.session):
            return not_taken(self)
        form = ContactForm()
        if request.method == "GET":
            form.begin()
            return self._shown(form), 200
        if request.form.get("action") == "cancel":
            form.give_up()
            return redirect(url_for("PortalView.index"))
        if form.drop_asked():
            return self._shown(form), 200
        return self._save(form)

    def _save(self, form):
        try:
            if not form.take_files():
                rules.check_opening(db.session, form.values(), actor=g.viewer, now=utc_now())
                raise Invalid(_("Some files were not accepted: the others are kept."))
            with unit_of_work(db.session) as session:
                now = utc_now()
                files = held_files.arrived(session, form.key, actor=g.viewer, now=now)
                ticket = opening.open_ticket(session, form.values(), files=files, request_key=form.key,
                                             public_url=current_app.config["PUBLIC_URL"], actor=g.viewer, now=now)
                address = ticket.attendance.address
        except DomainError as refusal:
            status = form.refuse(refusal)
            return self._shown(form), status
        return redirect(url_for("PortalTicketView.opened", address=address))

    def _shown(self, form):
        return self.render_template("portal/new.html", title=_("New contact"), view="novo", form=form,
                                    tree=classification_tree(db.session, today()), **beside())

    @expose("/open")
    @has_access
    @contacts_only
    def open(self):
        """"Em aberto": what the Operadora answered first."""
        try:
            found = reads.open_contacts(db.session, g.viewer, after=request.args.get("after"))
        except ValueError:
            abort(400)
        return self.render_template("portal/open.html", title=_("Open contacts"), rows=shown(found.rows),
                                    following=found.next, first="after" not in request.args,
                                    count=reads.count_open(db.session, g.viewer))

    @expose("/closed")
    @has_access
    @contacts_only
    def closed(self):
        """"Encerrados", found again by title, protocol or number."""
        words, now = request.args.get("q", "").strip()[:LONGEST], utc_now()
        try:
            found = list_tickets(
                db.session, g.viewer, TicketFilter(filter="closed", q=words), Bounds(now, now), desc=True,
                timezone=current_app.config["BABEL_DEFAULT_TIMEZONE"], size=reads.SIZE,
                after=request.args.get("after"), before=request.args.get("before"))
        except ValueError:
            abort(400)
        return self.render_template("portal/closed.html", title=_("Closed contacts"), rows=shown(found.rows), q=words,
                                    previous=found.previous, following=found.next)
