"""What every resource shares: bodies read through a schema, answers and refusals as the contract writes them."""
from collections.abc import Callable
from copy import deepcopy

from flask import g, jsonify, request
from flask_appbuilder.api import BaseApi
from flask_babel import gettext as _
from marshmallow import Schema, ValidationError

from ..database import unit_of_work, utc_now
from ..errors import DomainError, Invalid, InvalidMany, NotFound
from ..extensions import db
from ..queries import attendances, paging
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

    def operation_helper(self, path=None, operations=None, methods=None, func=None, **_options):
        """FAB reads docstrings; ours are declared beside the address (`operation`)."""
        for method in methods:
            operations[method.lower()] = {
                **deepcopy(func.operation), "operationId": f"{type(self).__name__}.{func.__name__}"}

    def add_apispec_components(self, api_spec):
        """FAB's own answers are not ours."""


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
        refusals = [Invalid(" ".join(texts), field=name) for name, texts in flat(error.messages)]
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


def written(act: Callable, name: str | None = None, *, status: int = 200):
    """The answer of `act(session, now)`, which changes something: one unit of work, once for one Idempotency-Key.

    `name` tells this act from others under the same key; without it (PATCH, PUT, DELETE) a key means nothing.
    """
    now = utc_now()
    with unit_of_work(db.session) as session:
        if name is None:
            answer = act(session, now)
        else:
            asked = [request.view_args, request.get_json(silent=True)]
            answer = once(session, name, asked, now, lambda: act(session, now))
    return ("", 204) if answer is None else (jsonify(answer), status)


def listed(shape, query, column, key, args: dict, *, desc=False):
    """A page of a list by key. `args` are those of `Listed`."""
    try:
        rows, _previous, following = paging.page(
            query, column, key, desc=desc, size=args["limit"], after=args["after"])
    except ValueError as error:
        raise not_a_key() from error
    return jsonify(items=[shape(row) for row in rows], next=following)


def not_a_key() -> BadRequest:
    return BadRequest(_("after is not a page key of this list."), field="after")


def attendance_id(address: str) -> int:
    """The id of the attendance at an address. Raises NotFound."""
    pk = attendances.id_at(db.session, actor(), address)
    if pk is None:
        raise NotFound(_("Attendance not found."))
    return pk


def flat(messages, path=()):
    """(name, texts) of every refusal of a schema; of a row by its place: phones.1.number."""
    for name, value in messages.items():
        here = (*path, str(name))
        if isinstance(value, dict):
            yield from flat(value, here)
        else:
            yield ".".join(here), [str(text) for text in value] if isinstance(value, list) else [str(value)]


def actor():
    return g.viewer


def instant(value) -> str | None:
    return value.isoformat() if value else None
