"""A form of stoppages behind two menus of the attendants, and people of Azul and of Verde who may look at it."""
from types import SimpleNamespace

import pytest
from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select

from app.models.custom_field import CustomField, FieldType
from app.models.custom_record import CustomRecord
from app.models.dynamic_menu import RecordPermission, RecordsOf
from app.services import custom_records
from tests.support import forms
from tests.support.clock import NOON

REGIONS = [{"value": "n", "label": "Zona Norte", "active": True}, {"value": "s", "label": "Zona Sul", "active": True}]
CAUSES = [{"value": "obra", "label": "Obra na rede", "active": True},
          {"value": "falha", "label": "Falha elétrica", "active": True}]
FIELDS = (
    {"key": "bairro", "name": "Bairro", "type": FieldType.TEXT, "searchable": True, "in_list": True, "required": True},
    {"key": "regiao", "name": "Região", "type": FieldType.CHOICE, "searchable": True, "options": REGIONS,
     "in_list": True},
    {"key": "causas", "name": "Causas", "type": FieldType.CHOICES, "searchable": True, "options": CAUSES},
    {"key": "casas", "name": "Casas atingidas", "type": FieldType.INTEGER, "searchable": True, "in_list": True},
    {"key": "custo", "name": "Custo", "type": FieldType.MONEY, "searchable": True, "in_list": True},
    {"key": "dia", "name": "Dia da parada", "type": FieldType.DATE, "searchable": True},
    {"key": "inicio", "name": "Início", "type": FieldType.DATETIME, "searchable": True},
    {"key": "programada", "name": "Programada", "type": FieldType.BOOLEAN, "searchable": True},
    {"key": "documento", "name": "Documento", "type": FieldType.CPF_CNPJ, "searchable": True},
    {"key": "obs", "name": "Observação", "type": FieldType.LONG_TEXT})


def role(session, name) -> Role:
    return session.scalar(select(Role).where(Role.name == name))


@pytest.fixture
def stoppages(session, seeding, world):
    """The form "Parada de abastecimento" with `form`, `menu` (all, add and edit) and its ids."""
    with seeding():
        form = forms.form("Parada de abastecimento", *(CustomField(**each) for each in FIELDS), slug="parada")
        menu = forms.menu("Parada de abastecimento", form, role(session, "Attendant"), icon="fa-solid fa-droplet-slash")
        session.add_all([form, menu])
        session.flush()
        made = SimpleNamespace(form=form, menu=menu, form_id=form.id, menu_id=menu.id, root=f"/records/{menu.id}/")
    session.commit()
    return made


@pytest.fixture
def another_menu(session, seeding, stoppages):
    """`another_menu("Minhas paradas", records_of="own")`: another menu on the same form; its id."""
    def make(name, *roles, of="Attendant", **values):
        with seeding():
            made = forms.menu(name, stoppages.form, *(roles or (role(session, of),)), **values)
            session.add(made)
            session.flush()
            pk = made.id
        session.commit()
        return pk
    return make


@pytest.fixture
def staff(make_user, world):
    """`staff("ana")`: an attendant of Azul; roles and the department can be said."""
    return lambda username, *roles, **values: make_user(
        username, *roles or ("Attendant",), companies=values.pop("companies", [world.company]), **values)


@pytest.fixture
def ana(staff):
    return staff("ana", name="Ana")


@pytest.fixture
def browser(sign_in, ana):
    return sign_in(ana)


@pytest.fixture
def add(session, stoppages, viewer_for, ana):
    """`add(bairro="Centro", by=user)`: a record, written by the service; its id."""
    def make(*, by=None, at=NOON, attendance=None, entity=None, menu=None, company=None, **values):
        record = custom_records.add_record(
            session, stoppages.form_id, {"bairro": "Centro", **values}, menu_id=menu, attendance_id=attendance,
            entity_id=entity, company_id=company, actor=viewer_for(by or ana), now=at)
        pk = record.id
        session.commit()
        return pk
    return make


def stored(session, pk) -> CustomRecord:
    session.expire_all()
    return session.get(CustomRecord, pk)


READ, ADD, ADD_EDIT = RecordPermission
OWN, DEPARTMENT, ALL = RecordsOf
