"""The description of the API (OpenAPI 3.0), from the docstrings of the resources and the schemas of their bodies."""
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import current_app, jsonify
from flask_appbuilder.api import BaseApi, expose
from flask_appbuilder.security.decorators import protect

from . import schemas
from .base import Resource

_NAMED = {"type": "object", "nullable": True, "properties": {"id": {"type": "integer"}, "name": {"type": "string"}}}
_INSTANT = {"type": "string", "format": "date-time", "nullable": True}
_TEXT = {"type": "string", "nullable": True}
_ATTENDANCE = {
    "id": {"type": "integer"}, "protocol": _TEXT, "kind": {"type": "string"}, "title": _TEXT,
    "company_id": {"type": "integer"}, "person": _NAMED, "channel": {"type": "string"}, "direction": {"type": "string"},
    "situation": {"type": "object", "properties": {
        "id": {"type": "integer"}, "name": {"type": "string"}, "phase": {"type": "string"}}},
    "motive": _NAMED, "occurrence": _NAMED, "cause_id": {"type": "integer", "nullable": True},
    "opened_at": _INSTANT, "received_at": _INSTANT, "closed_at": _INSTANT, "version": {"type": "integer"}}
_DETAIL = {
    "page": {"type": "integer"}, "channel": {"type": "string"}, "direction": {"type": "string"},
    "description": {"type": "string"}, "answer": _TEXT, "opened_at": _INSTANT, "received_at": _INSTANT,
    "answered_at": _INSTANT}
_PERSON = {"id": {"type": "integer"}, "name": {"type": "string"}}


def _ref(name):
    return {"$ref": f"#/components/schemas/{name}"}


def _object(properties):
    return {"type": "object", "properties": properties}


def _page(name):
    return _object({"items": {"type": "array", "items": _ref(name)}, "next": _TEXT})


ANSWERS = {
    "Attendance": _object(_ATTENDANCE),
    "AttendanceWithDetails": _object({
        **_ATTENDANCE, "custom_values": {"type": "object"}, "related": _TEXT,
        "details": {"type": "array", "items": _ref("Detail")}}),
    "AttendancePage": _page("Attendance"),
    "Detail": _object(_DETAIL),
    "Person": _object(_PERSON),
    "PersonPage": _object({"items": {"type": "array", "items": _object({
        **_PERSON, "document": _TEXT, "phone": _TEXT, "email": _TEXT,
        "roles": {"type": "array", "items": {"type": "string"}}})}, "next": _TEXT}),
    "Problem": _object({"error": _object({
        "code": {"type": "string"}, "message": {"type": "string"},
        "fields": {"type": "object", "additionalProperties": {"type": "string"}}})}),
}


def document() -> dict:
    """The whole description, as a JSON value."""
    spec = APISpec(title=current_app.config["APP_NAME"], version="1", openapi_version="3.0.2",
                   plugins=[MarshmallowPlugin()], servers=[{"url": current_app.config["PUBLIC_URL"]}],
                   security=[{"jwt": []}])
    spec.components.security_scheme("jwt", {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"})
    for schema in (schemas.OpenAttendance, schemas.AddDetail, schemas.CloseAttendance, schemas.RegisterPerson):
        spec.components.schema(schema.__name__, schema=schema)
    for name, made in ANSWERS.items():
        spec.components.schema(name, made)
    spec.components.parameter("IdempotencyKey", "header", {
        "name": "Idempotency-Key", "schema": {"type": "string", "maxLength": 80},
        "description": "A retry with the same key does nothing again and gets the first answer; the same key for "
                       "another request is refused with 409"})
    spec.components.response("Problem", {
        "description": "Refused", "content": {"application/json": {"schema": _ref("Problem")}}})
    for view in current_app.appbuilder.baseviews:
        if isinstance(view, BaseApi) and view.openapi_spec_tag:
            view.add_api_spec(spec)
    described = spec.to_dict()
    for path in described["paths"].values():
        for operation in path.values():  # every refusal looks alike
            operation["responses"].setdefault("default", {"$ref": "#/components/responses/Problem"})
    return described


class OpenApi(Resource):
    resource_name = "openapi.json"
    class_permission_name = "account"
    method_permission_name = {"get": "use"}
    openapi_spec_tag = None

    @expose("", methods=["GET"])
    @protect()
    def get(self):
        """This description."""
        return jsonify(document())
