"""The verbs of invoices ("Notas fiscais"). The company is the entity's; so is the order, if there is one.

`values` are plain: `entity` and `order` as ids or rows, number, series, access_key, issued_on, total.
"""
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from .. import access_keys
from ..errors import DomainError, Invalid
from ..models.order import Invoice, Order
from ..security.permissions import Perm
from ..security.visibility import visible
from . import amounts, records
from .entity_rules import NOT_A_CHOICE, cleaned, raise_all
from .orders import attempt, entity_of, kept_number
from .records import get_visible, require

FIRST_SERIES = "1"


def create(session, values: dict, *, actor, now: datetime) -> Invoice:
    """Register an invoice. Raises Forbidden, InvalidMany, Conflict for a number or an access key that is taken."""
    require(actor, Perm.ORDER_WRITE)
    ready = _checked(session, None, values, actor=actor, now=now)
    return records.create(session, Invoice, ready, actor=actor, now=now)


def update(session, pk: int, values: dict, *, version: int | None = None, actor, now: datetime) -> Invoice:
    """Change an invoice. Raises as create, NotFound and Stale."""
    require(actor, Perm.ORDER_WRITE)
    with session.no_autoflush:
        invoice = get_visible(session, Invoice, pk, actor)
        ready = _checked(session, invoice, values, actor=actor, now=now)
    return records.update(session, Invoice, pk, ready, version=version, actor=actor, now=now)


def delete(session, pk: int, *, version: int | None = None, actor, now: datetime) -> None:
    """Remove an invoice. Raises Forbidden, NotFound."""
    require(actor, Perm.ORDER_WRITE)
    records.delete(session, Invoice, pk, version=version, actor=actor, now=now)


def check(session, pk: int | None, values: dict, *, actor, now: datetime) -> dict:
    """What create or update (of `pk`) would write of these values; raises what they would refuse, writes nothing."""
    require(actor, Perm.ORDER_WRITE)
    invoice = get_visible(session, Invoice, pk, actor) if pk is not None else None
    with session.no_autoflush:
        return _checked(session, invoice, values, actor=actor, now=now)


def bare(number: str | None) -> str:
    """A number or a series as it is compared: `"000.020.417"` and `"20417"` are one."""
    text = " ".join((number or "").split())
    digits = text.replace(".", "")
    return (digits.lstrip("0") or "0") if digits.isascii() and digits.isdigit() else text


def _checked(session, invoice, values, *, actor, now) -> dict:
    errors: list[DomainError] = []
    ready = {name: cleaned(value) for name, value in values.items() if name not in ("company", "company_id")}
    entity = invoice.entity if invoice is not None else None
    if "entity" in ready or invoice is None:
        entity = ready["entity"] = entity_of(session, ready.get("entity"), actor, errors)
        if entity is not None:
            ready["company_id"] = entity.company_id
    _order(session, invoice, ready, entity, actor, errors)
    if "number" in ready or invoice is None:
        ready["number"] = bare(ready.get("number"))
        kept_number(ready, Invoice.number.type.length, errors)
    if "series" in ready or invoice is None:
        ready["series"] = bare(ready.get("series")) or FIRST_SERIES
        if len(ready["series"]) > Invoice.series.type.length:
            errors.append(Invalid(_l("At most %(n)s characters; there are %(have)s."), field="series",
                                  n=Invoice.series.type.length, have=len(ready["series"])))
    if "access_key" in ready:
        ready["access_key"] = attempt(errors, access_keys.checked, ready["access_key"])
    if "issued_on" in ready or invoice is None:
        ready["issued_on"] = attempt(errors, amounts.day, ready.get("issued_on"), "issued_on", now=now)
    if "total" in ready or invoice is None:
        ready["total"] = attempt(errors, amounts.money, ready.get("total"), "total")
    raise_all(errors)
    return ready


def _order(session, invoice, ready, entity, actor, errors) -> None:
    """The order must be one the actor sees, of the same entity; also where only the entity is changed."""
    given = ready.get("order")
    if "order" not in ready and invoice is not None and "entity" in ready:
        given = invoice.order_id
    pk = getattr(given, "id", given)
    if pk is None:
        return
    order = session.scalar(select(Order).where(Order.id == pk, visible(Order, actor)))
    if order is None:
        errors.append(Invalid(NOT_A_CHOICE, field="order"))
    elif entity is not None and order.entity_id != entity.id:
        errors.append(Invalid(_l("This order is of another entity."), field="order"))
    if "order" in ready:
        ready["order"] = order
