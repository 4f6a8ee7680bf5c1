"""Labels over REST: those that are offered, and those on an attendance."""
from flask import jsonify

from ..extensions import db
from ..models.attendance import Attendance
from ..models.label import Label
from ..queries.labels import labels_of
from ..services import labels
from .base import Resource, actor, attendance_id, written
from .operation import operation
from .shapes import TEXT, Shape, empty, many

LABEL = Shape("Label", Label, "id name colour position active version")
LABELS = {"type": "object", "required": ["items", "next"],
          "properties": {"items": many(LABEL.ref), "next": empty(TEXT)}}


class AttendanceLabelApi(Resource):
    resource_name = "attendances"
    class_permission_name = "attendance"
    method_permission_name = {"get_list": "read", "put": "write", "delete": "write"}
    openapi_spec_tag = "Labels"

    @operation("/<address>/labels", summary="Labels of an attendance", answer=LABELS)
    def get_list(self, address):
        return jsonify(_shown(attendance_id(address)))

    @operation("/<address>/labels/<int:label_id>", "PUT", summary="Put a label on an attendance", answer=LABELS)
    def put(self, address, label_id):
        """A second time changes nothing."""
        return _changed(address, add=(label_id,))

    @operation("/<address>/labels/<int:label_id>", "DELETE", summary="Take a label off", answer=LABELS)
    def delete(self, address, label_id):
        """One that is not there is off already."""
        return _changed(address, remove=(label_id,))


def _changed(address, **which):
    pk = attendance_id(address)

    def act(session, now):
        labels.change(session, pk, **which, actor=actor(), now=now)
        session.flush()  # read anew, as written
        return _shown(pk)
    return written(act)


def _shown(pk) -> dict:
    rows = labels_of(db.session, db.session.get(Attendance, pk))
    return {"items": [LABEL(row.label) for row in rows], "next": None}
