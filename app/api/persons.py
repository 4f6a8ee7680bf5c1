"""Persons (entities) over REST: find and register."""
from flask import jsonify, request
from flask_appbuilder.api import expose
from flask_appbuilder.security.decorators import protect
from flask_babel import gettext as _

from .. import documents
from ..database import unit_of_work, utc_now
from ..extensions import db
from ..models.entity import EContactKind
from ..queries.search import find_entities
from ..services import entities
from . import schemas
from .base import BadRequest, Resource, actor, body, limit


class PersonApi(Resource):
    resource_name = "persons"
    class_permission_name = "entity"
    method_permission_name = {"post": "write", "get_list": "read"}
    openapi_spec_tag = "Persons"

    @expose("", methods=["GET"])
    @protect()
    def get_list(self):
        """Persons found by name, CPF/CNPJ, phone or e-mail; all, by name, where `q` is blank.
        ---
        get:
          summary: Find persons
          parameters:
            - {in: query, name: q, schema: {type: string}}
            - {in: query, name: after, schema: {type: string}}
            - {in: query, name: limit, schema: {type: integer, minimum: 1, maximum: 100, default: 25}}
          responses:
            200: {description: A page, content: {application/json: {schema: {$ref: '#/components/schemas/PersonPage'}}}}
        """
        try:
            page = find_entities(db.session, actor(), request.args.get("q", "")[:200], limit=limit(),
                                 after=request.args.get("after"))
        except ValueError as error:
            raise BadRequest(_("after is not a page key of this list.")) from error
        return jsonify(items=[shown(row) for row in page.rows], next=page.next)

    @expose("", methods=["POST"])
    @protect()
    def post(self):
        """Register a person.
        ---
        post:
          summary: Register a person
          requestBody:
            required: true
            content: {application/json: {schema: {$ref: '#/components/schemas/RegisterPerson'}}}
          responses:
            201:
              description: Registered
              content: {application/json: {schema: {$ref: '#/components/schemas/Person'}}}
        """
        data = body(schemas.RegisterPerson())
        with unit_of_work(db.session) as session:
            values = {**{name: data[name] for name in ("name", "document", "phone", "email")},
                      "roles": entities.role_type_ids(session, data["roles"])}
            if data["company_id"]:
                values["company"] = data["company_id"]
            person = entities.save_simple(session, None, values, actor=actor(), now=utc_now())
            pk, name = person.id, person.shown_name
        return jsonify(id=pk, name=name), 201


def shown(row) -> dict:
    """A person as a list answers it; the document is masked, whoever asks."""
    email = next((each.value for each in row.econtacts if each.kind == EContactKind.EMAIL), None)
    return {"id": row.id, "name": row.shown_name, "document": documents.masked(row.document) if row.document else None,
            "phone": row.main_phone.number if row.main_phone else None, "email": email,
            "roles": [each.role_type.code or str(each.role_type) for each in row.active_roles]}
