"""Files of an attendance over REST."""
import unicodedata

from flask import current_app, jsonify, request, send_file
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ..database import unit_of_work, utc_now
from ..errors import Invalid, NotFound
from ..extensions import db
from ..files.store import store_of
from ..models.attachment import Attachment
from ..queries import attachments as reads
from ..security.visibility import visible
from ..services import attachments
from .base import Resource, actor, attendance_id, written
from .operation import operation
from .shapes import NAMED, TEXT, WHOLE, Shape, empty, many, person

FILE = Shape("Attachment", Attachment, "id filename mime size sha256 uploaded_at",
             page=(empty(WHOLE), lambda row: row.detail.page if row.detail else None),
             uploaded_by=(empty(NAMED), lambda row: person(row.uploaded_by)))
FILES = {"type": "object", "required": ["items", "next"], "properties": {"items": many(FILE.ref), "next": empty(TEXT)}}
PARTS = {"file": {"type": "string", "format": "binary"},
         "page": {"type": "integer", "minimum": 1, "default": 1, "description": "The detail page it belongs to"}}


class AttachmentApi(Resource):
    resource_name = "attendances"
    class_permission_name = "attendance"
    method_permission_name = {"get_list": "read", "post": "write", "get": "read", "delete": "write"}
    openapi_spec_tag = "Attachments"

    @operation("/<address>/attachments", summary="List the files", answer=FILES)
    def get_list(self, address):
        rows = db.session.scalars(select(Attachment).where(
            Attachment.attendance_id == attendance_id(address), Attachment.removed_at.is_(None),
            visible(Attachment, actor())).order_by(Attachment.id).options(
                joinedload(Attachment.detail), joinedload(Attachment.uploaded_by)))
        return jsonify(items=[FILE(row) for row in rows], next=None)

    @operation("/<address>/attachments", "POST", summary="Attach a file", file=PARTS, answer=FILE, status=201,
               once=True, description="The content must be what the name says; programs and viruses are refused.")
    def post(self, address):
        pk, key = attendance_id(address), request.headers.get("Idempotency-Key", "")
        sent = request.files.getlist("file")
        if len(sent) != 1 or not sent[0].filename:
            raise Invalid(_("Choose one file at a time."), field="file")
        unknown = sorted(map(str, {*request.form, *request.files} - set(PARTS)))  # a part may have no name
        if unknown:
            raise Invalid(_("Unknown field."), field=unknown[0][:60])
        page = _page(request.form.get("page", "1"))
        if len(key) > 80 or not key.isprintable():
            raise Invalid(_("A request key has 1 to 100 printable characters."), field="Idempotency-Key")
        uploads = attachments.uploads_of(current_app.config)
        with attachments.receive(uploads, sent[0].stream, sent[0].filename) as arrived, \
                unit_of_work(db.session) as session:
            made = attachments.add(session, pk, page, arrived, request_key=key, actor=actor(), now=utc_now())
            session.flush()  # its id is in the answer
            answer = FILE(made)
        return jsonify(answer), 201

    @operation("/<address>/attachments/<int:pk>", summary="Fetch a file", produces="application/octet-stream")
    def get(self, address, pk):
        """The bytes, always as a download."""
        found = _found(address, pk)
        try:
            file = store_of(current_app.config).open(found.stored_name)
        except FileNotFoundError as error:
            current_app.logger.exception("attachment %s has lost its bytes", pk)
            raise NotFound(_("Record not found.")) from error
        return download(file, found.filename)

    @operation("/<address>/attachments/<int:pk>", "DELETE", summary="Remove a file", status=204)
    def delete(self, address, pk):
        """Of an open attendance, by who sent it or a supervisor."""
        _found(address, pk)

        def act(session, now):
            attachments.remove(session, pk, actor=actor(), now=now)
        return written(act)


def download(file, filename: str):
    """Bytes under a name, never shown in place of a page."""
    response = send_file(file, mimetype="application/octet-stream", as_attachment=True, max_age=0,
                         download_name=unicodedata.normalize("NFC", filename))
    response.headers.update({"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store"})
    return response


def _page(typed: str) -> int:
    if not typed.isascii() or not typed.isdigit() or not 0 < len(typed) < 7:
        raise Invalid(_("Not a valid value."), field="page")
    return int(typed)


def _found(address, pk) -> Attachment:
    found = reads.find(db.session, actor(), pk)
    if found is None or found.attendance_id != attendance_id(address):
        raise NotFound(_("Record not found."))
    return found
