"""What the database refuses, in words: the last wall speaks like the first, never in SQL."""
import logging

from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm.exc import ObjectDeletedError, StaleDataError

from ..database import broken_constraint
from ..errors import Conflict, DomainError, Invalid, NotFound, Stale
from ..models.base import Model
from .records import in_use

# What a write may raise and `refusal` can put in words.
REFUSALS = (DomainError, IntegrityError, DataError, StaleDataError, ObjectDeletedError)


def refusal(error, *, deleting=False) -> DomainError:
    """The DomainError that tells a person why; the field is the one named beside the broken constraint."""
    if isinstance(error, DomainError):
        return error
    if isinstance(error, StaleDataError):
        return Stale(_l("Somebody else changed this record while you were editing it."))
    if isinstance(error, ObjectDeletedError):
        return NotFound(_l("One of the chosen records was just deleted by someone else."))
    if isinstance(error, DataError):  # PostgreSQL: a NUL in a text, a number beyond its column
        return Invalid(_l("A value is too large or has a character that cannot be stored."))
    what, kind = broken_constraint(error, Model.metadata)
    info = getattr(what, "info", {})
    if info.get("message"):
        return Conflict(info["message"], field=info.get("field"))
    if kind == "null" and what is not None:
        return Invalid(_l("This field is required."), field=what.name.removesuffix("_id"))
    if kind == "fk":
        return in_use() if deleting else Conflict(_l("One of the chosen records no longer exists, or is in use."))
    logging.getLogger(__name__).warning("a constraint without words", exc_info=error)
    return Conflict(_l("There is already a record like this one."))
