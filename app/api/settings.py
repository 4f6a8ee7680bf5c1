"""System parameters over REST, read and set as on the screen."""
from dataclasses import dataclass
from typing import Any

from flask import current_app, jsonify
from flask_babel import gettext as _
from marshmallow import ValidationError, fields
from sqlalchemy import select

from ..errors import Invalid, NotFound
from ..extensions import db
from ..models.desk import Setting
from ..security.visibility import visible
from ..services import settings
from . import schemas
from .arguments import Arguments
from .base import Resource, actor, body, written
from .operation import operation
from .shapes import TEXT, WHOLE, Shape, empty, many

ONE = {"oneOf": [{"type": "string"}, {"type": "integer"}, {"type": "boolean"}]}
LONGEST = 200


@dataclass(frozen=True)
class Held:
    """A parameter and what holds of it."""

    key: str
    parameter: settings.Parameter
    value: Any

    def codes(self) -> list[str] | None:
        """What a text may be, where it is a choice; yes and no are true and false."""
        choices = self.parameter.choices
        return list(choices) if choices and choices is not settings.YES_NO else None


SETTING = Shape(
    "Setting", key=(TEXT, lambda held: held.key), name=(TEXT, lambda held: str(held.parameter.label)),
    help=(TEXT, lambda held: str(held.parameter.help)), value=(ONE, lambda held: held.value),
    default=(ONE, lambda held: held.parameter.default), choices=(empty(many(TEXT)), Held.codes),
    least=(empty(WHOLE), lambda held: held.parameter.whole and held.parameter.whole[0]),
    most=(empty(WHOLE), lambda held: held.parameter.whole and held.parameter.whole[1]))


class Value(fields.Field):
    """A text, a whole number, true or false."""

    def _deserialize(self, value, attr, data, **kwargs):
        if not isinstance(value, (bool, int, str)) or isinstance(value, int) and abs(value) >= 2**31 or (
                isinstance(value, str) and (len(value) > LONGEST or "\0" in value)):
            raise ValidationError(_("Not a valid value."))
        return value


class PutSetting(schemas.Body):
    value = Value(required=True, error_messages=schemas.MESSAGES, metadata={**ONE, "description": (
        "A text, a whole number, or true or false, as its present value is")})


PUT, NOTHING = PutSetting(), Arguments()


class SettingApi(Resource):
    resource_name = "settings"
    class_permission_name = "setting"
    method_permission_name = {"get_list": "read", "get": "read", "put": "write"}
    openapi_spec_tag = "Registers"

    @operation("", summary="List the system parameters", query=NOTHING, listed=SETTING)
    def get_list(self):
        NOTHING.read()
        stored = {row.key: row.value for row in db.session.scalars(select(Setting).where(visible(Setting, actor())))}
        return jsonify(next=None, items=[
            SETTING(Held(key, each, settings.stored_or_default(key, stored.get(key))))
            for key, each in settings.PARAMETERS.items()])

    @operation("/<string:key>", summary="Read a system parameter", answer=SETTING)
    def get(self, key):
        return jsonify(_held(db.session, key))

    @operation("/<string:key>", "PUT", summary="Set a system parameter", body=PUT, answer=SETTING)
    def put(self, key):
        parameter, value = _known(key), body(PUT)["value"]
        if type(value) is not type(parameter.default):  # a 1 is no true, a text no number
            raise Invalid(schemas.NOT_VALID, field="value")

        def act(session, now):
            settings.set_setting(session, key, value, installation=current_app.config, actor=actor(), now=now)
            session.flush()  # read anew, as written
            return _held(session, key)
        return written(act)


def _known(key) -> settings.Parameter:
    if key not in settings.PARAMETERS:
        raise NotFound(_("Record not found."))
    return settings.PARAMETERS[key]


def _held(session, key) -> dict:
    return SETTING(Held(key, _known(key), settings.get_setting(session, key)))
