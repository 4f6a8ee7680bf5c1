"""Arguments in the query of an address: read through a schema, and described by it. What is unknown answers 400."""
import re

from flask import request
from flask_babel import get_timezone
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError, fields, validate

from ..extensions import db
from ..queries.catalogue import FieldSpec, catalogue
from ..queries.field_filters import PREFIX, Asked, Unreadable
from ..queries.field_order import field_of
from ..services import field_questions
from . import schemas
from .base import MAX_LIMIT, BadRequest, actor, flat

_DIGITS = re.compile(r"[0-9]{1,9}")
NOT_VALID = _l("Not a valid value.")
ASKED = ("Configurators' searchable fields are asked for by `cf_<field>=value` (repeated: any of them), numbers and "
         "dates also by `cf_<field>_from` and `cf_<field>_to`, both inclusive. A text is the whole value, or its "
         "beginning followed by `*`; `*words*` finds each of the words at the beginning of one of its own.")


class Whole(fields.Field):
    """A whole number as it stands in an address: digits and nothing else."""

    def __init__(self, least=1, most=2**31 - 1, **options):
        super().__init__(load_default=options.pop("load_default", None), **options)
        self.least, self.most = least, most

    def _deserialize(self, value, attr, data, **kwargs):
        if not _DIGITS.fullmatch(value) or not self.least <= int(value) <= self.most:
            raise ValidationError(_("Not a valid value."))
        return int(value)


class Flag(fields.Field):
    """true or false."""

    def _deserialize(self, value, attr, data, **kwargs):
        if value not in ("true", "false"):
            raise ValidationError(_("Not a valid value."))
        return value == "true"


class Many(fields.List):
    """An argument that may be repeated: any of the values."""


def text(longest=200, **options):
    return fields.String(load_default=None, validate=validate.Length(max=longest, error=NOT_VALID), **options)


def one_of(*codes, **options):
    return fields.String(load_default=None, validate=validate.OneOf(codes, error=NOT_VALID), **options)


def day(**options):
    return fields.Date(load_default=None, error_messages={"invalid": NOT_VALID}, **options)


class Arguments(schemas.Body):
    """The arguments of a list or a page; each is optional. `target` is whose configurators' fields may be asked for
    besides: `cf_<key>`, `cf_<key>_from`, `cf_<key>_to` (`field_questions`); `words`: by words too."""

    target: str | None = None
    words = False

    def read(self) -> dict:
        """The arguments of this request as values. Raises BadRequest at the first that cannot be read."""
        given = {}
        for name, values in request.args.lists():
            if self.target and name.startswith(PREFIX):
                continue
            several = isinstance(self.fields.get(name), Many)
            if len(values) > 1 and not several:
                raise BadRequest(_("Not a valid value."), field=name)
            given[name] = values if several else values[0]
        try:
            return self.load(given)
        except ValidationError as error:
            name, texts = next(flat(error.messages))
            raise BadRequest(f"{name}: {texts[0]}", field=name.split(".")[0]) from error

    def read_fields(self, arguments=None, *, fields=None) -> Asked:
        """What is asked of configurators' fields: of `target`, or these. What is blank is no value. Raises BadRequest.
        """
        arguments = request.args if arguments is None else arguments
        if not any(name.startswith(PREFIX) for name in arguments):
            return ()
        try:
            return field_questions.read(
                db.session, catalogue(db.session).fields(self.target) if fields is None else fields, arguments,
                viewer=actor(), timezone=str(get_timezone()), words=self.words, blanks=False)
        except Unreadable as error:
            raise BadRequest(f"{error.name}: {_('Unknown field.')}", field=error.name) from error
        except field_questions.NoValue as error:
            raise BadRequest(f"{error.field}: {error}", field=error.field) from error

    def read_order(self, asked: str | None, known=()) -> tuple[str | None, FieldSpec | None, bool]:
        """(one of the `known` orders, or a configurators' field, descending) of `order`. Raises BadRequest."""
        name, desc = (asked or "").removeprefix("-"), (asked or "").startswith("-")
        if asked is None or name in known:
            return asked and name, None, desc
        by = field_of(name, catalogue(db.session).fields(self.target))
        if by is None:
            raise BadRequest(f"order: {NOT_VALID}", field="order")
        return None, by, desc

    def described(self) -> list[dict]:
        """As parameters of OpenAPI."""
        return [{"in": "query", "name": name, "schema": _schema(field),
                 **({"description": said} if (said := field.metadata.get("description")) else {})}
                for name, field in self.fields.items()]


class Listed(Arguments):
    """What every list takes."""

    after = text(300, metadata={"description": "The `next` of the page before"})
    limit = Whole(1, MAX_LIMIT, load_default=25)


def _schema(field) -> dict:
    if isinstance(field, Many):
        return {"type": "array", "items": _schema(field.inner)}
    if isinstance(field, Whole):
        default = {} if field.load_default is None else {"default": field.load_default}
        return {"type": "integer", "minimum": field.least, "maximum": field.most, **default}
    if isinstance(field, Flag):
        return {"type": "boolean"}
    if isinstance(field, fields.Date):
        return {"type": "string", "format": "date"}
    choices = next((list(each.choices) for each in field.validators if isinstance(each, validate.OneOf)), None)
    longest = next((each.max for each in field.validators if isinstance(each, validate.Length)), None)
    return {"type": "string", **({"enum": choices} if choices else {}), **({"maxLength": longest} if longest else {})}
