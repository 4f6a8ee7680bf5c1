"""The record page: a new attendance, an existing one on one of its detail pages, and the draft of either."""
import secrets
import uuid
from zoneinfo import ZoneInfo

from flask import abort, flash, g, jsonify, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import gettext as _
from sqlalchemy.orm.exc import StaleDataError

from ...database import plan_no_more, unit_of_work, utc_now
from ...errors import DomainError, Invalid, NotFound, Stale
from ...extensions import db
from ...lowcode import fields
from ...models.classification import Phase
from ...models.custom_form import FieldTarget
from ...queries import alerts, surveys
from ...queries import attendances as reads
from ...queries.attendance_state import saved_state
from ...queries.labels import labels_of
from ...queries.products import information_of
from ...security.permissions import Perm
from ...services import attendances, drafts, idempotency
from ..custom import also_refused, defined
from ..formats import moment
from ..lists.source import local
from ..lookup import whole
from ..records.of_attendance import custom_information
from ..saving import put_error
from ..shell import shell
from . import stale, typed
from .attachments import files_shown
from .emails import shown_on_record
from .form import AttendanceForm
from .notes import notes_shown

OPENING_PHASES = {Phase.OPEN, Phase.IN_PROGRESS, Phase.PENDING, Phase.CLOSED}
NEW = "new"  # in the place of a page's number: the page to be added
BLOCK = "block-3"  # of the details, on the page
MAY = (("write", Perm.ATTENDANCE_WRITE), ("edit_entity", Perm.ENTITY_WRITE), ("read_entity", Perm.ENTITY_READ),
       ("logs", Perm.LOG_READ), ("reveal", Perm.DOCUMENT_REVEAL), ("email", Perm.EMAIL_SEND),
       ("merge", Perm.ATTENDANCE_MERGE), ("orders", Perm.ORDER_READ), ("appointments", Perm.APPOINTMENT_READ))
CONCLUSION = (("surveys", Perm.SURVEY_ANSWER), ("orders", Perm.ORDER_READ))  # of the entity: S-64, S-65


class AttendanceRecordView(BaseView):
    """`/attendances/new?entity=<id>` and `/attendances/<protocol>` (or `id-<id>`), `?page=` its number or "new"."""

    route_base = "/attendances"
    default_view = "record"
    class_permission_name = "attendance"
    method_permission_name = {"new": "write", "record": "read", "state": "read", "draft": "write", "discard": "write"}

    @expose("/new", methods=["GET", "POST"])
    @has_access
    def new(self):
        """Block 1 to 7 for an entity with a role; opening gives the protocol."""
        entity = self._entity_asked()
        if not entity.active_roles:
            return self.render_template("attendances/refused.html", entity=entity, title=_("New attendance")), 409
        pk, key = entity.id, drafts.attendance_key(entity_id=entity.id)
        form, draft, status = self._form(None, entity, key)
        if request.method == "POST":
            address, status = self._open(form, entity, key)
            if address:
                return redirect(url_for(".record", address=address, opened=1))
            if typed.keep_refused(form, key, status):
                return redirect(url_for(".new", entity=pk, refused=1, tab=typed.tab_here(form) or None), 303)
        return self._page(form, entity, None, draft), status

    @expose("/<address>", methods=["GET", "POST"])
    @has_access
    def record(self, address):
        """The whole record; a POST is "Confirmar", "Salvar detalhe" for the detail page alone, or "Novo detalhe"."""
        shell().live_cursor  # noqa: B018  (what is saved after this, the page is told)
        if request.method == "GET":
            plan_no_more(db.session)
        attendance = reads.find_by_address(db.session, g.viewer, address)
        if attendance is None:
            abort(404)
        if address != attendance.address:
            return redirect(url_for(".record", address=attendance.address, page=request.args.get("page")))
        if attendance.merged_into_id is not None:
            flash(_("%(number)s was merged into this attendance.", number=attendance), "info")
            return redirect(url_for(".record", address=f"id-{attendance.merged_into_id}"))
        number, detail = self._page_asked(attendance)
        if request.method == "POST":
            return self._post(attendance, number, detail)
        if number == NEW and not (attendance.is_open and g.viewer.may(Perm.ATTENDANCE_WRITE)):
            flash(_("This attendance is closed.") if not attendance.is_open else
                  _("You do not have permission to do this."), "warning")
            return redirect(self._at(address, attendance.details[-1].page))
        form, draft, status = self._form(
            attendance, attendance.entity, drafts.attendance_key(attendance.id, number), detail)
        return self._page(form, attendance.entity, attendance, draft, detail), status

    @expose("/<int:pk>/state")
    @has_access
    def state(self, pk):
        """What an open page asks when it is told of a change: the stored version, and who saved it when."""
        row = saved_state(db.session, g.viewer, pk) or abort(404)
        answer = jsonify(version=row.version, text=_saved_by(row))
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @expose("/draft", methods=["POST"])
    @has_access
    def draft(self):
        """Keep what is typed: JSON {attendance_id or entity_id, values, tab}. Answers the time of the desk's clock."""
        data = request.get_json(silent=True) or {}
        values = data.get("values")
        if not isinstance(values, dict):
            abort(400)
        for name in (drafts.REFUSED, drafts.TAKEN):
            values.pop(name, None)
        with unit_of_work(db.session) as session:
            kept = drafts.keep_draft(session, self._draft_key(data), values, tab=drafts.tab_of(data.get("tab")),
                                     actor=g.viewer, now=utc_now())
            at = kept.updated_at
        return jsonify(kept_at=f"{local(at):%H:%M}")

    @expose("/draft/discard", methods=["POST"])
    @has_access
    def discard(self):
        """Forget what was typed, in whatever tab, and show the stored values again."""
        with unit_of_work(db.session) as session:
            drafts.drop_drafts(session, self._draft_key(request.form), actor=g.viewer)
        if attendance_id := request.form.get("attendance_id", type=int):
            return redirect(self._at(f"id-{attendance_id}", request.form.get("page")))
        return redirect(url_for(".new", entity=request.form.get("entity_id", type=int)))

    # ---- pieces

    @staticmethod
    def typed_fields():
        """What an error page shows of a refused form: see views/errors.py."""
        return typed.typed_fields()

    @staticmethod
    def _at(address, number, **more) -> str:
        return url_for(".record", address=address, page=None if str(number) == "1" else number, **more)

    def _entity_asked(self):
        entity = reads.find_entity(db.session, g.viewer, request.args.get("entity", 0, type=int))
        return entity or abort(404)

    @staticmethod
    def _page_asked(attendance):
        """(number, page) of the address: a page there is, or ("new", None)."""
        asked = request.args.get("page", "1")
        if asked == NEW:
            return NEW, None
        number = whole(asked)
        return number, next((row for row in attendance.details if row.page == number), None) or abort(404)

    @staticmethod
    def _draft_key(data) -> str:
        """The key of a form the person may open: nobody fills another's table with keys of his invention."""
        if pk := whole(data.get("attendance_id")):
            if reads.id_at(db.session, g.viewer, f"id-{pk}") is None:
                abort(404)
            return drafts.attendance_key(pk, NEW if data.get("page") == NEW else whole(data.get("page")) or 1)
        pk = whole(data.get("entity_id"))
        if pk is None or reads.find_entity(db.session, g.viewer, pk) is None:
            abort(404)
        return drafts.attendance_key(entity_id=pk)

    def _form(self, attendance, entity, key, detail=None):
        """The form with its choices, the draft it was filled from (None: from the record or the defaults), and the
        status of the page: that of the refusal which the browser was sent here to read."""
        draft, others, tab = None, [], drafts.tab_of(request.args.get("tab"))
        values, wrong, taken = None, {}, []
        if request.method == "GET" and g.viewer.may(Perm.ATTENDANCE_WRITE):
            others = drafts.get_drafts(db.session, key, actor=g.viewer)
            draft = next((each for each in others if tab and each.tab == tab), others[0] if others else None)
        if draft:
            values, wrong, taken = typed.read_draft(draft, later="refused" not in request.args)
        stored, make = {}, AttendanceForm.with_custom_fields(db.session)
        if attendance:
            stored = make.stored(
                attendance, detail, information_of(db.session, detail.id) if detail else [])
        form = make(formdata=values, data=stored) if draft else make(data=stored)
        form.held = (attendance.custom_values or {}) if attendance else None
        phases = attendances.phases_after(attendance.phase, actor=g.viewer) if attendance else OPENING_PHASES
        form.offer(db.session, g.viewer, entity=entity, attendance=attendance, page=detail, phases=phases)
        if draft and detail is None:
            form.request_key.data = uuid.uuid4().hex  # another tab may be confirming the page that the draft is from
        if request.method == "GET" and draft is None:
            if attendance:
                form.show(attendance, detail, attendance.company.timezone)
            else:
                form.begin(form.situations, entity)
        typed.show_refused(form, wrong)
        if request.method == "GET":
            form.tab.data, form.kept_in = tab or secrets.token_hex(8), [each.tab for each in others]
            if draft:
                form.begun.data = drafts.mark(form.begun.data, draft)
            elif attendance:
                form.base.data = stale.marks(form)
            if draft and attendance and form.base.data and (
                    taken or form.both.data or form.version.data != attendance.version):
                stale.rebase(form, attendance, detail, take=taken)
        return form, draft, wrong.get("status", 200) if "refused" in request.args else 200

    def _open(self, form, entity, key):
        entity_id, timezone = entity.id, entity.company.timezone
        values, detail = form.record_values(), form.page_values(timezone)
        related = form.related_id.data

        def act(session, now):
            resolve_related(session, values, related)
            made = attendances.open_attendance(
                session, entity_id=entity_id, values=values, detail=detail, actor=g.viewer, now=now)
            self._drop(session, form, key)
            return {"address": made.address}

        return self._write(form, lambda session, now: self._once(session, form, now, act)["address"])

    @staticmethod
    def _once(session, form, now, act):
        """The answer of `act`, once for the key that the form carries: a second click gets the first one's."""
        body = {k: v for k, v in request.form.to_dict(flat=False).items() if k != "csrf_token"}
        return idempotency.answer_once(
            session, user_id=g.viewer.user_id, key=f"form:{form.request_key.data or ''}"[:100], body=body, now=now,
            act=lambda: act(session, now))[0]

    def _post(self, attendance, number, detail):
        """Do what the pressed button says; what is refused is kept, and the browser is sent to read it."""
        if not g.viewer.may(Perm.ATTENDANCE_WRITE):
            abort(403)
        pk = attendance.id
        if note := request.form.get("note_text"):  # one that its own panel could not keep
            with unit_of_work(db.session) as session:
                drafts.keep_note(session, pk, note.replace("\0", ""), actor=g.viewer, now=utc_now())
            attendance, detail = self._stored_now(pk, number)
        address, entity = attendance.address, attendance.entity
        key = drafts.attendance_key(pk, number)
        form, _draft, _status = self._form(attendance, entity, key, detail)
        if name := request.form.get("take"):
            if typed.keep_taken(form, key, name):
                return redirect(self._at(address, number, tab=typed.tab_here(form) or None, _anchor=name), 303)
            stale.rebase(form, attendance, detail, take=[name])
            return self._page(form, entity, attendance, None, detail)
        act = self._another if request.form.get("action") == "another" else self._save
        to, status = act(form, attendance, number, detail, key)
        if to:  # of a detail alone, its block stays in view
            return redirect(self._at(address, to, _anchor=None if request.form.get("action") == "confirm" else BLOCK))
        if typed.keep_refused(form, key, status):
            return redirect(self._at(address, number, refused=1, tab=typed.tab_here(form) or None), 303)
        attendance = reads.find_by_address(db.session, g.viewer, address) or abort(404)
        detail = next((row for row in attendance.details if row.page == number), None)
        form.offer(db.session, g.viewer, entity=attendance.entity, attendance=attendance, page=detail,
                   phases=attendances.phases_after(attendance.phase, actor=g.viewer))
        return self._page(form, attendance.entity, attendance, None, detail), status

    def _another(self, form, attendance, _number, detail, key):
        """On to an empty page, if this one is saved (S-38). What else was typed of the record goes along."""
        if detail is None or not form.validate() or typed.page_differs(
                detail, form.page_values(attendance.company.timezone)):
            form.loose, form.of_page = [_("Save the current detail before adding another.")], True
            return None, 409
        along = typed.record_differs(form, attendance)
        following = drafts.attendance_key(attendance.id, NEW)
        with unit_of_work(db.session) as session:
            if along:
                begun = next(iter(drafts.get_drafts(session, following, actor=g.viewer)), None)
                values = {**(begun.values if begun else {}), **typed.record_part(typed.posted(form))}
                drafts.keep_draft(session, following, values, tab=typed.tab_here(form), actor=g.viewer, now=utc_now())
            self._drop(session, form, key)
        return NEW, 200

    def _save(self, form, attendance, number, page, key):
        """(number of the saved page, 200), or (None, status)."""
        attendance_id, timezone, adding = attendance.id, attendance.company.timezone, page is None
        only_detail = request.form.get("action") == "detail"

        def act(session, now):
            values, detail = form.record_values(), {**form.page_values(timezone), "page": None if adding else number}
            related, common = form.related_id.data, {"version": form.version.data or 0, "actor": g.viewer, "now": now}
            if not only_detail:
                resolve_related(session, values, related)
                saved = attendances.save_attendance(session, attendance_id, values=values, detail=detail, **common)
            elif adding:  # it writes over nobody's words: whatever was saved meanwhile, it comes after
                saved = attendances.add_detail(
                    session, attendance_id, detail=detail, actor=g.viewer, now=now).attendance
            else:
                saved = attendances.save_detail(session, attendance_id, detail=detail, **common)
            to = saved.details[-1].page if adding else number
            self._drop(session, form, key)
            if only_detail and typed.record_differs(form, saved):  # that waits for "Confirmar"
                drafts.keep_draft(session, drafts.attendance_key(attendance_id, to), typed.posted(form),
                                  tab=typed.tab_here(form), actor=g.viewer, now=now)
            return {"page": to}

        def write():
            return self._write(
                form, lambda session, now: self._once(session, form, now, act) if adding else act(session, now))

        answer, status = write()
        put = None
        if status == Stale.code:  # somebody saved meanwhile: what was not touched here is his
            stored, at = self._stored_now(attendance_id, number)
            put = stale.rebase(form, stored, at)
            if not put.blocks(only_detail=only_detail):
                answer, status = write()
        if answer:
            flash(_("Detail saved.") if only_detail else _("Attendance saved."), "success")
            if put and put.told:
                flash(put.told, "info")
            return answer["page"], 200
        if status == Stale.code:
            form.stale, form.loose, status = True, [put.said], Stale.status
        return None, status

    @staticmethod
    def _stored_now(attendance_id, number):
        """(the record, its page of this number or None) as they lie in the database after a save was turned away."""
        stored = reads.find_by_address(db.session, g.viewer, f"id-{attendance_id}") or abort(404)
        return stored, next((row for row in stored.details if row.page == number), None)

    @staticmethod
    def _drop(session, form, key):
        drafts.drop_draft(session, key, tab=typed.tab_here(form), begun=form.begun.data, actor=g.viewer)

    @staticmethod
    def _write(form, act):
        """(what act returned, 200), or (None, status) with every refusal at its field, or in `form.loose`."""
        if not form.validate():
            also_refused(form, form.definitions, defined().of_record(FieldTarget.ATTENDANCE), form.held)
            return None, 422
        try:
            with unit_of_work(db.session) as session:
                return act(session, utc_now()), 200
        except (Stale, StaleDataError):
            return None, Stale.code
        except NotFound:
            abort(404)  # gone while it was edited: that page shows what was typed
        except DomainError as refusal:
            form.loose = [*form.loose, *put_error(form, refusal)]
            return None, refusal.status

    def _page(self, form, entity, attendance, draft, detail=None):
        session, viewer = db.session, g.viewer
        closed = attendance is not None and not attendance.is_open
        readonly = not viewer.may(Perm.ATTENDANCE_WRITE) or (closed and not viewer.may(Perm.ATTENDANCE_REOPEN))
        if readonly:
            form.lock()
        elif attendance and request.method == "GET":
            fields.prefill(form, form.definitions, attendance.custom_values, sent=draft.values if draft else ())
        related, recent = reads.near(session, viewer, attendance_id=attendance.id if attendance else None,
                                     entity_id=entity.id if entity else None)
        company = attendance.company if attendance else entity.company
        return self.render_template(
            "attendances/record.html", form=form, entity=entity, attendance=attendance, draft=draft,
            detail=detail, pages=Pages(attendance, detail), readonly=readonly,
            title=_("Attendance %(number)s", number=attendance) if attendance else _("New attendance"),
            related_here=related, recent=recent, today=utc_now().astimezone(ZoneInfo(company.timezone)).date(),
            alerts=alerts.current(session, viewer, entity, now=utc_now()),
            mails=shown_on_record(attendance), files=files_shown(attendance, detail), notes=notes_shown(attendance),
            labels=labels_of(session, attendance), custom_information=custom_information(attendance),
            answers=surveys.answers_about(session, attendance.id) if attendance else [],
            conclusion={name: f"{request.script_root}/{name}/entity/{entity.id}" for name, permission in CONCLUSION
                        if entity and viewer.may(permission)},
            may={name: viewer.may(permission) for name, permission in MAY})


def _saved_by(row) -> str:
    if row.changed_by_id == g.viewer.user_id:
        return _("You saved this attendance elsewhere (%(when)s).", when=moment(row.updated_at))
    if row.name is None:
        return _("This attendance was changed (%(when)s).", when=moment(row.updated_at))
    return _("%(who)s saved this attendance (%(when)s).", who=row.name, when=moment(row.updated_at))


class Pages:
    """Where among the detail pages this one stands (S-39, S-40); the one to be added is the last."""

    def __init__(self, attendance, detail):
        rows = attendance.details if attendance else []
        numbers = [row.page for row in rows] + ([] if detail else [NEW])
        place = numbers.index(detail.page if detail else NEW)
        self.number, self.total, self.asked = place + 1, len(numbers), numbers[place]
        self.previous = numbers[place - 1] if place else None
        self.following = numbers[place + 1] if place + 1 < len(numbers) else None
        self.answered = any(row.answer for row in rows if row is not detail)  # on another page


def resolve_related(session, values, related) -> None:
    """What was typed as "SAC Relacionado" becomes an id; an unknown number is refused at its field."""
    values["related_id"] = None
    if related and related.strip():
        values["related_id"] = reads.id_of_number(session, g.viewer, related)
        if values["related_id"] is None:
            raise Invalid(_("There is no attendance with this number."), field="related_id")
