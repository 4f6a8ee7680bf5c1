"""The small world most tests play in: two companies, and what is needed to open a case in each.

Azul is the company of the people of a test; Verde is the neighbour whose rows they must never see.
"""
from types import SimpleNamespace

from sqlalchemy import select

from app.models.attendance import Attendance, AttendanceDetail
from app.models.classification import (
    Cause,
    Channel,
    Classification,
    DefaultMotive,
    Motive,
    Occurrence,
    Situation,
    Subclassification,
)
from app.models.company import Company, Department, Unit
from app.models.entity import (
    Address,
    ContactType,
    EContact,
    EContactKind,
    Entity,
    EntityContact,
    EntityKind,
    EntityRole,
    Phone,
    RoleType,
)
from app.models.provider_ticket import ProviderTicket, copies_of

from .clock import DAY, NOON
from .seeding import seeding

CHANNELS = {"phone": "Telefone", "chat": "Chat", "whatsapp": "WhatsApp", "telegram": "Telegram", "email": "E-mail",
            "messenger": "Messenger", "social": "Redes sociais", "provider_web": "Web do prestador", "portal": "Portal",
            "counter": "Balcão"}
SITUATIONS = {"open": "Aberto", "in_progress": "Em andamento", "pending": "Pendente", "closed": "Fechado",
              "cancelled": "Cancelado"}
ROLE_TYPES = {"customer": "Cliente", "partner": "Parceiro", "provider": "Prestador", "supplier": "Fornecedor"}


def build(session) -> SimpleNamespace:
    """Make the world; rows that `flask sync` has already made (channels, situations, roles) are taken as they are."""
    world = SimpleNamespace()
    with seeding(session):
        _structure(session, world)
        _registers(session, world)
        session.flush()
        _people(session, world)
        session.flush()
        _attendances(session, world)
    return world


def ids_of(world) -> dict:
    """{name: (class, id)} of what `build` has made, {key: (class, id)} where a name stands for several."""
    def one(row):
        return type(row), row.id
    return {name: {key: one(row) for key, row in made.items()} if isinstance(made, dict) else one(made)
            for name, made in vars(world).items()}


def found(session, ids) -> SimpleNamespace:
    """The world again, of which `ids_of` was kept: its rows in this session, a query a class."""
    wanted: dict[type, set[int]] = {}
    for made in ids.values():
        for model, pk in made.values() if isinstance(made, dict) else [made]:
            wanted.setdefault(model, set()).add(pk)
    rows = {(model, row.id): row for model, pks in wanted.items()
            for row in session.scalars(select(model).where(model.id.in_(pks)))}
    return SimpleNamespace(**{
        name: {key: rows[each] for key, each in made.items()} if isinstance(made, dict) else rows[made]
        for name, made in ids.items()})


def add_entity(session, company, name, *, role=None, document=None, phone=None, email=None, kind=EntityKind.INDIVIDUAL,
               **values) -> Entity:
    """An entity with a role type, a main phone (E.164) and a main e-mail. Call inside `seeding`."""
    entity = Entity(company=company, name=name, document=document, kind=kind, created_at=NOON, updated_at=NOON,
                    **values)
    if role is not None:
        entity.roles.append(EntityRole(role_type=role))
    if phone:
        entity.phones.append(Phone(number=phone, search_digits=search_digits(phone), is_main=True))
    if email:
        entity.econtacts.append(EContact(kind=EContactKind.EMAIL, value=email, is_main=True))
    session.add(entity)
    return entity


def add_attendance(session, world, entity, *, protocol=None, phase="open", opened_at=NOON, unit=None,
                   description="Descrição", company=None, **values) -> Attendance:
    """An attendance with its first page, written without the service. Call inside `seeding`."""
    closed_at = opened_at + DAY if phase in ("closed", "cancelled") else None
    attendance = Attendance(
        protocol=protocol, company=company or (entity.company if entity else world.company), entity=entity, unit=unit,
        channel=world.channels["phone"], situation=world.situations[phase], phase=phase, opened_at=opened_at,
        received_at=opened_at, created_at=opened_at, updated_at=opened_at, closed_at=closed_at, **values)
    attendance.details.append(AttendanceDetail(
        page=1, channel=world.channels["phone"], received_at=opened_at, opened_at=opened_at, description=description))
    session.add(attendance)
    return attendance


def add_ticket(session, world, number, *, provider=None, **values) -> ProviderTicket:
    """A ticket of the central with its attendance, written without the service. Call inside `seeding`."""
    case = add_attendance(session, world, provider or world.provider, kind="provider", **values)
    session.flush()
    ticket = ProviderTicket(
        attendance=case, number=number, classification=world.classification, contact_name="Beatriz",
        subclassification_id=world.subclassification.id, contact_phone="+5511987654321",
        contact_email="beatriz@example.com", **copies_of(case))
    session.add(ticket)
    return ticket


def search_digits(e164: str) -> str:
    """National digits without the ninth digit, as the phone register keeps them."""
    national = e164.removeprefix("+55")
    return national[:2] + national[3:] if len(national) == 11 else national


def _structure(session, world):
    world.company = Company(name="Azul", code="AZ", document="11222333000181")
    world.other_company = Company(name="Verde", code="VD", document="11444777000161")
    world.unit = Unit(name="Centro", company=world.company)
    world.restricted_unit = Unit(name="Ouvidoria", company=world.company, restricted=True)
    world.other_unit = Unit(name="Matriz Verde", company=world.other_company)
    world.department = Department(name="Financeiro", company=world.company)
    world.child_department = Department(name="Cobrança", company=world.company, parent=world.department)
    world.other_department = Department(name="Vendas Verde", company=world.other_company)
    session.add_all([world.company, world.other_company, world.unit, world.restricted_unit, world.other_unit,
                     world.department, world.child_department, world.other_department])


def _registers(session, world):
    world.channels = _rows(session, Channel, "code", CHANNELS)
    world.role_types = _rows(session, RoleType, "code", ROLE_TYPES)
    world.situations = _rows(session, Situation, "phase", SITUATIONS)
    world.contact_type, world.other_contact_type = _rows(
        session, ContactType, "name", {"Financeiro": "Financeiro", "Diretoria": "Diretoria"}).values()
    world.motive, world.other_motive = Motive(name="Reclamação"), Motive(name="Dúvida")
    world.occurrence = Occurrence(name="Cobrança indevida", motive=world.motive)
    world.other_occurrence = Occurrence(name="Segunda via", motive=world.other_motive)
    world.cause = Cause(name="Valor a maior", occurrence=world.occurrence)
    world.other_cause = Cause(name="Boleto não chegou", occurrence=world.other_occurrence)
    world.classification = Classification(name="Guias", return_days=5)
    world.subclassification = Subclassification(name="Autorização", classification=world.classification, return_days=2)
    world.default_motive = DefaultMotive(name="Guia negada", subclassification=world.subclassification, return_days=1)
    session.add_all([world.motive, world.other_motive, world.occurrence, world.other_occurrence, world.cause,
                     world.other_cause, world.classification, world.subclassification, world.default_motive])


def _people(session, world):
    roles = world.role_types
    world.entity = add_entity(session, world.company, "Ana Lúcia Conceição", role=roles["customer"],
                              document="52998224725", phone="+5511987654321", email="ana@example.com")
    world.entity.addresses.append(Address(street="Rua das Flores", number="10", district="Centro", city="São Paulo",
                                          state="SP", cep="01001000", is_main=True))
    world.second_entity = add_entity(session, world.company, "João Pereira", role=roles["customer"],
                                     document="15350946056", phone="+552132105678", email="joao@example.com")
    world.provider = add_entity(session, world.company, "Clínica Boa Vista Ltda.", role=roles["provider"],
                                document="45723174000110", phone="+551133334444", kind=EntityKind.COMPANY)
    world.provider.contacts.append(EntityContact(name="Beatriz Souza", contact_type=world.contact_type,
                                                 job_title="Gerente", phone="+551133334445"))
    world.other_entity = add_entity(session, world.other_company, "Zilda Alheia", role=roles["customer"],
                                    document="11144477735", phone="+5521976543210", email="zilda@example.com")


def _attendances(session, world):
    world.attendance = add_attendance(session, world, world.entity, protocol="2026000101", unit=world.unit,
                                      title="Conta com valor errado", motive=world.motive)
    world.closed_attendance = add_attendance(session, world, world.second_entity, protocol="2026000102", phase="closed",
                                             opened_at=NOON - 3 * DAY)
    world.restricted_attendance = add_attendance(session, world, world.second_entity, protocol="2026000103",
                                                 unit=world.restricted_unit, description="Segredo da ouvidoria")
    world.other_attendance = add_attendance(session, world, world.other_entity, protocol="2026000104",
                                            unit=world.other_unit, description="Assunto da Verde")


def _rows(session, model, key, names) -> dict:
    """The row of each key: the one that is there already, of several the first in its list; a new one otherwise."""
    there = {}
    for row in session.scalars(select(model).order_by(getattr(model, "position", model.id), model.id)):
        there.setdefault(getattr(row, key), row)
    made = {value: there.get(value) or model(**{key: value, "name": name}) for value, name in names.items()}
    session.add_all(made.values())
    return made
