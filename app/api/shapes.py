"""What answers look like: one declaration writes a row as JSON and describes it in the OpenAPI document."""
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import inspect

from .base import instant

TEXT = {"type": "string"}
WHOLE = {"type": "integer"}
FLAG = {"type": "boolean"}
INSTANT = {"type": "string", "format": "date-time"}
DAY = {"type": "string", "format": "date"}
AMOUNT = {"type": "string", "description": "A decimal number with a point"}
NAMED = {"type": "object", "required": ["id", "name"], "properties": {"id": WHOLE, "name": TEXT}}
ANY = {}
OBJECT = {"type": "object"}


def empty(schema: dict) -> dict:
    """The same, or null."""
    return {**schema, "nullable": True} if "$ref" not in schema else {"allOf": [schema], "nullable": True}


def many(schema: dict) -> dict:
    return {"type": "array", "items": schema}


def named(row) -> dict | None:
    """A row that another points to, by id and name."""
    return {"id": row.id, "name": str(row)} if row is not None else None


def person(user) -> dict | None:
    """A user by id and name."""
    return {"id": user.id, "name": user.get_full_name()} if user is not None else None


class Shape:
    """`columns` are names of columns and many-to-one relations of `model`, written as they are; `made` are further
    properties: {name: (schema, reader of the row)}."""

    known: dict[str, "Shape"] = {}

    def __init__(self, shape: str, model=None, columns: str = "", /, **made):
        self.name = shape
        self.properties, self._readers = {}, {}
        for each in columns.split():
            self.properties[each], self._readers[each] = _of_model(model, each)
        for each, (schema, reader) in made.items():
            self.properties[each], self._readers[each] = schema, reader
        Shape.known[shape] = self

    def __call__(self, row) -> dict:
        return {name: read(row) for name, read in self._readers.items()}

    @property
    def ref(self) -> dict:
        return {"$ref": f"#/components/schemas/{self.name}"}

    def described(self) -> dict:
        """Its JSON schema: every property is always there."""
        return {"type": "object", "required": list(self.properties), "properties": self.properties}

    def plus(self, shape: str, /, **made) -> "Shape":
        """A shape of its own with further properties."""
        wider = Shape(shape, **made)
        wider.properties = {**self.properties, **wider.properties}
        wider._readers = {**self._readers, **wider._readers}
        return wider


def page(shape: Shape) -> dict:
    """The schema of a list."""
    return {"type": "object", "required": ["items", "next"], "properties": {
        "items": many(shape.ref), "next": {**empty(TEXT), "description": "Give it as `after` for the next page"}}}


def _of_model(model, name):
    mapper = inspect(model)
    if name in mapper.relationships:
        optional = mapper.relationships[name].local_remote_pairs[0][0].nullable
        return empty(NAMED) if optional else NAMED, lambda row: named(getattr(row, name))
    column = mapper.columns[name]
    kind = getattr(column.type, "impl", column.type)
    schema, read = _KINDS.get(kind.python_type, (ANY, None))
    return (empty(schema) if column.nullable else schema,
            (lambda row: read(getattr(row, name))) if read else (lambda row: getattr(row, name)))


def _day(value):
    return value.isoformat() if value else None


def _amount(value):
    return f"{value:f}" if value is not None else None


_KINDS = {str: (TEXT, None), int: (WHOLE, None), bool: (FLAG, None), datetime: (INSTANT, instant), date: (DAY, _day),
          Decimal: (AMOUNT, _amount)}
