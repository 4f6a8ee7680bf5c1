"""The language of a request: the person's own, else the one chosen in this browser, else the installation's (G-04)."""
from flask import current_app, g, has_request_context, request
from flask import session as cookie

from ..database import unit_of_work, utc_now
from ..extensions import db
from ..services import accounts


def selected() -> str:
    """A key of LANGUAGES. FAB's own selector knows no profile and writes the default into every cookie."""
    default, known = current_app.config["BABEL_DEFAULT_LOCALE"], current_app.config["LANGUAGES"]
    if not has_request_context():
        return default
    profile = g.get("profile")
    for code in (request.args.get("_l_"), profile.locale if profile else None, cookie.get("locale")):
        if code in known:
            return code
    return default


def init_app(app) -> None:
    """After AppBuilder, which installs a selector of its own."""
    app.extensions["babel"].locale_selector = selected
    # Jinja's own _ looks `gettext` up by name, at each of a page's hundred texts
    app.jinja_env.globals["_"] = app.jinja_env.globals["gettext"]

    @app.before_request
    def remember():
        """FAB's /lang/<code> tells the cookie only; who is signed in keeps the choice."""
        code = (request.view_args or {}).get("locale")
        if request.endpoint == "LocaleView.index" and g.get("viewer") and code in app.config["LANGUAGES"]:
            with unit_of_work(db.session) as session:
                accounts.set_locale(session, code, actor=g.viewer, now=utc_now())
