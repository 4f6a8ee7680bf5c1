"""Bodies that the API takes; unknown names are refused, so that a typing error is not silently lost."""
from flask_babel import lazy_gettext as _l
from marshmallow import RAISE, Schema, fields, validate

from ..models.attendance import Direction

REQUIRED = _l("This field is required.")
MESSAGES = {"required": REQUIRED, "null": REQUIRED, "invalid": _l("Not a valid value."),
            "validator_failed": _l("Not a valid value."), "type": _l("Not a valid value.")}
_RANGE = validate.Range(min=1, max=2**31 - 1, error=_l("Not a valid value."))


def _text(longest, **options):
    length = validate.Length(max=longest, error=_l("At most {max} characters."))
    return fields.String(validate=length, error_messages=MESSAGES, **options)


def _whole():
    return fields.Integer(strict=True, allow_none=True, load_default=None, validate=_RANGE, error_messages=MESSAGES)


def _instant():
    return fields.AwareDateTime(allow_none=True, load_default=None, error_messages={
        **MESSAGES, "invalid_awareness": _l("The time needs its offset, such as -03:00.")})


def _direction():
    known = validate.OneOf([each.value for each in Direction], error=_l("Not a valid choice."))
    return fields.String(load_default=Direction.RECEPTIVE.value, validate=known, error_messages=MESSAGES)


class Body(Schema):
    class Meta:
        unknown = RAISE

    error_messages = {"unknown": _l("Unknown field."), "type": _l("The body must be a JSON object.")}


class OpenAttendance(Body):
    person_id = _whole()
    role = _text(40, allow_none=True, load_default=None)
    channel = _text(40, required=True)
    direction = _direction()
    description = _text(20_000, required=True)
    answer = _text(20_000, allow_none=True, load_default=None)
    received_at = _instant()
    title = _text(200, allow_none=True, load_default=None)
    company_id = _whole()
    motive_id = _whole()
    occurrence_id = _whole()
    cause_id = _whole()


class AddDetail(Body):
    channel = _text(40, required=True)
    direction = _direction()
    description = _text(20_000, required=True)
    answer = _text(20_000, allow_none=True, load_default=None)
    received_at = _instant()


class CloseAttendance(Body):
    situation_id = _whole()
    answer = _text(20_000, allow_none=True, load_default=None)


class RegisterPerson(Body):
    name = _text(200, required=True)
    document = _text(30, allow_none=True, load_default=None)
    phone = _text(40, allow_none=True, load_default=None)
    email = _text(320, allow_none=True, load_default=None)
    roles = fields.List(_text(40), load_default=list, error_messages=MESSAGES,
                        validate=validate.Length(max=20, error=_l("Not a valid value.")))
    company_id = _whole()
