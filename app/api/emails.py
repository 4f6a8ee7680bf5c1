"""E-mails to a person from an attendance, over REST."""
from ..models.outbox import Outbox
from ..services import emails
from . import schemas
from .base import Resource, actor, attendance_id, body, written
from .operation import operation
from .shapes import Shape

EMAIL = Shape("Email", Outbox, "id recipient subject state created_at")


class SendEmail(schemas.Body):
    to = schemas.text(320, required=True, metadata={"description": "An e-mail of the person or of its contacts"})
    subject = schemas.text(200, required=True)
    body = schemas.text(20_000, required=True)


SEND = SendEmail()


class EmailApi(Resource):
    resource_name = "attendances"
    class_permission_name = "email"
    method_permission_name = {"post": "send"}
    openapi_spec_tag = "E-mails"

    @operation("/<address>/emails", "POST", summary="Send an e-mail about an attendance", body=SEND, answer=EMAIL,
               status=201, once=True, description="The subject gets the protocol, so that an answer finds its way.")
    def post(self, address):
        data, pk = body(SEND), attendance_id(address)
        return written(lambda session, now: EMAIL(emails.send(
            session, pk, **data, actor=actor(), now=now)), "email", status=201)
