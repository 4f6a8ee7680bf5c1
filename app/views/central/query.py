"""What a request of the central asks: its address, the instants deadlines are compared with, and the names in it."""
from datetime import datetime
from functools import partial

from flask import abort, g, request
from flask_babel import get_timezone
from werkzeug.datastructures import MultiDict

from ...database import utc_now
from ...extensions import db
from ...models.custom_form import FieldTarget
from ...queries import ticket_address, ticket_choices
from ...queries.catalogue import FieldSpec
from ...queries.field_filters import PREFIX, Unreadable
from ...queries.field_order import field_of
from ...queries.ticket_address import Asked
from ...queries.tickets import Bounds
from ...services.settings import get_settings
from ...services.tickets import thresholds
from .. import custom_filters
from ..custom import definitions


def asked(*, lost: list | None = None) -> Asked:
    """The address of this request; what is unknown answers 400. Raises Invalid for what is no day and no value.

    Of a saved view, `lost` is given the names of configurators' fields that it asks for and that are no more.
    """
    fields = partial(custom_filters.asked, FieldTarget.ATTENDANCE, lost=lost)
    try:
        return ticket_address.read(_address(lost), custom=fields, ordering=_field)
    except Unreadable:
        abort(400)


def told() -> Asked:
    """What can be read of an address of which something was refused."""
    return ticket_address.read(_address([]), period=False, custom=lambda _arguments: (), ordering=_field)


def _field(name: str) -> FieldSpec | None:
    return field_of(name, definitions(FieldTarget.ATTENDANCE))


def _address(lost: list | None) -> MultiDict:
    """The address; of a saved view (`lost`) without an order by a field that is no more."""
    name = request.args.get("order", "").strip().removeprefix("-")
    if lost is None or not name.startswith(PREFIX) or _field(name) is not None:
        return request.args
    lost.append(custom_filters.label_of(FieldTarget.ATTENDANCE, name))
    return MultiDict([each for each in request.args.items(multi=True) if each[0] != "order"])


def checked() -> Asked:
    """The same with every id looked up: for what shows no filters of its own. Raises Invalid."""
    found = asked(lost=[] if custom_filters.in_export() else None)
    if ticket_choices.unknown(db.session, g.viewer, found.filters):
        abort(400)
    return found


def now() -> datetime:
    """One instant a request: filters, counts, rows and files agree to the second."""
    return g.setdefault("_central_now", utc_now())


def zone() -> str:
    return str(get_timezone())


def uses_crm() -> bool:
    """The central stays closed (C-07)."""
    return bool(_settings()["uses_crm"])


def bounds(timezone: str | None = None) -> Bounds:
    """The instants of this request, at the person's place or at another."""
    if timezone is not None:
        return thresholds.bounds(db.session, timezone=timezone, now=now(), kept=_settings())
    if "_central_bounds" not in g:
        g._central_bounds = thresholds.bounds(db.session, timezone=zone(), now=now(), kept=_settings())
    return g._central_bounds


def _settings() -> dict:
    if "_central_settings" not in g:
        g._central_settings = get_settings(db.session, "uses_crm", *thresholds.PARAMETERS)
    return g._central_settings
