"""The language of a request: the person's own, else the one chosen in this browser, else the installation's (G-04)."""
from flask import current_app, g, has_request_context, request
from flask import session as cookie
from flask_babel import Domain
from markupsafe import Markup

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


class Texts(Domain):
    """The catalogues. That of a request's language is looked up once: a page has a hundred texts, and for each of them
    Flask-Babel asks four times which language it is."""

    def get_translations(self):
        try:
            found = g._flask_babel.babel_translations  # force_locale() and refresh() set it to None
        except (AttributeError, RuntimeError):  # nothing was translated yet, or there is no application
            found = None
        if found is None:
            found = super().get_translations()
            if (context := g.get("_flask_babel") if g else None) is not None:
                context.babel_translations = found
        return found

    def told(self, text: str, /, **variables) -> Markup:
        """A text of a template. These are literals, so that each language keeps no more of them than templates have."""
        catalogue = self.get_translations()
        try:
            told = catalogue.told[text]
        except (AttributeError, KeyError):
            told = vars(catalogue).setdefault("told", {})[text] = Markup(catalogue.ugettext(text))  # noqa: S704  (ours)
        return told % variables if variables or "%" in told else told


def init_app(app) -> None:
    """After AppBuilder, which installs a selector of its own."""
    babel = app.extensions["babel"]
    babel.locale_selector = selected
    texts = babel.instance.domain_instance = Texts(domain=babel.default_domain)
    app.jinja_env.install_gettext_callables(
        texts.gettext, lambda one, many, n: texts.get_translations().ungettext(one, many, n), newstyle=True,
        pgettext=lambda about, text: texts.get_translations().upgettext(about, text),
        npgettext=lambda about, one, many, n: texts.get_translations().unpgettext(about, one, many, n))
    # Jinja's own go through the context of the template, twice for each text
    app.jinja_env.globals["_"] = app.jinja_env.globals["gettext"] = texts.told

    @app.before_request
    def remember():
        """FAB's /lang/<code> tells the cookie only; who is signed in keeps the choice."""
        code = (request.view_args or {}).get("locale")
        if request.endpoint == "LocaleView.index" and g.get("viewer") and code in app.config["LANGUAGES"]:
            with unit_of_work(db.session) as session:
                accounts.set_locale(session, code, actor=g.viewer, now=utc_now())
