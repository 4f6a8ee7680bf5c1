"""The register "Pesquisas", with its questions edited inside the survey's form."""
from decimal import Decimal

from flask import g, request, url_for
from flask_appbuilder import expose, has_access
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import selectinload
from wtforms import BooleanField, IntegerField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from ...lowcode.controls import ChoiceField, LocalDecimalField, LongBox, NumberBox, TextBox
from ...models.survey import QuestionType, Survey, SurveyKind
from ...security.permissions import Perm
from ...services import surveys
from ..rows import RowForm, RowsField
from .classifications import RegisterView

KINDS = {SurveyKind.SATISFACTION: _l("Satisfaction"), SurveyKind.OPERATOR_FORM: _l("Operator's form"),
         SurveyKind.CAMPAIGN: _l("Campaign")}
TYPES = {QuestionType.SCALE: _l("Scale from 1 to 5"), QuestionType.NPS: _l("From 0 to 10 (NPS)"),
         QuestionType.YES_NO: _l("Yes or no"), QuestionType.CHOICE: _l("One of several"),
         QuestionType.CHOICES: _l("Several of them"), QuestionType.TEXT: _l("Text"), QuestionType.NUMBER: _l("Number"),
         QuestionType.DATE: _l("Date")}


class OptionsField(TextAreaField):
    """Options of a choice, one a line; stored as a list."""

    def process_data(self, value):
        self.data = "\n".join(map(str, value)) if isinstance(value, list) else value


class QuestionRow(RowForm):
    position = IntegerField(_l("Order"), [Optional(), NumberRange(min=1, max=999)], widget=NumberBox())
    text = StringField(_l("Question"), [DataRequired(), Length(max=300)], widget=TextBox())
    type = ChoiceField(_l("Type of answer"), labels=TYPES, default=QuestionType.SCALE)
    options = OptionsField(_l("Options, one a line"), [Optional(), Length(max=20_000)], widget=LongBox())
    minimum = LocalDecimalField(_l("Least number"), [Optional()])
    required = BooleanField(_l("Required"))
    active = BooleanField(_l("Active"), default=True)

    def __init__(self, formdata=None, **options):
        super().__init__(formdata, **options)
        if not formdata and self.type.data != QuestionType.NUMBER:
            self.minimum.data = Decimal(0)  # what it begins with where the type becomes a number


class SurveyView(RegisterView):
    noun, route_base, verbs = "classification", "/surveys", {"preview": "write"}
    datamodel, service, child_rows = SQLAInterface(Survey), surveys, surveys.ROWS
    tells_all = True
    list_title, add_title, edit_title, show_title = _l("Surveys"), _l("New survey"), _l("Edit survey"), _l("Survey")
    list_columns = ["name", "kind", "valid_from", "valid_until", "active"]
    order_columns = ["name"]
    search_columns = ["name", "kind", "active"]
    show_columns = ["name", "kind", "description", "valid_from", "valid_until", "active"]
    add_fieldsets = edit_fieldsets = [
        (_l("Survey"), {"fields": ["name", "kind", "description", "valid_from", "valid_until", "active"]}),
        (_l("Questions"), {"fields": ["questions"]})]
    add_form_extra_fields = edit_form_extra_fields = {
        "questions": RowsField(QuestionRow, _l("Questions"), add_label=_l("Add question"), max_rows=100,
                               description=_l("Options are for “One of several” and “Several of them”. Without a "
                                              "least number, negative ones may be answered. A question that has "
                                              "answers is switched off, not removed."))}
    choice_columns = {"kind": KINDS}
    row_formatters = {"questions": {"type": lambda kind: TYPES.get(kind, kind),
                                    "options": lambda options: " / ".join(options) if isinstance(options, list)
                                    else options}}
    label_columns = {
        "name": _l("Survey"), "kind": _l("Kind"), "description": _l("Description"), "valid_from": _l("Valid from"),
        "valid_until": _l("Valid until"), "active": _l("Active"), "questions": _l("Questions"),
        "position": _l("Order"), "text": _l("Question"), "type": _l("Type of answer"), "options": _l("Options"),
        "minimum": _l("Least number"),
        "required": _l("Required")}
    show_template, add_template, edit_template = "surveys/show.html", "surveys/form.html", "surveys/form.html"
    empty_text = _l("A survey is a list of questions that is put before customers or filled by attendants.")

    def _init_listing(self):
        super()._init_listing()
        self._show_options = [selectinload(Survey.questions)]

    @expose("/preview", methods=["POST"])
    @has_access
    def preview(self):
        """What is typed in the survey's form, as the person who fills it will see it; nothing is stored."""
        rows = self.add_form(request.form, meta={"csrf": False}).questions.data
        asked = [row for row in surveys.in_order(rows) if row["active"] and row["text"]]
        return self.render_template("surveys/preview.html", questions=asked,
                                    description=request.form.get("description"))

    def show_more(self, item):
        may = g.viewer.may
        return {"results": url_for("SurveyResultsView.results", pk=item.id) if may(Perm.SURVEY_RESULTS) else None,
                "participants": url_for("SurveyParticipantsView.participants", pk=item.id)
                if may(Perm.SURVEY_RESULTS) else None,
                "questions": [row for row in item.questions if row.active], "types": TYPES}
