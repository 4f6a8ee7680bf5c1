"""Bodies that the API takes; unknown names are refused, so that a typing error is not silently lost."""
from flask_babel import lazy_gettext as _l
from marshmallow import RAISE, Schema, fields, validate

from ..models.attendance import Direction

REQUIRED = _l("This field is required.")
NOT_VALID = _l("Not a valid value.")
MESSAGES = {"required": REQUIRED, "null": REQUIRED, "invalid": NOT_VALID, "validator_failed": NOT_VALID,
            "type": NOT_VALID}
MOST_ROWS = 300
_RANGE = validate.Range(min=1, max=2**31 - 1, error=NOT_VALID)


class Body(Schema):
    class Meta:
        unknown = RAISE

    error_messages = {"unknown": _l("Unknown field."), "type": _l("The body must be a JSON object.")}


class Strict(fields.Boolean):
    """true or false, not what looks like it."""

    def _deserialize(self, value, attr, data, **kwargs):
        if not isinstance(value, bool):
            raise self.make_error("invalid")
        return value


class Text(fields.String):
    """Text without what no person types: half a surrogate cannot be stored, NUL not in PostgreSQL."""

    def _deserialize(self, value, attr, data, **kwargs):
        text = super()._deserialize(value, attr, data, **kwargs)
        if "\0" in text or any("\ud800" <= c <= "\udfff" for c in text):
            raise self.make_error("invalid")
        return text


def text(longest, **options):
    """A text that must be there if `required`, else may be null."""
    length = validate.Length(max=longest, error=_l("At most {max} characters."))
    return Text(validate=length, error_messages=MESSAGES, **_optional(options))


def whole(**options):
    """A whole number from 1: an id, a page."""
    options.setdefault("validate", _RANGE)
    return fields.Integer(strict=True, error_messages=MESSAGES, **_optional(options))


def flag(**options):
    return Strict(error_messages=MESSAGES, **_optional(options))


def instant(**options):
    return fields.AwareDateTime(format="iso", error_messages={
        **MESSAGES, "invalid_awareness": _l("The time needs its offset, such as -03:00.")}, **_optional(options))


def day(**options):
    return fields.Date(format="iso", error_messages=MESSAGES, **_optional(options))


def amount(**options):
    """A decimal number, as JSON number or as text; never by way of a float's last digits."""
    return fields.Decimal(error_messages={**MESSAGES, "special": NOT_VALID}, **_optional(options))


def choice(*codes, **options):
    return Text(validate=validate.OneOf(codes, error=_l("Not a valid choice.")), error_messages=MESSAGES,
                **_optional(options))


def several(inner, most=MOST_ROWS, **options):
    """A list of values or rows."""
    return fields.List(inner, error_messages=MESSAGES, validate=validate.Length(max=most, error=NOT_VALID), **options)


def rows(schema, most=MOST_ROWS, **options):
    return several(fields.Nested(schema), most, **options)


def anything(**options):
    """A JSON object whose names the product knows only when it runs."""
    return fields.Dict(keys=fields.String(), error_messages=MESSAGES, **options)


def _optional(options) -> dict:
    if options.get("required") or "load_default" in options:
        return options
    return {"allow_none": True, "load_default": None, **options}


def _direction():
    return choice(*Direction, load_default=Direction.RECEPTIVE.value)


def change_of(body: type[Body]) -> Body:
    """The body of a PATCH: whatever is left out stays. `version` is that of the record as it was read: an older one is
    refused with 409."""
    version = whole(required=True, metadata={"description": "Of the record as it was read"})
    made = type(f"Change{body.__name__.removeprefix('Add')}", (body,), {"version": version})
    below = [f"{name}.{each}" for name, field in body._declared_fields.items() if isinstance(field, fields.Nested)
             for each in field.schema.fields]
    return made(partial=(*body._declared_fields, *below))


class Page(Body):
    """What stands on a detail page besides its channel and its words."""

    contact_id = whole()
    product_id = whole()
    product_code = text(40)
    information_ids = several(whole(), 100)
    note = text(500)
    lot_number = text(60)
    serial_number = text(60)
    manufactured_on = day()
    expires_on = day()


class AddDetail(Page):
    channel = text(40, required=True)
    direction = _direction()
    description = text(20_000, required=True)
    answer = text(20_000)
    received_at = instant()


class Record(Body):
    """What an attendance says of itself."""

    role = text(40)
    title = text(200)
    motive_id = whole()
    occurrence_id = whole()
    cause_id = whole()
    unit_id = whole()
    local_partner_id = whole()
    local_note = text(500)
    situation_id = whole()
    related = text(60, metadata={"description": "Protocol of the related SAC, or id-<id>"})
    custom_values = anything()


class OpenAttendance(Record, AddDetail):
    person_id = whole()
    company_id = whole()


class ChangePage(AddDetail):
    """The page that is saved with its attendance."""

    page = whole(load_default=1)


class CloseAttendance(Body):
    situation_id = whole()
    answer = text(20_000)
    version = whole()


class RegisterPerson(Body):
    name = text(200, required=True)
    document = text(30)
    phone = text(40)
    email = text(320)
    roles = several(text(40), 20, load_default=list)
    company_id = whole()
    custom_values = anything(load_default=None, allow_none=True, metadata={
        "description": "What configurators' fields hold, by key; where it is given, what they demand is demanded"})
