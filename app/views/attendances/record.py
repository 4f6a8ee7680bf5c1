"""The record page: a new attendance, an existing one, and the draft of either."""
import uuid

from flask import abort, flash, g, jsonify, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import gettext as _
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.datastructures import MultiDict

from ...database import unit_of_work, utc_now
from ...errors import DomainError, Invalid, NotFound, Stale
from ...extensions import db
from ...models.classification import Phase
from ...queries import attendances as reads
from ...security.permissions import Perm
from ...services import attendances, drafts, idempotency
from ..lookup import whole
from .form import AttendanceForm

OPENING_PHASES = {Phase.OPEN, Phase.IN_PROGRESS, Phase.PENDING, Phase.CLOSED}


class AttendanceRecordView(BaseView):
    """`/attendances/new?entity=<id>` and `/attendances/<protocol>` (or `id-<id>`)."""

    route_base = "/attendances"
    default_view = "record"
    class_permission_name = "attendance"
    method_permission_name = {"new": "write", "record": "read", "draft": "write", "discard": "write"}

    @expose("/new", methods=["GET", "POST"])
    @has_access
    def new(self):
        """Block 1 to 7 for an entity with a role; opening gives the protocol."""
        entity = self._entity_asked()
        if not entity.active_roles:
            return self.render_template("attendances/refused.html", entity=entity, title=_("New attendance")), 409
        key = drafts.attendance_key(entity_id=entity.id)
        form, draft = self._form(None, entity, key)
        status = 200
        if request.method == "POST":
            address, status = self._open(form, entity, key)
            if address:
                return redirect(url_for(".record", address=address, opened=1))
        return self._page(form, entity, None, draft), status

    @expose("/<address>", methods=["GET", "POST"])
    @has_access
    def record(self, address):
        """The whole record; a POST is "Confirmar", or "Salvar detalhe" for the detail page alone."""
        attendance = reads.find_by_address(db.session, g.viewer, address)
        if attendance is None:
            abort(404)
        if address != attendance.address:
            return redirect(url_for(".record", address=attendance.address))
        number = whole(request.args.get("page", "1"))
        detail = next((row for row in attendance.details if row.page == number), None) or abort(404)
        key = drafts.attendance_key(attendance.id, number)
        form, draft = self._form(attendance, attendance.entity, key, detail)
        status = 200
        if request.method == "POST":
            if not g.viewer.may(Perm.ATTENDANCE_WRITE):
                abort(403)
            saved, status = self._save(form, attendance, detail, key)
            if saved:
                return redirect(url_for(".record", address=address, page=number if number > 1 else None))
            attendance = reads.find_by_address(db.session, g.viewer, address)
            detail = next(row for row in attendance.details if row.page == number)
            form.offer(db.session, g.viewer, entity=attendance.entity, attendance=attendance, page=detail,
                       phases=attendances.phases_after(attendance.phase, actor=g.viewer))
        return self._page(form, attendance.entity, attendance, draft, detail), status

    @expose("/draft", methods=["POST"])
    @has_access
    def draft(self):
        """Keep what is typed: JSON {attendance_id or entity_id, values}. Answers the time it was kept."""
        data = request.get_json(silent=True) or {}
        values = data.get("values")
        if not isinstance(values, dict):
            abort(400)
        with unit_of_work(db.session) as session:
            kept = drafts.keep_draft(session, self._draft_key(data), values, actor=g.viewer, now=utc_now())
            at = kept.updated_at
        return jsonify(kept_at=at.isoformat())

    @expose("/draft/discard", methods=["POST"])
    @has_access
    def discard(self):
        """Forget the draft and show the stored values again."""
        with unit_of_work(db.session) as session:
            drafts.drop_draft(session, self._draft_key(request.form), actor=g.viewer)
        if attendance_id := request.form.get("attendance_id", type=int):
            return redirect(url_for(".record", address=f"id-{attendance_id}", page=request.form.get("page")))
        return redirect(url_for(".new", entity=request.form.get("entity_id", type=int)))

    # ---- pieces

    def _entity_asked(self):
        entity = reads.find_entity(db.session, g.viewer, request.args.get("entity", 0, type=int))
        return entity or abort(404)

    @staticmethod
    def _draft_key(data) -> str:
        """The key of a form the person may open: nobody fills another's table with keys of his invention."""
        if pk := whole(data.get("attendance_id")):
            if reads.id_at(db.session, g.viewer, f"id-{pk}") is None:
                abort(404)
            return drafts.attendance_key(pk, whole(data.get("page")) or 1)
        pk = whole(data.get("entity_id"))
        if pk is None or reads.find_entity(db.session, g.viewer, pk) is None:
            abort(404)
        return drafts.attendance_key(entity_id=pk)

    def _form(self, attendance, entity, key, detail=None):
        """The form with its choices, and the draft it was filled from (None: from the record or the defaults)."""
        draft = None
        if request.method == "GET" and g.viewer.may(Perm.ATTENDANCE_WRITE):
            draft = drafts.get_draft(db.session, key, actor=g.viewer)
        make = AttendanceForm.with_custom_fields(db.session)
        form = make(formdata=MultiDict(draft.values)) if draft else make()
        phases = attendances.phases_after(attendance.phase, actor=g.viewer) if attendance else OPENING_PHASES
        form.offer(db.session, g.viewer, entity=entity, attendance=attendance, page=detail, phases=phases)
        if draft and attendance is None:
            form.request_key.data = uuid.uuid4().hex  # another tab may be confirming the page that the draft is from
        if request.method == "GET" and draft is None:
            if attendance:
                form.show(attendance, detail, attendance.company.timezone)
            else:
                form.begin(form.situations, entity)
        return form, draft

    def _open(self, form, entity, key):
        entity_id, timezone = entity.id, entity.company.timezone
        values, detail = form.record_values(), form.page_values(timezone)
        typed = form.related_id.data

        def act(session, now):
            resolve_related(session, values, typed)
            made = attendances.open_attendance(
                session, entity_id=entity_id, values=values, detail=detail, actor=g.viewer, now=now)
            drafts.drop_draft(session, key, actor=g.viewer)
            return {"address": made.address}

        body = {k: v for k, v in request.form.to_dict(flat=False).items() if k != "csrf_token"}
        return self._write(form, lambda session, now: idempotency.answer_once(
            session, user_id=g.viewer.user_id, key=f"form:{form.request_key.data or ''}"[:100], body=body, now=now,
            act=lambda: act(session, now))[0]["address"])

    def _save(self, form, attendance, page, key):
        attendance_id, number, timezone = attendance.id, page.page, attendance.company.timezone
        version = form.version.data or 0
        values, detail = form.record_values(), {**form.page_values(timezone), "page": number}
        typed, only_detail = form.related_id.data, request.form.get("action") == "detail"

        def act(session, now):
            if only_detail:
                saved = attendances.save_detail(
                    session, attendance_id, version=version, detail=detail, actor=g.viewer, now=now)
                if differs(saved, values, typed):  # what else was typed waits for "Confirmar"
                    rest = {name: texts for name, texts in request.form.lists() if name not in ("csrf_token", "action")}
                    rest["version"] = [str(saved.version)]
                    drafts.keep_draft(session, key, rest, actor=g.viewer, now=now)
                    return True
            else:
                resolve_related(session, values, typed)
                attendances.save_attendance(session, attendance_id, version=version, values=values, detail=detail,
                                            actor=g.viewer, now=now)
            drafts.drop_draft(session, key, actor=g.viewer)
            return True

        saved, status = self._write(form, act)
        if saved:
            flash(_("Detail saved.") if only_detail else _("Attendance saved."), "success")
        elif status == "stale":
            status = 409
            self._show_stale(form, attendance_id, number, timezone)
        return saved, status

    @staticmethod
    def _write(form, act):
        """(what act returned, 200), or (None, status) with every refusal at its field."""
        if not form.validate():
            return None, 422
        try:
            with unit_of_work(db.session) as session:
                return act(session, utc_now()), 200
        except (Stale, StaleDataError):
            return None, "stale"
        except NotFound as refusal:
            flash(str(refusal), "danger")
            return None, 404
        except DomainError as refusal:
            for error in getattr(refusal, "errors", [refusal]):
                if error.field in form:
                    form[error.field].errors = [*form[error.field].errors, str(error)]
                else:
                    flash(str(error), "danger")
            return None, refusal.status

    @staticmethod
    def _show_stale(form, attendance_id, number, timezone) -> None:
        """Both values: what was typed stays, what is stored now stands under it; saving again overwrites knowingly."""
        stored = reads.find_by_address(db.session, g.viewer, f"id-{attendance_id}")
        page = next(row for row in stored.details if row.page == number)
        fresh = type(form)(formdata=None)
        fresh.offer(db.session, g.viewer, entity=stored.entity, attendance=stored, page=page, phases=set(Phase))
        fresh.show(stored, page, timezone)
        for field in form:
            if field.name in ("csrf_token", "version", "request_key") or field.name not in fresh:
                continue
            if text_of(field) != text_of(fresh[field.name]):
                field.errors = [*field.errors, _("Stored now: %(value)s", value=text_of(fresh[field.name]) or "—")]
        form.stale = True
        form.version.data, form.version.raw_data = stored.version, None  # raw_data wins over data when rendered
        who = stored.changed_by.get_full_name() if stored.changed_by else ""
        if not stored.is_open and not g.viewer.may(Perm.ATTENDANCE_REOPEN):
            flash(_("%(who)s closed this attendance while you were editing it: what you typed was not saved and only a "
                    "supervisor can reopen it. Copy it before you leave.", who=who), "danger")
            return
        flash(_("%(who)s changed this attendance while you were editing it. What differs is marked; confirm again to "
                "keep your version.", who=who), "warning")

    def _page(self, form, entity, attendance, draft, detail=None):
        session, viewer = db.session, g.viewer
        closed = attendance is not None and not attendance.is_open
        readonly = not viewer.may(Perm.ATTENDANCE_WRITE) or (closed and not viewer.may(Perm.ATTENDANCE_REOPEN))
        if readonly:
            form.lock()
        related, recent = reads.near(session, viewer, attendance_id=attendance.id if attendance else None,
                                     entity_id=entity.id if entity else None)
        return self.render_template(
            "attendances/record.html", form=form, entity=entity, attendance=attendance, draft=draft,
            detail=detail,
            readonly=readonly,
            title=_("Attendance %(number)s", number=attendance) if attendance else _("New attendance"),
            related_here=related, recent=recent,
            answers=reads.survey_answers(session, attendance.id) if attendance else [],
            may={name: viewer.may(perm) for name, perm in (
                ("write", Perm.ATTENDANCE_WRITE), ("edit_entity", Perm.ENTITY_WRITE), ("logs", Perm.LOG_READ),
                ("reveal", Perm.DOCUMENT_REVEAL))})


def resolve_related(session, values, typed) -> None:
    """What was typed as "SAC Relacionado" becomes an id; an unknown number is refused at its field."""
    values["related_id"] = None
    if typed and typed.strip():
        values["related_id"] = reads.id_of_number(session, g.viewer, typed)
        if values["related_id"] is None:
            raise Invalid(_("There is no attendance with this number."), field="related_id")


def differs(attendance, values, related) -> bool:
    """The form holds something of the record that is not stored."""
    custom = {k: v for k, v in values["custom_values"].items() if v is not None}
    stored = {k: v for k, v in attendance.custom_values.items() if k in custom and v is not None}
    plain = any(getattr(attendance, name) != value for name, value in values.items() if name != "custom_values")
    return plain or custom != stored or (related or "").strip() != str(attendance.related or "")


def text_of(field) -> str:
    """A field's value as a person reads it."""
    if getattr(field, "choices", None):
        return next((str(text) for pk, text in field.choices if pk == field.data), "")
    if field.name == "direction":
        return str(field.data or "")
    return "" if field.data is None else str(field.data).replace("\r\n", "\n").strip()

