"""The first page, by role, and the supervisor's panel."""
from datetime import datetime, time
from zoneinfo import ZoneInfo

from flask import current_app, g, redirect, request, url_for
from flask_appbuilder import IndexView, expose
from flask_babel import lazy_gettext as _l

from ..database import utc_now
from ..extensions import db
from ..queries import charts as figures
from ..queries import home as reads
from ..security.permissions import Perm
from .formats import day_name
from .lookup import whole


class HomeView(IndexView):
    """Public: sends each to where his work is, and nobody to the sign-in page."""

    @expose("/")
    def index(self):
        viewer = g.viewer
        if viewer is None:
            return redirect(url_for("AuthView.login"))
        if viewer.may(Perm.ATTENDANCE_READ) and viewer.may(Perm.USER_READ):
            return self._panel(viewer)
        for permission, path in ((Perm.ATTENDANCE_READ, "/attendances/"), (Perm.PORTAL_USE, "/portal/"),
                                 (Perm.SETTING_READ, "/settings/")):
            if viewer.may(permission):
                return redirect(request.script_root + path)
        return self.render_template("home/nothing.html")

    def _panel(self, viewer):
        zone = ZoneInfo(current_app.config["BABEL_DEFAULT_TIMEZONE"])
        today = datetime.combine(utc_now().astimezone(zone).date(), time(), zone)
        days = whole(request.args.get("days"))
        days = days if days in figures.PERIODS else figures.PERIODS[1]
        charts = figures.charts(db.session, viewer, days=days, timezone=zone.key, now=utc_now()) if viewer.may(
            Perm.REPORT_READ) else None
        return self.render_template(
            "home/panel.html", charts=charts, periods=figures.PERIODS, days=days, day_name=day_name,
            counts=reads.open_counts(db.session, viewer), cap=reads.COUNT_CAP, today=today.date(),
            opened_today=reads.opened_since(db.session, viewer, today), latest=reads.latest_of(db.session, viewer))


def register(appbuilder) -> None:
    """The first pages and the general search; called where the menu has its group "Acompanhar"."""
    from . import portal
    from .find import FindView
    from .settings_index import SettingsView

    appbuilder.add_link("Panel", href="HomeView.index", label=_l("Panel"), icon="fa-gauge-high",
                        category="Follow", category_label=_l("Follow up"))
    appbuilder.menu.find("Panel").permission = Perm.USER_READ
    portal.register(appbuilder)
    appbuilder.add_view_no_menu(FindView)
    appbuilder.add_view_no_menu(SettingsView)
