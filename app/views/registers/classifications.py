"""Motivos, Ocorrências and Causas: the tree that hangs on the attendance."""
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _l

from ...models.classification import Cause, Motive, Occurrence
from ...services import classifications
from ..base import AppModelView
from .several import SeveralMixin

ACTIVE_HELP = _l("An inactive record stays on what it is on and is offered no more.")


class RegisterView(SeveralMixin, AppModelView):
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
