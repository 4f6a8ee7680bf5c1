"""Results of a survey, for supervisors and configurators, and who takes part in it."""
from urllib.parse import urlencode

from flask import abort, flash, g, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import get_timezone
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Form, TextAreaField
from wtforms.validators import Length, Optional, ValidationError

from ..database import unit_of_work, utc_now
from ..extensions import db
from ..lowcode.controls import LongBox, today
from ..lowcode.dates import DayField
from ..queries import survey_results
from ..queries import surveys as reads
from ..security.permissions import Perm
from ..services import survey_answers
from ..services.refusals import REFUSALS, refusal
from .lookup import ANY, LookupField, LookupsField
from .registers.surveys import TYPES
from .saving import put_error


class ResultsForm(Form):
    """What the results are narrowed by, in the address."""

    answered_from = DayField(_l("Answered from"), [Optional()])
    answered_to = DayField(_l("Answered to"), [Optional()])
    operator = LookupField(_l("Operator of the attendance"), source="operator")
    motive = LookupField(_l("Motive"), source="motive", offer=ANY)

    def validate_answered_to(self, field):
        if self.answered_from.data and field.data and field.data < self.answered_from.data:
            raise ValidationError(_("The end of the period is before its beginning."))

    def filter(self) -> survey_results.ResultFilter:
        ids = {name: self[name].data.id if self[name].data is not None else None for name in ("operator", "motive")}
        return survey_results.ResultFilter(self.answered_from.data, self.answered_to.data, **ids)


class SurveyResultsView(BaseView):
    """`/surveys/results/<id>`: what was answered, in figures; with `/<question>` answers one by one."""

    route_base, default_view = "/surveys", "results"
    class_permission_name = "survey"
    method_permission_name = {"results": "read", "texts": "read"}

    @expose("/results/<int:pk>")
    @has_access
    def results(self, pk):
        """Totals, the distribution of every question, and the answers by operator and by motive (B-26)."""
        survey = reads.find_survey(db.session, g.viewer, pk) or abort(404)
        form, zone = ResultsForm(request.args), str(get_timezone())
        if not form.validate():
            return self._page(survey, form), 422
        asked = form.filter()
        these = (db.session, g.viewer, survey, asked, zone)
        return self._page(
            survey, form, totals=survey_results.totals(db.session, g.viewer, pk, asked, zone),
            results=survey_results.results(*these), operators=survey_results.by_operator(*these),
            motives=survey_results.by_motive(*these))

    @expose("/results/<int:pk>/<int:question>")
    @has_access
    def texts(self, pk, question):
        """Texts, dates and numbers as they were answered, by key."""
        survey = reads.find_survey(db.session, g.viewer, pk) or abort(404)
        asked = next((row for row in survey.questions
                      if row.id == question and row.type in survey_results.LISTED), None)
        form = ResultsForm(request.args)
        if asked is None or not form.validate():
            abort(404 if asked is None else 400)
        try:
            rows, previous, following = survey_results.texts(
                db.session, g.viewer, asked, form.filter(), str(get_timezone()), after=request.args.get("after"),
                before=request.args.get("before"))
        except ValueError:
            abort(400)
        return self.render_template(
            "surveys/texts.html", survey=survey, question=asked, rows=rows, previous=previous and kept(before=previous),
            following=following and kept(after=following), back=url_for(".results", pk=pk) + kept(),
            people=g.viewer.may(Perm.ENTITY_READ), attendances=g.viewer.may(Perm.ATTENDANCE_READ))

    def _page(self, survey, form, totals=None, results=(), operators=(), motives=()):
        return self.render_template(
            "surveys/results.html", survey=survey, form=form, totals=totals, results=results, operators=operators,
            motives=motives, types=TYPES, kept=kept, may_operator=g.viewer.may(Perm.ATTENDANCE_READ),
            listed=survey_results.LISTED, filtered=bool(request.args))


class PutForm(FlaskForm):
    """Before whom a survey is put."""

    entities = LookupsField(_l("Entities"), source="entity")
    documents = TextAreaField(_l("CPF/CNPJ, one a line"), [Length(max=20_000)], widget=LongBox())


class SurveyParticipantsView(BaseView):
    """`/surveys/participants/<id>`: who takes part, answered or not; by search or by a list of documents, who shall."""

    route_base, default_view = "/surveys", "participants"
    class_permission_name = "survey"
    method_permission_name = {"participants": "read", "add": "answer"}

    @expose("/participants/<int:pk>")
    @has_access
    def participants(self, pk):
        return self._page(pk, PutForm(formdata=None))

    @expose("/participants/<int:pk>", methods=["POST"])
    @has_access
    def add(self, pk):
        """Put the survey before those chosen and those of the documents; unknown documents stay, to be looked at."""
        if not (g.viewer.may(Perm.ENTITY_READ) and g.viewer.may(Perm.SURVEY_RESULTS)):
            abort(403)
        if reads.find_survey(db.session, g.viewer, pk) is None:
            abort(404)
        form = PutForm()
        if not form.validate():
            return self._page(pk, form), 422
        ids, typed = [row.id for row in form.entities.data], form.documents.data or ""
        try:
            with unit_of_work(db.session) as session:
                put = survey_answers.put_before(session, pk, entity_ids=ids, typed=typed, today=today(),
                                                actor=g.viewer, now=utc_now())
        except REFUSALS as raised:
            error = refusal(raised)
            return self._page(pk, form, put_error(form, error)), error.status
        flash(_("Entities that take part now: %(made)s. That already took part: %(there)s.", made=put.made,
                there=put.there), "info" if put.unknown else "success")
        if not put.unknown:
            return redirect(url_for(".participants", pk=pk))
        left = PutForm(formdata=None, data={"documents": "\n".join(put.unknown)})
        left.documents.errors = [_("No entity with these CPF/CNPJ is registered.")]
        return self._page(pk, left), 422

    def _page(self, pk, form, loose=()):
        survey = reads.find_survey(db.session, g.viewer, pk) or abort(404)
        state = request.args.get("state")
        if state not in (None, *reads.STATES):
            abort(400)
        try:
            rows, previous, following = reads.participants(
                db.session, g.viewer, pk, state=state, after=request.args.get("after"),
                before=request.args.get("before"))
        except ValueError:
            abort(400)
        may_put = g.viewer.may(Perm.SURVEY_ANSWER) and g.viewer.may(Perm.ENTITY_READ)
        return self.render_template(
            "surveys/participants.html", survey=survey, form=form, loose=loose, rows=rows, state=state,
            counts=reads.counts(db.session, g.viewer, pk), previous=previous and kept(before=previous),
            following=following and kept(after=following), may_put=may_put,
            open_today=survey_answers.is_open(survey, today()), may_fill=g.viewer.may(Perm.SURVEY_ANSWER),
            people=g.viewer.may(Perm.ENTITY_READ), attendances=g.viewer.may(Perm.ATTENDANCE_READ))


def kept(**change) -> str:
    """The query of this address with some arguments changed; page keys are not kept."""
    arguments = {name: values for name, values in request.args.to_dict(flat=False).items()
                 if name not in ("after", "before", *change) and values != [""]}
    return "?" + urlencode({**arguments, **{name: value for name, value in change.items() if value is not None}},
                           doseq=True)
