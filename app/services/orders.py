"""The verbs of orders ("Vendas", "Pedidos") and of their items. The company is the entity's, the total the items'.

`values` are plain: `entity` as id or row, number, ordered_on, state, total, notes, and `items` as [{"id": of a stored
row or left out, "product": id or row or None, "description", "quantity", "unit_price"}]. Left out, the items stay.
"""
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from ..errors import Conflict, DomainError, Invalid
from ..models.entity import Entity
from ..models.order import Invoice, Order, OrderState, line_total
from ..models.product import Product
from ..security.permissions import Perm
from ..security.visibility import visible
from . import amounts, records
from .entity_rules import NOT_A_CHOICE, REQUIRED, cleaned, raise_all
from .records import get_visible, require

__all__ = ["MAX_ITEMS", "ROWS", "check", "create", "delete", "entity_of", "total_of", "update"]

ROWS = ("items",)
MAX_ITEMS = 300
NOTES_LIMIT = 10_000


def create(session, values: dict, *, actor, now: datetime) -> Order:
    """Register an order. Raises Forbidden, InvalidMany with every refusal, Conflict for a number that is taken."""
    require(actor, Perm.ORDER_WRITE)
    ready = _checked(session, None, values, actor=actor, now=now)
    return records.create(session, Order, ready, actor=actor, now=now, rows=ROWS)


def update(session, pk: int, values: dict, *, version: int | None = None, actor, now: datetime) -> Order:
    """Change an order; items that are given replace the stored ones. Raises as create, NotFound and Stale."""
    require(actor, Perm.ORDER_WRITE)
    with session.no_autoflush:
        order = get_visible(session, Order, pk, actor)
        ready = _checked(session, order, values, actor=actor, now=now)
    return records.update(session, Order, pk, ready, version=version, actor=actor, now=now, rows=ROWS)


def delete(session, pk: int, *, version: int | None = None, actor, now: datetime) -> None:
    """Remove an order without invoices, and its items. Raises Forbidden, NotFound, Conflict."""
    require(actor, Perm.ORDER_WRITE)
    records.delete(session, Order, pk, version=version, actor=actor, now=now, rows=ROWS, check=_refuse_invoiced)


def check(session, pk: int | None, values: dict, *, actor, now: datetime) -> dict:
    """What create or update (of `pk`) would write of these values; raises what they would refuse, writes nothing."""
    require(actor, Perm.ORDER_WRITE)
    order = get_visible(session, Order, pk, actor) if pk is not None else None
    with session.no_autoflush:
        return _checked(session, order, values, actor=actor, now=now)


def total_of(items):
    """The sum of the items, each to the cent."""
    return sum((line_total(row["quantity"], row["unit_price"]) for row in items), start=amounts.CENT * 0)


def entity_of(session, given, actor, errors: list) -> Entity | None:
    """The entity of an order or an invoice, of one's own companies; a refusal goes to `errors`."""
    pk = getattr(given, "id", given)
    if pk is None:
        errors.append(Invalid(REQUIRED, field="entity"))
        return None
    entity = session.scalar(select(Entity).where(Entity.id == pk, visible(Entity, actor)))
    if entity is None:
        errors.append(Invalid(NOT_A_CHOICE, field="entity"))
    return entity


def kept_number(values: dict, limit: int, errors: list) -> None:
    """Put the number of an order or an invoice into the form in which it is compared; refuse none, and a long one."""
    number = " ".join(str(values.get("number") or "").split())
    values["number"] = number
    if not number:
        errors.append(Invalid(REQUIRED, field="number"))
    elif len(number) > limit:
        errors.append(Invalid(_l("At most %(n)s characters; there are %(have)s."), field="number", n=limit,
                              have=len(number)))


def attempt(errors: list, call, *args, **options):
    """The result of `call`, or None with its refusal kept."""
    try:
        return call(*args, **options)
    except DomainError as error:
        errors.append(error)
        return None


def _checked(session, order, values, *, actor, now) -> dict:
    """The values as they are written. Raises every refusal at once."""
    errors: list[DomainError] = []
    ready = {name: cleaned(value) for name, value in values.items() if name not in ("company", "company_id")}
    if "entity" in ready or order is None:
        entity = entity_of(session, ready.get("entity"), actor, errors)
        ready["entity"] = entity
        if entity is not None:
            ready["company_id"] = entity.company_id
            _stays_with_invoices(session, order, entity, errors)
    if "number" in ready or order is None:
        kept_number(ready, Order.number.type.length, errors)
    if "ordered_on" in ready or order is None:
        ready["ordered_on"] = attempt(errors, amounts.day, ready.get("ordered_on"), "ordered_on", now=now)
    if "state" in ready and ready["state"] not in tuple(OrderState):
        errors.append(Invalid(NOT_A_CHOICE, field="state"))
    if len(ready.get("notes") or "") > NOTES_LIMIT:
        errors.append(Invalid(_l("At most %(n)s characters; there are %(have)s."), field="notes", n=NOTES_LIMIT,
                              have=len(ready["notes"])))
    if "items" in ready:
        ready["items"] = _items(session, order, ready["items"] or [], actor, errors)
    if "total" in ready:
        ready["total"] = attempt(errors, amounts.money, ready["total"], "total")
    raise_all(errors)
    _sum(order, ready)
    return ready


def _sum(order, ready) -> None:
    """The total follows the items; only an order without any has one of its own."""
    if ready.get("items"):
        ready["total"] = total_of(ready["items"])
        if ready["total"] >= amounts.MOST:
            raise Invalid(_l("The amount is too large."), field="total")
    elif order is not None and order.items and "items" not in ready:
        ready.pop("total", None)
    elif "items" in ready:
        ready.setdefault("total", amounts.CENT * 0)


def _items(session, order, rows, actor, errors) -> list[dict]:
    if len(rows) > MAX_ITEMS:
        errors.append(Invalid(_l("An order has at most %(n)s items."), field="items", n=MAX_ITEMS))
        return []
    wanted = {getattr(row.get("product"), "id", row.get("product")) for row in rows} - {None}
    known = {row.id: row for row in session.scalars(
        select(Product).where(Product.id.in_(wanted), visible(Product, actor)))} if wanted else {}
    stored = {item.id: item.product_id for item in order.items} if order is not None else {}
    return [_item(row, f"items.{position}", known, stored, errors) for position, row in enumerate(rows)]


def _item(row, at, known, stored, errors) -> dict:
    row = {name: cleaned(value) for name, value in row.items()}
    pk = getattr(row.get("product"), "id", row.get("product"))
    product = known.get(pk)
    if pk is not None and (product is None or not (product.active or stored.get(row.get("id")) == pk)):
        errors.append(Invalid(NOT_A_CHOICE, field=f"{at}.product"))
    elif pk is None and not row.get("description"):
        errors.append(Invalid(_l("Choose a product or describe the item."), field=f"{at}.product"))
    if len(row.get("description") or "") > 200:
        errors.append(Invalid(_l("At most %(n)s characters; there are %(have)s."), field=f"{at}.description", n=200,
                              have=len(row["description"])))
    return {**({"id": row["id"]} if row.get("id") else {}), "product": product, "description": row.get("description"),
            "quantity": attempt(errors, amounts.quantity, row.get("quantity"), f"{at}.quantity"),
            "unit_price": attempt(errors, amounts.money, row.get("unit_price"), f"{at}.unit_price")}


def _stays_with_invoices(session, order, entity, errors) -> None:
    """An order that was invoiced cannot pass to somebody else: its invoices would stay behind."""
    if order is None or order.entity_id == entity.id:
        return
    if session.scalar(select(Invoice.id).where(Invoice.order_id == order.id).limit(1)) is not None:
        errors.append(Conflict(_l("This order has invoices of the entity it has now."), field="entity"))


def _refuse_invoiced(session, order, *, actor):
    number = session.scalar(select(Invoice.number).where(Invoice.order_id == order.id).limit(1))
    if number is not None:
        raise Conflict(_l("The invoice %(number)s is of this order: delete it, or take the order out of it, first."),
                       number=number)
