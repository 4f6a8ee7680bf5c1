"""Classificações of providers' tickets and their two levels below, kept in cascade from the page of one (C-101)."""
from flask import abort, g, request, url_for
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import select
from wtforms.validators import NumberRange, Optional

from ...extensions import db
from ...lowcode.controls import LocalDecimalField
from ...models.calendar import Calendar
from ...models.classification import Classification, Counting, DefaultMotive, Subclassification
from ...queries import classifications as reads
from ...security.permissions import Perm
from ...security.safe_next import safe_next
from ...security.visibility import visible
from ...services import classifications
from ..formats import quantity
from ..lookup import Source, register_source, whole
from . import validity
from .classifications import ACTIVE_HELP, RegisterView
from .validity import DATES, HELP, LABELS, WHOLE, LastingMixin

MANUAL = _l("Classification of collection negotiation attendances")  # the manual's name of the register
COUNTINGS = {Counting.CALENDAR_DAYS: _l("Calendar days"), Counting.BUSINESS_DAYS: _l("Business days")}
TABS = {"subclassifications": _l("Subclassification"), "motives": _l("Standard occurrence motives")}
DAYS = NumberRange(min=0, max=3650, message=_l("Type a number of days from 0 to 3650."))
HOURS = NumberRange(min=0, max=9999, message=_l("Type a number of hours from 0 to 9999."))
TIMES = ["return_days", "return_hours"]
TIME_LABELS = {"return_days": _l("Return days"), "return_hours": _l("Return hours"), "active": _l("Active"), **LABELS}
NODE_HELP = {**HELP, "active": ACTIVE_HELP}
HOURS_HELP = _l("Open hours of the classification's calendar; in the place of days.")


def hours_field() -> LocalDecimalField:
    """Hours, halves and quarters too."""
    return LocalDecimalField(_l("Return hours"), [Optional(), HOURS], number_format="#,##0.##", description=HOURS_HELP)


def return_text(row) -> str:
    """The return of a row in words; nothing where that of the level above holds."""
    if row.return_hours is not None:
        return _("%(n)s hours", n=quantity(row.return_hours))
    if row.return_days is None:
        return ""
    return ngettext("%(num)s day", "%(num)s days", row.return_days)


class TimedView(LastingMixin, RegisterView):
    """What the three levels have in common: a return in days or in hours, and the way back to the page above."""

    above = ""  # the relation to the level above
    validators_columns = {"return_days": [DAYS]}
    formatters_columns = log_formatters = {"return_hours": quantity}

    def preset(self):
        asked = self.above and whole(request.args.get("above"))
        if not asked:
            return {}
        model = self.datamodel.get_related_model(self.above)
        row = db.session.scalar(select(model).where(model.id == asked, model.active, visible(model, g.viewer)))
        return {self.above: row} if row is not None else {}

    def _back(self):
        target = request.args.get("return")
        return safe_next(target) if target else super()._back()


class ClassificationView(TimedView):
    noun, route_base = "classification", "/classifications"
    datamodel, service = SQLAInterface(Classification), classifications.classifications
    list_title, add_title, edit_title = _l("Classifications"), _l("New classification"), _l("Edit classification")
    list_columns = order_columns = ["name", *TIMES, "counting", "calendar", "active"]
    search_columns = ["name", "counting", "calendar", *DATES, WHOLE, "active"]
    add_columns = edit_columns = ["name", *TIMES, "counting", "calendar", *DATES, WHOLE, "active"]
    show_columns = ["name", *TIMES, "counting", "calendar", WHOLE, "active"]
    label_columns = {"name": _l("Classification"), "counting": _l("Counting"), "calendar": _l("Calendar"),
                     **TIME_LABELS}
    description_columns = {
        **NODE_HELP, WHOLE: _l("Closing demands the standard motive, whatever the system parameter says."),
        "counting": _l("Which days a return in days counts, on the levels below too."),
        "calendar": _l("Needed for business days and for hours, here and on the levels below.")}
    choice_columns = {"counting": COUNTINGS}
    add_form_extra_fields = edit_form_extra_fields = {"return_hours": hours_field()}
    show_template = "classifications/show.html"
    empty_text = _l("A classification sorts the providers' tickets and gives the days to answer them.")

    def _after_adding(self, item):
        return url_for(".show", pk=item.id)  # its subclassifications come next

    def show_more(self, item):
        tab = request.args.get("tab", "subclassifications")
        return {"tabs": TABS, "tab": tab if tab in TABS else abort(404), "rows": reads.below(db.session, item.id),
                "return_text": return_text, "validity": validity.shown}


class SubclassificationView(TimedView):
    noun, route_base, above = "classification", "/subclassifications", "classification"
    datamodel, service = SQLAInterface(Subclassification), classifications.subclassifications
    list_title, add_title, edit_title = (
        _l("Subclassifications"), _l("New subclassification"), _l("Edit subclassification"))
    list_columns = order_columns = ["name", "classification", *TIMES, "active"]
    search_columns = ["classification", "name", *DATES, "active"]
    add_columns = edit_columns = ["classification", "name", *TIMES, *DATES, "active"]
    show_columns = ["classification", "name", *TIMES, "active"]
    label_columns = {"classification": _l("Classification"), "name": _l("Subclassification"), **TIME_LABELS}
    description_columns = {**NODE_HELP, "return_days": _l("Left empty, the classification's days hold.")}
    add_form_extra_fields = edit_form_extra_fields = {"return_hours": hours_field()}
    empty_text = _l("A subclassification is the second level of a classification.")


class DefaultMotiveView(TimedView):
    noun, route_base, above = "classification", "/default-motives", "subclassification"
    datamodel, service = SQLAInterface(DefaultMotive), classifications.default_motives
    list_title, add_title, edit_title = (
        _l("Standard occurrence motives"), _l("New standard motive"), _l("Edit standard motive"))
    list_columns = ["name", "subclassification", "subclassification.classification", *TIMES, "active"]
    order_columns = ["name", "subclassification", *TIMES, "active"]
    search_columns = ["subclassification", "name", *DATES, "active"]
    add_columns = edit_columns = ["subclassification", "name", *TIMES, *DATES, "active"]
    show_columns = ["subclassification.classification", "subclassification", "name", *TIMES, "active"]
    label_columns = {"subclassification": _l("Subclassification"),
                     "subclassification.classification": _l("Classification"), "name": _l("Standard motive"),
                     **TIME_LABELS}
    description_columns = {**NODE_HELP, "return_days": _l("Left empty, the subclassification's days hold.")}
    add_form_extra_fields = edit_form_extra_fields = {"return_hours": hours_field()}
    empty_text = _l("A standard motive is offered below its subclassification.")


def register(appbuilder, **group) -> None:
    """The three levels, in the group of the classification tables."""
    register_source("calendar", Source(Calendar, Perm.CLASSIFICATION_READ))
    for view, name, label, icon in (
            (ClassificationView, "Provider classifications", MANUAL, "fa-layer-group"),
            (SubclassificationView, "Subclassifications", _l("Subclassifications"), "fa-diagram-project"),
            (DefaultMotiveView, "Default motives", _l("Standard motives"), "fa-list-check")):
        appbuilder.add_view(view, name, label=label, icon=icon, **group)
