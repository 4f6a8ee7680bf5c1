"""/api/v1/docs: the description of the API as a page that people read, drawn from the OpenAPI document."""
import json
from dataclasses import dataclass

from flask import current_app, jsonify
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import gettext as _

from .openapi import document

BODIES = ("application/json", "multipart/form-data")
DEEP = 6  # levels of an example: a shape that holds itself ends


@dataclass(frozen=True)
class Operation:
    """One operation as the page shows it."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    parameters: list[dict]
    body: list[tuple]  # (name, kind, required, what is said of it)
    answers: list[tuple]  # (status, description, example as text)
    example: str


class ApiReferenceView(BaseView):
    """For signed-in people, staff or not; the JSON there is for the browser's session, the API's own is for tokens."""

    route_base, default_view = "/api/v1/docs", "index"
    class_permission_name = "account"
    method_permission_name = {"index": "use", "json": "use"}

    @expose("")
    @expose("/")
    @has_access
    def index(self):
        described = document()
        return self.render_template("api/docs.html", title=_("API"), groups=_groups(described),
                                    schemes=described["components"]["securitySchemes"])

    @expose("/openapi.json")
    @has_access
    def json(self):
        return jsonify(document())


def _groups(described) -> dict[str, list[Operation]]:
    """{tag: its operations}, in the order in which the API names them."""
    groups: dict[str, list[Operation]] = {}
    for path, methods in described["paths"].items():
        for method, each in methods.items():
            groups.setdefault(each["tags"][0], []).append(_operation(described, path, method, each))
    return groups


def _operation(described, path, method, each) -> Operation:
    parameters = [_resolved(described, given) for given in each.get("parameters", ())]
    kind, schema = _body(described, each)
    return Operation(
        id=each.get("operationId", f"{method}-{path}").replace(".", "-").replace("/", "-"), method=method.upper(),
        path=path, summary=each.get("summary", ""), description=each.get("description", ""),
        parameters=[{"name": p["name"], "in": p["in"], "required": p.get("required"), "kind": _kind(p["schema"]),
                     "said": p.get("description", "")} for p in parameters],
        body=_fields(described, schema), answers=list(_answers(described, each)),
        example=_curl(described, path, method, each, kind, schema))


def _resolved(described, schema) -> dict:
    """What a reference names."""
    while "$ref" in schema:
        _hash, _components, group, name = schema["$ref"].split("/")
        schema = described["components"][group][name]
    if "allOf" in schema and len(schema["allOf"]) == 1:
        return {**_resolved(described, schema["allOf"][0]), **{k: v for k, v in schema.items() if k != "allOf"}}
    return schema


def _body(described, each) -> tuple[str | None, dict]:
    content = each.get("requestBody", {}).get("content", {})
    kind = next((name for name in BODIES if name in content), None)
    return kind, _resolved(described, content[kind]["schema"]) if kind else {}


def _kind(schema) -> str:
    """The type of a value in a few words."""
    if "oneOf" in schema:
        return " | ".join(each["type"] for each in schema["oneOf"])
    if "enum" in schema:
        return " | ".join(str(each) for each in schema["enum"] if each is not None)
    name = schema.get("format") or schema.get("type", "any")
    if schema.get("type") == "array":
        name = "[" + _kind(schema.get("items", {})) + "]"
    longest = schema.get("maxLength")
    return f"{name} ≤ {longest}" if longest else name


def _fields(described, schema) -> list[tuple]:
    required = schema.get("required", ())
    return [(name, _kind(_resolved(described, each)), name in required, each.get("description", ""))
            for name, each in schema.get("properties", {}).items()]


def _answers(described, each):
    for status, answer in each["responses"].items():
        answer = _resolved(described, answer)
        schema = answer.get("content", {}).get("application/json", {}).get("schema")
        refused = not status.startswith("2")
        shown = json.dumps(_sample(described, schema), ensure_ascii=False, indent=2) if schema and not refused else ""
        yield status, answer["description"], shown


def _sample(described, schema, depth=0):
    """A value of the schema."""
    schema = _resolved(described, schema)
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type")
    if kind == "array":
        return [_sample(described, schema.get("items", {}), depth + 1)] if depth < DEEP else []
    if kind == "object":
        return {name: _sample(described, each, depth + 1) for name, each in schema.get("properties", {}).items()} \
            if depth < DEEP else {}
    return _VALUES.get(schema.get("format"), _VALUES.get(kind))


_VALUES = {"integer": 1, "boolean": True, "string": "texto", "number": 1, "date": "2026-06-09",
           "date-time": "2026-06-09T14:30:00+00:00", "decimal": "10.50"}


def _curl(described, path, method, each, kind, schema) -> str:
    """The call from a shell."""
    lines = [f'curl -X {method.upper()} "{current_app.config["PUBLIC_URL"]}{path}"']
    if each.get("security"):
        lines.append('-H "Authorization: Bearer $TOKEN"')
    if kind == BODIES[1]:
        lines.append('-F "file=@foto.png"')
    elif kind:
        required = schema.get("required", ())
        given = {name: _sample(described, value) for name, value in schema.get("properties", {}).items()
                 if name in required} or {}
        lines += ['-H "Content-Type: application/json"', f"-d '{json.dumps(given, ensure_ascii=False)}'"]
    return " \\\n  ".join(lines)
