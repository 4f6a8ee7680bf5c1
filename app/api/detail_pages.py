"""Detail pages of an attendance over REST: list, read, add, change."""
from flask import jsonify
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from ..errors import Invalid, NotFound
from ..extensions import db
from ..models.attendance import Attendance, AttendanceDetail
from ..models.classification import Channel
from ..models.product import Product
from ..services import attendances
from . import schemas
from .base import Resource, actor, attendance_id, body, written
from .operation import operation
from .shapes import NAMED, TEXT, WHOLE, Shape, empty, many, named, person

DETAIL = Shape(
    "Detail", AttendanceDetail, "page direction description answer opened_at received_at answered_at note lot_number "
    "serial_number manufactured_on expires_on", channel=(TEXT, lambda row: row.channel.code),
    operator=(empty(NAMED), lambda row: person(row.operator)), contact=(empty(NAMED), lambda row: named(row.contact)),
    product=(empty(NAMED), lambda row: named(row.product)),
    product_code=(empty(TEXT), lambda row: row.product.code if row.product else None),
    information=(many(NAMED), lambda row: [named(each) for each in row.information]))
DETAILS = {"type": "object", "required": ["items", "next", "version"], "properties": {
    "items": many(DETAIL.ref), "next": empty(TEXT),
    "version": {**WHOLE, "description": "Of the attendance, for a change of one of its pages"}}}
ADD = schemas.AddDetail()
CHANGE = schemas.change_of(schemas.AddDetail)


class DetailApi(Resource):
    resource_name = "attendances"
    class_permission_name = "attendance"
    method_permission_name = {"get_list": "read", "get": "read", "add_detail": "write", "change": "write"}
    openapi_spec_tag = "Details"

    @operation("/<address>/details", summary="List the detail pages", answer=DETAILS)
    def get_list(self, address):
        """All of them: an attendance has few."""
        pk = attendance_id(address)
        version = db.session.scalar(select(Attendance.version).where(Attendance.id == pk))
        return jsonify(items=[DETAIL(row) for row in _pages(pk)], next=None, version=version)

    @operation("/<address>/details/<int:page>", summary="Read a detail page", answer=DETAIL)
    def get(self, address, page):
        return jsonify(DETAIL(_page(attendance_id(address), page)))

    @operation("/<address>/details", "POST", summary="Add a detail", body=ADD, answer=DETAIL, status=201, once=True)
    def add_detail(self, address):
        """To an open attendance."""
        data, pk = body(ADD), attendance_id(address)

        def act(session, now):
            values = page_values(session, {name: value for name, value in data.items() if value is not None})
            return DETAIL(attendances.add_detail(session, pk, detail=values, actor=actor(), now=now))
        return written(act, "detail", status=201)

    @operation("/<address>/details/<int:page>", "PATCH", summary="Change a detail page", body=CHANGE, answer=DETAIL,
               description="`version` is that of the attendance. What is left out stays.")
    def change(self, address, page):
        data, pk = body(CHANGE), attendance_id(address)

        def act(session, now):
            version = data.pop("version")
            attendances.save_detail(session, pk, version=version, detail={**page_values(session, data), "page": page},
                                    actor=actor(), now=now)
            return DETAIL(_page(pk, page))
        return written(act)


def page_values(session, data) -> dict:
    """The values of a page as services take them: codes by their ids."""
    values = put_codes(session, {name: value for name, value in data.items() if name != "page"})
    if "channel" in values:
        values["channel_id"] = _coded(session, Channel, values.pop("channel"), "channel")
    return values


def put_codes(session, values) -> dict:
    """The same with `product_id` in the place of `product_code`. Raises Invalid."""
    if "product_code" not in values:
        return values
    code = values["product_code"]
    values = {name: value for name, value in values.items() if name != "product_code"}
    if code is not None:
        pk = _coded(session, Product, code, "product_code")
        if values.get("product_id") not in (None, pk):
            raise Invalid(_("product_id and product_code are of two products."), field="product_code")
        values["product_id"] = pk
    return values


def _coded(session, model, code, field) -> int:
    pk = session.scalar(select(model.id).where(model.code == code))
    if pk is None:
        raise Invalid(_("Not a valid choice."), field=field)
    return pk


def _pages(pk, *where):
    return db.session.scalars(
        select(AttendanceDetail).where(AttendanceDetail.attendance_id == pk, *where)
        .order_by(AttendanceDetail.page).options(
            joinedload(AttendanceDetail.channel), joinedload(AttendanceDetail.operator),
            joinedload(AttendanceDetail.product), joinedload(AttendanceDetail.contact),
            selectinload(AttendanceDetail.information))).unique().all()


def _page(pk, number) -> AttendanceDetail:
    rows = _pages(pk, AttendanceDetail.page == number)
    if not rows:
        raise NotFound(_("This attendance has no such detail page."))
    return rows[0]
