"""What an entity and its rows must satisfy before they are written; every field's refusal is collected."""
import re
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import String, and_, inspect, or_, select

from .. import cep, documents, email_addresses, phones
from ..errors import Collector, Conflict, DomainError, Forbidden, Invalid, InvalidMany, raise_all
from ..models.attendance import AttendanceDetail
from ..models.company import Company, Unit
from ..models.custom_form import FieldTarget
from ..models.entity import (
    Address,
    ContactType,
    EContact,
    EContactKind,
    Entity,
    EntityContact,
    EntityKind,
    Phone,
    PhoneKind,
    RoleType,
)
from ..queries.catalogue import catalogue
from ..security.permissions import Perm
from ..security.visibility import visible
from ..text import normalise
from . import custom_values
from .custom_types import HERE

NOTES_LIMIT = 10_000
REQUIRED = _l("This field is required.")
NOT_A_CHOICE = _l("Not a valid choice.")
ROW_MODELS = {"addresses": Address, "phones": Phone, "econtacts": EContact, "contacts": EntityContact}
CONTACT_PHONES = ("phone", "fax", "mobile")
_SITE = re.compile(r"https?://[^\s/.]+(\.[^\s/.]+)+(/\S*)?", re.IGNORECASE)


class Duplicate(Conflict):
    """Another entity has this document; `entity_id` is it, for a link."""

    def __init__(self, other):
        message = _l("There is already an entity with this CPF/CNPJ: %(name)s.")
        super().__init__(message, "document", name=other.shown_name)
        self.entity_id = other.id
        self.known = [{"id": other.id, "name": other.shown_name, "contact": ""}]


def cleaned(value):
    """Text without what no person types (NUL and other control characters, half a surrogate); blank is None."""
    if not isinstance(value, str):
        return value
    text = "".join(c for c in value.replace("\r\n", "\n")
                   if (c >= " " or c in "\n\t") and c != "\x7f" and not "\ud800" <= c <= "\udfff")
    return text.strip() or None


class Checker(Collector):
    """Reads plain values into what the models hold, keeping every refusal with its field."""

    def __init__(self, session, actor, now):
        super().__init__()
        self.session, self.actor, self.now = session, actor, now

    def refuse(self, message, field, **params) -> None:
        self.errors.append(Invalid(message, field=field, **params))

    def lengths(self, model, values: dict, prefix="") -> None:
        """No text longer than its column."""
        columns = inspect(model).columns
        for name, value in values.items():
            kind = columns[name].type if name in columns else None
            if isinstance(kind, String) and kind.length:
                self.length(value, kind.length, prefix + name)

    def length(self, value, limit: int, field: str) -> None:
        if isinstance(value, str) and len(value) > limit:
            self.refuse(_l("At most %(n)s characters; there are %(have)s."), field, n=limit, have=len(value))

    def entity(self, entity: Entity | None, values: dict) -> dict:
        """The values of the entity itself, ready to be set. `entity` is the stored row, None for a new one."""
        values = {name: cleaned(value) for name, value in values.items()}
        if isinstance(values.get("name"), str):
            values["name"] = " ".join(values["name"].split())
        if ("name" in values or entity is None) and not values.get("name"):
            self.refuse(REQUIRED, "name")
        self.lengths(Entity, {k: v for k, v in values.items() if k != "document"})
        self.length(values.get("notes"), NOTES_LIMIT, "notes")
        if len(normalise(values.get("social_name") or values.get("name"))) > 400:
            self.refuse(_l("This name cannot be searched for: write it with fewer unusual characters."), "name")
        if "kind" in values and values["kind"] not in tuple(EntityKind):
            self.refuse(NOT_A_CHOICE, "kind")
        born = values.get("birth_date")
        if born is not None and not date(1880, 1, 1) <= born <= self.now.date():
            self.refuse(_l("This date of birth is not possible."), "birth_date")
        self._company(entity, values)
        self._document(entity, values)
        self._units(entity, values)
        self._custom(entity, values)
        return values

    def _custom(self, entity, values) -> None:
        """What configurators ask of this kind of person; of a person registered elsewhere than in a form, nothing."""
        if values.get("custom_values") is None:
            values.pop("custom_values", None)
            return
        kind = values.get("kind") or (entity.kind if entity else EntityKind.INDIVIDUAL)
        company = entity.company if entity else values.get("company")
        try:
            values["custom_values"] = custom_values.checked(
                self.session, catalogue(self.session).of_record(FieldTarget.ENTITY, kind), values["custom_values"],
                stored=entity.custom_values or {} if entity else None, whole=entity is None, actor=self.actor,
                now=self.now, prefix="custom_values.", timezone=company.timezone if company else HERE)
        except InvalidMany as error:
            self.errors += error.errors
            del values["custom_values"]

    def _company(self, entity, values) -> None:
        """One of the actor's; his only one where none was given. An entity stays in the company it was made in."""
        given = values.pop("company", None) or values.pop("company_id", None)
        values.pop("company_id", None)
        pk = getattr(given, "id", given)
        if entity is not None:
            if pk is not None and pk != entity.company_id:
                self.refuse(_l("An entity stays in the company it was registered in."), "company")
            return
        mine = select(Company).where(visible(Company, self.actor), Company.active)
        if pk is None:
            companies = self.session.scalars(mine.order_by(Company.id).limit(2)).all()
            if len(companies) == 1:
                values["company"] = companies[0]
            else:
                self.refuse(REQUIRED, "company")
            return
        company = self.session.scalar(mine.where(Company.id == pk))
        if company is None:
            self.refuse(NOT_A_CHOICE, "company")
        values["company"] = company

    def _document(self, entity, values) -> None:
        kind = values.get("kind") or (entity.kind if entity else EntityKind.INDIVIDUAL)
        stored = entity.document if entity else None
        if stored and values.get("document") == documents.masked(stored):
            del values["document"]  # the mask as it was shown: nobody touched it
        if "document" not in values:
            if stored and kind != entity.kind:
                self.attempt(documents.checked, stored, kind)
            return
        document = values["document"] and documents.clean(values["document"]) or None
        if document != stored or (entity is not None and kind != entity.kind):
            document = self.attempt(documents.checked, document, kind)
        if stored and document != stored and not self.actor.may(Perm.DOCUMENT_REVEAL):
            self.errors.append(Forbidden(_l("You cannot change a CPF/CNPJ that you may not see."), field="document"))
        values["document"] = document
        company = values.get("company") or (entity.company if entity else None)
        if document and document != stored and company is not None:
            other = self.session.scalar(select(Entity).where(
                Entity.company_id == company.id, Entity.document == document))
            if other is not None and other is not entity:
                self.errors.append(Duplicate(other))

    def _units(self, entity, values) -> None:
        if "units" not in values:
            return
        company = values.get("company") or (entity.company if entity else None)
        kept = {unit.id for unit in entity.units} if entity else set()
        wanted = {getattr(unit, "id", unit) for unit in values["units"] or ()}
        offered = or_(Unit.id.in_(kept), and_(Unit.active, visible(Unit, self.actor)))
        units = self.session.scalars(
            select(Unit).where(Unit.id.in_(wanted), offered).order_by(Unit.name_key)).all()
        if len(units) != len(wanted) or company is None or any(unit.company_id != company.id for unit in units):
            self.refuse(_l("Choose units of the entity's own company."), "units")
        hidden = [unit for unit in entity.units if unit.id not in wanted and not self._sees(unit)] if entity else []
        values["units"] = [*units, *hidden]  # a restricted unit stays linked, whoever saves without seeing it

    def _sees(self, unit) -> bool:
        return self.session.scalar(select(1).where(Unit.id == unit.id, visible(Unit, self.actor))) is not None

    def rows(self, entity: Entity | None, lists: dict) -> dict:
        """The child rows, ready for `sync_rows`: {list: [{"id", column: value}]}."""
        ready = {}
        for name, wanted in lists.items():
            read = getattr(self, "_" + name)
            stored = {row.id: row for row in getattr(entity, name)} if entity else {}
            ready[name] = [read(f"{name}.{i}.", {k: cleaned(v) for k, v in row.items()}, stored)
                           for i, row in enumerate(wanted or ())]
            if name in ROW_MODELS:
                for i, row in enumerate(ready[name]):
                    self.lengths(ROW_MODELS[name], row, f"{name}.{i}.")
        self._same_twice(ready, "phones", "number", _l("This phone is already in the list."))
        self._same_twice(ready, "econtacts", "value", _l("This e-contact is already in the list."))
        self._same_twice(ready, "roles", "role_type", _l("The entity already has this role."))
        return ready

    def _same_twice(self, ready, name, column, message) -> None:
        seen = set()
        for i, row in enumerate(ready.get(name, ())):
            value = row.get(column)
            key = value.lower() if isinstance(value, str) else getattr(value, "id", None)
            if key is not None and key in seen:
                self.refuse(message, f"{name}.{i}.{column}")
            seen.add(key)

    def _roles(self, at, row, stored) -> dict:
        role_type = self._chosen(RoleType, row, "role_type", at, stored, required=True)
        if not row.get("id") and role_type is not None:  # taken out and put in again within one save: the same row
            row["id"] = next((pk for pk, old in stored.items() if old.role_type_id == role_type.id), None)
        row.setdefault("active", True)
        return row

    def _addresses(self, at, row, _stored) -> dict:
        if not row.get("street"):
            self.refuse(REQUIRED, at + "street")
        row["cep"] = self.attempt(cep.checked, row.get("cep"), at + "cep")
        if row.get("state"):
            row["state"] = row["state"].upper()
            if row["state"] not in cep.STATES:
                self.refuse(_l("There is no such state."), at + "state")
                row["state"] = row["state"][:2]
        return row

    def _phones(self, at, row, stored) -> dict:
        old = stored.get(row.get("id"))
        if row.setdefault("kind", PhoneKind.MOBILE) not in tuple(PhoneKind):
            self.refuse(NOT_A_CHOICE, at + "kind")
        if not row.get("number"):
            self.refuse(REQUIRED, at + "number")
            return row
        row["number"] = self._phone(row["number"], old.number if old else None, at + "number")
        row["search_digits"] = phones.search_digits(row["number"]) if row["number"] else None
        return row

    def _phone(self, typed, stored, field) -> str | None:
        """The number in E.164; one that was there before stays as it is, whatever an import once let in."""
        if stored and typed in (stored, phones.shown(stored)):
            return stored
        return self.attempt(phones.parse, typed, field)

    def _econtacts(self, at, row, stored) -> dict:
        old = stored.get(row.get("id"))
        if row.setdefault("kind", EContactKind.EMAIL) not in tuple(EContactKind):
            self.refuse(NOT_A_CHOICE, at + "kind")
        elif not row.get("value"):
            self.refuse(REQUIRED, at + "value")
        elif old is None or (row["kind"], row["value"]) != (old.kind, old.value):
            row["value"] = self.attempt(econtact, row["kind"], row["value"], at + "value")
        return row

    def _contacts(self, at, row, stored) -> dict:
        if not row.get("name"):
            self.refuse(REQUIRED, at + "name")
        self._chosen(ContactType, row, "contact_type", at, stored)
        old = stored.get(row.get("id"))
        if not any(row.get(name) for name in ("job_title", *CONTACT_PHONES, "email")):  # P-28
            self.refuse(_l("Fill in at least one of the fields: Job title, Phone, Fax, Mobile or E-mail."),
                        at + "job_title")
        for name in CONTACT_PHONES:
            if row.get(name):
                row[name] = self._phone(row[name], getattr(old, name, None), at + name)
        if row.get("email") and row["email"] != getattr(old, "email", None):
            row["email"] = self.attempt(econtact, EContactKind.EMAIL, row["email"], at + "email")
        self._chosen(Entity, row, "related_entity", at, stored)
        row.setdefault("active", True)
        return row

    def _chosen(self, model, row, name, at, stored, required=False):
        """Turn an id or row of `model` into a row that may be chosen: visible, and active unless it was there."""
        given = row.pop(name, None) or row.pop(name + "_id", None)
        row.pop(name + "_id", None)
        pk = getattr(given, "id", given)
        old = stored.get(row.get("id"))
        item = None
        if pk is not None:
            item = self.session.scalar(select(model).where(model.id == pk, visible(model, self.actor)))
            kept = old is not None and getattr(old, name + "_id") == pk
            if item is None or not (item.active or kept):
                self.refuse(NOT_A_CHOICE, at + name)
        elif required:
            self.refuse(REQUIRED, at + name)
        row[name] = item
        return item


def econtact(kind: str, value: str, field: str | None = None) -> str:
    """What is stored of an e-contact: an address, a web address with its scheme, an E.164 number, a user name.

    Raises Invalid at `field`.
    """
    if kind == EContactKind.EMAIL:
        return email_addresses.parse(value, field)
    if kind == EContactKind.WHATSAPP:
        return phones.parse(value, field)
    if kind == EContactKind.SITE:
        address = value if "://" in value else "https://" + value
        if not _SITE.fullmatch(address):
            raise Invalid(_l("Invalid site: it must look like www.example.com."), field=field)
        return address
    if any(c.isspace() for c in value):
        raise Invalid(_l("A user name has no spaces."), field=field)
    return value


def check_relations(session, entity: Entity, lists: dict) -> None:
    """An entity is no contact of itself, and a contact named by an attendance is switched off, not removed."""
    errors: list[DomainError] = []
    for i, row in enumerate(lists.get("contacts", ())):
        if entity.id is not None and row.get("related_entity") is entity:
            errors.append(Invalid(_l("An entity cannot be related to itself."), field=f"contacts.{i}.related_entity"))
    if "contacts" in lists and entity.id is not None:
        wanted = {row.get("id") for row in lists["contacts"]}
        gone = [row.id for row in entity.contacts if row.id not in wanted]
        used = gone and session.scalar(
            select(EntityContact.name).join(AttendanceDetail, AttendanceDetail.contact_id == EntityContact.id)
            .where(EntityContact.id.in_(gone)).limit(1))
        if used:
            errors.append(Conflict(_l("%(name)s is the contact of attendances: switch it off instead of removing it."),
                                   field="contacts", name=used))
    raise_all(errors)
