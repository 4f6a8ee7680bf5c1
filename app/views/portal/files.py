"""Files of the portal: sent ahead of their form and held for it; those of a conversation fetched."""
from flask import abort, current_app, g, jsonify, render_template, request
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import gettext as _

from ...database import unit_of_work
from ...errors import Invalid
from ...extensions import db
from ...files.store import store_of
from ...models.held_file import HeldFile
from ...queries import attachments as reads
from ...services import held_files
from ..attendances.attachments import sent
from . import contacts_only
from .forms import shown_file, take


class PortalFileView(BaseView):
    """`/portal/files/<id>`, and what the script of the forms posts to; it gets JSON."""

    route_base, default_view = "/portal", "download"
    class_permission_name = "portal"
    method_permission_name = dict.fromkeys(("download", "hold", "drop"), "use")

    @expose("/files/<int:pk>")
    @has_access
    @contacts_only
    def download(self, pk):
        """A file that came with a message of a ticket of one's own."""
        return sent(reads.find(db.session, g.viewer, pk) or abort(404))

    @expose("/held", methods=["POST"])
    @has_access
    @contacts_only
    def hold(self):
        files = [each for each in request.files.getlist("files") if each.filename]
        if len(files) != 1:
            raise Invalid(_("Choose one file at a time."), field="file")
        pk = take(files[0], request.form.get("request_key", ""))
        row = db.session.get(HeldFile, pk)
        return jsonify(id=pk, name=row.filename, html=render_template("portal/held.html", file=shown_file(row))), 201

    @expose("/held/<int:pk>/remove", methods=["POST"])
    @has_access
    @contacts_only
    def drop(self, pk):
        with unit_of_work(db.session) as session:
            held_files.remove(session, pk, store=store_of(current_app.config), actor=g.viewer)
        return jsonify(removed=pk)
