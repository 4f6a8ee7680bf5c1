"""Error pages in the product's look, and problem answers for the API and for scripts."""
import secrets
from datetime import timedelta
from urllib.parse import urlsplit

from flask import current_app, g, jsonify, render_template, request
from flask import session as cookie
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from markupsafe import Markup
from sqlalchemy.exc import DataError
from werkzeug.exceptions import HTTPException, InternalServerError

from ..database import utc_now
from ..errors import DomainError, Invalid, InvalidMany, NotFound
from ..extensions import db
from ..security.auth_view import AuthView, why_ended
from ..security.safe_next import safe_next
from ..security.sessions import COOKIE_KEY
from ..services import drafts
from ..services.refusals import REFUSALS, refusal

# status -> code for programs, title, what happened and what to do
PAGES = {
    400: ("bad_request", _l("The request could not be understood"),
          _l("Something in the address or in the form is not valid. Go back, check it and try again.")),
    401: ("unauthorized", _l("Sign in to continue"), _l("Your session ended. Sign in again.")),
    403: ("forbidden", _l("You do not have access to this page"),
          _l("If you need it for your work, ask a supervisor to grant you the permission.")),
    404: ("not_found", _l("Page not found"),
          _l("The address is wrong, the record does not exist or you may not see it.")),
    405: ("method_not_allowed", _l("This page cannot be opened this way"),
          _l("The address belongs to a form. Open the page from the menu and try again.")),
    409: ("conflict", _l("The record does not allow this now"),
          _l("It was changed, or it is in use. Reload it and try again.")),
    413: ("too_large", _l("What was sent is too large"),
          _l("Send smaller files, or fewer at a time.")),
    422: ("invalid", _l("Something is not valid"),
          _l("Go back, correct what is marked and try again.")),
    429: ("too_many_requests", _l("Too many requests"),
          _l("Wait a moment and try again.")),
    500: ("internal_error", _l("Something went wrong on our side"),
          _l("What you were doing was not saved. Try again; if it happens again, tell the support team the reference "
             "below.")),
    503: ("unavailable", _l("The service is not available now"), _l("Wait a moment and try again.")),
}
CSRF_TITLE = _l("This page was open for too long")
CSRF_SHORT = _l("This page is of an earlier sign-in: copy what you typed, reload the page and type it again.")
CSRF_TEXT = _l("For your safety nothing was saved. Copy what you typed below, go back, reload the page and send it "
               "again.")
ENDED_TITLE = _l("Your session has ended")
ENDED_TEXT = _l("Nothing was saved. Copy what you typed, sign in again and send it once more.")
NOT_SAVED = _l("Nothing was saved: copy what you typed below.")
GONE = _l("The record was deleted while you were editing it, or you may no longer see it. Nothing was saved: copy what "
          "you typed below.")
PLAIN = Markup('<!DOCTYPE html><html lang="pt-BR"><meta charset="utf-8"><title>{0}</title>'
               '<h1>{0}</h1><p>{1}</p><p>{2}</p><p><a href="{3}">Balcão</a></p></html>')
LATELY = timedelta(minutes=15)  # a draft is of the form that was just refused
HIDDEN = ("_back", "return", "next", "action", "version")  # nobody has typed these
SECRETS = ("password", "token", "secret", "code", "key")  # never shown again, whatever the form
KEPT_BACK = ("current", "again", "headers")  # of one's password, and what a service is asked with


def init_app(app) -> None:
    """Every refusal, ours or the framework's, ends here."""
    app.register_error_handler(CSRFError, _csrf)
    for kind in (*REFUSALS, OverflowError):
        app.register_error_handler(kind, _refused)
    app.register_error_handler(InternalServerError, _internal)
    app.register_error_handler(HTTPException, _http)
    app.before_request(_sent_too_late)


def problem(status: int, code: str, message: str, fields: dict | None = None):
    """The answer for programs: `{"error": {"code", "message", "fields"}}`."""
    response = jsonify(error={"code": code, "message": message, "fields": fields or {}})
    response.status_code = status
    return response


def wants_json() -> bool:
    """A call of the API, or a script that asks for JSON."""
    if request.path.startswith("/api/"):
        return True
    accepted = request.accept_mimetypes
    return accepted.best == "application/json" and not accepted.accept_html


def _http(error: HTTPException):
    if error.response is not None or error.code is None or error.code < 400:
        return error  # a redirect, or an answer made on purpose
    status = error.code if error.code in PAGES else (400 if error.code < 500 else 500)
    code, title, text = PAGES[status]
    if wants_json():
        answer = problem(error.code, code, str(title))
    else:
        more = {"typed": typed_fields()} if status in (403, 404) and request.method == "POST" else {}
        if status == 404 and more.get("typed"):
            text = GONE
        elif status == 403:
            more |= {"draft": _has_draft(), "came_from": _came_from()}
        answer = current_app.make_response((_page(status, str(title), str(text), **more), error.code))
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After", "WWW-Authenticate"):
            answer.headers[name] = value
    return answer


def _domain(error: DomainError):
    """A rule that refused where no form shows it."""
    if wants_json():
        errors = error.errors if isinstance(error, InvalidMany) else [error]
        return problem(error.status, error.code, str(error), {e.field: str(e) for e in errors if e.field})
    title, text = PAGES[error.status][1:] if error.status in PAGES else PAGES[422][1:]
    if error.status == 404:
        return _page(404, str(title), str(text)), 404
    return _page(error.status, str(title), str(error)), error.status


def _refused(error):
    """What no form has shown: a rule's refusal, or the database's where two wrote the same at once."""
    if isinstance(error, DomainError):
        return _domain(error)
    db.session.rollback()  # what the database refused has ended the transaction: the page reads in a new one
    if isinstance(error, (DataError, OverflowError)):  # PostgreSQL's and SQLite's: no row can have this number or text
        reading = request.method in ("GET", "HEAD")
        return _domain(NotFound(PAGES[404][1]) if reading else Invalid(PAGES[422][1]))
    return _domain(refusal(error))


def _csrf(error: CSRFError):
    if not current_user.is_authenticated and request.blueprint != AuthView.__name__:
        return _ended()
    if wants_json():
        return problem(400, "csrf", str(CSRF_SHORT))
    return _page(400, str(CSRF_TITLE), str(CSRF_TEXT), typed=typed_fields()), 400


def _sent_too_late():
    """What was sent when the session was over is shown again, instead of being lost on the way to the sign-in."""
    page = request.blueprint not in (None, AuthView.__name__) and not request.path.startswith("/api/")
    return _ended() if page and request.method == "POST" and g.viewer is None and cookie.get(COOKIE_KEY) else None


def _ended():
    """Why one must sign in, and what one had typed."""
    why = why_ended()
    if wants_json():
        return problem(401, "unauthorized", f"{ENDED_TITLE}. {why or ENDED_TEXT}")
    typed = typed_fields()
    text = f"{why} {NOT_SAVED if typed else ''}" if why else ENDED_TEXT if typed else PAGES[401][2]
    return _page(401, str(ENDED_TITLE), str(text), typed=typed, ended=True), 401


def _internal(error: InternalServerError):
    """Flask has logged the trace; the reference ties it to what the person reads. The page never shows it."""
    reference = secrets.token_hex(4).upper()
    current_app.logger.error("error reference=%s %s %s: %r", reference, request.method, request.path,
                             error.original_exception or error)
    db.session.rollback()
    code, title, text = PAGES[500]
    if wants_json():
        return problem(500, code, f"{title} ({_('reference %(number)s', number=reference)})")
    return _page(500, str(title), str(text), reference=reference), 500


def _page(status: int, title: str, text: str, **values) -> str:
    try:
        return render_template("errors/page.html", status=status, heading=title, text=text, title=title,
                               base_template=current_app.appbuilder.base_template, appbuilder=current_app.appbuilder,
                               back=_where_one_was(), **values)
    except Exception:  # the shell itself cannot be drawn: the database is away, or the fault is in a template
        current_app.logger.exception("the error page could not be drawn")
        g.pop("_shell", None)
        return PLAIN.format(title, text, values.get("reference", ""), request.script_root + "/")


def _has_draft() -> bool:
    """Whether what the person was typing just now is kept: a right that is taken meanwhile loses nothing of it."""
    viewer = g.get("viewer")
    return viewer is not None and drafts.kept_since(db.session, utc_now() - LATELY, actor=viewer)


def _came_from() -> bool:
    """Whether there is another page of ours to go back to."""
    origin = urlsplit(request.referrer or "")
    return origin.netloc == request.host and origin.path != request.path


def _where_one_was() -> str:
    """Where to go on after signing in: this page, or the one whose form was sent."""
    here = safe_next(request.full_path.rstrip("?"))
    return here if here.startswith(request.path) else safe_next(request.referrer)


def typed_fields() -> list[tuple[str, str]]:
    """[(label, text)] of the refused form, so that nobody has to type it again: what its screen says was typed, else
    the longer texts, with the labels that its screen knows."""
    screens = current_app.appbuilder.baseviews
    screen = next((each for each in screens if each.blueprint and each.blueprint.name == request.blueprint), None)
    if told := getattr(screen, "typed_fields", None):
        return told()
    labels = getattr(screen, "label_columns", None) or {}
    return [(str(labels.get(name, "")), value) for name, value in request.form.items(multi=True)
            if len(value.strip()) > 2 and not any(word in name.lower() for word in SECRETS)
            and name not in (*HIDDEN, *KEPT_BACK) and not (value.isdigit() and name.endswith("_id"))][:40]
