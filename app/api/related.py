"""Ids in bodies and the names under which services know what they point to: `person_id` is the `entity`."""
from sqlalchemy.orm import joinedload

from ..errors import DomainError

NAMES = {"person_id": "entity", "priority_id": "priority", "operator_id": "operator", "attendance_id": "attendance",
         "order_id": "order", "product_id": "product", "provider_id": "provider", "batch_id": "batch"}
_BACK = {name: given for given, name in NAMES.items()}


def pointed(data: dict, *, rows: bool = False) -> dict:
    """The values by the columns of the model (`entity_id`), or where `rows` by its relations (`entity`)."""
    values = {}
    for name, value in data.items():
        if name in NAMES:
            name = NAMES[name] if rows else NAMES[name] + "_id"
        if name != "version":
            values[name] = value
    return values


def refused_at(call, *args, **options):
    """What `call` answers; its refusals at the names of the body."""
    try:
        return call(*args, **options)
    except DomainError as error:
        for each in getattr(error, "errors", [error]):
            *path, last = (each.field or "").split(".")
            each.field = ".".join([*path, _BACK.get(last, last)]) or None
        raise


def loaded(*relations):
    """Loader options for what a shape names of many-to-ones."""
    return [joinedload(each) for each in relations]
