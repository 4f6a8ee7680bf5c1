"""The SecurityManager: sessions from rows, permissions read once a request, only our own security views."""
import time

from flask import current_app, g, jsonify, request
from flask import session as cookie
from flask_appbuilder.security.sqla.manager import SecurityManager
from flask_babel import gettext as _
from flask_login import UserMixin, current_user, login_user, logout_user

from ..database import unit_of_work, utc_now
from ..extensions import limiter
from ..services import api_tokens, live_events, login
from . import sessions
from .audience import ACCESS, people
from .viewer import Viewer


class Person(UserMixin):
    """Who is signed in, as Flask-Login and Flask-AppBuilder ask of a user: values of this request, never written."""

    def __init__(self, viewer: Viewer):
        self.id, self.username, self.name = viewer.user_id, viewer.login, viewer.name

    def get_full_name(self) -> str:
        return self.name


class AppSecurityManager(SecurityManager):
    """FAB's manager with our sign-in. `g.viewer` is who asks, with his permissions in this request; None is nobody."""

    # ---- who is asking
    def load_user(self, pk):
        """Flask-Login's loader. A cookie without our token (a stray login_user, "remember me") is nobody."""
        return self._from_row(cookie.get(sessions.COOKIE_KEY), pk, "web")

    def load_user_jwt(self, _jwt_header, jwt_data):
        """A token stands on a session row like a cookie: listed and ended the same way."""
        user = self._from_row(jwt_data.get("sid"), jwt_data.get("sub"), "api")
        if user is not None:
            g.user = user
        return user

    def _from_row(self, token, pk, kind):
        if not token:
            return None
        now, limits = utc_now(), sessions.Limits.from_config(current_app.config)
        reading = request.method in ("GET", "HEAD")
        found = sessions.check(self.session, token, now=now, limits=limits, reading=reading)
        if found is None or found.kind != kind or str(found.viewer.user_id) != str(pk):
            return None
        if sessions.is_due(found, now):  # once a minute; nothing else is open yet: before_request comes first
            with unit_of_work(self.session) as session:
                sessions.touch(session, found.id, now)
            found = sessions.check(self.session, token, now=now, limits=limits, reading=reading)
            if found is None:
                return None
        g.session_id, g.session_token = found.id, token
        g.viewer, g.profile = found.viewer, found.profile
        return Person(found.viewer)

    def validate_api_key(self, text):
        """FAB asks this of a bearer token that begins as ours do: the person whose token it is, for this request."""
        now = utc_now()
        found = api_tokens.check(self.session, text, now=now)
        if found is None:
            return None
        token, viewer = found
        if api_tokens.is_due(token, now):
            pk = token.id
            with unit_of_work(self.session) as session:
                api_tokens.touch(session, pk, now)
        g.session_id, g.viewer = None, viewer
        g.user, g._api_key_user = Person(viewer), True
        return g.user

    @staticmethod
    def before_request():
        """Load the user now: the loader may write, so it must not run inside a page's own transaction."""
        g.user = current_user
        g.viewer = g.profile = None
        if request.endpoint and not request.endpoint.endswith("static"):
            current_user.is_authenticated  # noqa: B018  (a lazy proxy)

    def create_limiter(self, app):
        """Ours: with one of FAB's own beside it, each request would be looked at twice."""
        return limiter

    def create_jwt_manager(self, app):
        """Refused tokens are answered as the contract writes errors; all of them with 401."""
        manager = super().create_jwt_manager(app)

        def refused(*_args):
            message = _("Sign in again: the token is missing, wrong, or its session is over.")
            return jsonify({"error": {"code": "unauthorized", "message": message, "fields": {}}}), 401

        for case in ("unauthorized", "invalid_token", "expired_token", "user_lookup_error", "revoked_token"):
            getattr(manager, f"{case}_loader")(refused)
        return manager

    # ---- what he may
    def has_access(self, permission_name, view_name):
        """From the set of this request; there are no public grants: public routes are code."""
        viewer = g.get("viewer")
        if viewer is None:
            return False
        if permission_name == "menu_access":
            return view_name in self.get_user_menu_access()
        return (permission_name, view_name) in viewer.permissions

    def is_item_public(self, permission_name, view_name):
        return False

    def get_user_menu_access(self, menu_names=None):
        """Names of the menu items to show. An item asks the permission of the view it opens, so that there are no
        menu_access rows to keep in step; a link without a view carries a `permission` (a Perm) or stays hidden."""
        viewer = g.get("viewer")
        return set() if viewer is None else _open_items(self.appbuilder.menu.menu, viewer)

    # FAB's own writers of permissions must not run: `flask sync` is the only one.
    def add_permissions_view(self, base_permissions, view_menu):
        pass

    def add_permissions_menu(self, view_menu_name):
        pass

    def security_cleanup(self, baseviews, menus):
        pass

    # ---- signing in
    def authenticate(self, username: str, password: str, *, via: str) -> login.Outcome:
        """One password check for form and REST. The try is paid before the check, and no transaction stays open while
        hashing; a refusal takes at least LOGIN_FLOOR_SECONDS, so that time tells nothing."""
        started, now = time.monotonic(), utc_now()
        username, ip = login.normal_name(username), request.remote_addr or ""
        with unit_of_work(self.session) as session:
            ticket, candidate = login.begin(session, username, ip=ip, now=now)
        if ticket.allowed:
            method = current_app.config["FAB_PASSWORD_HASH_METHOD"]
            outcome = login.decide(candidate, username, password, hash_method=method)
        else:
            outcome = login.Outcome("limited", candidate and candidate.user_id, ticket.retry_after)
        if outcome.name == "ok" and candidate.totp_secret and not self.second_step(candidate):
            outcome = login.Outcome("wrong", candidate.user_id)
        with unit_of_work(self.session) as session:
            login.conclude(session, outcome, username=username, via=via, ip=ip, user_agent=request.user_agent.string,
                           now=now)
        if outcome.name not in ("ok", "limited"):
            time.sleep(max(0.0, current_app.config["LOGIN_FLOOR_SECONDS"] - (time.monotonic() - started)))
        return outcome

    def second_step(self, candidate: login.Candidate) -> bool:
        """Hook for a second factor: asked only of accounts that have one enrolled. Nothing verifies it yet, so such an
        account does not come in with a password alone."""
        return False

    def auth_user_db(self, username, password):
        """Whatever in FAB still asks for a password check gets the counted one."""
        outcome = self.authenticate(username or "", password or "", via="fab")
        return self.get_user_by_id(outcome.user_id) if outcome.name == "ok" else None

    auth_user_ldap = auth_user_db

    def sign_in(self, user_id: int) -> None:
        """A fresh cookie (only the chosen language is carried over), bound to a fresh row."""
        locale = cookie.get("locale")
        cookie.clear()
        if locale:
            cookie["locale"] = locale
        cookie[sessions.COOKIE_KEY] = self.new_session(user_id, "web")
        login_user(self.get_user_by_id(user_id), remember=False)

    def new_session(self, user_id: int, kind: str) -> str:
        """A session row; the token for its cookie or JWT."""
        now = utc_now()
        with unit_of_work(self.session) as session:
            token = sessions.issue(session, user_id=user_id, kind=kind, ip=request.remote_addr or "",
                                   user_agent=request.user_agent.string, now=now)
            login.note_sign_in(session, user_id, now=now)
        return token

    def sign_out(self) -> None:
        """End the session of this request."""
        viewer = g.get("viewer")
        if viewer is not None:
            with unit_of_work(self.session) as session:
                sessions.revoke(session, user_id=viewer.user_id, now=utc_now(), why="logout", only=g.session_id)
                live_events.tell(session, kind=ACCESS, audience=people(viewer.user_id), now=utc_now())
        logout_user()
        cookie.clear()

    # ---- views: FAB's are never registered, so that none of its routes exist
    def register_views(self):

        from .account import AccountView
        from .auth_view import AuthView

        self.auth_view = self.appbuilder.add_view_no_menu(AuthView())
        self.user_view = self.appbuilder.add_view_no_menu(AccountView())


def _open_items(items, viewer) -> set[str]:
    """Names of the items the viewer may open, and of the categories that hold one."""
    names = set()
    for item in items:
        if item.childs:
            inside = _open_items(item.childs, viewer)
            if inside:
                names |= inside | {item.name}
        elif item.name != "-" and (pair := _pair_of(item)) is not None and pair in viewer.permissions:
            names.add(item.name)
    return names


def _pair_of(item):
    permission = getattr(item, "permission", None)
    if permission is not None:
        return permission.pair
    view = item.baseview
    if view is None or not getattr(view, "class_permission_name", None):
        return None
    try:
        return f"can_{view.get_method_permission(view.default_view)}", view.class_permission_name
    except AttributeError:  # a page without a permission of its own
        return None
