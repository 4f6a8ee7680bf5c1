"""Persons (entities) over REST: find, register, read, change, and their history."""
from flask import jsonify
from flask_babel import get_timezone
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload, selectinload

from .. import documents
from ..errors import NotFound
from ..extensions import db
from ..models.custom_form import FieldTarget
from ..models.custom_record import OwnerKind
from ..models.entity import Address, EContact, EContactKind, Entity, EntityContact, EntityKind, Phone, PhoneKind
from ..queries import history as histories
from ..queries.field_filters import narrowing
from ..queries.search import InOrder, find_entities
from ..security.visibility import visible_to
from ..services import entities
from . import schemas
from .arguments import ASKED, NOT_VALID, Arguments, Listed, Many, day, one_of, text
from .base import BadRequest, Resource, actor, body, instant, not_a_key, written
from .operation import operation
from .shapes import FLAG, INSTANT, NAMED, OBJECT, TEXT, WHOLE, Shape, empty, many, named

FOUND = Shape(
    "PersonFound", Entity, "id",
    name=(TEXT, lambda row: row.shown_name),
    document=({**empty(TEXT), "description": "Masked, whoever asks"},
              lambda row: documents.masked(row.document) or None),
    phone=(empty(TEXT), lambda row: row.main_phone.number if row.main_phone else None),
    email=(empty(TEXT), lambda row: next((e.value for e in row.econtacts if e.kind == EContactKind.EMAIL), None)),
    roles=(many(TEXT), lambda row: [each.role_type.code or str(each.role_type) for each in row.active_roles]))
PHONE = Shape("Phone", Phone, "id kind number extension is_main")
ECONTACT = Shape("EContact", EContact, "id kind value is_main")
ADDRESS = Shape("Address", Address, "id street number complement district city state cep is_main")
CONTACT = Shape("Contact", EntityContact,
                "id name contact_type job_title phone fax mobile email related_entity active")
PERSON = FOUND.plus(
    "Person", **{name: (Shape("_", Entity, name).properties[name], lambda row, name=name: getattr(row, name))
                 for name in ("kind", "social_name", "trade_name", "notes", "active", "version")},
    full_name=(TEXT, lambda row: row.name), company=(NAMED, lambda row: named(row.company)),
    birth_date=(empty({"type": "string", "format": "date"}),
                lambda row: row.birth_date.isoformat() if row.birth_date else None),
    merged_into=(empty(NAMED), lambda row: named(row.merged_into)),
    phones=(many(PHONE.ref), lambda row: list(map(PHONE, row.phones))),
    econtacts=(many(ECONTACT.ref), lambda row: list(map(ECONTACT, row.econtacts))),
    addresses=(many(ADDRESS.ref), lambda row: list(map(ADDRESS, row.addresses))),
    contacts=(many(CONTACT.ref), lambda row: list(map(CONTACT, row.contacts))),
    units=(many(NAMED), lambda row: list(map(named, row.units))),
    custom_values=(OBJECT, lambda row: row.custom_values))
del Shape.known["_"]
REGISTERED = Shape("PersonRegistered", id=(WHOLE, lambda row: row.id), name=(TEXT, lambda row: row.shown_name))


def _link(entry):
    return {"id": entry.attendance_id, "protocol": entry.protocol} if entry.attendance_id else None


_LINK = {"type": "object", "required": ["id", "protocol"], "properties": {"id": WHOLE, "protocol": empty(TEXT)}}
ENTRY = Shape(
    "HistoryEntry", kind=(TEXT, lambda e: e.kind), group=(TEXT, lambda e: e.group), id=(WHOLE, lambda e: e.id),
    at=(INSTANT, lambda e: instant(e.at)), whole_day=(FLAG, lambda e: e.whole_day),
    attendance=(empty(_LINK), _link), also_at=(empty(INSTANT), lambda e: instant(e.also_at)),
    **{name: (empty(TEXT), lambda e, name=name: None if getattr(e, name) is None else str(getattr(e, name)))
       for name in ("title", "text", "more", "state", "who")})


class PhoneRow(schemas.Body):
    id = schemas.whole()
    kind = schemas.choice(*PhoneKind, load_default=PhoneKind.MOBILE.value)
    number = schemas.text(40, required=True)
    extension = schemas.text(10)
    is_main = schemas.flag(load_default=False)


class EContactRow(schemas.Body):
    id = schemas.whole()
    kind = schemas.choice(*EContactKind, load_default=EContactKind.EMAIL.value)
    value = schemas.text(320, required=True)
    is_main = schemas.flag(load_default=False)


class AddressRow(schemas.Body):
    id = schemas.whole()
    street = schemas.text(200, required=True)
    number = schemas.text(20)
    complement = schemas.text(100)
    district = schemas.text(100)
    city = schemas.text(100)
    state = schemas.text(2)
    cep = schemas.text(10)
    is_main = schemas.flag(load_default=False)


class ContactRow(schemas.Body):
    id = schemas.whole()
    name = schemas.text(200, required=True)
    contact_type_id = schemas.whole()
    job_title = schemas.text(100)
    phone = schemas.text(40)
    fax = schemas.text(40)
    mobile = schemas.text(40)
    email = schemas.text(320)
    related_entity_id = schemas.whole()
    active = schemas.flag(load_default=True)


class PersonValues(schemas.Body):
    name = schemas.text(200, required=True)
    document = schemas.text(30)
    phone = schemas.text(40, metadata={"description": "The main phone; or give `phones`"})
    email = schemas.text(320, metadata={"description": "The main e-mail; or give `econtacts`"})
    roles = schemas.several(schemas.text(40), 20, metadata={"description": "Codes; those left out are switched off"})
    kind = schemas.choice(*EntityKind, required=True)
    social_name = schemas.text(200)
    trade_name = schemas.text(200)
    birth_date = schemas.day()
    notes = schemas.text(10_000)
    active = schemas.flag(required=True)
    unit_ids = schemas.several(schemas.whole(), 300)
    phones = schemas.rows(PhoneRow, 50, metadata={"description": "In the place of all that are stored"})
    econtacts = schemas.rows(EContactRow, 50, metadata={"description": "In the place of all that are stored"})
    addresses = schemas.rows(AddressRow, 50, metadata={"description": "In the place of all that are stored"})
    contacts = schemas.rows(ContactRow, 300, metadata={"description": "In the place of all that are stored"})
    custom_values = schemas.anything()


class FindPersons(Listed):
    target = FieldTarget.ENTITY

    order = text(60, metadata={"description": "name, or cf_<field>, which a leading - turns round"})
    q = text(200, metadata={"description": "Name, CPF/CNPJ, phone or e-mail; all of them where it is blank"})


class PersonHistory(Listed):
    kind = Many(one_of(*histories.GROUPS), load_default=list)
    q = text(histories.LONGEST_TEXT)
    day_from = day()
    day_to = day()


SIMPLE = ("name", "document", "phone", "email", "roles", "custom_values")
FIND, REGISTER, HISTORY, NO_ARGUMENTS = FindPersons(), schemas.RegisterPerson(), PersonHistory(), Arguments()
CHANGE = schemas.change_of(PersonValues)


class PersonApi(Resource):
    resource_name = "persons"
    class_permission_name = "entity"
    method_permission_name = {
        "post": "write", "get_list": "read", "get": "read", "change": "write", "history": "read"}
    openapi_spec_tag = "Persons"

    @operation("", summary="Find persons", query=FIND, listed=FOUND, description=ASKED)
    def get_list(self):
        args = FIND.read()
        _name, by, desc = FIND.read_order(args["order"], ("name",))
        if desc and by is None:
            raise BadRequest(f"order: {NOT_VALID}", field="order")
        where, few = narrowing(db.session, asked := FIND.read_fields(), OwnerKind.ENTITY, Entity.id)
        try:
            page = find_entities(db.session, actor(), args["q"] or "", limit=args["limit"], after=args["after"],
                                 where=where, by=by and InOrder(by, desc, few, asked))
        except ValueError as error:
            raise not_a_key() from error
        return jsonify(items=[FOUND(row) for row in page.rows], next=page.next)

    @operation("", "POST", summary="Register a person", body=REGISTER, answer=REGISTERED, status=201, once=True)
    def post(self):
        data = body(REGISTER)

        def act(session, now):
            values = {**{name: data[name] for name in ("name", "document", "phone", "email")},
                      "roles": entities.role_type_ids(session, data["roles"])}
            if data["company_id"]:
                values["company"] = data["company_id"]
            if data["custom_values"] is not None:
                values["custom_values"] = data["custom_values"]
            return REGISTERED(entities.save_simple(session, None, values, actor=actor(), now=now))
        return written(act, "person", status=201)

    @operation("/<int:pk>", summary="Read a person", answer=PERSON,
               description="One that was merged answers with the person it became part of.")
    def get(self, pk):
        return jsonify(PERSON(found(pk)))

    @operation("/<int:pk>", "PATCH", summary="Change a person", body=CHANGE, answer=PERSON,
               description="What is left out stays; a list that is given replaces the stored one.")
    def change(self, pk):
        data = body(CHANGE)

        def act(session, now):
            version = data.pop("version")
            if "roles" in data:
                data["roles"] = entities.role_type_ids(session, [code for code in data["roles"] if code])
            simple = {name: data.pop(name) for name in SIMPLE if name in data}
            if data or not simple:
                entities.update(session, pk, _full(data), version=version, actor=actor(), now=now)
                version = None
            if simple:
                session.expire_all()
                entities.save_simple(session, pk, simple, version=version, actor=actor(), now=now)
            return PERSON(found(pk))
        return written(act)

    @operation("/<int:pk>/history", summary="History of a person", query=HISTORY, listed=ENTRY, description=(
        "Everything about a person on one line of time, the newest first: of each kind what the token may read."))
    def history(self, pk):
        args = HISTORY.read()
        if args["day_from"] and args["day_to"] and args["day_to"] < args["day_from"]:
            raise BadRequest(_("The end of the period is before its beginning."), field="day_to")
        found(pk)
        filters = histories.HistoryFilter(kinds=tuple(args["kind"]), q=(args["q"] or "").replace("\0", ""),
                                          day_from=args["day_from"], day_to=args["day_to"])
        try:
            page = histories.entity_history(db.session, actor(), pk, filters, timezone=str(get_timezone()),
                                            size=args["limit"], after=args["after"])
        except ValueError as error:
            raise not_a_key() from error
        return jsonify(items=[ENTRY(each) for each in page.entries], next=page.older)


def found(pk) -> Entity:
    """The person with everything REST answers, as it is now. Raises NotFound."""
    db.session.flush()  # read anew, as written
    entity = db.session.scalar(visible_to(Entity, actor()).where(Entity.id == pk).execution_options(
        populate_existing=True).options(
            joinedload(Entity.company), joinedload(Entity.merged_into), selectinload(Entity.roles),
            selectinload(Entity.phones), selectinload(Entity.econtacts), selectinload(Entity.addresses),
            selectinload(Entity.units), selectinload(Entity.contacts).joinedload(EntityContact.related_entity)))
    if entity is None:
        raise NotFound(_("Entity not found."))
    return entity


def _full(data) -> dict:
    """The values as the register takes them."""
    values = {name: value for name, value in data.items() if name not in ("unit_ids", "contacts")}
    if "unit_ids" in data:
        values["units"] = [pk for pk in data["unit_ids"] if pk]
    if "contacts" in data:
        values["contacts"] = [{
            **{name: value for name, value in row.items() if name not in ("contact_type_id", "related_entity_id")},
            "contact_type": row["contact_type_id"], "related_entity": row["related_entity_id"]}
            for row in data["contacts"]]
    return values
