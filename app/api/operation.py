"""One declaration an operation: its address, the permission's guard, and its place in the OpenAPI document."""
import re

from flask_appbuilder.api import expose
from flask_appbuilder.security.decorators import protect

from .shapes import Shape, page

_ARGUMENT = re.compile(r"<(?:(\w+):)?(\w+)>")
_IN_PATH = {
    "address": {"schema": {"type": "string"}, "description": "A protocol, or id-<id> where there is none"},
    "int": {"schema": {"type": "integer", "minimum": 1, "maximum": 2**31 - 1}},
    "string": {"schema": {"type": "string"}},
}


def operation(path: str, method: str = "GET", *, summary: str, description: str = "", body=None,
              file: dict | None = None, query=None, answer: Shape | dict | None = None,
              listed: Shape | None = None, status: int = 200, once: bool = False, produces: str = "application/json"):
    """Expose a method of a Resource at `path`, guarded by the permission that its class names for it.

    `body` and `query` are marshmallow schemas; `file` the properties of a multipart body; `answer` a shape or a JSON
    schema, `listed` the shape of a list's items; `once` says that an Idempotency-Key is honoured.
    """
    described = {"summary": summary, "parameters": [*map(_in_path, _ARGUMENT.finditer(path)), *_in_query(query)],
                 "security": [{"jwt": []}, {"token": []}],
                 "responses": {str(status): _answer(answer, listed, produces)}}
    if description:
        described["description"] = description
    if once:
        described["parameters"].append("IdempotencyKey")
    if body is not None:
        described["requestBody"] = {"required": True, "content": {
            "application/json": {"schema": {"$ref": f"#/components/schemas/{type(body).__name__}"}}}}
    if file is not None:
        described["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": {
            "type": "object", "required": ["file"], "properties": file}}}}

    def wrap(function):
        guarded = protect()(function)
        guarded.operation = described
        guarded.body_schema = body
        return expose(path, methods=[method])(guarded)
    return wrap


def _in_path(found):
    kind, name = found[1] or "string", found[2]
    return {"in": "path", "name": name, "required": True, **_IN_PATH.get(name, _IN_PATH[kind])}


def _in_query(query):
    return query.described() if query is not None else ()


def _answer(answer, listed, produces):
    if answer is None and listed is None:
        if produces == "application/json":
            return {"description": "Done"}
        return {"description": "The file", "content": {produces: {"schema": {"type": "string", "format": "binary"}}}}
    schema = page(listed) if listed is not None else answer.ref if isinstance(answer, Shape) else answer
    return {"description": "The answer", "content": {produces: {"schema": schema}}}
