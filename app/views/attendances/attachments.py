"""Files of an attendance: taken in with or without a script, fetched, shown where that is safe, removed."""
import uuid
from types import SimpleNamespace
from urllib.parse import quote

from flask import abort, current_app, flash, g, jsonify, redirect, render_template, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import format_decimal
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response
from werkzeug.wsgi import wrap_file

from ...database import unit_of_work, utc_now
from ...errors import DomainError, Invalid
from ...extensions import db
from ...files.content import INLINE
from ...files.names import clean
from ...files.store import store_of
from ...queries import attachments as reads
from ...queries.attendances import find_by_address
from ...security.permissions import Perm
from ...services import attachments
from ..errors import wants_json

ICONS = {"image": "fa-file-image", "audio": "fa-file-audio", "video": "fa-file-video", "text": "fa-file-lines",
         "application/pdf": "fa-file-pdf", "application/zip": "fa-file-zipper"}


class AttachmentView(BaseView):
    """`/attachments/<id>`, and what the panel "Anexos" of a record posts to."""

    route_base, default_view = "/attachments", "download"
    class_permission_name = "attendance"
    method_permission_name = {"download": "read", "add": "write", "remove": "write"}

    @expose("/<int:pk>")
    @has_access
    def download(self, pk):
        """The bytes; with ?inline=1 a picture or a PDF is shown in place, alone in a sandbox."""
        return sent(reads.find(db.session, g.viewer, pk) or abort(404))

    @expose("/add/<int:attendance>/<int:number>", methods=["POST"])
    @has_access
    def add(self, attendance, number):
        """Files for a page of an attendance: one by the script, or all that were chosen at once without it."""
        row, detail = _page(attendance, number)
        files = [each for each in request.files.getlist("files") if each.filename]
        key = request.form.get("request_key", "")[:64]
        if wants_json():
            if len(files) != 1:
                raise Invalid(_("Choose one file at a time."), field="file")
            made = self._take(files[0], attendance, number, key)
            return jsonify(html=render_template("attachments/row.html", file=_row(made))), 201
        refused = [] if files else [("", _("Choose at least one file."))]
        for file in files:
            try:
                self._take(file, attendance, number, key)
            except DomainError as error:
                refused.append((clean(file.filename), str(error)))
        taken = len(files) - len(refused) if files else 0
        if taken:
            flash(_("%(n)s files attached.", n=taken) if taken > 1 else _("File attached."), "success")
        if not refused:
            return redirect(_record(row, number))
        row, detail = _page(attendance, number)  # as it is after what was taken
        return self.render_template(
            "attachments/refused.html", title=_("Attachments"), attendance=row, detail=detail, refused=refused,
            files=files_shown(row, detail), back=_record(row, number)), 422

    @expose("/<int:pk>/remove", methods=["POST"])
    @has_access
    def remove(self, pk):
        """"Remover": the file is hidden at once; who may see it no more gets a 404."""
        try:
            with unit_of_work(db.session) as session:
                gone = attachments.remove(session, pk, actor=g.viewer, now=utc_now())
                back = _record(gone.attendance, gone.detail.page if gone.detail else 1)
        except DomainError as error:
            if wants_json() or error.status == 404:
                raise
            flash(str(error), "danger")
            kept = reads.find(db.session, g.viewer, pk) or abort(404)
            return redirect(_record(kept.attendance, kept.detail.page if kept.detail else 1))
        if wants_json():
            return jsonify(removed=pk)
        flash(_("Attachment removed."), "success")
        return redirect(back)

    @staticmethod
    def _take(file, attendance_id, number, key):
        uploads = attachments.uploads_of(current_app.config)
        with attachments.receive(uploads, file.stream, file.filename) as arrived, unit_of_work(db.session) as session:
            made = attachments.add(session, attendance_id, number, arrived, request_key=key, actor=g.viewer,
                                   now=utc_now())
            made_id = made.id
        return reads.find(db.session, g.viewer, made_id) or abort(404)  # a repeated request for one since removed


def files_shown(attendance, detail) -> SimpleNamespace:
    """What the panel shows of the page `detail` (None: a page that is not yet there)."""
    rows = reads.of_page(db.session, g.viewer, detail) if detail else []
    may_add = detail is not None and attendance.is_open and g.viewer.may(Perm.ATTENDANCE_WRITE)
    return SimpleNamespace(
        rows=[_row(each, open_=attendance.is_open) for each in rows], may_add=may_add, key=uuid.uuid4().hex,
        max_mb=current_app.config["UPLOAD_MAX_MB"])


def sent(found) -> Response:
    """The bytes of an attachment that the viewer may see, under headers that let nothing in it run."""
    try:
        file = store_of(current_app.config).open(found.stored_name)
    except FileNotFoundError:
        current_app.logger.exception("attachment %s has lost its bytes", found.id)
        abort(404)
    inline = bool(request.args.get("inline")) and found.mime in INLINE
    response = Response(wrap_file(request.environ, file), mimetype=found.mime, direct_passthrough=True)
    response.content_length = found.size
    response.set_etag(found.sha256)
    response.last_modified = found.uploaded_at
    response.headers.update({
        "Content-Disposition": disposition(found.filename, inline), "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; "
                                   "frame-ancestors 'none'",
        "X-Frame-Options": "DENY", "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "private, no-cache"})  # asked again each time: whoever may no longer see it gets a 404
    response.call_on_close(file.close)
    try:
        return response.make_conditional(request.environ, accept_ranges=True, complete_length=found.size)
    except HTTPException:  # a range that the file does not have
        file.close()
        raise


def disposition(filename: str, inline: bool) -> str:
    """The header with the name in UTF-8, and in ASCII for who reads only that."""
    plain = "".join(c if " " <= c < "\x7f" and c not in '"\\%' else "_" for c in filename)
    encoded = quote(filename, safe="")
    return f"{'inline' if inline else 'attachment'}; filename=\"{plain}\"; filename*=UTF-8''{encoded}"


def size_text(size: int) -> str:
    """1,4 MB."""
    if size < 1024:
        return f"{size} B"
    if size < 1024 * 1024:
        return f"{format_decimal(round(size / 1024))} KB"
    return f"{format_decimal(round(size / 1024 / 1024, 1))} MB"


def file_icon(mime: str) -> str:
    """The picture beside a file of this type."""
    return ICONS.get(mime) or ICONS.get(mime.partition("/")[0], "fa-file")


def _row(file, open_=True) -> SimpleNamespace:
    return SimpleNamespace(
        id=file.id, name=file.filename, size=size_text(file.size), icon=file_icon(file.mime), at=file.uploaded_at,
        who=file.uploaded_by.get_full_name() if file.uploaded_by else "", may_be_seen=file.mime in INLINE,
        may_remove=open_ and attachments.may_remove(file, g.viewer))


def _page(attendance_id, number):
    """The attendance and its page, if the viewer sees them."""
    row = find_by_address(db.session, g.viewer, f"id-{attendance_id}") or abort(404)
    return row, next((each for each in row.details if each.page == number), None) or abort(404)


def _record(attendance, number) -> str:
    return url_for("AttendanceRecordView.record", address=attendance.address, page=number if number > 1 else None,
                   _anchor="files")
