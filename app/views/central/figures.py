"""The supervisor's page of the central: how much is open, late or soon due, with whom and how old; and a period."""
from flask import abort, g, request
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import format_decimal, format_percent
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ...extensions import db
from ...queries import ticket_figures, ticket_period
from ...queries.charts import PERIODS
from ...queries.ticket_figures import EXPIRED
from ...security.permissions import Perm
from ..formats import day_name
from ..lookup import whole
from . import query

STATES = {  # state: (label, the list's arguments, look); each ticket is in one, the provider's turn before its deadline
    "expired": (_l("Deadline already expired"), EXPIRED, "bad"),
    "attention": (_l("Attention to the deadline"), {"deadline": "attention"}, "warn"),
    "within": (_l("Within the deadline"), {"deadline": "within"}, ""),
    "waiting": (_l("Waiting for the provider"), {"waiting": "provider"}, ""),
    "none": (_l("Without deadline"), {"deadline": "none", "waiting": "operator"}, ""),
}


class CentralFiguresView(BaseView):
    """Menu "Central" › "Painel da central"."""

    route_base, default_view = "/provider-central/figures", "figures"
    class_permission_name = "report"
    method_permission_name = {"figures": "read"}

    @expose("/")
    @has_access
    def figures(self):
        if not g.viewer.may(Perm.TICKET_READ):
            abort(403)
        title = _l("Panel of the central")
        if query.uses_crm():
            return self.render_template("central/blocked.html", title=title)
        days = whole(request.args.get("days"))
        days = days if days in PERIODS else PERIODS[1]
        found = ticket_figures.figures(db.session, g.viewer, query.bounds(), timezone=query.zone())
        period = ticket_period.period(db.session, g.viewer, days=days, timezone=query.zone(), now=query.bounds().now)
        return self.render_template(
            "central/figures.html", title=title, figures=found, states=STATES, age=_age, period=period, days=days,
            periods=PERIODS, day_name=day_name, lasting=_lasting, share=format_percent)


def _age(label: str) -> str:
    least, _dash, most = label.partition("-")
    if least == "0":
        return _("Today")
    if not _dash:
        return _("1 day")
    return _("%(least)s to %(most)s days", least=least, most=most) if most else _("More than %(n)s days",
                                                                                  n=int(least) - 1)


def _lasting(seconds: float | None) -> str:
    """An average for people: minutes, hours of up to two days, days."""
    if seconds is None:
        return "–"
    minutes = seconds / 60
    if minutes < 60:
        return _("%(n)s min", n=round(minutes))
    return _("%(n)s h", n=format_decimal(round(minutes / 60, 1))) if minutes < 2 * 1440 else _(
        "%(n)s days", n=format_decimal(round(minutes / 1440, 1)))
