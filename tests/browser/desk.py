"""People of the browser tests of the desk: one for each test that changes something, so that none meets another's."""
from types import SimpleNamespace

from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import select

from app.models.classification import Motive, Occurrence
from app.models.company import Unit
from app.models.custom_field import CustomField, FieldType
from app.models.entity import Address, EContact, EContactKind, EntityContact, EntityRole, Phone
from app.models.knowledge import KnowledgeCategory, KnowledgeItem, KnowledgeSection
from app.models.product import Product, ProductInformation
from app.models.script import Script
from app.services import custom_records
from app.services.grants import viewer_of
from app.services.protocols import next_block
from tests.support import forms
from tests.support.clock import DAY, NOON
from tests.support.seeding import seeding
from tests.support.world import add_attendance, add_entity, add_ticket

# name: CPF; each belongs to the test of its key
PEOPLE = {
    "whole": ("Márcio Antônio Gonçalves", "39053344705"),
    "drafts": ("Íris Fontoura", "86288366757"),
    "leaving": ("Otávio Sampaio", "74697131401"),
    "simple": ("Célia Prado", "15820318005"),
    "stale": ("Rosa Peixoto", "28625587887"),
    "double": ("Tadeu Linhares", "45317828791"),
    "closed": ("Dalva Moreira", "83926540133"),
    "refused": ("Bento Quaresma", None),
    "phones": ("Nilza Carvalho", None),
    "reveal": ("Jurandir Sá", "02936571065"),
    "known": ("Palmira Bastos", None),
    "places": ("Laerte Dornelas", None),
    "back": ("Eunice Tavares", None),
    "told": ("Vera Pacheco", None),
    "written": ("Amélia Brandão", None),
    "filed": ("Noêmia Arruda", None),
    "surveyed": ("Custódia Falcão", None),
    "scripted": ("Zuleica Dantas", None),
    "visited": ("Quitéria Lobo", None),
    "kept": ("Benedita Aragão", None),
}


def build(session, world) -> SimpleNamespace:
    """Rows by the keys of PEOPLE, and `roleless`, `partner`, `stale_attendance`, `closed_attendance_of_desk`."""
    made = SimpleNamespace()
    with seeding(session):
        customer, partner = world.role_types["customer"], world.role_types["partner"]
        for number, (key, (name, document)) in enumerate(PEOPLE.items()):
            setattr(made, key, add_entity(session, world.company, name, role=customer, document=document,
                                          phone=f"+55113222{number:04}", email=f"{key}@example.com"))
        made.roleless = add_entity(session, world.company, "Nádia Sem Papel")
        made.partner = add_entity(session, world.company, "Mercado Bonfim", role=partner)
        _fill(made.whole, world)
        praise = Motive(name="Elogio")
        session.add(Occurrence(name="Produto", motive=praise))  # a second motive that no test renames
        session.add(ProductInformation(
            product=Product(name="Iogurte natural", code="7001"), motive=praise, title="Prazo de resposta",
            text="Cinco dias úteis depois da coleta."))
        made.desk_stale = add_attendance(session, world, made.stale, protocol="2026000201", motive=world.motive,
                                         role_type=customer)
        made.desk_closed = add_attendance(session, world, made.closed, protocol="2026000202", motive=world.motive,
                                          role_type=customer, phase="closed")
        made.desk_leaving = add_attendance(session, world, made.leaving, protocol="2026000203", motive=world.motive,
                                           role_type=customer)
        made.desk_files = add_attendance(session, world, made.filed, protocol="2026000204", motive=world.motive,
                                         role_type=customer)
        for number in (1, 2, 3):  # of the central; old, so that no list of the newest begins with them
            add_ticket(session, world, number, title=f"Guia {number} negada", protocol=f"202600040{number}",
                       opened_at=NOON - (40 - number) * DAY)
        for number, title in ((11, "Retorno do laudo"), (12, "Encaminhar ao setor"), (13, "Telefone do setor"),
                              (14, "Laudo do colega"), (15, "Conversa longa"), (16, "Leitura repetida"),
                              (17, "Resposta seguida"), (18, "Avisos ao contato"),
                              (19, "Guia ao lado"), (20, "Fechado ao lado")):
            add_ticket(session, world, number, title=title, protocol=f"20260004{number}", opened_at=NOON - 30 * DAY)
        next_block(session, kind="ticket", year=0, count=20)  # those numbers are taken
        _read(session, world)
        made.visits_menu = _visits(session)
        for number in (5, 6, 7):
            add_attendance(session, world, made.leaving, protocol=f"202600020{number}", motive=world.motive,
                           role_type=customer)
        for key, protocol in (("told", "2026000290"), ("written", "2026000291"), ("surveyed", "2026000292"),
                              ("scripted", "2026000293"), ("visited", "2026000294")):
            setattr(made, f"desk_{key}", add_attendance(
                session, world, getattr(made, key), protocol=protocol, motive=world.motive, occurrence=world.occurrence,
                cause=world.cause, role_type=customer))
        for number in (1, 2, 3, 4):  # of test_sac_kept
            add_attendance(session, world, made.kept, protocol=f"202600022{number}", motive=world.motive,
                           role_type=customer)
    return made


def _visits(session):
    """A menu of supervisors, and one record behind it."""
    form = forms.form("Calçadas", CustomField(
        key="rua", name="Rua", type=FieldType.TEXT, required=True, searchable=True, in_list=True), CustomField(
        key="custo", name="Custo", type=FieldType.MONEY, searchable=True, in_list=True), slug="calcadas")
    role = session.scalar(select(Role).where(Role.name == "Supervisor"))
    menu = forms.menu("Calçadas", form, role, icon="fa-solid fa-house")
    session.add_all([form, menu])
    session.flush()
    chief = viewer_of(session, session.scalar(select(User).where(User.username == "supervisor")))
    custom_records.add_record(session, form.id, {"rua": "Rua da Feira", "custo": "99"}, actor=chief, now=NOON)
    return menu


def _read(session, world):
    """Scripts of the department of "reader", and a knowledge base."""
    for position, (title, body) in enumerate((
            ("Saudação", "Bom dia, {{primeiro_nome}}. Aqui é {{atendente}}."),
            ("Falta de água", "1. O registro está aberto?\n2. A boia está solta?\n" + "\nPergunte de novo." * 40),
            ("Religação", "O protocolo é {{protocolo}}."))):
        session.add(Script(title=title, body=body, departments=[world.department], position=position))
    section = KnowledgeSection(name="Abastecimento")
    category = KnowledgeCategory(name="Falta de água", section=section)
    session.add_all([
        KnowledgeItem(title="Manutenção no bairro", category=category, kind="information",
                      proposed_solution="Volta até as 18h.\nMantenha o registro aberto."),
        KnowledgeItem(title="Falta de água no imóvel", category=category, kind="request", identification="identified",
                      return_days=1, operator_guidance="Pergunte pela boia."),
        KnowledgeItem(title="Vazamento na rua", category=category, kind="request", identification="anonymous")])


def _fill(entity, world):
    """Everything that the record shows or offers: two roles, units, contacts, main and other ways to reach her."""
    entity.roles.append(EntityRole(role_type=world.role_types["supplier"]))
    entity.units = [world.unit, Unit(name="Fábrica Monte Belo", company=world.company)]
    entity.phones.append(Phone(number="+5511900000109", search_digits="1100000109"))
    entity.econtacts.append(EContact(kind=EContactKind.SITE, value="https://marcio.example.com"))
    entity.addresses += [
        Address(street="Travessa Antiga", number="2", city="Osasco", state="SP"),
        Address(street="Av. das Palmeiras", number="1450", district="Bairro Novo", city="Monte Belo", state="MG",
                cep="37115000", is_main=True)]
    entity.contacts += [EntityContact(name="Helena Nakamura", contact_type=world.contact_type, job_title="Cônjuge",
                                      mobile="+5511988887777"),
                        EntityContact(name="Antigo Contato", phone="+551132223333", active=False)]
