"""What surrounds every page: language, theme, menu, the person's company, addresses of static files to be kept."""
import hashlib
from functools import cached_property, lru_cache
from pathlib import Path

from flask import current_app, g, request, url_for
from flask_appbuilder import __version__ as fab_version
from flask_babel import format_decimal, get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from markupsafe import Markup

from ..extensions import db
from ..models.classification import Phase
from ..queries.home import Tenant, tenant_of
from ..queries.portal import Front, front_of
from ..security.permissions import Perm
from ..services import web_menus
from .bell import bell

THEMES = ("light", "dark", "auto")
THEME_COOKIE = "balcao_theme"  # of who is not signed in
YEAR, WEEK = 365 * 24 * 3600, 7 * 24 * 3600  # seconds
PHASES = {
    Phase.OPEN: _l("Open"), Phase.IN_PROGRESS: _l("In progress"), Phase.PENDING: _l("Pending"),
    Phase.CLOSED: _l("Closed"), Phase.CANCELLED: _l("Cancelled")}


class Shell:
    """Read by the templates as `page`; each part is worked out when a template asks for it."""

    def __init__(self):
        if g.get("viewer") is None:  # a refusal before the sign-in was looked at: no such route, no CSRF token
            g.viewer = g.profile = None
            current_user.is_authenticated  # noqa: B018  (a lazy proxy: loads the user, which sets g.viewer)

    @cached_property
    def viewer(self):
        return g.viewer

    @cached_property
    def locale(self) -> str:
        return str(get_locale())

    @cached_property
    def lang(self) -> str:
        return self.locale.replace("_", "-")

    @cached_property
    def locales(self):
        return [(code, language["name"].split(" (")[0]) for code, language in current_app.config["LANGUAGES"].items()]

    @cached_property
    def theme(self) -> str:
        """What the person chose: light, dark or auto."""
        chosen = g.profile.theme if g.get("profile") else request.cookies.get(THEME_COOKIE)
        return chosen if chosen in THEMES else "auto"

    @property
    def theme_drawn(self) -> str:
        """What the server can draw: with auto, theme.js sets the other before the first paint."""
        return "dark" if self.theme == "dark" else "light"

    @property
    def themes(self):
        return [("light", _("Light")), ("dark", _("Dark")), ("auto", _("Automatic"))]

    @cached_property
    def person(self) -> str:
        """The name of who is signed in; empty for nobody, and then the page has no shell."""
        return (self.viewer.name or _("User")) if self.viewer else ""

    @property
    def initials(self) -> str:
        words = self.person.split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()

    @cached_property
    def nav(self):
        """The items of the sidebar, as markup."""
        return current_app.appbuilder.menu.drawn().nav(
            g.get("menu_path") or request.script_root + request.path)

    @cached_property
    def tenant(self) -> Tenant | None:
        return tenant_of(db.session, self.viewer)

    @cached_property
    def portal(self) -> Front | None:
        """Whose portal this is; None for staff, who have the shell of the back office."""
        if not self.viewer or not self.viewer.entity_id:
            return None
        menus = web_menus.released(db.session, self.viewer)
        return front_of(db.session, self.viewer, contacts=web_menus.FALE_CONOSCO in menus,
                        attendances=web_menus.MY_ATTENDANCES in menus)

    @property
    def is_staff(self) -> bool:
        """Somebody of the company, not a user of a portal."""
        return bool(self.viewer and not self.viewer.entity_id)

    @cached_property
    def bell(self) -> dict:
        """What the bell of a member of staff shows."""
        return bell(self.tenant.unread)

    @property
    def live_cursor(self) -> str:
        """Up to where this page knows what was told. A view whose rows it may be told of asks before it reads them."""
        return self.tenant.live

    @property
    def may_search(self) -> bool:
        return bool(self.viewer and self.viewer.may(Perm.ATTENDANCE_READ))

    @property
    def may_use_tokens(self) -> bool:
        return bool(self.viewer and self.viewer.may(Perm.TOKEN_USE))

    @property
    def may_configure(self) -> bool:
        return bool(self.viewer and self.viewer.may(Perm.SETTING_READ))

    @property
    def here(self) -> str:
        """Path and query of this page, to come back to; the home page when it is the answer to a form."""
        return request.full_path.rstrip("?") if request.method == "GET" else url_for("HomeView.index")

    @property
    def address(self) -> str | None:
        """Where the browser finds this page when it is read again: a refusal that answers a form whose address can only
        be sent to says so in `g.address`."""
        return g.get("address")

    @staticmethod
    def at(path: str) -> str:
        """An address of ours, below the prefix that a proxy may put before it."""
        return request.script_root + path


@lru_cache(maxsize=1000)
def icon(name: str) -> Markup:
    """A picture of Font Awesome, for the eye alone; of the solid ones where the name does not say which."""
    return Markup('<i class="{}" aria-hidden="true"></i>').format(name if " " in name else f"fa-solid {name}")


def shell() -> Shell:
    """The Shell of this request."""
    if "_shell" not in g:
        g._shell = Shell()
    return g._shell


def init_app(app) -> None:
    """Jinja globals, not a context processor: FAB renders its widgets where context processors do not reach."""
    addresses: dict[tuple[str, str], str] = {}

    def asset(filename: str) -> str:
        """The address of one of our static files, with a mark of its content: a browser may keep it for good."""
        key = (request.script_root, filename)
        if key not in addresses or app.debug:
            mark = hashlib.sha256((Path(app.static_folder) / filename).read_bytes()).hexdigest()[:10]
            addresses[key] = url_for("static", filename=filename, v=mark)
        return addresses[key]

    def fab_asset(filename: str) -> str:
        """The same for a file that comes with Flask-AppBuilder."""
        key = (request.script_root, "appbuilder/" + filename)
        if key not in addresses:
            addresses[key] = url_for("appbuilder.static", filename=filename, v=fab_version)
        return addresses[key]

    app.jinja_env.globals.update(
        shell=shell, kept_icon=icon, asset=asset, fab_asset=fab_asset, number=format_decimal, phase_name=PHASES.get)

    @app.after_request
    def remember_theme(response):
        """So that the sign-in page looks like what the person left."""
        profile = g.get("profile") if "_shell" in g else None
        if profile is not None and request.cookies.get(THEME_COOKIE) != shell().theme:
            response.set_cookie(THEME_COOKIE, shell().theme, max_age=YEAR, samesite="Lax", httponly=True,
                                secure=app.config["SESSION_COOKIE_SECURE"])
        return response

    @app.after_request
    def keep_marked_files(response):
        static = (request.endpoint or "").rpartition(".")[2] == "static"
        if static and response.status_code in (200, 304):
            if "v" in request.args:
                response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
            elif request.path.endswith(".woff2"):  # a style sheet names its fonts without a mark
                response.headers["Cache-Control"] = f"public, max-age={WEEK}"
        return response
