"""Reading orders and invoices of one entity: pages by key, newest first, and what they come to."""
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from ..models.entity import Entity
from ..models.order import Invoice, Order, OrderItem, OrderState
from ..security.visibility import visible
from ..text import digits
from . import paging


@dataclass(frozen=True)
class Page:
    """One page of a list: its rows, and the keys of the pages before and after it."""

    rows: list
    previous: str | None
    next: str | None


@dataclass(frozen=True)
class Sum:
    """How many there are, and what they come to."""

    count: int
    total: Decimal


@dataclass(frozen=True)
class Filter:
    """What the query of orders and invoices is narrowed by. Days are inclusive; `state` is that of the order."""

    since: date | None = None
    until: date | None = None
    number: str = ""
    state: str | None = None

    @property
    def given(self) -> bool:
        return bool(self.since or self.until or self.number.strip() or self.state)


def find_entity(session, viewer, pk: int) -> Entity | None:
    """The entity whose orders are asked for, if one may see it; with what the head of the page shows."""
    return session.scalar(select(Entity).where(Entity.id == pk, visible(Entity, viewer)).options(
        selectinload(Entity.phones), selectinload(Entity.econtacts)))


def orders_of(session, viewer, entity_id: int, filters: Filter, *, size=25, after=None, before=None) -> Page:
    """A page of the entity's orders with their items and invoices. Raises ValueError for a foreign page key."""
    query = session.query(Order).filter(*_orders(viewer, entity_id, filters)).options(
        selectinload(Order.items).joinedload(OrderItem.product), selectinload(Order.invoices))
    return Page(*paging.page(query, Order.ordered_on, Order.id, desc=True, size=size, after=after, before=before))


def invoices_of(session, viewer, entity_id: int, filters: Filter, *, size=25, after=None, before=None) -> Page:
    """A page of the entity's invoices with their orders. Raises ValueError for a foreign page key."""
    query = session.query(Invoice).filter(*_invoices(viewer, entity_id, filters)).options(joinedload(Invoice.order))
    return Page(*paging.page(query, Invoice.issued_on, Invoice.id, desc=True, size=size, after=after, before=before))


def order_sums(session, viewer, entity_id: int, filters: Filter) -> dict[str, Sum]:
    """{state: how many orders and what they come to}, in the order of the states; a state without any is left out."""
    rows = session.execute(select(Order.state, func.count(), func.sum(Order.total)).where(
        *_orders(viewer, entity_id, filters)).group_by(Order.state))
    found = {state: Sum(count, Decimal(total)) for state, count, total in rows}
    return {state: found[state] for state in OrderState if state in found}


def invoice_sum(session, viewer, entity_id: int, filters: Filter) -> Sum:
    """How many invoices there are, and what they come to."""
    count, total = session.execute(select(func.count(), func.coalesce(func.sum(Invoice.total), 0)).where(
        *_invoices(viewer, entity_id, filters))).one()
    return Sum(count, Decimal(total))


def find_orders(session, viewer, term, entity_id, limit, offset) -> list[tuple[int, str]]:
    """What the picker of an invoice's order offers: the entity's orders by number, newest first."""
    where = [visible(Order, viewer), Order.number.icontains(term.strip(), autoescape=True)]
    if entity_id is not None:
        where.append(Order.entity_id == entity_id)
    rows = session.execute(select(Order.id, Order.number).where(*where).order_by(
        Order.ordered_on.desc(), Order.id.desc()).limit(limit).offset(offset))
    return [tuple(row) for row in rows]


def _period(column, filters):
    since = [column >= filters.since] if filters.since else []
    return [*since, *([column <= filters.until] if filters.until else [])]


def _orders(viewer, entity_id, filters):
    where = [Order.entity_id == entity_id, visible(Order, viewer), *_period(Order.ordered_on, filters)]
    if filters.number.strip():
        where.append(Order.number.icontains(filters.number.strip(), autoescape=True))
    if filters.state:
        where.append(Order.state == filters.state)
    return where


def _invoices(viewer, entity_id, filters):
    """By its own number, its access key, or the number of its order."""
    where = [Invoice.entity_id == entity_id, visible(Invoice, viewer), *_period(Invoice.issued_on, filters)]
    if typed := filters.number.strip():
        key = "".join(typed.split())
        bare = digits(typed).lstrip("0") if not set(typed) - set("0123456789. ") else ""
        of_order = Invoice.order_id.in_(select(Order.id).where(
            Order.entity_id == entity_id, Order.number.icontains(typed, autoescape=True)))
        where.append(Invoice.number.icontains(bare or typed, autoescape=True)
                     | (Invoice.access_key == key.upper()) | of_order)
    if filters.state:
        where.append(Invoice.order_id.in_(select(Order.id).where(
            Order.entity_id == entity_id, Order.state == filters.state)))
    return where
