"""The register of people and companies ("Entidade", "Pessoa", "Cliente"): one table, with roles and rows of its own."""
from datetime import date
from enum import StrEnum

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Table, Text, event, func, select, text
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from ..text import normalise, searchable
from .base import DUPLICATE_NAME, Custom, Logged, Model, Named, Versioned, unique
from .company import Company, Unit

PARTNER = "partner"  # code of the role that "Local" asks for
PROVIDER = "provider"  # code of the role whose bearers the provider central attends


class EntityKind(StrEnum):
    INDIVIDUAL = "individual"
    COMPANY = "company"


class PhoneKind(StrEnum):
    LANDLINE = "landline"
    MOBILE = "mobile"
    FAX = "fax"


class EContactKind(StrEnum):
    EMAIL = "email"
    SITE = "site"
    WHATSAPP = "whatsapp"
    TELEGRAM = "telegram"
    FACEBOOK = "facebook"
    INSTAGRAM = "instagram"


entity_unit = Table(
    "entity_unit", Model.metadata,
    Column("entity_id", ForeignKey("entity.id", ondelete="CASCADE"), primary_key=True),
    Column("unit_id", ForeignKey("unit.id"), primary_key=True, index=True))


class RoleType(Named, Model):
    """What an entity can be ("Papel"): customer, partner, provider, supplier and what configurators add."""

    __tablename__ = "role_type"
    code: Mapped[str | None] = mapped_column(String(40))  # fixed for the product's own four, else derived from the name
    __table_args__ = (
        unique("name_key", name="uq_role_type_name", field="name", message=DUPLICATE_NAME),
        unique("code", name="uq_role_type_code", message=_l("There is already a role with this code.")),
    )


class ContactType(Named, Model):
    """Sector of the company where a contact works ("Tipo do Contato")."""

    __tablename__ = "contact_type"
    __table_args__ = (unique("name_key", name="uq_contact_type_name", field="name", message=DUPLICATE_NAME),)


class Entity(Custom, Versioned, Model):
    """Any person or company in the register."""

    __tablename__ = "entity"
    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    kind: Mapped[str] = mapped_column(String(12), default=EntityKind.INDIVIDUAL)
    name: Mapped[str] = mapped_column(String(200))  # full name, or razão social
    trade_name: Mapped[str | None] = mapped_column(String(200))
    social_name: Mapped[str | None] = mapped_column(String(200))
    document: Mapped[str | None] = mapped_column(String(14))  # CPF or CNPJ, no punctuation, letters upper case
    birth_date: Mapped[date | None] = mapped_column()
    notes: Mapped[str | None] = mapped_column(Text)
    active: Mapped[bool] = mapped_column(default=True)
    search_text: Mapped[str] = mapped_column(Text, default="")  # normalised names, read through a trigram index
    name_key: Mapped[str] = mapped_column(String(400), default="")  # normalised shown name, the order of lists
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("entity.id"))  # became part of this one
    company: Mapped[Company] = relationship()
    merged_into: Mapped["Entity | None"] = relationship(remote_side="Entity.id", foreign_keys=[merged_into_id])
    roles: Mapped[list["EntityRole"]] = relationship(
        back_populates="entity", cascade="all, delete-orphan", order_by="EntityRole.id")
    addresses: Mapped[list["Address"]] = relationship(
        back_populates="entity", cascade="all, delete-orphan", order_by="Address.id")
    phones: Mapped[list["Phone"]] = relationship(
        back_populates="entity", cascade="all, delete-orphan", order_by="Phone.id")
    econtacts: Mapped[list["EContact"]] = relationship(
        back_populates="entity", cascade="all, delete-orphan", order_by="EContact.id")
    contacts: Mapped[list["EntityContact"]] = relationship(
        back_populates="entity", cascade="all, delete-orphan", order_by="EntityContact.id",
        foreign_keys="EntityContact.entity_id")
    units: Mapped[list[Unit]] = relationship(secondary=entity_unit, order_by=Unit.name_key)
    __table_args__ = (
        unique("company_id", "document", name="uq_entity_company_document", field="document",
               message=_l("There is already an entity with this CPF/CNPJ.")),
        CheckConstraint("kind in ('individual', 'company')", name="ck_entity_kind"),
        Index("ix_entity_document", "document"),
        Index("ix_entity_company_id_id", "company_id", "id"),
        Index("ix_entity_name_key_id", "name_key", "id"),
        Index("ix_entity_company_id_name_key_id", "company_id", "name_key", "id"),
        Index("ix_entity_created_at_id", "created_at", "id"),
        Index("ix_entity_merged_into", "merged_into_id", sqlite_where=text("merged_into_id is not null"),
              postgresql_where=text("merged_into_id is not null")),
        CheckConstraint("merged_into_id <> id", name="ck_entity_merged_into_another"),
    )

    def __str__(self):
        return self.shown_name

    __repr__ = __str__

    @property
    def shown_name(self) -> str:
        """The name a person goes by: social name, else the name."""
        return self.social_name or self.name or ""

    @property
    def main_phone(self):
        return next((row for row in self.phones if row.is_main), None)

    @property
    def main_econtact(self):
        return next((row for row in self.econtacts if row.is_main), None)

    @property
    def main_address(self):
        return next((row for row in self.addresses if row.is_main), None)

    @property
    def active_roles(self) -> list["EntityRole"]:
        return [row for row in self.roles if row.active and row.role_type.active]


@event.listens_for(Entity, "before_insert")
@event.listens_for(Entity, "before_update")
def _keep_search_text(_mapper, _connection, row):
    row.search_text = " | ".join(filter(None, map(searchable, (row.name, row.social_name, row.trade_name))))
    row.name_key = normalise(row.shown_name)


class EntityRole(Logged, Model):
    """One role of one entity."""

    __tablename__ = "entity_role"
    id: Mapped[int] = mapped_column(primary_key=True)
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id", ondelete="CASCADE"))
    role_type_id: Mapped[int] = mapped_column(ForeignKey("role_type.id"), index=True)
    active: Mapped[bool] = mapped_column(default=True)
    entity: Mapped[Entity] = relationship(back_populates="roles")
    role_type: Mapped[RoleType] = relationship(lazy="joined", innerjoin=True)
    __table_args__ = (unique("entity_id", "role_type_id", name="uq_entity_role", field="roles",
                             message=_l("The entity already has this role.")),)

    def __str__(self):
        return str(self.role_type)


def _one_main(table: str, message):
    return Index(f"uq_{table}_main", "entity_id", unique=True, sqlite_where=text("is_main"),
                 postgresql_where=text("is_main"), info={"field": f"{table}s", "message": message})


class Address(Logged, Model):
    __tablename__ = "address"
    id: Mapped[int] = mapped_column(primary_key=True)
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id", ondelete="CASCADE"), index=True)
    street: Mapped[str] = mapped_column(String(200))
    number: Mapped[str | None] = mapped_column(String(20))
    complement: Mapped[str | None] = mapped_column(String(100))
    district: Mapped[str | None] = mapped_column(String(100))
    city: Mapped[str | None] = mapped_column(String(100))
    state: Mapped[str | None] = mapped_column(String(2))
    cep: Mapped[str | None] = mapped_column(String(8))
    is_main: Mapped[bool] = mapped_column(default=False)
    entity: Mapped[Entity] = relationship(back_populates="addresses")
    __table_args__ = (Index("uq_address_main", "entity_id", unique=True, sqlite_where=text("is_main"),
                            postgresql_where=text("is_main"),
                            info={"field": "addresses", "message": _l("Only one address can be the main one.")}),)

    def __str__(self):
        street = ", ".join(filter(None, (self.street, self.number, self.complement)))
        city = "/".join(filter(None, (self.city, self.state)))
        cep = f"{self.cep[:5]}-{self.cep[5:]}" if self.cep else None
        return ", ".join(filter(None, (street, self.district, city, cep)))


class Phone(Logged, Model):
    """A telephone in E.164; `search_digits` is the national number without the ninth digit: both ways find it."""

    __tablename__ = "phone"
    id: Mapped[int] = mapped_column(primary_key=True)
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(10), default=PhoneKind.MOBILE)
    number: Mapped[str] = mapped_column(String(16))
    search_digits: Mapped[str] = mapped_column(String(16), index=True)
    extension: Mapped[str | None] = mapped_column(String(10))
    is_main: Mapped[bool] = mapped_column(default=False)
    entity: Mapped[Entity] = relationship(back_populates="phones")
    __table_args__ = (
        CheckConstraint("kind in ('landline', 'mobile', 'fax')", name="ck_phone_kind"),
        _one_main("phone", _l("Only one phone can be the main one.")),
    )

    def __str__(self):
        from ..phones import shown  # the library is slow to import; models must not pay for it
        return shown(self.number)


class EContact(Logged, Model):
    """An electronic address ("E-contact"): e-mail, site, or an account on a messenger or network."""

    __tablename__ = "econtact"
    id: Mapped[int] = mapped_column(primary_key=True)
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(12), default=EContactKind.EMAIL)
    value: Mapped[str] = mapped_column(String(320))
    value_key: Mapped[str] = mapped_column(String(320), index=True)  # lower case
    is_main: Mapped[bool] = mapped_column(default=False)
    entity: Mapped[Entity] = relationship(back_populates="econtacts")
    __table_args__ = (_one_main("econtact", _l("Only one e-contact can be the main one.")),)

    def __str__(self):
        return self.value or ""


@event.listens_for(EContact, "before_insert")
@event.listens_for(EContact, "before_update")
def _keep_value_key(_mapper, _connection, row):
    row.value_key = (row.value or "").strip().lower()


class EntityContact(Logged, Model):
    """A contact person of an entity ("Relacionado com")."""

    __tablename__ = "entity_contact"
    id: Mapped[int] = mapped_column(primary_key=True)
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    contact_type_id: Mapped[int | None] = mapped_column(ForeignKey("contact_type.id"), index=True)
    job_title: Mapped[str | None] = mapped_column(String(100))
    phone: Mapped[str | None] = mapped_column(String(16))
    fax: Mapped[str | None] = mapped_column(String(16))
    mobile: Mapped[str | None] = mapped_column(String(16))
    email: Mapped[str | None] = mapped_column(String(320))
    related_entity_id: Mapped[int | None] = mapped_column(ForeignKey("entity.id"), index=True)
    active: Mapped[bool] = mapped_column(default=True)
    entity: Mapped[Entity] = relationship(back_populates="contacts", foreign_keys=[entity_id])
    related_entity: Mapped[Entity | None] = relationship(foreign_keys=[related_entity_id])
    contact_type: Mapped[ContactType | None] = relationship(lazy="joined")
    __table_args__ = (
        CheckConstraint(
            "coalesce(job_title, phone, fax, mobile, email) is not null", name="ck_entity_contact_reachable",
            info={"field": "contacts",
                  "message": _l("Fill in at least one of the fields: Job title, Phone, Fax, Mobile or E-mail.")}),
        CheckConstraint("related_entity_id <> entity_id", name="ck_entity_contact_not_itself",
                        info={"field": "contacts", "message": _l("An entity cannot be related to itself.")}),
    )

    def __str__(self):
        return self.name or ""


# What a row of a list tells of the rows below it, in columns of its own: three objects and three collections less a
# row. Read only where a statement asks for them (`undefer`, `load_only`); they know nothing of what is not yet written.
def _main(value):
    return column_property(
        select(value).where(value.class_.entity_id == Entity.id, value.class_.is_main).scalar_subquery(),
        deferred=True)


ROLE_BREAK = "\n"  # between the names of active_role_names
Entity.main_phone_number = _main(Phone.number)
Entity.main_econtact_value = _main(EContact.value)
Entity.active_role_names = column_property(
    select(func.aggregate_strings(RoleType.name, ROLE_BREAK)).select_from(EntityRole).join(
        RoleType, RoleType.id == EntityRole.role_type_id).where(
            EntityRole.entity_id == Entity.id, EntityRole.active, RoleType.active).scalar_subquery(),
    deferred=True)
