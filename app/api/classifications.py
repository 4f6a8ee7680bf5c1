"""The two trees of classification over REST, as one read-only document."""
from flask import jsonify

from ..extensions import db
from ..lowcode.controls import today
from ..queries import classifications as reads
from .base import Resource
from .operation import operation
from .shapes import TEXT, WHOLE, empty, many


def _node(**below) -> dict:
    properties = {"id": WHOLE, "name": TEXT, **below}
    return {"type": "object", "required": list(properties), "properties": properties}


_DAYS = {"return_days": empty(WHOLE)}
_TREES = {"type": "object", "required": ["motives", "classifications"], "properties": {
    "motives": many(_node(occurrences=many(_node(causes=many(_node()))))),
    "classifications": many(_node(**_DAYS, subclassifications=many(_node(**_DAYS))))}}


class ClassificationApi(Resource):
    resource_name = "classifications"
    class_permission_name = "classification"
    method_permission_name = {"get": "read"}
    openapi_spec_tag = "Registers"

    @operation("", summary="Read the classification trees", answer=_TREES, description=(
        "Motives with occurrences and causes, classifications with subclassifications; what may be chosen now."))
    def get(self):
        day = today()
        return jsonify(motives=reads.motive_tree(db.session, day),
                       classifications=reads.classification_tree(db.session, day))
