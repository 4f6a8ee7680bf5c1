"""Forms of configurators over REST: those behind one's menus, and their records, as the screens have them."""
from flask import jsonify
from flask_babel import gettext as _
from marshmallow import fields, validate

from ..errors import NotFound
from ..extensions import db
from ..models.custom_record import CustomRecord
from ..queries import attendances
from ..queries import custom_records as reads
from ..queries.catalogue import catalogue
from ..queries.custom_menus import Access, by_slug, menus_of
from ..services import custom_records
from . import schemas
from .arguments import ASKED, NOT_VALID, Arguments, Listed, Whole, text
from .base import BadRequest, Resource, actor, body, not_a_key, written
from .operation import operation
from .shapes import ANY, FLAG, NAMED, OBJECT, TEXT, Shape, empty, many, named, person

FIELD = Shape("FormField", **{name: (schema, lambda each, name=name: getattr(each, name)) for name, schema in (
    ("key", TEXT), ("name", TEXT), ("type", TEXT), ("required", FLAG), ("help", empty(TEXT)), ("section", empty(TEXT)),
    ("default", ANY), ("mask", empty(TEXT)), ("pattern", empty(TEXT)), ("minimum", ANY), ("maximum", ANY),
    ("shown_if", empty(OBJECT)))}, searchable=(FLAG, lambda each: each.searchable),
    options=(many(OBJECT), lambda each: [option for option in each.options if option.get("active", True)]))
FORM = Shape(
    "Form", slug=(TEXT, lambda access: access.form.slug), name=(TEXT, lambda access: access.form.name),
    help=(empty(TEXT), lambda access: access.form.help), adds=(FLAG, lambda access: access.adds),
    edits=(FLAG, lambda access: access.edits),
    menus=(many(TEXT), lambda access: [menu.name for menu in access.menus]),
    sections=(many(OBJECT), lambda access: [{"key": key, "title": title} for key, title in access.form.sections]),
    fields=(many(FIELD.ref), lambda access: [FIELD(each) for each in access.form.fields]))
RECORD = Shape(
    "FormRecord", CustomRecord, "id version created_at updated_at", values=(OBJECT, lambda row: row.values),
    company=(NAMED, lambda row: named(row.company)), owner=(NAMED, lambda row: person(row.owner)),
    department=(empty(NAMED), lambda row: named(row.department)), person=(empty(NAMED), lambda row: named(row.entity)),
    attendance=(empty(TEXT), lambda row: row.attendance.address if row.attendance else None))


class ListRecords(Listed):
    """The searchable fields of the form besides, of which the list has an index of words."""

    target, words = "record", True
    order = fields.String(load_default=None, validate=validate.Length(max=50, error=NOT_VALID), metadata={
        "description": "id, or the key of a searchable field; a leading - turns it round"})
    q = text(200, metadata={"description": "Words of the searchable fields, or # and the code (id) of a record"})
    attendance = text(60, metadata={"description": "Protocol of an attendance, or id-<id>: records of it"})
    person_id = Whole(metadata={"description": "Records of this person"})


class AddRecord(schemas.Body):
    values = schemas.anything(required=True, metadata={"description": "What the fields hold, by key"})
    attendance = schemas.text(60, metadata={"description": "Protocol, or id-<id>: it belongs to this attendance"})
    person_id = schemas.whole()
    company_id = schemas.whole(metadata={"description": "Where there are several, and neither attendance nor person"})


class ReplaceRecord(schemas.Body):
    values = schemas.anything(required=True, metadata={"description": "All of them: what is left out is emptied"})
    version = schemas.whole(metadata={"description": "The one that was read; another answers 409"})


LIST, ADD, REPLACE, NOTHING = ListRecords(), AddRecord(), ReplaceRecord(), Arguments()


class FormApi(Resource):
    resource_name = "forms"
    class_permission_name = "custom_record"
    method_permission_name = {"get_list": "read", "records": "read", "record": "read", "post": "write", "put": "write"}
    openapi_spec_tag = "Forms"

    @operation("", summary="List the forms behind one's menus", query=NOTHING, listed=FORM)
    def get_list(self):
        """With their fields, and whether records may be added and changed."""
        NOTHING.read()
        defined = catalogue(db.session)
        slugs = dict.fromkeys(menu.form.slug for menu in menus_of(defined, actor()))
        return jsonify(items=[FORM(by_slug(defined, actor(), slug)) for slug in slugs], next=None)

    @operation("/<slug>/records", summary="List the records of a form", query=LIST, listed=RECORD,
               description=f"Newest first. {ASKED}")
    def records(self, slug):
        access, args = _access(slug), LIST.read()
        order, desc = _order(access, args["order"])
        try:
            page = reads.list_records(
                db.session, actor(), access, _filter(access, args), order=order, desc=desc, size=args["limit"],
                after=args["after"])
        except ValueError as error:
            raise not_a_key() from error
        return jsonify(items=[RECORD(row) for row in page.rows], next=page.next)

    @operation("/<slug>/records", "POST", summary="Add a record", body=ADD, answer=RECORD, status=201, once=True,
               description="A value that breaks a rule answers 422 with each field as `values.<key>`.")
    def post(self, slug):
        access, data = _access(slug), body(ADD)
        attendance = data["attendance"]
        if attendance is not None:
            attendance = attendances.id_at(db.session, actor(), attendance)
            if attendance is None:
                raise NotFound(_("Attendance not found."))

        def act(session, now):
            made = custom_records.add_record(
                session, access.form.id, data["values"], attendance_id=attendance, entity_id=data["person_id"],
                company_id=data["company_id"], actor=actor(), now=now)
            return RECORD(made)
        return written(act, "form-record", status=201)

    @operation("/<slug>/records/<int:pk>", summary="Read a record", answer=RECORD)
    def record(self, slug, pk):
        return jsonify(RECORD(_found(_access(slug), pk)))

    @operation("/<slug>/records/<int:pk>", "PUT", summary="Replace a record", body=REPLACE, answer=RECORD,
               description="A value that breaks a rule answers 422 with each field as `values.<key>`.")
    def put(self, slug, pk):
        access = _access(slug)
        _found(access, pk)
        data = body(REPLACE)

        def act(session, now):
            return RECORD(custom_records.change_record(
                session, pk, data["values"], form_id=access.form.id, version=data["version"], actor=actor(), now=now))
        return written(act)


def _access(slug) -> Access:
    access = by_slug(catalogue(db.session), actor(), slug)
    if access is None:
        raise NotFound(_("Record not found."))
    return access


def _found(access, pk) -> CustomRecord:
    row = reads.find(db.session, actor(), access, pk)
    if row is None:
        raise NotFound(_("Record not found."))
    return row


def _order(access, asked) -> tuple[str, bool]:
    if asked is None:
        return reads.NEWEST, True
    name, desc = asked.removeprefix("-"), asked.startswith("-")
    if name != reads.NEWEST and name not in {each.key for each in access.form.searchable}:
        raise BadRequest(f"order: {NOT_VALID}", field="order")
    return name, desc


def _filter(access, args) -> reads.RecordFilter:
    attendance = None
    if args["attendance"]:
        attendance = attendances.id_at(db.session, actor(), args["attendance"])
        if attendance is None:
            raise NotFound(_("Attendance not found."))
    return reads.RecordFilter(
        args["q"] or "", LIST.read_fields(fields=access.form.searchable), attendance, args["person_id"])
