"""Files of configurators' fields: sent ahead of their form, fetched by who may read the record that has them."""
from flask import g, jsonify, render_template, request
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import gettext as _

from ..errors import Invalid
from ..extensions import db
from ..services import custom_files
from .attendances.attachments import sent
from .field_kinds import kept_of


class FieldFileView(BaseView):
    """`/fields/files/<id>`, and what field_files.js posts to. Each record's own permission is asked by the service."""

    route_base, default_view = "/fields/files", "download"
    class_permission_name = "account"
    method_permission_name = {"download": "use", "send": "use"}

    @expose("/<int:pk>")
    @has_access
    def download(self, pk):
        """The bytes; ?inline=1 shows a picture or a PDF in place."""
        return sent(custom_files.find(db.session, pk, actor=g.viewer))

    @expose("/", methods=["POST"])
    @has_access
    def send(self):
        """One file for the field that `name` names; JSON."""
        files = [each for each in request.files.getlist("files") if each.filename]
        if len(files) != 1:
            raise Invalid(_("Choose one file at a time."), field="file")
        kept = kept_of(files[0])
        file = {"id": kept.id, "name": kept.filename}
        name = request.form.get("name", "")[:60]
        return jsonify(**file, html=render_template("lowcode/file.html", file=file, name=name, locked=False)), 201
