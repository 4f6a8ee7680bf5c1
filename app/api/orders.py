"""Orders over REST: read, and written by who keeps them (an ERP)."""
from flask import jsonify
from sqlalchemy.orm import joinedload, selectinload

from ..extensions import db
from ..models.order import Order, OrderItem, OrderState
from ..security.visibility import visible
from ..services import orders
from ..services.records import get_visible
from . import schemas
from .alerts import AT_VERSION
from .arguments import Listed, Whole, one_of, text
from .base import Resource, actor, body, listed, written
from .operation import operation
from .related import pointed, refused_at
from .shapes import AMOUNT, NAMED, Shape, empty, many, named

ITEM = Shape("OrderItem", OrderItem, "id description quantity unit_price",
             product=(empty(NAMED), lambda row: named(row.product)), total=(AMOUNT, lambda row: f"{row.total:f}"))
ORDER = Shape("Order", Order, "id entity company number ordered_on state total notes version",
              items=(many(ITEM.ref), lambda row: list(map(ITEM, row.items))),
              invoices=(many(NAMED), lambda row: list(map(named, row.invoices))))


class OrderRow(schemas.Body):
    id = schemas.whole()
    product_id = schemas.whole()
    description = schemas.text(200)
    quantity = schemas.amount(required=True)
    unit_price = schemas.amount(required=True)


class AddOrder(schemas.Body):
    person_id = schemas.whole(required=True)
    number = schemas.text(40, required=True)
    ordered_on = schemas.day(required=True)
    state = schemas.choice(*OrderState, load_default=OrderState.OPEN.value)
    total = schemas.amount(metadata={"description": "Of an order without items; else it is theirs"})
    notes = schemas.text(10_000)
    items = schemas.rows(OrderRow)


class ListOrders(Listed):
    person_id = Whole()
    number = text(40)
    state = one_of(*OrderState)


ADD, CHANGE, LIST = AddOrder(), schemas.change_of(AddOrder), ListOrders()
_LOADED = (joinedload(Order.entity), joinedload(Order.company), selectinload(Order.invoices),
           selectinload(Order.items).joinedload(OrderItem.product))


class OrderApi(Resource):
    resource_name = "orders"
    class_permission_name = "order"
    method_permission_name = {"get_list": "read", "get": "read", "post": "write", "change": "write", "delete": "write"}
    openapi_spec_tag = "Orders"

    @operation("", summary="List orders", query=LIST, listed=ORDER, description="The newest first.")
    def get_list(self):
        args = LIST.read()
        query = db.session.query(Order).filter(visible(Order, actor())).options(*_LOADED)
        for name, column in (("person_id", Order.entity_id), ("number", Order.number), ("state", Order.state)):
            if args[name] is not None:
                query = query.filter(column == args[name])
        return listed(ORDER, query, Order.ordered_on, Order.id, args, desc=True)

    @operation("", "POST", summary="Register an order", body=ADD, answer=ORDER, status=201, once=True)
    def post(self):
        data = body(ADD)
        return written(lambda session, now: ORDER(refused_at(
            orders.create, session, _values(data), actor=actor(), now=now)), "order", status=201)

    @operation("/<int:pk>", summary="Read an order", answer=ORDER)
    def get(self, pk):
        return jsonify(ORDER(get_visible(db.session, Order, pk, actor())))

    @operation("/<int:pk>", "PATCH", summary="Change an order", body=CHANGE, answer=ORDER,
               description="Items that are given replace the stored ones.")
    def change(self, pk):
        data = body(CHANGE)
        return written(lambda session, now: ORDER(refused_at(
            orders.update, session, pk, _values(data), version=data["version"], actor=actor(), now=now)))

    @operation("/<int:pk>", "DELETE", summary="Delete an order", query=AT_VERSION, status=204,
               description="One with invoices is refused.")
    def delete(self, pk):
        args = AT_VERSION.read()
        return written(lambda session, now: orders.delete(session, pk, **args, actor=actor(), now=now))


def _values(data) -> dict:
    values = pointed({name: value for name, value in data.items() if name != "total" or value is not None}, rows=True)
    if "items" in values:
        values["items"] = [pointed(row, rows=True) for row in values["items"]]
    return values
