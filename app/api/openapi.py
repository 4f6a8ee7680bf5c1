"""The description of the API (OpenAPI 3.0), from what every resource declares beside its addresses."""
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import current_app, jsonify
from flask_appbuilder.api import BaseApi
from flask_babel import gettext as _

from .base import Resource
from .operation import operation
from .shapes import OBJECT, Shape

PROBLEM = {"type": "object", "required": ["error"], "properties": {"error": {
    "type": "object", "required": ["code", "message", "fields"], "properties": {
        "code": {"type": "string"}, "message": {"type": "string"},
        "fields": {"type": "object", "additionalProperties": {"type": "string"},
                   "description": "What is wrong with each field of the body"}}}}}
WORDS = ("summary", "description")
REFUSALS = {"400": "It cannot be read", "401": "The token is missing, wrong or has ended",
            "403": "Not permitted", "404": "It does not exist, or not for you",
            "409": "The state of the record does not allow it, or it was changed since", "422": "A value is refused",
            "default": "Refused"}
IDEMPOTENCY = {
    "name": "Idempotency-Key", "schema": {"type": "string", "minLength": 1, "maxLength": 80, "pattern": "^[ -~]+$"},
    "description": "A retry with the same key does nothing again and gets the first answer; the same key for another "
                   "request is refused with 409"}


def document() -> dict:
    """The whole description, as a JSON value."""
    spec = APISpec(title=current_app.config["APP_NAME"], version="1", openapi_version="3.0.3",
                   plugins=[MarshmallowPlugin(schema_name_resolver=lambda schema: getattr(
                       schema, "__name__", type(schema).__name__))],
                   servers=[{"url": current_app.config["PUBLIC_URL"]}], security=[{"jwt": []}, {"token": []}])
    spec.components.security_scheme("jwt", {
        "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
        "description": "From POST /api/v1/security/login; good for 15 minutes"})
    spec.components.security_scheme("token", {
        "type": "http", "scheme": "bearer", "bearerFormat": "blc_…",
        "description": "Made by a person at /account/tokens/, with no more rights than he has"})
    views = [view for view in current_app.appbuilder.baseviews if isinstance(view, BaseApi) and view.openapi_spec_tag]
    for name, schema in _bodies(views).items():
        spec.components.schema(name, schema=schema)
    for name, shape in Shape.known.items():
        spec.components.schema(name, shape.described())
    spec.components.schema("Problem", PROBLEM)
    spec.components.parameter("IdempotencyKey", "header", IDEMPOTENCY)
    for status, said in REFUSALS.items():
        spec.components.response(f"Refused{status.title()}", {
            "description": said, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}})
    for view in views:
        view.add_api_spec(spec)
    described = spec.to_dict()
    for path in described["paths"].values():
        for each in path.values():
            _finish(each)
    for name, schema in described["components"]["schemas"].items():
        if name.startswith("Change"):  # what is left out stays
            if {"version"} - set(schema["properties"]):
                schema.pop("required", None)
            for each in schema["properties"].values():
                each.pop("default", None)
    return _in_words(described)


def _in_words(part):
    """The same in the language of the request: what is declared in English is the msgid."""
    if isinstance(part, list):
        return [_in_words(each) for each in part]
    if not isinstance(part, dict):
        return part
    return {name: _(value) if name in WORDS and isinstance(value, str) else
            [_(tag) for tag in value] if name == "tags" and isinstance(value, list) else _in_words(value)
            for name, value in part.items()}


def _bodies(views) -> dict:
    """{name: schema} of every JSON body."""
    functions = (getattr(type(view), name) for view in views for name in dir(type(view)))
    schemas = (getattr(function, "body_schema", None) for function in functions)
    return {type(schema).__name__: schema for schema in schemas if schema is not None}


def _finish(each) -> None:
    """Every refusal looks alike."""
    if each.get("security") is None:  # signing in
        each["security"] = []
    for status in REFUSALS:
        each["responses"].setdefault(status, {"$ref": f"#/components/responses/Refused{status.title()}"})


class OpenApi(Resource):
    resource_name = "openapi.json"
    class_permission_name = "account"
    method_permission_name = {"get": "use"}
    openapi_spec_tag = "Description"

    @operation("", summary="This description", answer=OBJECT)
    def get(self):
        return jsonify(document())
