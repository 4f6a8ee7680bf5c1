"""The agenda over REST."""
from flask import jsonify
from sqlalchemy.orm import joinedload

from ..extensions import db
from ..models.appointment import Appointment, AppointmentState
from ..security.visibility import visible
from ..services import appointments
from ..services.records import get_visible
from . import schemas
from .arguments import Listed, Whole, one_of
from .base import Resource, actor, body, listed, written
from .operation import operation
from .related import pointed, refused_at
from .shapes import NAMED, Shape, person

APPOINTMENT = Shape(
    "Appointment", Appointment, "id entity attendance_id subject place notes starts_at ends_at state reminder_minutes "
    "version", operator=(NAMED, lambda row: person(row.operator)))


class AddAppointment(schemas.Body):
    person_id = schemas.whole(required=True)
    operator_id = schemas.whole(required=True)
    attendance_id = schemas.whole()
    subject = schemas.text(200, required=True)
    place = schemas.text(200)
    notes = schemas.text(4_000)
    starts_at = schemas.instant(required=True)
    ends_at = schemas.instant(required=True)
    reminder_minutes = schemas.whole(validate=None)


class MoveAppointment(schemas.Body):
    version = schemas.whole()


class ListAppointments(Listed):
    person_id = Whole()
    operator_id = Whole()
    attendance_id = Whole()
    state = one_of(*AppointmentState)


ADD, CHANGE, MOVE, LIST = AddAppointment(), schemas.change_of(AddAppointment), MoveAppointment(), ListAppointments()
MOVES = {"finish": appointments.finish, "cancel": appointments.cancel, "reopen": appointments.reopen}


class AppointmentApi(Resource):
    resource_name = "appointments"
    class_permission_name = "appointment"
    method_permission_name = {"get_list": "read", "get": "read", **dict.fromkeys(
        ("post", "change", "finish", "cancel", "reopen"), "write")}
    openapi_spec_tag = "Appointments"

    @operation("", summary="List appointments", query=LIST, listed=APPOINTMENT, description="The latest first.")
    def get_list(self):
        args = LIST.read()
        query = db.session.query(Appointment).filter(visible(Appointment, actor())).options(
            joinedload(Appointment.entity), joinedload(Appointment.operator))
        for name, column in (("person_id", Appointment.entity_id), ("operator_id", Appointment.operator_id),
                             ("attendance_id", Appointment.attendance_id), ("state", Appointment.state)):
            if args[name] is not None:
                query = query.filter(column == args[name])
        return listed(APPOINTMENT, query, Appointment.starts_at, Appointment.id, args, desc=True)

    @operation("", "POST", summary="Schedule an appointment", body=ADD, answer=APPOINTMENT, status=201, once=True)
    def post(self):
        data = body(ADD)
        return written(lambda session, now: APPOINTMENT(refused_at(
            appointments.create, session, pointed(data), actor=actor(), now=now)), "appointment", status=201)

    @operation("/<int:pk>", summary="Read an appointment", answer=APPOINTMENT)
    def get(self, pk):
        return jsonify(APPOINTMENT(get_visible(db.session, Appointment, pk, actor())))

    @operation("/<int:pk>", "PATCH", summary="Change an appointment", body=CHANGE, answer=APPOINTMENT)
    def change(self, pk):
        data = body(CHANGE)
        return written(lambda session, now: APPOINTMENT(refused_at(
            appointments.update, session, pk, pointed(data), version=data["version"], actor=actor(), now=now)))

    @operation("/<int:pk>/finish", "POST", summary="Say that it took place", body=MOVE, answer=APPOINTMENT, once=True)
    def finish(self, pk):
        return _moved(pk, "finish")

    @operation("/<int:pk>/cancel", "POST", summary="Cancel an appointment", body=MOVE, answer=APPOINTMENT, once=True,
               description="It stays in the agenda, marked; appointments are not deleted.")
    def cancel(self, pk):
        return _moved(pk, "cancel")

    @operation("/<int:pk>/reopen", "POST", summary="Schedule it again", body=MOVE, answer=APPOINTMENT, once=True)
    def reopen(self, pk):
        return _moved(pk, "reopen")


def _moved(pk, move):
    data = body(MOVE)
    return written(lambda session, now: APPOINTMENT(
        MOVES[move](session, pk, version=data["version"], actor=actor(), now=now)), f"appointment {move}")
