"""The demo accounts, one of each kind of user."""
from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import select

from ...models.company import Department, Unit
from ...models.entity import Entity
from ...security import passwords
from ...security.permissions import ADMIN, ATTENDANT, CONFIGURATOR, CUSTOMER, PROVIDER, SUPERVISOR
from ...security.viewer import SYSTEM
from .. import users

# user name: (role, first and last name, department, member of the restricted unit, entity of a portal user)
ACCOUNTS = {
    "admin": (ADMIN, "Helena", "Duarte", None, False, None),
    "supervisor": (SUPERVISOR, "Renata", "Couto", "Atendimento", True, None),
    "configurador": (CONFIGURATOR, "Davi", "Lemos", "Atendimento", False, None),
    "atendente": (ATTENDANT, "Íris", "Fontes", "Atendimento", True, None),
    "atendente2": (ATTENDANT, "Caio", "Menezes", "Qualidade", False, None),
    "prestador": (PROVIDER, "Otávio", "Brandão", None, False, "Transportes Vale Frio Ltda."),
    "prestador2": (PROVIDER, "Rosa", "Peixoto", None, False, "Polar Refrigeração e Manutenção ME"),
    "cliente": (CUSTOMER, "Joana", "D'Ávila Pereira", None, False, "Joana D'Ávila Pereira"),
}
OPERATORS = ("atendente", "atendente2", "supervisor")


def missing(session) -> list[str]:
    """Demo accounts that are not there yet."""
    there = set(session.scalars(select(User.username).where(User.username.in_(ACCOUNTS))))
    return [name for name in ACCOUNTS if name not in there]


def hashed(password: str, names, method: str) -> dict[str, str]:
    """{user name: hash}, made before the transaction: a hash takes its time. The password is the operator's affair."""
    return {name: passwords.make(password, method) for name in names}


def plant(session, company, hashes: dict[str, str], *, now) -> None:
    """Make the accounts of `hashes`."""
    roles = {role.name: role for role in session.scalars(select(Role))}
    departments = {row.name: row for row in session.scalars(select(Department).where(Department.company == company))}
    entities = {row.name: row for row in session.scalars(select(Entity).where(Entity.company == company)).unique()}
    restricted = session.scalars(select(Unit).where(Unit.company == company, Unit.restricted)).all()
    for username, password_hash in hashes.items():
        role, first, last, department, member, entity = ACCOUNTS[username]
        users.create(session, {
            "username": username, "first_name": first, "last_name": last,
            "contact_email": f"{username}@serraclara.example.com", "roles": [roles[role]],
            "companies": [company], "units": restricted if member else [],
            "department": departments.get(department), "entity": entities.get(entity),
            "central_operator": username in OPERATORS,
        }, actor=SYSTEM, now=now, password_hash=password_hash)
