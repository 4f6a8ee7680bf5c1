"""The shapes that a form has had, as its log tells: the mark of a row that came in once is made of what was read then.

A field may have become of another type since, been retired, or been brought back; the row of the file is the same.
"""
from decimal import Decimal

from sqlalchemy import select

from ...errors import DomainError
from ...models.custom_field import FieldType
from ...models.custom_form import CustomForm
from ...models.log import LogEntry
from ...queries.catalogue import FormSpec
from ..form_log import FIELD
from .columns import read_document

Shape = dict[str, tuple[str, bool]]  # of each field its type, and whether it was in use


def shapes_of(session, form: FormSpec) -> list[Shape]:
    """The form's shape now, and each that it had before. A field that was not there yet is as it is now in all: a row
    that says something of it says more than one that could not."""
    shape: Shape = {each.key: (each.type, each.active) for each in form.every}
    found = [shape]
    for changes in session.scalars(select(LogEntry.changes).where(
            LogEntry.target == CustomForm.__tablename__, LogEntry.target_id == form.id).order_by(LogEntry.seq.desc())):
        before = {name.removeprefix(FIELD): pair[0] for name, pair in changes.items() if name.startswith(FIELD)}
        shape = {key: (before[key].get("type", kind), before[key].get("active", active)) if before.get(key) else
                 (kind, active) for key, (kind, active) in shape.items()}
        if shape not in found:
            found.append(shape)
    return found


def said_in(shape: Shape, said: dict, read_as: dict[str, str]) -> dict:
    """What a row says in a shape, of {key: value} as cells are read now, `read_as` these types."""
    return {key: value if shape[key][0] == read_as[key] else _as(shape[key][0], value)
            for key, value in said.items() if key in shape and shape[key][1]}


def _as(kind: str, value):
    """The value as a cell of the type is read; as it is where the field can never have held it."""
    try:
        match FieldType(kind):
            case FieldType.INTEGER:
                return int(number) if (number := Decimal(value)) == int(number) else value
            case FieldType.DECIMAL | FieldType.MONEY:
                return str(value)
            case FieldType.CHOICES:
                return value if isinstance(value, list) else [value]
            case FieldType.CHOICE:
                return value[0] if isinstance(value, list) and len(value) == 1 else value
            case FieldType.CPF_CNPJ:
                return read_document(value, None)[0]
    except (DomainError, TypeError, ValueError, ArithmeticError):
        pass
    return value
