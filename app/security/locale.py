"""The language of a request: the person's own, else the one chosen in this browser, else the installation's (G-04)."""
from flask import current_app, g, has_request_context, request
from flask import session as cookie
from flask_babel import get_locale, get_translations

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


def texts():
    """The catalogue of this request's language. A page has a hundred texts: it is looked up once, not for each."""
    if not has_request_context():
        return get_translations()
    locale, kept = get_locale(), g.get("texts")
    if kept is None or kept[0] is not locale:
        g.texts = kept = (locale, get_translations())
    return kept[1]


def init_app(app) -> None:
    """After AppBuilder, which installs a selector of its own."""
    app.extensions["babel"].locale_selector = selected
    app.jinja_env.install_gettext_callables(
        lambda text: texts().ugettext(text), lambda one, many, n: texts().ungettext(one, many, n), newstyle=True,
        pgettext=lambda about, text: texts().upgettext(about, text),
        npgettext=lambda about, one, many, n: texts().unpgettext(about, one, many, n))
    # Jinja's own _ looks `gettext` up by name, at each of them
    app.jinja_env.globals["_"] = app.jinja_env.globals["gettext"]

    @app.before_request
    def remember():
        """FAB's /lang/<code> tells the cookie only; who is signed in keeps the choice."""
        code = (request.view_args or {}).get("locale")
        if request.endpoint == "LocaleView.index" and g.get("viewer") and code in app.config["LANGUAGES"]:
            with unit_of_work(db.session) as session:
                accounts.set_locale(session, code, actor=g.viewer, now=utc_now())
