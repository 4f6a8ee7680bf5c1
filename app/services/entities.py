"""The verbs of the register of people and companies. A noun with rows: roles, addresses, phones, e-contacts, contacts.

`values` are plain: the columns of Entity, `company` and `units` as ids or rows, and the lists of ROWS as [{"id": of a
stored row or left out, column: value}] with `role_type`, `contact_type` and `related_entity` as ids or rows.
"""
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import or_, select

from .. import documents, phones
from ..errors import Conflict, DomainError, Invalid, NotFound
from ..models.base import Model
from ..models.custom_form import FieldTarget
from ..models.custom_record import OwnerKind
from ..models.entity import EContact, EContactKind, Entity, EntityKind, Phone, PhoneKind, RoleType, entity_unit
from ..queries.catalogue import catalogue
from ..security.permissions import Perm
from ..security.visibility import visible
from . import custom_values, records
from .entity_rules import Checker, Duplicate, check_relations, raise_all
from .log import record_id
from .records import get_visible, require

__all__ = ["ROWS", "Duplicate", "KnownContact", "check", "check_simple", "create", "delete", "known_in", "refuse_known",
           "reveal_document", "role_type_ids", "save_simple", "simple_email", "update"]

ROWS = ("roles", "addresses", "phones", "econtacts", "contacts")
# Tables that hold rows of the entity itself: they go with it and do not keep it.
_OWN = {"entity_role", "address", "phone", "econtact", entity_unit.name}


class KnownContact(Conflict):
    """A phone or an e-mail that other entities have. A person may confirm: a family shares its phone (W-24)."""

    def __init__(self, known):
        super().__init__(_l("%(name)s already has %(contact)s. Is it the same person?"), **known[0])
        self.known = known


def create(session, values: dict, *, actor, now: datetime) -> Entity:
    """Register an entity with its rows. Raises Forbidden, Duplicate (a document already there), InvalidMany."""
    require(actor, Perm.ENTITY_WRITE)
    ready = _checked(session, None, values, actor=actor, now=now)
    return _stored(session, records.create(session, Entity, ready, actor=actor, now=now, rows=ROWS), actor, now)


def update(session, pk: int, values: dict, *, version: int | None = None, actor, now: datetime) -> Entity:
    """Change an entity; lists that are given replace the stored rows. Raises as create, NotFound and Stale."""
    require(actor, Perm.ENTITY_WRITE)
    with session.no_autoflush:
        entity = get_visible(session, Entity, pk, actor)
        ready = _checked(session, entity, values, actor=actor, now=now)
        check_relations(session, entity, {name: ready[name] for name in ROWS if name in ready})
    entity = records.update(session, Entity, pk, ready, version=version, actor=actor, now=now, rows=ROWS)
    return _stored(session, entity, actor, now) if "custom_values" in ready else entity


def check(session, pk: int | None, values: dict, *, actor, now: datetime) -> None:
    """Raise what create or update (of `pk`) would refuse of these values; nothing is written."""
    require(actor, Perm.ENTITY_WRITE)
    entity = get_visible(session, Entity, pk, actor) if pk is not None else None
    with session.no_autoflush:
        _checked(session, entity, values, actor=actor, now=now)


def delete(session, pk: int, *, version: int | None = None, actor, now: datetime) -> None:
    """Remove an entity that nothing refers to. Raises Forbidden, NotFound, Conflict with the reason."""
    require(actor, Perm.ENTITY_DELETE)
    records.delete(session, Entity, pk, version=version, actor=actor, now=now, rows=ROWS, check=_refuse_in_use)
    custom_values.after_delete(session, OwnerKind.ENTITY, pk, now=now)


def save_simple(session, pk: int | None, values: dict, *, version: int | None = None, actor, now: datetime) -> Entity:
    """"Cadastro simplificado" and the API: name, document, phone, email, roles (ids or rows), company, custom_values.

    The phone and the e-mail given become the main ones, in the place of those that were; blank removes them. Roles not
    given are switched off, not removed. What is left out of `values` stays. Raises as create and update.
    """
    entity = get_visible(session, Entity, pk, actor) if pk is not None else None
    full, errors = _from_simple(entity, values)
    if errors:
        check_simple(session, pk, values, actor=actor, now=now)
    try:
        if entity is None:
            return create(session, full, actor=actor, now=now)
        return update(session, pk, full, version=version, actor=actor, now=now)
    except Invalid as error:
        raise _at_simple_fields(error) from None


def check_simple(session, pk: int | None, values: dict, *, actor, now: datetime) -> None:
    """Raise every refusal that save_simple would meet, all at once and at the fields of the short form."""
    require(actor, Perm.ENTITY_WRITE)
    entity = get_visible(session, Entity, pk, actor) if pk is not None else None
    full, errors = _from_simple(entity, values)
    try:
        _checked(session, entity, full, actor=actor, now=now)
    except DomainError as error:
        errors += getattr(_at_simple_fields(error), "errors", [error])
    raise_all(errors)


def _from_simple(entity, values) -> tuple[dict, list[DomainError]]:
    """The values of the complete form that those of the short one stand for, and what is refused on the way."""
    full = {name: values[name] for name in ("name", "document", "company", "custom_values") if name in values}
    errors: list[DomainError] = []
    if "document" in full and not documents.is_masked(full["document"]):
        kind = documents.kind_of(documents.clean(full["document"]))
        if documents.clean(full["document"]) and kind is None:
            errors.append(Invalid(_l("Invalid CPF/CNPJ: a CPF has 11 digits, a CNPJ has 14."), field="document"))
            del full["document"]
        if kind:
            full["kind"] = kind
    if entity is None:
        full.setdefault("kind", EntityKind.INDIVIDUAL)
    if "phone" in values:
        full["phones"] = _with_main(entity.phones if entity else (), "number", values["phone"], PhoneKind.MOBILE)
    if "email" in values:
        full["econtacts"] = _with_email(entity.econtacts if entity else (), values["email"])
    if "roles" in values:
        full["roles"] = _with_roles(entity.roles if entity else (), values["roles"])
    return full, errors


def _at_simple_fields(error):
    for each in getattr(error, "errors", [error]):
        each.field = _SIMPLE_FIELDS.get((each.field or "").split(".")[0], each.field)
    return error


_SIMPLE_FIELDS = {"phones": "phone", "econtacts": "email"}  # where the short form shows what rows refuse


def refuse_known(session, values: dict, *, actor) -> None:
    """Raise KnownContact where other entities that the actor sees have a phone or an e-mail of these new values."""
    phone_rows = values.get("phones") or [{"number": values.get("phone")}]
    keys = {phones.search_digits(number) for row in phone_rows if (number := phones.parsed(row.get("number")))}
    email_rows = values.get("econtacts") or [{"value": values.get("email")}]
    emails = {row["value"].strip().lower() for row in email_rows if row.get("value")}
    by_phone = select(Phone.entity_id).where(Phone.search_digits.in_(keys))
    by_email = select(EContact.entity_id).where(EContact.value_key.in_(emails))
    if not keys and not emails:
        return
    same = or_(Entity.id.in_(by_phone), Entity.id.in_(by_email))
    others = session.scalars(select(Entity).where(same, visible(Entity, actor)).order_by(Entity.name_key).limit(5))
    known = []
    for other in others:
        row = next((row for row in other.phones if row.search_digits in keys), None)
        row = row or next(row for row in other.econtacts if row.value_key in emails)
        known.append({"id": other.id, "name": other.shown_name, "contact": str(row)})
    if known:
        raise KnownContact(known)


def known_in(error) -> dict:
    """{entities: [{id, name, contact}], may_confirm} of a refusal to register what is already there."""
    found = [each for each in getattr(error, "errors", [error]) if isinstance(each, (Duplicate, KnownContact))]
    known = [other for each in found for other in each.known]
    return {"entities": known, "may_confirm": bool(found) and all(isinstance(each, KnownContact) for each in found)}


def reveal_document(session, pk: int, *, actor, now: datetime) -> str:
    """The whole CPF/CNPJ, with punctuation; the look is logged. Raises Forbidden, NotFound."""
    require(actor, Perm.DOCUMENT_REVEAL)
    entity = get_visible(session, Entity, pk, actor)
    if not entity.document:
        raise NotFound(_l("This entity has no CPF/CNPJ."))
    record_id(session, Entity.__tablename__, entity.id, "reveal", {}, actor=actor, now=now)
    return documents.shown(entity.document)


def _checked(session, entity, values, *, actor, now) -> dict:
    """The values as `records` writes them. Raises InvalidMany, or the one refusal."""
    checker = Checker(session, actor, now)
    lists = {name: values[name] for name in ROWS if name in values}
    ready = checker.entity(entity, {name: value for name, value in values.items() if name not in ROWS})
    ready |= checker.rows(entity, lists)
    raise_all(checker.errors)
    return ready


def _stored(session, entity, actor, now) -> Entity:
    fields = catalogue(session).of_record(FieldTarget.ENTITY)
    custom_values.after_save(session, OwnerKind.ENTITY, entity.id, fields, entity.custom_values, actor=actor, now=now)
    return entity


def _refuse_in_use(session, entity, *, actor) -> None:
    for table in Model.metadata.sorted_tables:
        if table.name in _OWN:
            continue
        for key in table.foreign_keys:
            own_contact = table.name == "entity_contact" and key.parent.name == "entity_id"
            if key.column.table is not Entity.__table__ or own_contact:
                continue
            if session.scalar(select(1).select_from(table).where(key.parent == entity.id).limit(1)):
                raise Conflict(
                    _l("%(name)s has attendances or other records linked to it: it can be deactivated, not deleted."),
                    name=entity.shown_name)


def _row(row, **changed) -> dict:
    """A stored phone or e-contact as it would be posted."""
    names = ("kind", "number", "extension", "is_main") if isinstance(row, Phone) else ("kind", "value", "is_main")
    return {"id": row.id, **{name: getattr(row, name) for name in names}, **changed}


def _with_main(rows, column, value, kind) -> list[dict]:
    """The stored rows with `value` as the main one: in place of the main one, or raised if it is there already."""
    main = next((row for row in rows if row.is_main), None)
    if not (value or "").strip():
        return [_row(row) for row in rows if row is not main]
    number = phones.parsed(value) or value  # what is no phone is refused where rows are checked
    same = next((row for row in rows if getattr(row, column) == number), None)
    if same is not None:
        return [_row(row, is_main=row is same) for row in rows]
    if main is not None:
        return [_row(row, **({column: number} if row is main else {})) for row in rows]
    return [*map(_row, rows), {"kind": kind, column: number, "is_main": True}]


def simple_email(econtacts):
    """The row that the short form shows as "E-mail": the main e-contact if it is an e-mail, else the first e-mail."""
    emails = [row for row in econtacts if row.kind == EContactKind.EMAIL]
    return next((row for row in emails if row.is_main), emails[0] if emails else None)


def _with_email(rows, value) -> list[dict]:
    """The stored e-contacts with `value` as the e-mail; main where no other e-contact is."""
    old = simple_email(rows)
    if not (value or "").strip():
        return [_row(row) for row in rows if row is not old]
    if old is not None:
        same = next((row for row in rows if row.value.lower() == value.strip().lower()), None)
        if same is not None and same is not old:
            return [_row(row, is_main=row is same if old.is_main else row.is_main) for row in rows]
        return [_row(row, **({"value": value} if row is old else {})) for row in rows]
    nobody_main = not any(row.is_main for row in rows)
    return [*map(_row, rows), {"kind": EContactKind.EMAIL, "value": value, "is_main": nobody_main}]


def _with_roles(rows, wanted) -> list[dict]:
    ids = [getattr(role, "id", role) for role in wanted or ()]
    kept = [{"id": row.id, "role_type": row.role_type_id, "active": row.role_type_id in ids} for row in rows]
    held = {row.role_type_id for row in rows}
    return kept + [{"role_type": pk, "active": True} for pk in dict.fromkeys(ids) if pk not in held]


def role_type_ids(session, codes) -> list[int]:
    """Ids of active role types by code (`customer`, `partner`…). Raises Invalid at `roles` for an unknown one."""
    known = select(RoleType.code, RoleType.id).where(RoleType.code.in_(codes), RoleType.active)
    found = dict(session.execute(known).all())
    unknown = [code for code in codes if code not in found]
    if unknown:
        raise Invalid(_l("There is no role %(code)s."), field="roles", code=unknown[0])
    return [found[code] for code in codes]
