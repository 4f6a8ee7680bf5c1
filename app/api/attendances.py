"""Attendances over REST: open, list, read, change, reopen, close."""
from flask import jsonify
from flask_babel import get_timezone
from flask_babel import gettext as _
from marshmallow import fields
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from ..errors import Invalid, NotFound
from ..extensions import db
from ..models.attendance import Attendance, AttendanceDetail, AttendanceKind
from ..models.classification import Channel, Phase
from ..models.custom_form import FieldTarget
from ..models.entity import Entity, RoleType
from ..models.label import AttendanceLabel
from ..queries import attendances as reads
from ..services import attendances, opening
from . import schemas
from .arguments import ASKED, Flag, Listed, Many, Whole, day, text
from .base import BadRequest, Resource, actor, attendance_id, body, not_a_key, written
from .detail_pages import DETAIL, page_values, put_codes
from .labels import LABEL
from .operation import operation
from .shapes import FLAG, NAMED, OBJECT, TEXT, Shape, empty, many, named, person

KINDS = {"phone": AttendanceKind.PHONE}
PAGE_OF_OPENING = ("direction", "description", "answer", "received_at", *schemas.Page._declared_fields)


def _situation_of(row):
    return {**named(row.situation), "phase": row.phase}


ATTENDANCE = Shape(
    "Attendance", Attendance, "id protocol kind title company_id opened_at received_at closed_at direction version",
    person=(empty(NAMED), lambda row: named(row.entity)), channel=(TEXT, lambda row: row.channel.code),
    situation=({"type": "object", "required": ["id", "name", "phase"],
                "properties": {**NAMED["properties"], "phase": {"type": "string", "enum": list(Phase)}}},
               _situation_of),
    motive=(empty(NAMED), lambda row: named(row.motive)),
    occurrence=(empty(NAMED), lambda row: named(row.occurrence)),
    cause_id=(empty({"type": "integer"}), lambda row: row.cause_id),
    merged_into=(empty(NAMED), lambda row: named(getattr(row, "merged_into", None))))
WHOLE_ATTENDANCE = ATTENDANCE.plus(
    "AttendanceWithDetails",
    role=(empty(TEXT), lambda row: row.role_type.code if row.role_type else None),
    unit=(empty(NAMED), lambda row: named(row.unit)), local_note=(empty(TEXT), lambda row: row.local_note),
    local_partner=(empty(NAMED), lambda row: named(row.local_partner)),
    assignee=(empty(NAMED), lambda row: person(row.assignee)),
    department=(empty(NAMED), lambda row: named(row.department)),
    related=(empty(TEXT), lambda row: str(row.related) if row.related else None),
    cancel_reason=(empty(TEXT), lambda row: row.cancel_reason), is_open=(FLAG, lambda row: row.is_open),
    custom_values=(OBJECT, lambda row: row.custom_values),
    labels=(many(LABEL.ref), lambda row: [LABEL(each.label) for each in row.labels]),
    details=(many(DETAIL.ref), lambda row: [DETAIL(page) for page in row.details]))
_MERGED = joinedload(Attendance.merged_into).load_only(Attendance.protocol)
_NAME = (Entity.name, Entity.social_name)
_LOADED = (
    _MERGED, joinedload(Attendance.role_type), joinedload(Attendance.unit), joinedload(Attendance.assignee),
    joinedload(Attendance.department), joinedload(Attendance.local_partner).load_only(*_NAME),
    selectinload(Attendance.labels).joinedload(AttendanceLabel.label),
    selectinload(Attendance.details).options(
        joinedload(AttendanceDetail.operator), joinedload(AttendanceDetail.product),
        joinedload(AttendanceDetail.contact), selectinload(AttendanceDetail.information)))


class ListAttendances(Listed):
    target = FieldTarget.ATTENDANCE

    order = text(60, metadata={"description": "opened_at, closed_at, id or cf_<field>; a leading - turns it round"})
    q = text(200, metadata={"description": "Protocol, number or words of the person's name"})
    situation = text(20, metadata={"description": "Id of a situation, or a phase"})
    channel = text(40, metadata={"description": "Code of a channel"})
    person_id = Whole()
    motive_id = Whole()
    occurrence_id = Whole()
    cause_id = Whole()
    company_id = Whole()
    unit_id = Whole()
    department_id = Whole()
    assignee_id = Whole()
    unassigned = Flag(load_default=None)
    label_id = Many(Whole(), load_default=list)
    opened_from = day(metadata={"description": "A local day, inclusive"})
    opened_to = day(metadata={"description": "A local day, inclusive"})


class AttendanceRecord(schemas.Record):
    page = fields.Nested(schemas.ChangePage, metadata={"description": "One detail page that is saved with it"})


LIST, OPEN, CLOSE = ListAttendances(), schemas.OpenAttendance(), schemas.CloseAttendance()
CHANGE = schemas.change_of(AttendanceRecord)


class AttendanceApi(Resource):
    resource_name = "attendances"
    class_permission_name = "attendance"
    method_permission_name = {
        "post": "write", "get_list": "read", "get": "read", "change": "write", "close": "write"}
    openapi_spec_tag = "Attendances"

    @operation("", "POST", summary="Open an attendance", body=OPEN, answer=ATTENDANCE, status=201, once=True)
    def post(self):
        """The answer has its protocol."""
        data = body(OPEN)

        def act(session, now):
            values, detail = _split(session, data)
            return ATTENDANCE(opening.open_attendance(
                session, entity_id=data["person_id"], values={**values, "role_type_code": data["role"]},
                detail={**detail, "channel_code": data["channel"]}, actor=actor(), now=now,
                kind=KINDS.get(data["channel"], AttendanceKind.MULTICHANNEL)))
        return written(act, "attendance", status=201)

    @operation("", summary="List attendances", query=LIST, listed=ATTENDANCE, description=(
        f"Those one may see, newest first where no `order` is given. {ASKED}"))
    def get_list(self):
        args = LIST.read()
        order, by, desc = LIST.read_order(args["order"] or "-opened_at", reads.ORDERS)
        filters = reads.AttendanceFilter(
            q=args["q"] or "", **_situation(args["situation"]), **_channel(args["channel"]), entity=args["person_id"],
            motive=args["motive_id"], occurrence=args["occurrence_id"], cause=args["cause_id"],
            company=args["company_id"], unit=args["unit_id"], department=args["department_id"],
            assignee=args["assignee_id"], unassigned=args["unassigned"] or None, label=tuple(args["label_id"]),
            opened_from=args["opened_from"], opened_to=args["opened_to"], custom=LIST.read_fields())
        try:
            page = reads.list_attendances(db.session, actor(), filters, timezone=str(get_timezone()), order=order,
                                          by=by, desc=desc, size=args["limit"], after=args["after"], load=(_MERGED,))
        except ValueError as error:
            raise not_a_key() from error
        return jsonify(items=[ATTENDANCE(row) for row in page.rows], next=page.next)

    @operation("/<address>", summary="Read an attendance", answer=WHOLE_ATTENDANCE)
    def get(self, address):
        return jsonify(WHOLE_ATTENDANCE(found(address)))

    @operation("/<address>", "PATCH", summary="Change an attendance", body=CHANGE, answer=WHOLE_ATTENDANCE,
               description="What is left out stays. An open situation reopens a closed attendance, for who may; `page` "
                           "saves one detail page with it.")
    def change(self, address):
        data, pk = body(CHANGE), attendance_id(address)

        def act(session, now):
            version, page = data.pop("version"), data.pop("page", None)
            stored = session.get(Attendance, pk)
            if "role" in data:
                data["role_type_id"] = _role(session, data.pop("role"))
            if "related" in data:
                data["related_id"] = _related(data.pop("related"))
            detail = {**page_values(session, page), "page": page.get("page", 1)} if page is not None else None
            attendances.save_attendance(
                session, stored.id, version=version, values=data, detail=detail, actor=actor(), now=now)
            return WHOLE_ATTENDANCE(found(address))
        return written(act)

    @operation("/<address>/close", "POST", summary="Close an attendance", body=CLOSE, answer=WHOLE_ATTENDANCE,
               once=True, description="With an answer for its last page if one is given.")
    def close(self, address):
        data, pk = body(CLOSE), attendance_id(address)

        def act(session, now):
            attendances.close_attendance(session, pk, **data, actor=actor(), now=now)
            return WHOLE_ATTENDANCE(found(address))
        return written(act, "close")


def found(address) -> Attendance:
    """The attendance as REST answers it, as it is now. Raises NotFound."""
    db.session.flush()  # read anew, as written
    attendance = reads.find_for_api(db.session, actor(), address, load=_LOADED)
    if attendance is None:
        raise NotFound(_("Attendance not found."))
    return attendance


# ---- pieces

def _split(session, data):
    """(values of the record, values of the detail) of a body; channel and role are still codes."""
    detail = put_codes(session, {n: v for n, v in data.items() if n in PAGE_OF_OPENING and v is not None})
    values = {name: value for name, value in data.items()
              if name not in (*PAGE_OF_OPENING, "channel", "role", "person_id", "related")}
    if data["related"] is not None:
        values["related_id"] = _related(data["related"])
    values["custom_values"] = data.get("custom_values") or {}
    return values, detail


def _related(address) -> int | None:
    if address is None:
        return None
    pk = reads.id_at(db.session, actor(), address.strip())
    if pk is None:
        raise Invalid(_("There is no attendance with this number."), field="related")
    return pk


def _role(session, code) -> int | None:
    if code is None:
        return None
    pk = session.scalar(select(RoleType.id).where(RoleType.code == code))
    if pk is None:
        raise Invalid(_("Not a valid choice."), field="role")
    return pk


def _situation(given) -> dict:
    if not given or given in list(Phase):
        return {"phase": given or None}
    if not given.isascii() or not given.isdigit() or len(given) > 9:
        raise BadRequest(_("%(name)s must be a whole number."), field="situation", name="situation")
    return {"situation": (int(given),)}


def _channel(code) -> dict:
    if not code:
        return {}
    pk = db.session.scalar(select(Channel.id).where(Channel.code == code))
    if pk is None:
        raise BadRequest(_("There is no channel with this code."), field="channel")
    return {"channel": (pk,)}
