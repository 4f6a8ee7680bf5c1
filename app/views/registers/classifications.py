"""Motivos, Ocorrências and Causas: the tree that hangs on the attendance."""
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _l

from ...models.classification import Cause, Motive, Occurrence
from ...services import classifications
from ..base import AppModelView
from .several import SeveralMixin
from .validity import DATES, HELP, LABELS, WHOLE, LastingMixin

ACTIVE_HELP = _l("An inactive record stays on what it is on and is offered no more.")


class RegisterView(SeveralMixin, AppModelView):
    """A register that configurators keep: a name, what it hangs on, whether it is still offered."""

    base_order = ("name", "asc")
    description_columns = {"active": ACTIVE_HELP}


class MotiveView(LastingMixin, RegisterView):
    noun, route_base = "classification", "/motives"
    datamodel, service = SQLAInterface(Motive), classifications.motives
    list_title, add_title, edit_title = _l("Motives"), _l("New motive"), _l("Edit motive")
    list_columns = order_columns = ["name", "active"]
    search_columns = ["name", *DATES, WHOLE, "active"]
    add_columns = edit_columns = ["name", *DATES, WHOLE, "active"]
    show_columns = ["name", WHOLE, "active"]
    label_columns = {"name": _l("Motive"), "active": _l("Active"), **LABELS}
    description_columns = {"active": ACTIVE_HELP, **HELP, WHOLE: _l(
        "Closing demands the occurrence and the cause, whatever the system parameter says.")}
    empty_text = _l("A motive says why an attendance was opened, such as a complaint or a question.")


class OccurrenceView(LastingMixin, RegisterView):
    noun, route_base = "classification", "/occurrences"
    datamodel, service = SQLAInterface(Occurrence), classifications.occurrences
    list_title, add_title, edit_title = _l("Occurrences"), _l("New occurrence"), _l("Edit occurrence")
    list_columns = order_columns = ["name", "motive", "active"]
    search_columns = add_columns = edit_columns = ["motive", "name", *DATES, "active"]
    show_columns = ["motive", "name", "active"]
    label_columns = {"motive": _l("Motive"), "name": _l("Occurrence"), "active": _l("Active"), **LABELS}
    description_columns = {"active": ACTIVE_HELP, **HELP}
    empty_text = _l("An occurrence says what happened, below a motive.")


class CauseView(LastingMixin, RegisterView):
    noun, route_base = "classification", "/causes"
    datamodel, service = SQLAInterface(Cause), classifications.causes
    list_title, add_title, edit_title = _l("Causes"), _l("New cause"), _l("Edit cause")
    list_columns = ["name", "occurrence", "occurrence.motive", "active"]
    order_columns = ["name", "occurrence", "active"]
    search_columns = add_columns = edit_columns = ["occurrence", "name", *DATES, "active"]
    show_columns = ["occurrence.motive", "occurrence", "name", "active"]
    label_columns = {"occurrence": _l("Occurrence"), "occurrence.motive": _l("Motive"), "name": _l("Cause"),
                     "active": _l("Active"), **LABELS}
    description_columns = {"active": ACTIVE_HELP, **HELP}
    empty_text = _l("A cause says why it happened, below an occurrence.")
