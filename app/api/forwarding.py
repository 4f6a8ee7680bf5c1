"""Forwarding an attendance over REST, and to whom."""
from flask import jsonify
from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext as _
from marshmallow import ValidationError, fields
from sqlalchemy import select

from ..errors import Invalid
from ..extensions import db
from ..queries import colleagues
from ..services import assignment
from . import schemas
from .arguments import Arguments, Whole, text
from .attendances import WHOLE_ATTENDANCE, found
from .base import MAX_LIMIT, Resource, actor, attendance_id, body, written
from .operation import operation
from .shapes import TEXT, WHOLE, Shape


class Operator(fields.Field):
    """A user name, or an id as a number."""

    def _deserialize(self, value, attr, data, **kwargs):
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            raise ValidationError(_("Not a valid value."))
        if isinstance(value, int) and not 0 < value < 2**31 or isinstance(value, str) and "\0" in value[:200]:
            raise ValidationError(_("Not a valid value."))
        return value


class ForwardAttendance(schemas.Body):
    operator = Operator(allow_none=True, load_default=None, metadata={
        "description": "User name or id", "oneOf": [{"type": "string"}, {"type": "integer"}]})
    department_id = schemas.whole()
    reason = schemas.text(500)
    version = schemas.whole()


class FindOperators(Arguments):
    q = text(100, metadata={"description": "Any part of the name or user name"})
    after = Whole(0, 100_000, metadata={"description": "The `next` of the page before"})
    limit = Whole(1, MAX_LIMIT, load_default=25)


FORWARD, FIND = ForwardAttendance(), FindOperators()
OPERATOR = Shape("Operator", id=(WHOLE, lambda row: row[0]), name=(TEXT, lambda row: row[1]))


class ForwardApi(Resource):
    resource_name = "attendances"
    class_permission_name = "attendance"
    method_permission_name = {"forward": "write"}
    openapi_spec_tag = "Attendances"

    @operation("/<address>/forward", "POST", summary="Forward an attendance", body=FORWARD, answer=WHOLE_ATTENDANCE,
               once=True, description="To an operator, a department, or an operator of a department. Who gives it to "
                                      "somebody else says why.")
    def forward(self, address):
        data, pk = body(FORWARD), attendance_id(address)

        def act(session, now):
            operator_id = _operator(session, data["operator"])
            try:
                assignment.forward(session, pk, operator_id=operator_id, department_id=data["department_id"],
                                   reason=data["reason"], version=data["version"], actor=actor(), now=now)
            except Invalid as error:
                error.field = "operator" if error.field == "operator_id" else error.field
                raise
            return WHOLE_ATTENDANCE(found(address))
        return written(act, "forward")


class OperatorApi(Resource):
    resource_name = "operators"
    class_permission_name = "attendance"
    method_permission_name = {"get_list": "write"}
    openapi_spec_tag = "Registers"

    @operation("", summary="Find colleagues", query=FIND, listed=OPERATOR,
               description="To whom an attendance may be forwarded.")
    def get_list(self):
        args = FIND.read()
        start = args["after"] or 0
        rows = colleagues.find(db.session, actor(), args["q"] or "", limit=args["limit"] + 1, offset=start)
        more = len(rows) > args["limit"]
        return jsonify(items=[OPERATOR(row) for row in rows[:args["limit"]]],
                       next=str(start + args["limit"]) if more else None)


def _operator(session, given) -> int | None:
    if given is None or isinstance(given, int):
        return given
    pk = session.scalar(select(User.id).where(User.username == given.strip().lower()))
    if pk is None:
        raise Invalid(_("Choose an active operator who works on attendances."), field="operator")
    return pk
