"""Register rows found by name or code, or made: what imports and made-up volume hang their records on."""
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from ..errors import Conflict
from ..models.classification import Phase, Situation
from ..models.company import Company
from ..models.entity import RoleType
from ..text import normalise
from . import records, seed

COMPANY_NAME = "Empresa Demonstração"


def find(session, model, name: str, **parent):
    """The row of this name (accents and case apart), below `parent` where its names are unique only there; or None."""
    return session.scalar(select(model).where(model.name_key == normalise(name)).filter_by(**parent))


def ensure(session, model, name: str, *, actor, now, parent=None, **values):
    """`find`, else the row created with these values. `parent` is {column: id}."""
    parent = parent or {}
    return find(session, model, name, **parent) or records.create(
        session, model, {"name": name, **parent, **values}, actor=actor, now=now)


def by_code(session, model, code: str, *, actor, now):
    """The role type or channel of this code; where `flask sync` has not run, made under the name it gives."""
    row = session.scalar(select(model).where(model.code == code))
    if row is None:
        name = seed.ROLE_TYPES[code] if model is RoleType else seed.CHANNELS[code][0]
        row = records.create(session, model, {"name": name, "code": code}, actor=actor, now=now)
    return row


def owner(session, *, actor, now) -> Company:
    """The company that owns what is imported or made up: the oldest active one (the demo company), else a new one."""
    return session.scalar(select(Company).where(Company.active).order_by(Company.id).limit(1)) or records.create(
        session, Company, {"name": COMPANY_NAME, "code": "DEMO"}, actor=actor, now=now)


def closing_situation(session, name: str, *, actor, now) -> Situation:
    """The situation of this name, made if need be. Raises Conflict where it exists and does not close an attendance."""
    row = ensure(session, Situation, name, actor=actor, now=now, phase=Phase.CLOSED)
    if row.phase != Phase.CLOSED:
        raise Conflict(_l("The situation %(name)s exists and does not close an attendance."), name=name)
    return row
