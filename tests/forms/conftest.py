"""Forms made and changed by their services, a transaction each, as a configurator of the company."""
import pytest
from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select

from app.database import unit_of_work
from app.models.custom_form import CustomForm
from app.models.custom_record import CustomRecord
from app.queries.catalogue import catalogue
from app.security.viewer import SYSTEM
from app.services import custom_data, dynamic_menus, field_index, form_groups, forms
from tests.support.clock import NOON

VISIT = {
    "name": "Visita técnica", "help": "O que foi visto no local.",
    "sections": [{"key": "local", "title": "Local"}, {"key": "resultado", "title": "Resultado"}],
    "fields": [
        {"name": "Nº da ligação", "type": "text", "required": True, "mask": "999-9", "section": "local"},
        {"name": "Categoria do imóvel", "type": "choice", "section": "local", "searchable": True, "in_list": True,
         "options": [{"label": "Residencial"}, {"label": "Comercial"}, {"label": "Pública"}]},
        {"name": "Vazamentos", "type": "integer", "minimum": 0, "maximum": 99, "section": "resultado"},
        {"name": "Observações", "type": "long_text", "section": "resultado", "ref": 4,
         "shown_if": {"field": "vazamentos", "filled": True}},
    ]}
SERVICES = {"form": forms, "menu": dynamic_menus, "data": custom_data, "group": form_groups}


@pytest.fixture
def act(session):
    """`act("form", "create", {…})`: one verb of a service in a transaction of its own; the id of what it made."""
    def call(noun, verb, *arguments, actor=SYSTEM, now=NOON, **options):
        with unit_of_work(session):
            made = getattr(SERVICES[noun], verb)(session, *arguments, actor=actor, now=now, **options)
            return made.id if made is not None else None
    return call


@pytest.fixture
def form(session, act):
    """The form VISIT."""
    return session.get(CustomForm, act("form", "create", VISIT))


@pytest.fixture
def record(session, world, seeding, make_user):
    """`record(form, {…})`: values stored under the form with their index, without the service of records."""
    owner = make_user("owner", "Attendant", companies=[world.company])

    def add(form, values):
        with seeding():
            row = CustomRecord(form_id=form.id, company_id=world.company.id, owner_id=owner.id, values=values)
            session.add(row)
            session.flush()
            field_index.mirror(session, "record", row.id, catalogue(session).forms[form.id].every, values)
        return row
    return add


@pytest.fixture
def roles_of(session):
    """`roles_of("Attendant")`: the ids of roles by their names."""
    def ids(*names):
        return list(session.scalars(select(Role.id).where(Role.name.in_(names))))
    return ids


def document(form) -> dict:
    """A form as the document that would leave it as it is."""
    names = ("id", "key", "name", "type", "help", "section", "required", "options", "default", "mask", "pattern",
             "pattern_help", "minimum", "maximum", "shown_if", "in_list", "searchable", "active")
    return {"name": form.name, "help": form.help, "active": form.active, "sections": [dict(x) for x in form.sections],
            "fields": [{name: getattr(field, name) for name in names} for field in form.fields]}


def refusals(raised) -> dict[str, str]:
    """{place: words} of what a service refused."""
    error = raised.value
    return {each.field: str(each) for each in getattr(error, "errors", [error])}


@pytest.fixture
def configurator(world, make_user, sign_in):
    """A browser of who keeps forms and menus."""
    return sign_in(make_user("cora", "Configurator", companies=[world.company]))


@pytest.fixture
def supervisor(world, make_user, sign_in):
    """A browser of who sees them."""
    return sign_in(make_user("sue", "Supervisor", companies=[world.company]))
