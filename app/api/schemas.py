"""Bodies that the API takes; unknown names are refused, so that a typing error is not silently lost."""
from flask_babel import lazy_gettext as _l
from marshmallow import RAISE, Schema, fields, validate

from ..models.attendance import Direction

_WHOLE = {"strict": True, "allow_none": True, "load_default": None, "validate": validate.Range(min=1, max=2**31 - 1)}


def _text(longest, **options):
    return fields.String(validate=validate.Length(max=longest), **options)


def _direction():
    return fields.String(load_default=Direction.RECEPTIVE.value, validate=validate.OneOf([d.value for d in Direction]))


class Body(Schema):
    class Meta:
        unknown = RAISE

    error_messages = {"unknown": _l("Unknown field."), "type": _l("The body must be a JSON object.")}


class OpenAttendance(Body):
    person_id = fields.Integer(**_WHOLE)
    role = _text(40, allow_none=True, load_default=None)
    channel = _text(40, required=True)
    direction = _direction()
    description = _text(20_000, required=True)
    answer = _text(20_000, allow_none=True, load_default=None)
    received_at = fields.AwareDateTime(allow_none=True, load_default=None)
    title = _text(200, allow_none=True, load_default=None)
    company_id = fields.Integer(**_WHOLE)
    motive_id = fields.Integer(**_WHOLE)
    occurrence_id = fields.Integer(**_WHOLE)
    cause_id = fields.Integer(**_WHOLE)


class AddDetail(Body):
    channel = _text(40, required=True)
    direction = _direction()
    description = _text(20_000, required=True)
    answer = _text(20_000, allow_none=True, load_default=None)
    received_at = fields.AwareDateTime(allow_none=True, load_default=None)


class CloseAttendance(Body):
    situation_id = fields.Integer(**_WHOLE)
    answer = _text(20_000, allow_none=True, load_default=None)


class RegisterPerson(Body):
    name = _text(200, required=True)
    document = _text(30, allow_none=True, load_default=None)
    phone = _text(40, allow_none=True, load_default=None)
    email = _text(320, allow_none=True, load_default=None)
    roles = fields.List(_text(40), load_default=list, validate=validate.Length(max=20))
    company_id = fields.Integer(**_WHOLE)
