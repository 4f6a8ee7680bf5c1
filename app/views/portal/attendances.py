"""The first page of the portal by whose it is, and the attendances of one's own entity. Read only."""
from flask import abort, g, request
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import gettext as _

from ...extensions import db
from ...queries import home as reads
from ..shell import shell
from . import blocked
from .beside import beside


class PortalView(BaseView):
    """The rows are those of the user's own entity; visibility says so in the query."""

    route_base = "/portal"
    default_view = "index"
    class_permission_name = "portal"
    method_permission_name = {"index": "use", "attendances": "use"}

    @expose("/")
    @has_access
    def index(self):
        """A provider's "Fale conosco"; anybody else's attendances."""
        front = shell().portal
        if front is not None and front.contacts:
            return self.render_template("portal/home.html", view="inicio", **beside())
        return self._cases("PortalView.index")

    @expose("/attendances")
    @has_access
    def attendances(self):
        return self._cases("PortalView.attendances")

    def _cases(self, endpoint):
        if (front := shell().portal) is not None and not front.attendances:
            return blocked(self, _("My attendances"))
        cases, following = [], None
        if g.viewer.entity_id is not None:  # staff who were granted the permission by hand have no entity to show
            try:
                cases, following = reads.portal_cases(db.session, g.viewer, after=request.args.get("after"))
            except ValueError:
                abort(400)
        return self.render_template("portal/attendances.html", cases=cases, following=following, endpoint=endpoint,
                                    contacts=front is not None and front.contacts,
                                    entity=g.viewer.entity_id is not None)
