"""Motivos, Ocorrências, Causas and the providers' tree: Classificações, Subclassificações, Motivos-padrão."""
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _l
from wtforms.validators import NumberRange

from ...models.classification import Cause, Classification, DefaultMotive, Motive, Occurrence, Subclassification
from ...services import classifications
from ..base import AppModelView

ACTIVE_HELP = _l("An inactive record stays on what it is on and is offered no more.")
NOT_NEGATIVE = NumberRange(min=0, max=3650, message=_l("Type a number of days from 0 to 3650."))


class RegisterView(AppModelView):
    """A register that configurators keep: a name, what it hangs on, whether it is still offered."""

    base_order = ("name", "asc")
    description_columns = {"active": ACTIVE_HELP}


class MotiveView(RegisterView):
    noun, route_base = "classification", "/motives"
    datamodel = SQLAInterface(Motive)
    list_title, add_title, edit_title = _l("Motives"), _l("New motive"), _l("Edit motive")
    list_columns = order_columns = search_columns = add_columns = edit_columns = show_columns = ["name", "active"]
    label_columns = {"name": _l("Motive"), "active": _l("Active")}
    empty_text = _l("A motive says why an attendance was opened, such as a complaint or a question.")


class OccurrenceView(RegisterView):
    noun, route_base = "classification", "/occurrences"
    datamodel, service = SQLAInterface(Occurrence), classifications.occurrences
    list_title, add_title, edit_title = _l("Occurrences"), _l("New occurrence"), _l("Edit occurrence")
    list_columns = order_columns = ["name", "motive", "active"]
    search_columns = add_columns = edit_columns = show_columns = ["motive", "name", "active"]
    label_columns = {"motive": _l("Motive"), "name": _l("Occurrence"), "active": _l("Active")}
    empty_text = _l("An occurrence says what happened, below a motive.")


class CauseView(RegisterView):
    noun, route_base = "classification", "/causes"
    datamodel, service = SQLAInterface(Cause), classifications.causes
    list_title, add_title, edit_title = _l("Causes"), _l("New cause"), _l("Edit cause")
    list_columns = ["name", "occurrence", "occurrence.motive", "active"]
    order_columns = ["name", "occurrence", "active"]
    search_columns = add_columns = edit_columns = ["occurrence", "name", "active"]
    show_columns = ["occurrence.motive", "occurrence", "name", "active"]
    label_columns = {"occurrence": _l("Occurrence"), "occurrence.motive": _l("Motive"), "name": _l("Cause"),
                     "active": _l("Active")}
    empty_text = _l("A cause says why it happened, below an occurrence.")


class ClassificationView(RegisterView):
    noun, route_base = "classification", "/classifications"
    datamodel = SQLAInterface(Classification)
    list_title, add_title, edit_title = _l("Classifications"), _l("New classification"), _l("Edit classification")
    list_columns = order_columns = search_columns = ["name", "return_days", "active"]
    add_columns = edit_columns = show_columns = ["name", "return_days", "active"]
    label_columns = {"name": _l("Classification"), "return_days": _l("Return days"), "active": _l("Active")}
    validators_columns = {"return_days": [NOT_NEGATIVE]}
    empty_text = _l("A classification sorts the providers' tickets and gives the days to answer them.")


class SubclassificationView(RegisterView):
    noun, route_base = "classification", "/subclassifications"
    datamodel, service = SQLAInterface(Subclassification), classifications.subclassifications
    list_title, add_title, edit_title = (
        _l("Subclassifications"), _l("New subclassification"), _l("Edit subclassification"))
    list_columns = order_columns = ["name", "classification", "return_days", "active"]
    search_columns = add_columns = edit_columns = show_columns = ["classification", "name", "return_days", "active"]
    label_columns = {"classification": _l("Classification"), "name": _l("Subclassification"),
                     "return_days": _l("Return days"), "active": _l("Active")}
    validators_columns = {"return_days": [NOT_NEGATIVE]}
    description_columns = {"active": ACTIVE_HELP, "return_days": _l("Left empty, the classification's days hold.")}
    empty_text = _l("A subclassification is the second level of a classification.")


class DefaultMotiveView(RegisterView):
    noun, route_base = "classification", "/default-motives"
    datamodel = SQLAInterface(DefaultMotive)
    list_title, add_title, edit_title = (
        _l("Standard occurrence motives"), _l("New standard motive"), _l("Edit standard motive"))
    list_columns = ["name", "subclassification", "subclassification.classification", "return_days", "active"]
    order_columns = ["name", "subclassification", "return_days", "active"]
    search_columns = add_columns = edit_columns = ["subclassification", "name", "return_days", "active"]
    show_columns = ["subclassification.classification", "subclassification", "name", "return_days", "active"]
    label_columns = {"subclassification": _l("Subclassification"),
                     "subclassification.classification": _l("Classification"),
                     "name": _l("Standard motive"), "return_days": _l("Return days"), "active": _l("Active")}
    validators_columns = {"return_days": [NOT_NEGATIVE]}
    description_columns = {"active": ACTIVE_HELP, "return_days": _l("Left empty, the subclassification's days hold.")}
    empty_text = _l("A standard motive is offered below its subclassification.")
