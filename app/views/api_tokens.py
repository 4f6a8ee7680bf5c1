"""/account/tokens: one's own tokens for REST. A new one is shown once, in the answer to the form."""
from flask import abort, flash, g, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import gettext as _

from ..database import unit_of_work, utc_now
from ..errors import DomainError
from ..extensions import db
from ..security.labels import PERMISSION_NAMES
from ..services import api_tokens
from .lookup import whole

VALIDITIES = (30, 90, 365)  # days


class ApiTokenView(BaseView):
    route_base, default_view = "/account/tokens", "index"
    class_permission_name = "token"
    method_permission_name = dict.fromkeys(("index", "create", "revoke"), "use")

    @expose("/")
    @has_access
    def index(self):
        return self._page()

    @expose("/create", methods=["POST"])
    @has_access
    def create(self):
        days = request.form.get("days")
        try:
            with unit_of_work(db.session) as session:
                _token, text = api_tokens.issue(
                    session, name=request.form.get("name"), scopes=request.form.getlist("scopes"),
                    days=None if days == "0" else whole(days) or -1, actor=g.viewer, now=utc_now())
        except DomainError as error:
            refusals = {each.field: str(each) for each in getattr(error, "errors", [error])}
            return self._page(refusals), error.status
        return self._page(fresh=text), 200, {"Cache-Control": "no-store"}

    @expose("/<int:pk>/revoke", methods=["POST"])
    @has_access
    def revoke(self, pk):
        try:
            with unit_of_work(db.session) as session:
                api_tokens.revoke(session, pk, actor=g.viewer, now=utc_now())
        except DomainError as error:
            abort(error.status)
        flash(_("The token is void from now on."), "success")
        return redirect(url_for(".index"))

    def _page(self, refusals=None, fresh=None):
        return self.render_template(
            "security/tokens.html", tokens=api_tokens.own(db.session, actor=g.viewer, now=utc_now()), fresh=fresh,
            refusals=refusals or {}, typed=request.form if refusals else None, validities=VALIDITIES,
            scopes=[(str(scope), PERMISSION_NAMES.get(str(scope), scope)) for scope in api_tokens.SCOPES
                    if g.viewer.may(scope)], names=PERMISSION_NAMES)


def register(appbuilder) -> None:
    appbuilder.add_view_no_menu(ApiTokenView)
