"""/portal/: what a provider or a customer sees of his own attendances. Read only."""
from flask import abort, g, request
from flask_appbuilder import BaseView, expose, has_access

from ..extensions import db
from ..queries import home as reads


class PortalView(BaseView):
    """The rows are those of the user's own entity; visibility says so in the query."""

    route_base = "/portal"
    default_view = "index"
    class_permission_name = "portal"
    method_permission_name = {"index": "use"}

    @expose("/")
    @has_access
    def index(self):
        if g.viewer.entity_id is None:  # staff who were granted the permission by hand: there is no entity to show
            return self.render_template("portal/index.html", cases=[], following=None, entity=False)
        try:
            cases, following = reads.portal_cases(db.session, g.viewer, after=request.args.get("after"))
        except ValueError:
            abort(400)
        return self.render_template("portal/index.html", cases=cases, following=following, entity=True)
