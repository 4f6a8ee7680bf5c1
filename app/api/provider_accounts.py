"""Batches, guides and payments of providers over REST: read, and written by who keeps them (an ERP)."""
from flask import jsonify
from sqlalchemy.orm import joinedload

from ..extensions import db
from ..models.provider_account import Batch, Guide, Payment
from ..security.visibility import visible
from ..services import batches, guides, payments
from ..services.records import get_visible
from . import schemas
from .alerts import AT_VERSION
from .arguments import Listed, Whole, text
from .base import Resource, actor, body, listed, written
from .operation import operation
from .related import pointed, refused_at
from .shapes import Shape

BATCH = Shape("Batch", Batch, "id provider number received_on state total version")
GUIDE = Shape("Guide", Guide, "id provider batch number issued_on beneficiary state total attendance version")
PAYMENT = Shape("Payment", Payment, "id provider batch document paid_on amount version")


class AddBatch(schemas.Body):
    provider_id = schemas.whole(required=True)
    number = schemas.text(40, required=True)
    received_on = schemas.day(required=True)
    state = schemas.text(10)
    total = schemas.amount()


class AddGuide(schemas.Body):
    provider_id = schemas.whole(required=True)
    batch_id = schemas.whole()
    number = schemas.text(40, required=True)
    issued_on = schemas.day(required=True)
    beneficiary = schemas.text(200, required=True)
    state = schemas.text(10)
    total = schemas.amount()


class AddPayment(schemas.Body):
    provider_id = schemas.whole(required=True)
    batch_id = schemas.whole()
    document = schemas.text(60, required=True)
    paid_on = schemas.day(required=True)
    amount = schemas.amount(required=True)


class ListBatches(Listed):
    provider_id = Whole()
    number = text(40)


class ListOfBatch(Listed):
    provider_id = Whole()
    batch_id = Whole()


ADD = {"batch": AddBatch(), "guide": AddGuide(), "payment": AddPayment()}
CHANGE = {name: schemas.change_of(type(each)) for name, each in ADD.items()}
BATCHES, OF_BATCH = ListBatches(), ListOfBatch()


class Account(Resource):
    """What the three have in common."""

    class_permission_name = "provider_account"
    method_permission_name = {"get_list": "read", "get": "read", "post": "write", "change": "write", "delete": "write"}
    openapi_spec_tag = "Provider accounts"

    @staticmethod
    def _listed(shape, model, args, at, **equal):
        relations = [getattr(model, name) for name in ("provider", "batch", "attendance") if hasattr(model, name)]
        query = db.session.query(model).filter(visible(model, actor())).options(*map(joinedload, relations))
        for column, value in equal.items():
            if value is not None:
                query = query.filter(getattr(model, column) == value)
        return listed(shape, query, at, model.id, args, desc=True)

    @staticmethod
    def _post(noun, shape, service):
        data = body(ADD[noun])
        return written(lambda session, now: shape(refused_at(
            service.create, session, pointed(data, rows=True), actor=actor(), now=now)), noun, status=201)

    @staticmethod
    def _change(noun, shape, service, pk):
        data = body(CHANGE[noun])
        return written(lambda session, now: shape(refused_at(
            service.update, session, pk, pointed(data, rows=True), version=data["version"], actor=actor(), now=now)))

    @staticmethod
    def _delete(service, pk):
        args = AT_VERSION.read()
        return written(lambda session, now: service.delete(session, pk, **args, actor=actor(), now=now))


class BatchApi(Account):
    resource_name = "batches"

    @operation("", summary="List batches", query=BATCHES, listed=BATCH, description="The newest first.")
    def get_list(self):
        args = BATCHES.read()
        return self._listed(BATCH, Batch, args, Batch.received_on, provider_id=args["provider_id"],
                            number=args["number"])

    @operation("", "POST", summary="Register a batch", body=ADD["batch"], answer=BATCH, status=201, once=True)
    def post(self):
        return self._post("batch", BATCH, batches)

    @operation("/<int:pk>", summary="Read a batch", answer=BATCH)
    def get(self, pk):
        return jsonify(BATCH(get_visible(db.session, Batch, pk, actor())))

    @operation("/<int:pk>", "PATCH", summary="Change a batch", body=CHANGE["batch"], answer=BATCH)
    def change(self, pk):
        return self._change("batch", BATCH, batches, pk)

    @operation("/<int:pk>", "DELETE", summary="Delete a batch", query=AT_VERSION, status=204)
    def delete(self, pk):
        return self._delete(batches, pk)


class GuideApi(Account):
    resource_name = "guides"

    @operation("", summary="List guides", query=OF_BATCH, listed=GUIDE, description="The newest first.")
    def get_list(self):
        args = OF_BATCH.read()
        return self._listed(GUIDE, Guide, args, Guide.issued_on, provider_id=args["provider_id"],
                            batch_id=args["batch_id"])

    @operation("", "POST", summary="Register a guide", body=ADD["guide"], answer=GUIDE, status=201, once=True,
               description="Issued where the CRM module is used, it opens an attendance of its provider.")
    def post(self):
        return self._post("guide", GUIDE, guides)

    @operation("/<int:pk>", summary="Read a guide", answer=GUIDE)
    def get(self, pk):
        return jsonify(GUIDE(get_visible(db.session, Guide, pk, actor())))

    @operation("/<int:pk>", "PATCH", summary="Change a guide", body=CHANGE["guide"], answer=GUIDE)
    def change(self, pk):
        return self._change("guide", GUIDE, guides, pk)

    @operation("/<int:pk>", "DELETE", summary="Delete a guide", query=AT_VERSION, status=204)
    def delete(self, pk):
        return self._delete(guides, pk)


class PaymentApi(Account):
    resource_name = "payments"

    @operation("", summary="List payments", query=OF_BATCH, listed=PAYMENT, description="The newest first.")
    def get_list(self):
        args = OF_BATCH.read()
        return self._listed(PAYMENT, Payment, args, Payment.paid_on, provider_id=args["provider_id"],
                            batch_id=args["batch_id"])

    @operation("", "POST", summary="Register a payment", body=ADD["payment"], answer=PAYMENT, status=201, once=True)
    def post(self):
        return self._post("payment", PAYMENT, payments)

    @operation("/<int:pk>", summary="Read a payment", answer=PAYMENT)
    def get(self, pk):
        return jsonify(PAYMENT(get_visible(db.session, Payment, pk, actor())))

    @operation("/<int:pk>", "PATCH", summary="Change a payment", body=CHANGE["payment"], answer=PAYMENT)
    def change(self, pk):
        return self._change("payment", PAYMENT, payments, pk)

    @operation("/<int:pk>", "DELETE", summary="Delete a payment", query=AT_VERSION, status=204)
    def delete(self, pk):
        return self._delete(payments, pk)
