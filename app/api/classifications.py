"""The two trees of classification over REST, as one read-only document."""
from flask import jsonify
from flask_appbuilder.api import expose
from flask_appbuilder.security.decorators import protect

from ..extensions import db
from ..queries import classifications as reads
from .base import Resource


class ClassificationApi(Resource):
    resource_name = "classifications"
    class_permission_name = "classification"
    method_permission_name = {"get": "read"}
    openapi_spec_tag = "Classifications"

    @expose("", methods=["GET"])
    @protect()
    def get(self):
        """Motives with occurrences and causes, classifications with subclassifications; what may be chosen now.
        ---
        get:
          summary: Read the classification trees
          responses:
            200: {description: The trees, content: {application/json: {schema: {type: object}}}}
        """
        return jsonify(motives=reads.motive_tree(db.session), classifications=reads.classification_tree(db.session))
