"""Pesquisas of an entity: what it takes part in, filling one, and the results for those who keep the desk."""
from datetime import date, datetime

from flask import abort, current_app, flash, g, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext as _

from ..database import unit_of_work, utc_now
from ..errors import DomainError
from ..extensions import db
from ..lowcode.controls import local_zone
from ..models.classification import Motive
from ..models.survey import QuestionType, Survey
from ..queries import attendances as attendance_reads
from ..queries import surveys as reads
from ..security.permissions import Perm
from ..security.visibility import visible
from ..services import survey_answers
from ..services.records import get_visible
from .lookup import whole
from .registers.surveys import TYPES


class EntitySurveysView(BaseView):
    """`/surveys/entity/<id>`, and `/surveys/fill/<participation>`."""

    route_base, default_view = "/surveys", "surveys"
    class_permission_name = "survey"
    method_permission_name = dict.fromkeys(("surveys", "put", "fill", "withdraw"), "answer")

    @expose("/entity/<int:pk>")
    @has_access
    def surveys(self, pk):
        """The surveys in which an entity takes part, and those that may be put before it (S-24, S-65)."""
        entity = attendance_reads.find_entity(db.session, g.viewer, pk) or abort(404)
        attendance = self._about(entity)
        try:
            rows, following = reads.of_entity(db.session, g.viewer, entity.id, after=request.args.get("after"))
        except ValueError:
            abort(400)
        return self.render_template(
            "surveys/entity.html", entity=entity, attendance=attendance, rows=rows, following=following,
            offered=reads.offered(db.session, g.viewer, _today()), today=_today(), is_open=survey_answers.is_open,
            results=g.viewer.may(Perm.SURVEY_RESULTS))

    @expose("/entity/<int:pk>/put", methods=["POST"])
    @has_access
    def put(self, pk):
        """"Aplicar": the survey is put before the entity, about the attendance one comes from, and filled at once."""
        entity = attendance_reads.find_entity(db.session, g.viewer, pk) or abort(404)
        attendance, survey_id = self._about(entity), whole(request.form.get("survey_id"))
        if survey_id is None:
            flash(_("Choose a survey."), "danger")
            return redirect(url_for(".surveys", pk=pk, attendance=attendance and attendance.address))
        try:
            with unit_of_work(db.session) as session:
                part = survey_answers.put(
                    session, survey_id, entity_id=pk, attendance_id=attendance.id if attendance else None,
                    today=_today(), actor=g.viewer, now=utc_now()).id
        except DomainError as error:
            if error.status == 404:
                abort(404)
            flash(str(error), "danger")
            return redirect(url_for(".surveys", pk=pk, attendance=attendance and attendance.address))
        if "later" in request.form:
            flash(_("The entity takes part in the survey now."), "success")
            return redirect(url_for(".surveys", pk=pk, attendance=attendance and attendance.address))
        return redirect(url_for(".fill", pk=part))

    @expose("/fill/<int:pk>", methods=["GET", "POST"])
    @has_access
    def fill(self, pk):
        """The questions of one survey; a POST notes the answers. Answered, they are shown and stay."""
        refusals, status = {}, 200
        if request.method == "POST":
            try:
                with unit_of_work(db.session) as session:
                    part = survey_answers.fill(session, pk, _typed(), today=_today(), actor=g.viewer, now=utc_now())
                    back = self._back(part)
            except DomainError as error:
                if error.status == 404:
                    abort(404)
                refusals = {each.field: str(each) for each in getattr(error, "errors", [error])}
                status = error.status
            else:
                flash(_("The answers were noted."), "success")
                return redirect(back)
        part = reads.find(db.session, g.viewer, pk) or abort(404)
        page = self.render_template(
            "surveys/fill.html", part=part, survey=part.survey, questions=survey_answers.questions(part.survey),
            refusals=refusals, typed=request.form, answers={row.question_id: row.value for row in part.answers},
            asked={row.id: row for row in part.survey.questions}, is_open=survey_answers.is_open(part.survey, _today()),
            back=self._back(part), shown=shown, kinds=QuestionType)
        return page, status

    @expose("/withdraw/<int:pk>", methods=["POST"])
    @has_access
    def withdraw(self, pk):
        """Take back a survey that nobody answered."""
        part = reads.find(db.session, g.viewer, pk) or abort(404)
        back = self._back(part)
        try:
            with unit_of_work(db.session) as session:
                survey_answers.withdraw(session, pk, actor=g.viewer, now=utc_now())
            flash(_("The survey was taken back."), "success")
        except DomainError as error:
            flash(str(error), "danger")
        return redirect(back)

    @staticmethod
    def _about(entity):
        """The attendance in the address, where it is one of this entity's."""
        address = request.values.get("attendance", "")[:60]
        if not address:
            return None
        found = attendance_reads.find_by_address(db.session, g.viewer, address)
        return found if found is not None and found.entity_id == entity.id else abort(404)

    @staticmethod
    def _back(part):
        attendance = part.attendance.address if part.attendance is not None else None
        if part.entity_id is None:
            return url_for("AttendanceRecordView.record", address=attendance)
        return url_for(".surveys", pk=part.entity_id, attendance=attendance)


class SurveyResultsView(BaseView):
    """`/surveys/results/<id>`: what was answered, and who takes part."""

    route_base, default_view = "/surveys", "results"
    class_permission_name = "survey"
    method_permission_name = {"results": "read"}

    @expose("/results/<int:pk>")
    @has_access
    def results(self, pk):
        try:
            survey = get_visible(db.session, Survey, pk, g.viewer)
        except DomainError:
            abort(404)
        zone = current_app.config["BABEL_DEFAULT_TIMEZONE"]
        asked = reads.ResultFilter(
            answered_from=_day("answered_from"), answered_to=_day("answered_to"),
            operator=whole(request.args.get("operator")), motive=whole(request.args.get("motive")))
        try:
            parts, following = reads.participants(db.session, g.viewer, pk, after=request.args.get("after"))
        except ValueError:
            abort(400)
        put, answered = reads.totals(db.session, g.viewer, pk, asked, zone)
        return self.render_template(
            "surveys/results.html", survey=survey, put=put, answered=answered, asked=asked, parts=parts,
            following=following, types=TYPES, shown=shown, kinds=QuestionType,
            results=reads.results(db.session, g.viewer, survey, asked, zone), lookups=_lookups(asked))


def shown(value) -> str:
    """An answer as a person reads it."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)


def _typed() -> dict[int, object]:
    """{question id: what was typed}: several values where several boxes were marked."""
    typed = {}
    for name in request.form:
        number = whole(name[1:]) if name.startswith("q") else None
        if number is not None:
            values = request.form.getlist(name)
            typed[number] = values if len(values) > 1 else values[0]
    return typed


def _today() -> date:
    return datetime.now(local_zone()).date()


def _day(name) -> date | None:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None


def _lookups(asked):
    """The names behind the filters that are set, for their boxes."""
    session = db.session
    return {
        "motive": asked.motive and session.query(Motive).filter(
            Motive.id == asked.motive, visible(Motive, g.viewer)).one_or_none(),
        "operator": asked.operator and session.query(User).filter(
            User.id == asked.operator, visible(User, g.viewer)).one_or_none()}


def register(appbuilder) -> None:
    """The menu "Atendimento" › "Pesquisas" is the register's; these hang on it."""
    appbuilder.add_view_no_menu(EntitySurveysView)
    appbuilder.add_view_no_menu(SurveyResultsView)
