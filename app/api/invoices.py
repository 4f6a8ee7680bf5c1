"""Invoices over REST: read, and written by who keeps them (an ERP)."""
from flask import jsonify
from sqlalchemy.orm import joinedload

from ..extensions import db
from ..models.order import Invoice
from ..security.visibility import visible
from ..services import invoices
from ..services.records import get_visible
from . import schemas
from .alerts import AT_VERSION
from .arguments import Listed, Whole, text
from .base import Resource, actor, body, listed, written
from .operation import operation
from .related import pointed, refused_at
from .shapes import Shape

INVOICE = Shape("Invoice", Invoice, "id entity company order number series access_key issued_on total version")


class AddInvoice(schemas.Body):
    person_id = schemas.whole(required=True)
    order_id = schemas.whole()
    number = schemas.text(20, required=True)
    series = schemas.text(5)
    access_key = schemas.text(60)
    issued_on = schemas.day(required=True)
    total = schemas.amount(required=True)


class ListInvoices(Listed):
    person_id = Whole()
    order_id = Whole()
    number = text(20)


ADD, CHANGE, LIST = AddInvoice(), schemas.change_of(AddInvoice), ListInvoices()


class InvoiceApi(Resource):
    resource_name = "invoices"
    class_permission_name = "order"
    method_permission_name = {"get_list": "read", "get": "read", "post": "write", "change": "write", "delete": "write"}
    openapi_spec_tag = "Invoices"

    @operation("", summary="List invoices", query=LIST, listed=INVOICE, description="The newest first.")
    def get_list(self):
        args = LIST.read()
        query = db.session.query(Invoice).filter(visible(Invoice, actor())).options(
            joinedload(Invoice.entity), joinedload(Invoice.company), joinedload(Invoice.order))
        for name, column in (("person_id", Invoice.entity_id), ("order_id", Invoice.order_id),
                             ("number", Invoice.number)):
            if args[name] is not None:
                query = query.filter(column == args[name])
        return listed(INVOICE, query, Invoice.issued_on, Invoice.id, args, desc=True)

    @operation("", "POST", summary="Register an invoice", body=ADD, answer=INVOICE, status=201, once=True)
    def post(self):
        data = body(ADD)
        return written(lambda session, now: INVOICE(refused_at(
            invoices.create, session, pointed(data, rows=True), actor=actor(), now=now)), "invoice", status=201)

    @operation("/<int:pk>", summary="Read an invoice", answer=INVOICE)
    def get(self, pk):
        return jsonify(INVOICE(get_visible(db.session, Invoice, pk, actor())))

    @operation("/<int:pk>", "PATCH", summary="Change an invoice", body=CHANGE, answer=INVOICE)
    def change(self, pk):
        data = body(CHANGE)
        return written(lambda session, now: INVOICE(refused_at(
            invoices.update, session, pk, pointed(data, rows=True), version=data["version"], actor=actor(), now=now)))

    @operation("/<int:pk>", "DELETE", summary="Delete an invoice", query=AT_VERSION, status=204)
    def delete(self, pk):
        args = AT_VERSION.read()
        return written(lambda session, now: invoices.delete(session, pk, **args, actor=actor(), now=now))
