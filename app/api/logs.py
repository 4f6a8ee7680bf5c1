"""The log of an attendance or a person over REST: who changed what and when."""
from flask import jsonify

from ..extensions import db
from ..models.log import LogEntry
from ..queries.logs import outside, page_of_log
from ..security.permissions import Perm
from ..services.records import require
from ..services.told_changes import told
from .arguments import Arguments, Whole
from .base import MAX_LIMIT, Resource, actor, attendance_id
from .operation import operation
from .persons import found
from .shapes import OBJECT, Shape

ENTRY = Shape("LogEntry", LogEntry, "seq at actor_name action", changes=(
    {**OBJECT, "description": "{field: [old, new]}; personal documents are kept back",
     "additionalProperties": {"type": "array", "items": {}, "minItems": 2, "maxItems": 2}},
    lambda row: told(row.changes if actor().entity_id is None else outside(row.changes))))


class ListLog(Arguments):
    after = Whole(metadata={"description": "The `next` of the page before"})
    limit = Whole(1, MAX_LIMIT, load_default=25)


LIST = ListLog()


class AttendanceLogApi(Resource):
    resource_name = "attendances"
    class_permission_name = "log"
    method_permission_name = {"get": "read"}
    openapi_spec_tag = "Logs"

    @operation("/<address>/log", summary="Log of an attendance", query=LIST, listed=ENTRY,
               description="The newest first.")
    def get(self, address):
        require(actor(), Perm.ATTENDANCE_READ)
        return _page("attendance", attendance_id(address))


class PersonLogApi(Resource):
    resource_name = "persons"
    class_permission_name = "log"
    method_permission_name = {"get": "read"}
    openapi_spec_tag = "Logs"

    @operation("/<int:pk>/log", summary="Log of a person", query=LIST, listed=ENTRY, description="The newest first.")
    def get(self, pk):
        require(actor(), Perm.ENTITY_READ)
        return _page("entity", found(pk).id)


def _page(target, pk):
    args = LIST.read()
    entries, following = page_of_log(db.session, target, pk, before=args["after"], size=args["limit"])
    return jsonify(items=[ENTRY(row) for row in entries], next=str(following) if following else None)
