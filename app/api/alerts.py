"""Alerts of persons over REST."""
from flask import jsonify

from ..extensions import db
from ..models.alert import Alert
from ..security.visibility import visible
from ..services import alerts
from ..services.records import get_visible
from . import schemas
from .arguments import Arguments, Flag, Listed, Whole
from .base import Resource, actor, body, listed, written
from .operation import operation
from .related import loaded, pointed, refused_at
from .shapes import Shape

ALERT = Shape("Alert", Alert, "id entity priority text valid_from valid_until active version")


class AddAlert(schemas.Body):
    person_id = schemas.whole(required=True)
    priority_id = schemas.whole(required=True)
    text = schemas.text(1_000, required=True)
    valid_from = schemas.day()
    valid_until = schemas.day()
    active = schemas.flag(load_default=True)


class ListAlerts(Listed):
    person_id = Whole()
    active = Flag(load_default=None)


class AtVersion(Arguments):
    version = Whole(metadata={"description": "Of the record as it was read: an older one is refused"})


ADD, CHANGE, LIST, AT_VERSION = AddAlert(), schemas.change_of(AddAlert), ListAlerts(), AtVersion()


class AlertApi(Resource):
    resource_name = "alerts"
    class_permission_name = "alert"
    method_permission_name = {"get_list": "read", "get": "read", "post": "write", "change": "write", "delete": "write"}
    openapi_spec_tag = "Alerts"

    @operation("", summary="List alerts", query=LIST, listed=ALERT)
    def get_list(self):
        args = LIST.read()
        query = db.session.query(Alert).filter(visible(Alert, actor()))
        if args["person_id"]:
            query = query.filter(Alert.entity_id == args["person_id"])
        if args["active"] is not None:
            query = query.filter(Alert.active == args["active"])
        return listed(ALERT, query.options(*loaded(Alert.entity, Alert.priority)), Alert.id, Alert.id, args, desc=True)

    @operation("", "POST", summary="Warn about a person", body=ADD, answer=ALERT, status=201, once=True)
    def post(self):
        data = body(ADD)
        return written(lambda session, now: ALERT(refused_at(
            alerts.create, session, pointed(data), actor=actor(), now=now)), "alert", status=201)

    @operation("/<int:pk>", summary="Read an alert", answer=ALERT)
    def get(self, pk):
        return jsonify(ALERT(get_visible(db.session, Alert, pk, actor())))

    @operation("/<int:pk>", "PATCH", summary="Change an alert", body=CHANGE, answer=ALERT)
    def change(self, pk):
        data = body(CHANGE)
        return written(lambda session, now: ALERT(refused_at(
            alerts.update, session, pk, pointed(data), version=data["version"], actor=actor(), now=now)))

    @operation("/<int:pk>", "DELETE", summary="Delete an alert", query=AT_VERSION, status=204)
    def delete(self, pk):
        args = AT_VERSION.read()
        return written(lambda session, now: alerts.delete(session, pk, **args, actor=actor(), now=now))
