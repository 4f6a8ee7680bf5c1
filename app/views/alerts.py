""""Alertas": the register of all, those of one entity, and what screens of the entity show of them (S-25, S-68)."""
from flask import abort, g, request
from flask_appbuilder import expose, has_access
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from ..database import utc_now
from ..extensions import db
from ..lowcode.controls import LongBox
from ..models.alert import Alert, AlertPriority
from ..queries import alerts as reads
from ..queries.attendances import find_entity
from ..security.permissions import Perm
from ..security.safe_next import safe_next
from ..services import alerts
from .base import AppModelView
from .colours import chip
from .lookup import Source, register_source, whole


class AlertView(AppModelView):
    noun, route_base = "alert", "/alerts"
    verbs = {"entity": "read"}
    datamodel, service = SQLAInterface(Alert), alerts
    growing, base_order = True, ("id", "desc")
    order_columns = ["id"]
    list_title, add_title, edit_title = _l("Alerts"), _l("New alert"), _l("Edit alert")
    list_columns = ["text", "priority", "entity", "valid_from", "valid_until", "active"]
    list_key, list_file = "alerts", "alertas"
    search_columns = ["entity", "priority", "text", "valid_until", "active"]
    add_columns = ["entity", "priority", "text", "valid_from", "valid_until", "active"]
    edit_columns = ["priority", "text", "valid_from", "valid_until", "active"]
    show_columns = ["entity", "priority", "text", "valid_from", "valid_until", "active"]
    label_columns = {"entity": _l("Entity"), "priority": _l("Priority"), "text": _l("Alert text"),
                     "valid_from": _l("Valid from"), "valid_until": _l("Valid until"), "active": _l("Active")}
    description_columns = {
        "priority": _l("The colour of the highest one marks the entity's icon; a configurator keeps the priorities."),
        "valid_from": _l("The alert is shown from this day on; empty: from now on."),
        "valid_until": _l("The last day on which the alert is shown; empty: for good."),
        "active": _l("An inactive alert is kept and not shown.")}
    formatters_columns = {"priority": lambda priority: chip(priority.name, priority.colour)}
    add_form_extra_fields = edit_form_extra_fields = {"text": TextAreaField(
        label_columns["text"], [DataRequired(), Length(max=alerts.LONGEST)], widget=LongBox())}
    empty_text = _l("An alert is what an attendant must know of an entity before speaking to it.")

    def preset(self):
        """`?entity=`: of whom the alert is."""
        pk = whole(request.args.get("entity"))
        return {"entity": find_entity(db.session, g.viewer, pk)} if pk is not None else {}

    def _back(self):
        """Where `?return=` says, for screens that send a person here and want him back."""
        target = request.args.get("return")
        return safe_next(target) if target else super()._back()

    @expose("/entity/<pk>")
    @has_access
    def entity(self, pk):
        """The alerts of one entity: those that hold today, and below them what is over or inactive."""
        number = whole(pk)
        entity = find_entity(db.session, g.viewer, number) if number is not None else None
        if entity is None:
            abort(404)
        held, others = reads.all_of(db.session, g.viewer, entity, now=utc_now())
        target = request.args.get("return")
        return self.render_template(
            "alerts/entity.html", title=_("Alerts of %(name)s", name=entity), entity=entity, held=held, others=others,
            root=self._root(), here=request.full_path.rstrip("?"), back=safe_next(target) if target else None,
            may={"write": g.viewer.may(Perm.ALERT_WRITE), "entity": g.viewer.may(Perm.ENTITY_READ)})


def register(appbuilder) -> None:
    register_source("alert_priority", Source(AlertPriority, Perm.ALERT_READ, search=reads.find_priorities))
    appbuilder.add_view(AlertView, "Alerts", label=_l("Alerts"), icon="fa-bell", category="Attendance")
