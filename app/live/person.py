"""Whose stream it is: Flask's cookie and our session row, without a request of Flask's and never a Set-Cookie."""
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from flask.sessions import SecureCookieSessionInterface
from itsdangerous import BadSignature

from ..database import utc_now
from ..security import sessions


def token_of(app, headers: dict[str, str]) -> tuple[str, str] | None:
    """(token of the session, id of the user) that the cookie holds, if we have signed it."""
    try:
        cookie = SimpleCookie(headers.get("cookie", "")).get(app.config["SESSION_COOKIE_NAME"])
        signer = SecureCookieSessionInterface().get_signing_serializer(app)
        age = int(app.permanent_session_lifetime.total_seconds())
        kept = signer.loads(cookie.value, max_age=age) if cookie and signer else {}
    except (BadSignature, CookieError):
        return None
    token, user_id = kept.get(sessions.COOKIE_KEY), kept.get("_user_id")
    return (token, str(user_id)) if token and user_id else None


def is_foreign(app, headers: dict[str, str]) -> bool:
    """Whether a page of somebody else's asks. A browser says so; the cookie does not go along, either (SameSite)."""
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return True
    origin = headers.get("origin")
    return bool(origin) and urlsplit(origin).netloc not in (
        urlsplit(app.config["PUBLIC_URL"]).netloc, headers.get("host"))


def still(app, session, hashes) -> dict[str, sessions.LiveSession]:
    """Of these sessions of the web those that are good now, with who holds them and what he may."""
    limits = sessions.Limits.from_config(app.config)
    found = sessions.check_many(session, hashes, now=utc_now(), limits=limits)
    return {key: each for key, each in found.items() if each.kind == "web"}
