"""Pesquisas of an entity: what it takes part in, putting a survey, filling it, reading what was answered."""

from babel.numbers import NumberFormatError, parse_decimal
from flask import abort, flash, g, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import IntegrityError

from ..database import unit_of_work, utc_now
from ..extensions import db
from ..lowcode.controls import today
from ..lowcode.dates import read_day
from ..models.survey import QuestionType
from ..queries import attendances as attendance_reads
from ..queries import surveys as reads
from ..queries import tickets as ticket_reads
from ..security.permissions import Perm
from ..services import central, survey_answers
from ..services.refusals import REFUSALS, refusal
from .formats import moment
from .lookup import whole


class EntitySurveysView(BaseView):
    """`/surveys/entity/<id>`, and `/surveys/fill/<participation>`; `?attendance=` leads back to it from both."""

    route_base, default_view = "/surveys", "surveys"
    class_permission_name = "survey"
    method_permission_name = dict.fromkeys(("surveys", "put", "fill", "withdraw"), "answer")

    @expose("/entity/<int:pk>")
    @has_access
    def surveys(self, pk):
        """The surveys in which an entity takes part, and those that may be put before it (S-24, S-65)."""
        entity = attendance_reads.find_entity(db.session, g.viewer, pk) or abort(404)
        try:
            rows, previous, following = reads.of_entity(
                db.session, g.viewer, entity.id, after=request.args.get("after"), before=request.args.get("before"))
        except ValueError:
            abort(400)
        attendance = _about(entity.id)
        return self.render_template(
            "surveys/entity.html", entity=entity, attendance=attendance, record=_record(attendance), rows=rows,
            previous=previous, following=following, offered=reads.offered(db.session, g.viewer, today()), today=today(),
            is_open=survey_answers.is_open, results=g.viewer.may(Perm.SURVEY_RESULTS))

    @expose("/entity/<int:pk>/put", methods=["POST"])
    @has_access
    def put(self, pk):
        """"Preencher": the survey is put before the entity, about the attendance one comes from, and filled at once."""
        entity = attendance_reads.find_entity(db.session, g.viewer, pk) or abort(404)
        attendance, survey_id = _about(entity.id), whole(request.form.get("survey_id"))
        about = attendance.address if attendance else None
        back = url_for(".surveys", pk=pk, attendance=about)
        if survey_id is None:
            flash(_("Choose a survey."), "danger")
            return redirect(back)
        part, error = self._put(survey_id, pk, attendance.id if attendance else None)
        if error is not None:
            if error.status == 404:
                abort(404)
            flash(str(error), "danger")
            return redirect(back)
        told = answered_text(reads.find(db.session, g.viewer, part))
        if told:
            flash(told, "warning")
        if "later" in request.form:
            if not told:
                flash(_("The entity takes part in the survey now."), "success")
            return redirect(back)
        return redirect(url_for(".fill", pk=part, attendance=about))

    @staticmethod
    def _put(survey_id, entity_id, attendance_id):
        """(id of the participation, None), or (None, the refusal)."""
        def act():
            with unit_of_work(db.session) as session:
                return survey_answers.put(session, survey_id, entity_id=entity_id, attendance_id=attendance_id,
                                          today=today(), actor=g.viewer, now=utc_now()).id
        try:
            try:
                return act(), None
            except IntegrityError:  # put by somebody else meanwhile: now it is there
                return act(), None
        except REFUSALS as raised:
            return None, refusal(raised)

    @expose("/fill/<int:pk>", methods=["GET", "POST"])
    @has_access
    def fill(self, pk):
        """The questions of one survey; a POST notes the answers. Answered, they are shown and stay."""
        part = reads.find(db.session, g.viewer, pk) or abort(404)
        refusals, status = {}, 200
        if request.method == "POST":
            back, answers = _back(part), typed_answers(part.survey)
            try:
                with unit_of_work(db.session) as session:
                    survey_answers.fill(session, pk, answers, today=today(), actor=g.viewer, now=utc_now())
            except REFUSALS as raised:
                error = refusal(raised)
                if error.status == 404:
                    abort(404)
                part = reads.find(db.session, g.viewer, pk) or abort(404)
                for each in getattr(error, "errors", [error]):
                    refusals.setdefault(each.field, str(each))
                if told := answered_text(part):
                    refusals[None] = _("%(told)s What you typed was not saved.", told=told)
                status = error.status
            else:
                flash(_("The answers were noted."), "success")
                return redirect(back)
        page = self.render_template(
            "surveys/fill.html", part=part, survey=part.survey, questions=survey_answers.questions(part.survey),
            refusals=refusals, typed=request.form, asked={row.id: row for row in part.survey.questions},
            is_open=survey_answers.is_open(part.survey, today()), back=_back(part),
            logs=g.viewer.may(Perm.LOG_READ), attendances=g.viewer.may(Perm.ATTENDANCE_READ))
        return page, status

    @expose("/withdraw/<int:pk>", methods=["POST"])
    @has_access
    def withdraw(self, pk):
        """Take back a survey that nobody answered."""
        part = reads.find(db.session, g.viewer, pk) or abort(404)
        back = _back(part)
        try:
            with unit_of_work(db.session) as session:
                survey_answers.withdraw(session, pk, actor=g.viewer, now=utc_now())
            flash(_("The survey was taken back."), "success")
        except REFUSALS as raised:
            flash(str(refusal(raised)), "danger")
        return redirect(back)


def _about(entity_id):
    """The attendance that the address names; one that is not this entity's does not exist."""
    address = request.values.get("attendance", "")[:60]
    return (reads.attendance_of(db.session, g.viewer, entity_id, address) or abort(404)) if address else None


def _record(attendance) -> str | None:
    """Where one works it: a provider's ticket in the central, any other attendance in its record."""
    if attendance is None:
        return None
    central_used = g.viewer.may(Perm.TICKET_READ) and not central.uses_crm(db.session)
    if central_used and ticket_reads.find(db.session, g.viewer, attendance.id):
        return url_for("TicketPanelView.ticket", pk=attendance.id)
    return url_for("AttendanceRecordView.record", address=attendance.address)


def _back(part) -> str:
    """The list from which one came, with the attendance it was reached from."""
    if part.entity_id is None:
        return url_for("AttendanceRecordView.record", address=part.attendance.address)
    attendance = _about(part.entity_id) or part.attendance
    return url_for("EntitySurveysView.surveys", pk=part.entity_id, attendance=attendance and attendance.address)


def answered_text(part) -> str:
    """When, and by whom, a survey was answered; "" where it was not."""
    if part is None or part.answered_at is None:
        return ""
    when = moment(part.answered_at)
    if part.answered_by is None:
        return _("This survey was already answered by the customer at %(when)s; it is answered once.", when=when)
    return _("This survey was already answered at %(when)s, noted by %(who)s; it is answered once.", when=when,
             who=part.answered_by.get_full_name())


def typed_answers(survey) -> dict[int, object]:
    """{question id: what was typed}: a list where several were marked, numbers as the service reads them."""
    kinds, typed = {question.id: question.type for question in survey.questions}, {}
    for name in request.form:
        number = whole(name[1:]) if name.startswith("q") else None
        if number is not None:
            values = request.form.getlist(name)
            typed[number] = values if len(values) > 1 else values[0]
            if kinds.get(number) == QuestionType.NUMBER:
                typed[number] = _plain_number(values[0])
            elif kinds.get(number) == QuestionType.DATE:
                typed[number] = _plain_day(values[0])
    return typed


def _plain_number(text: str) -> str:
    """1.234,5 as 1234.5; what is no number stays as it is, to be refused."""
    try:
        return str(parse_decimal(text.strip(), locale=get_locale(), strict=True))
    except NumberFormatError:
        return text


def _plain_day(text: str) -> str:
    """31/12/2026 as 2026-12-31; what is no day stays as it is, to be refused."""
    try:
        return read_day(text).isoformat()
    except ValueError:
        return text


def register(appbuilder) -> None:
    """No menu of their own: the register "Pesquisas" and the entity's screens lead to them."""
    from .logs import LABELS_OF
    from .survey_results import SurveyParticipantsView, SurveyResultsView

    LABELS_OF["survey_participation"] = {"survey": _l("Survey")}
    for view in (EntitySurveysView, SurveyResultsView, SurveyParticipantsView):
        appbuilder.add_view_no_menu(view)
