"""Files of configurators' fields over REST: sent first, named in `custom_values` then, fetched by who may read them."""
from flask import current_app, jsonify, request
from flask_babel import gettext as _

from ..database import unit_of_work, utc_now
from ..errors import Invalid, NotFound
from ..extensions import db
from ..files.store import store_of
from ..models.custom_file import CustomFile
from ..services import attachments, custom_files
from .attachments import download
from .base import Resource, actor
from .operation import operation
from .shapes import TEXT, Shape

SENT = Shape("FieldFile", CustomFile, "id mime size sha256", name=(TEXT, lambda row: row.filename))
PARTS = {"file": {"type": "string", "format": "binary"}}


class FieldFileApi(Resource):
    resource_name = "field-files"
    class_permission_name = "account"
    method_permission_name = {"post": "use", "get": "use"}
    openapi_spec_tag = "Files of fields"

    @operation("", "POST", summary="Send a file for a field", file=PARTS, answer=SENT, status=201,
               description="It waits a day for a record whose `custom_values` name its id; sent again, it is the same "
                           "file. The content must be what the name says; programs and viruses are refused.")
    def post(self):
        sent = request.files.getlist("file")
        if len(sent) != 1 or not sent[0].filename:
            raise Invalid(_("Choose one file at a time."), field="file")
        unknown = sorted(map(str, {*request.form, *request.files} - set(PARTS)))  # a part may have no name
        if unknown:
            raise Invalid(_("Unknown field."), field=unknown[0][:60])
        uploads = attachments.uploads_of(current_app.config)
        with attachments.receive(uploads, sent[0].stream, sent[0].filename) as arrived, \
                unit_of_work(db.session) as session:
            answer = SENT(custom_files.send(session, arrived, actor=actor(), now=utc_now()))
        return jsonify(answer), 201

    @operation("/<int:pk>", summary="Fetch a file of a field", produces="application/octet-stream")
    def get(self, pk):
        """The bytes, always as a download; of a record that one may read, or just sent by oneself."""
        found = custom_files.find(db.session, pk, actor=actor())
        try:
            file = store_of(current_app.config).open(found.stored_name)
        except FileNotFoundError as error:
            current_app.logger.exception("file %s of a field has lost its bytes", pk)
            raise NotFound(_("Record not found.")) from error
        return download(file, found.filename)
