"""Files of an answer, or of a ticket that is being opened: sent ahead of their message and held for it, so that a draft
keeps them."""
import uuid

from flask import current_app, g, jsonify, render_template, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import gettext as _

from ...database import unit_of_work, utc_now
from ...errors import Invalid
from ...extensions import db
from ...files.store import store_of
from ...services import attachments, central, held_files
from ..attendances.attachments import file_icon, size_text


class TicketHeldView(BaseView):
    """`POST /provider-central/held` of one file, which answers its line as JSON; `…/<id>/remove` forgets it."""

    route_base, default_view = "/provider-central/held", "hold"
    class_permission_name = "ticket"
    method_permission_name = {"hold": "write", "drop": "write"}

    @expose("/", methods=["POST"])
    @has_access
    def hold(self):
        central.require_open(db.session)
        files = [each for each in request.files.getlist("files") if each.filename]
        if len(files) != 1:
            raise Invalid(_("Choose one file at a time."), field="file")
        with (attachments.receive(attachments.uploads_of(current_app.config), files[0].stream, files[0].filename) as
              arrived, unit_of_work(db.session) as session):
            row = held_files.hold(session, arrived, form_key=request.form.get("request_key", ""), actor=g.viewer,
                                  now=utc_now())
            file = _shown(row)
        line = render_template("central/panel/held.html", file=file)
        return jsonify(id=file["id"], name=file["name"], html=line), 201

    @expose("/<int:pk>/remove", methods=["POST"])
    @has_access
    def drop(self, pk):
        with unit_of_work(db.session) as session:
            held_files.remove(session, pk, store=store_of(current_app.config), actor=g.viewer)
        return jsonify(removed=pk)


def of_draft(draft) -> tuple[str, list[dict]]:
    """(key of the message that a draft is of, its files as they are shown); a new key where there is no draft."""
    key = draft.values.get("key") if draft is not None else None
    if not key:
        return uuid.uuid4().hex, []
    return key, [_shown(row) for row in held_files.of_form(db.session, key, actor=g.viewer, waiting=True)]


def _shown(row) -> dict:
    return {"id": row.id, "name": row.filename, "size": size_text(row.size), "icon": file_icon(row.mime),
            "drop": url_for("TicketHeldView.drop", pk=row.id)}
