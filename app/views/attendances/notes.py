"""Internal notes of an attendance: the panel of the record, all of them on a page, and whom one may mention."""
import uuid
from types import SimpleNamespace

from flask import abort, flash, g, jsonify, redirect, render_template, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import gettext as _

from ...database import unit_of_work, utc_now
from ...errors import DomainError
from ...extensions import db
from ...queries import mentions
from ...queries import notes as reads
from ...queries.attendances import find_by_address
from ...security.permissions import Perm
from ...services import drafts, notes
from ..errors import wants_json
from ..lookup import whole

EVERY = 50  # notes on a page of their own


class NoteView(BaseView):
    """What the panel "Notas internas" posts to and asks; staff only, as the attendance itself."""

    route_base, default_view = "/notes", "all"
    class_permission_name = "attendance"
    method_permission_name = {"all": "read", "colleagues": "write", "add": "write", "draft": "write"}

    @expose("/<int:attendance>")
    @has_access
    def all(self, attendance):
        """Every note, newest last; older ones by pages."""
        return self._page(_seen(attendance))

    @expose("/<int:attendance>/colleagues")
    @has_access
    def colleagues(self, attendance):
        """Whom "@ma" may become: those who may see this attendance."""
        found = mentions.find(db.session, g.viewer, _seen(attendance), request.args.get("q", "")[:60])
        answer = jsonify(people=[{"login": each.login, "name": each.name} for each in found])
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @expose("/<int:attendance>/add", methods=["POST"])
    @has_access
    def add(self, attendance):
        """"Adicionar nota"; a refusal stands at the text, which stays."""
        row = _seen(attendance)
        text, key = request.form.get("text", ""), request.form.get("request_key", "")[:64]
        address = row.address
        try:
            with unit_of_work(db.session) as session:
                made = notes.add(session, attendance, text, request_key=key, actor=g.viewer, now=utc_now()).id
                drafts.drop_drafts(session, drafts.note_key(attendance), actor=g.viewer)
        except DomainError as error:
            if wants_json() or error.field != "text":
                raise
            return self._page(_seen(attendance), typed=text, error=str(error)), error.status
        if wants_json():
            rows, _older = reads.latest(db.session, g.viewer, attendance, before=made + 1, size=1)
            return jsonify(html=render_template("notes/note.html", note=_shown(rows[0]))), 201
        flash(_("Note added."), "success")
        return redirect(url_for("AttendanceRecordView.record", address=address, _anchor="notes"))

    @expose("/<int:attendance>/draft", methods=["POST"])
    @has_access
    def draft(self, attendance):
        """Keep the note that is being typed: JSON {text}."""
        pk, text = _seen(attendance).id, (request.get_json(silent=True) or {}).get("text")
        if not isinstance(text, str):
            abort(400)
        with unit_of_work(db.session) as session:
            drafts.keep_note(session, pk, text.replace("\0", ""), actor=g.viewer, now=utc_now())
        return "", 204

    def _page(self, attendance, typed="", error=None):
        shown = _notes(attendance, before=whole(request.args.get("before")), size=EVERY)
        shown.typed, shown.error, shown.alone = typed or shown.typed, error, True
        return self.render_template(
            "notes/page.html", title=_("Internal notes of %(number)s", number=attendance), attendance=attendance,
            notes=shown)


def notes_shown(attendance) -> SimpleNamespace | None:
    """What the panel of the record shows; nothing before the attendance is opened."""
    return _notes(attendance) if attendance else None


def _notes(attendance, before=None, size=reads.SIZE) -> SimpleNamespace:
    rows, older = reads.latest(db.session, g.viewer, attendance.id, before=before, size=size)
    may_add = g.viewer.may(Perm.ATTENDANCE_WRITE)
    return SimpleNamespace(
        rows=[_shown(row) for row in rows], older=older, key=uuid.uuid4().hex, error=None, alone=False, may_add=may_add,
        typed=drafts.note_of(db.session, attendance.id, actor=g.viewer) if may_add else "", longest=notes.LONGEST)


def _shown(note) -> SimpleNamespace:
    return SimpleNamespace(
        id=note.id, who=note.author.get_full_name() if note.author else "", at=note.written_at,
        pieces=notes.pieces(note.text, [each.username for each in note.mentions]))


def _seen(attendance_id):
    row = find_by_address(db.session, g.viewer, f"id-{attendance_id}")
    return row if row is not None and g.viewer.entity_id is None else abort(404)
