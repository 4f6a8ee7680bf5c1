"""Where to go after signing in."""
from urllib.parse import urlsplit, urlunsplit

from flask import current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect


def safe_next(value: str | None) -> str:
    """A page of ours, or the home page. Only path and query survive: scheme, host and fragment are dropped."""
    index = current_app.appbuilder.get_url_for_index
    if not value or any(ord(c) < 33 or c == "\\" for c in value):
        return index
    try:
        url = urlsplit(value)
    except ValueError:
        return index
    own = (request.host, urlsplit(current_app.config["PUBLIC_URL"]).netloc)
    if (url.scheme or url.netloc) and url.netloc not in own:
        return index
    if not url.path.startswith("/") or url.path.startswith("//") or not _is_page(url.path):
        return index
    return urlunsplit(("", "", url.path, url.query, ""))


def _is_page(path: str) -> bool:
    """Whether a GET finds something there: after signing in nobody should land on a 404 or 405."""
    try:
        current_app.url_map.bind("").match(path, method="GET")
    except RequestRedirect:
        return True  # a missing slash at the end
    except HTTPException:
        return False
    return True
