"""What every resource shares: bodies read through a schema, answers and refusals as the contract writes them."""
from collections.abc import Callable

from flask import g, jsonify, request
from flask_appbuilder.api import BaseApi
from flask_babel import gettext as _
from marshmallow import Schema, ValidationError

from ..errors import DomainError, Invalid, InvalidMany
from ..services import idempotency

MAX_LIMIT = 100


class BadRequest(DomainError):
    """The request itself cannot be read: not JSON, an unknown argument value."""

    status, code = 400, "bad_request"


class Resource(BaseApi):
    """Machines only: a bearer token, never a cookie (a cookie here would have no CSRF check)."""

    version = "v1"
    allow_browser_login = False

    def response_401(self):
        return problem(401, "unauthorized", _("Sign in first: the token is missing, wrong or has ended."))

    def response_403(self):
        return problem(403, "forbidden", _("You do not have permission to do this."))


def problem(status: int, code: str, message: str, fields: dict | None = None):
    """An error as the contract writes it."""
    return jsonify(error={"code": code, "message": message, "fields": fields or {}}), status


def body(schema: Schema) -> dict:
    """The JSON body as the schema's values. Raises BadRequest, InvalidMany with every field's message."""
    data = request.get_json(silent=True)
    if not isinstance(data, dict):
        raise BadRequest(_("The body must be a JSON object."))
    try:
        return schema.load(data)
    except ValidationError as error:
        refusals = [Invalid(" ".join(texts), field=name) for name, texts in _flat(error.messages)]
        raise InvalidMany(refusals) from error


def once(session, act_name: str, asked, now, act: Callable[[], dict]) -> dict:
    """What `act()` answers; to a retry with the same Idempotency-Key, what it answered the first time.

    `asked` is all that tells one request from another, as JSON values: the same key for another one is refused.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return act()
    return idempotency.answer_once(
        session, user_id=actor().user_id, key=f"{act_name}:{key}", body=asked, now=now, act=act)[0]


def _flat(messages, path=()):
    for name, value in messages.items():
        here = (*path, str(name))
        if isinstance(value, dict):
            yield from _flat(value, here)
        else:
            yield ".".join(here), [str(text) for text in value] if isinstance(value, list) else [str(value)]


def limit() -> int:
    """How many items a list answers: `limit`, 1 to 100, 25 where it is not given. Raises BadRequest."""
    text = request.args.get("limit", "25")
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= MAX_LIMIT:
        raise BadRequest(_("limit must be a whole number from 1 to %(n)s."), n=MAX_LIMIT)
    return int(text)


def whole_argument(name: str) -> int | None:
    """An id in the query. Raises BadRequest for anything else."""
    text = request.args.get(name)
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise BadRequest(_("%(name)s must be a whole number."), name=name)
    return int(text)


def actor():
    return g.viewer


def instant(value) -> str | None:
    return value.isoformat() if value else None
