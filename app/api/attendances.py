"""Attendances over REST: open, read, list, add a detail, close."""
from flask import jsonify, request
from flask_appbuilder.api import expose
from flask_appbuilder.security.decorators import protect
from flask_babel import get_timezone
from flask_babel import gettext as _
from sqlalchemy import select

from ..database import unit_of_work, utc_now
from ..errors import Invalid, NotFound
from ..extensions import db
from ..models.attendance import Attendance, AttendanceKind
from ..models.classification import Channel, Phase
from ..queries import attendances as reads
from ..services import attendances, opening
from . import schemas
from .base import BadRequest, Resource, actor, body, instant, limit, once, whole_argument

OPEN, ADD_DETAIL, CLOSE = schemas.OpenAttendance(), schemas.AddDetail(), schemas.CloseAttendance()  # slow to make
KINDS = {"phone": AttendanceKind.PHONE}


class AttendanceApi(Resource):
    resource_name = "attendances"
    class_permission_name = "attendance"
    method_permission_name = {
        "post": "write", "get_list": "read", "get": "read", "add_detail": "write", "close": "write"}
    openapi_spec_tag = "Attendances"

    @expose("", methods=["POST"])
    @protect()
    def post(self):
        """Open an attendance; the answer has its protocol.
        ---
        post:
          summary: Open an attendance
          parameters: [IdempotencyKey]
          requestBody:
            required: true
            content: {application/json: {schema: {$ref: '#/components/schemas/OpenAttendance'}}}
          responses:
            201:
              description: Opened
              content: {application/json: {schema: {$ref: '#/components/schemas/Attendance'}}}
        """
        data = body(OPEN)
        now, person_id = utc_now(), data.pop("person_id")
        values, detail = _split(data)
        with unit_of_work(db.session) as session:
            answer = once(session, "attendance", request.get_json(), now, lambda: shown(opening.open_attendance(
                session, entity_id=person_id, values={**values, "role_type_code": data["role"]},
                detail={**detail, "channel_code": data["channel"]}, actor=actor(), now=now,
                kind=KINDS.get(data["channel"], AttendanceKind.MULTICHANNEL))))
        return jsonify(answer), 201

    @expose("", methods=["GET"])
    @protect()
    def get_list(self):
        """Attendances one may see, newest first.
        ---
        get:
          summary: List attendances
          parameters:
            - {in: query, name: q, schema: {type: string}, description: Protocol, number or words of the person's name}
            - {in: query, name: situation, schema: {type: string}, description: 'Id of a situation, or a phase'}
            - {in: query, name: channel, schema: {type: string}, description: Code of a channel}
            - {in: query, name: after, schema: {type: string}, description: The `next` of the page before}
            - {in: query, name: limit, schema: {type: integer, minimum: 1, maximum: 100, default: 25}}
          responses:
            200:
              description: A page
              content: {application/json: {schema: {$ref: '#/components/schemas/AttendancePage'}}}
        """
        filters = reads.AttendanceFilter(q=request.args.get("q", "")[:200], **_situation(), **_channel())
        try:
            page = reads.list_attendances(db.session, actor(), filters, timezone=str(get_timezone()), size=limit(),
                                          after=request.args.get("after"))
        except ValueError as error:
            raise BadRequest(_("after is not a page key of this list.")) from error
        return jsonify(items=[shown(row) for row in page.rows], next=page.next)

    @expose("/<address>", methods=["GET"])
    @protect()
    def get(self, address):
        """One attendance with its details, by protocol or id-<id>.
        ---
        get:
          summary: Read an attendance
          parameters: [{in: path, name: address, required: true, schema: {type: string}}]
          responses:
            200:
              description: The attendance
              content: {application/json: {schema: {$ref: '#/components/schemas/AttendanceWithDetails'}}}
        """
        return jsonify(with_details(_found(address)))

    @expose("/<address>/details", methods=["POST"])
    @protect()
    def add_detail(self, address):
        """Add a detail page to an open attendance.
        ---
        post:
          summary: Add a detail
          parameters:
            - {in: path, name: address, required: true, schema: {type: string}}
            - IdempotencyKey
          requestBody:
            required: true
            content: {application/json: {schema: {$ref: '#/components/schemas/AddDetail'}}}
          responses:
            201:
              description: Added
              content: {application/json: {schema: {$ref: '#/components/schemas/Detail'}}}
        """
        data, pk, now = body(ADD_DETAIL), _id(address), utc_now()
        _values, detail = _split(data)

        def act():
            detail["channel_id"] = _code(session, Channel, data["channel"], "channel").id
            return shown_detail(attendances.add_detail(session, pk, detail=detail, actor=actor(), now=now))

        with unit_of_work(db.session) as session:
            answer = once(session, "detail", [pk, request.get_json()], now, act)
        return jsonify(answer), 201

    @expose("/<address>/close", methods=["POST"])
    @protect()
    def close(self, address):
        """Close an attendance, with an answer for its last page if one is given.
        ---
        post:
          summary: Close an attendance
          parameters:
            - {in: path, name: address, required: true, schema: {type: string}}
            - IdempotencyKey
          requestBody:
            required: true
            content: {application/json: {schema: {$ref: '#/components/schemas/CloseAttendance'}}}
          responses:
            200:
              description: Closed
              content: {application/json: {schema: {$ref: '#/components/schemas/AttendanceWithDetails'}}}
        """
        data, pk, now = body(CLOSE), _id(address), utc_now()

        def act():
            attendances.close_attendance(session, pk, **data, actor=actor(), now=now)
            return with_details(_found(address))

        with unit_of_work(db.session) as session:
            answer = once(session, "close", [pk, request.get_json()], now, act)
        return jsonify(answer)


# ---- pieces

def _found(address) -> Attendance:
    attendance = reads.find_for_api(db.session, actor(), address)
    if attendance is None:
        raise NotFound(_("Attendance not found."))
    return attendance


def _id(address) -> int:
    pk = reads.id_at(db.session, actor(), address)
    if pk is None:
        raise NotFound(_("Attendance not found."))
    return pk


def _split(data):
    """(values of the record, values of the detail) of a body; channel and role are still codes."""
    of_page = ("direction", "description", "answer", "received_at")
    return ({n: v for n, v in data.items() if n not in (*of_page, "channel", "role")},
            {n: data[n] for n in of_page})


def _code(session, model, code, field):
    """The row with this code. Raises Invalid."""
    row = session.scalar(select(model).where(model.code == code))
    if row is None:
        raise Invalid(_("Not a valid choice."), field=field)
    return row


def _situation() -> dict:
    text = request.args.get("situation", "")
    if text in [phase.value for phase in Phase]:
        return {"phase": text}
    pk = whole_argument("situation")
    return {"situation": (pk,)} if pk else {}


def _channel() -> dict:
    code = request.args.get("channel")
    if not code:
        return {}
    pk = db.session.scalar(select(Channel.id).where(Channel.code == code))
    if pk is None:
        raise BadRequest(_("There is no channel with this code."))
    return {"channel": (pk,)}


def shown(attendance) -> dict:
    """An attendance as lists and openings answer it."""
    def named(row):
        return {"id": row.id, "name": str(row)} if row is not None else None

    return {
        "id": attendance.id, "protocol": attendance.protocol, "kind": attendance.kind, "title": attendance.title,
        "company_id": attendance.company_id, "person": named(attendance.entity), "channel": attendance.channel.code,
        "direction": attendance.direction,
        "situation": {"id": attendance.situation_id, "name": attendance.situation.name, "phase": attendance.phase},
        "motive": named(attendance.motive), "occurrence": named(attendance.occurrence),
        "cause_id": attendance.cause_id, "opened_at": instant(attendance.opened_at),
        "received_at": instant(attendance.received_at), "closed_at": instant(attendance.closed_at),
        "version": attendance.version}


def shown_detail(page) -> dict:
    return {
        "page": page.page, "channel": page.channel.code, "direction": page.direction, "description": page.description,
        "answer": page.answer, "opened_at": instant(page.opened_at), "received_at": instant(page.received_at),
        "answered_at": instant(page.answered_at)}


def with_details(attendance) -> dict:
    return {**shown(attendance), "custom_values": attendance.custom_values,
            "related": str(attendance.related) if attendance.related else None,
            "details": [shown_detail(page) for page in attendance.details]}
