"""What a new attendance names, read as plain values by two statements made once: each way to a server costs as much as
what is done there."""
from functools import lru_cache
from types import SimpleNamespace

from sqlalchemy import (
    Boolean,
    Date,
    Integer,
    String,
    bindparam,
    cast,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)

from ..models.classification import Cause, Channel, Motive, Occurrence, Scope, Situation
from ..models.company import Company
from ..models.desk import CacheVersion
from ..models.entity import Entity, EntityRole, RoleType
from ..queries.catalogue import TOKEN_KEY, catalogue
from ..security.viewer import Viewer
from ..security.visibility import visible

_ENTITY, _COMPANY, _OWN, _ROLE = (model.__table__.c for model in (Entity, Company, EntityRole, RoleType))
REGISTERS = (Channel, RoleType, Situation, Motive, Occurrence, Cause)
CODED = (Channel, RoleType)
_SOME_HAVE = {"code": String, "phase": String, "scope": String, "motive_id": Integer, "occurrence_id": Integer,
              "valid_from": Date, "valid_until": Date, "complete_to_close": Boolean}
_NAMES = [f"{model.__tablename__}_id" for model in REGISTERS] + [f"{model.__tablename__}_code" for model in CODED]
_FIRST = "first_situation"
_DEFINITIONS = "definitions"


class Choice(SimpleNamespace):
    """A row that may be chosen. `str()` is its name, as of the row itself."""

    def __str__(self):
        return self.name


class Registers:
    """The rows that `asked` names by `<table>_id` or `<table>_code`, the first situation of `phase` at the desk of
    `scope`, and what configurators have defined."""

    def __init__(self, session, asked: dict, phase: str, scope: str = Scope.SAC):
        self._rows, self.first_situation, token = {}, None, ""
        wanted = {"phase": phase, "scope": scope, **{name: asked.get(name) for name in _NAMES}}
        for row in session.execute(_READ, wanted):
            choice = Choice(**row._mapping)
            if row.register == _FIRST:
                self.first_situation = choice
            elif row.register == _DEFINITIONS:
                token = row.name
            else:
                self._rows[row.register, row.id] = self._rows[row.register, row.code] = choice

        self.defined = catalogue(session, token)

    def find(self, model, pk: int) -> Choice | None:
        """The row with this id, one of those asked for."""
        return self._rows.get((model.__tablename__, pk))

    def by_code(self, model, code: str) -> Choice | None:
        """The row with the code by which REST and chats name it."""
        return self._rows.get((model.__tablename__, code))


def entity(session, pk: int, viewer) -> Choice | None:
    """For whom an attendance is opened, if the viewer sees him: id, name, company and {id: role} of active roles."""
    statement = _like_a_user(viewer.admin, viewer.permissions) if viewer.entity_id is None else _for_whom(viewer)
    rows = session.execute(statement, {"pk": pk, "user": viewer.user_id}).all()
    if not rows:
        return None
    first = rows[0]
    company = Choice(id=first.company_id, name=first.company_name, active=first.company_active, code=first.code,
                     timezone=first.timezone)
    roles = {row.role_id: Choice(id=row.role_id, name=row.role_name) for row in rows if row.role_id is not None}
    return Choice(id=first.id, name=first.social_name or first.name or "", company=company, roles=roles)


def _of_register(model, *where, register=None):
    columns = model.__table__.c
    return select(literal(register or model.__tablename__).label("register"), columns.id, columns.name, columns.active,
                  *(columns.get(name, cast(null(), kind)).label(name) for name, kind in _SOME_HAVE.items())
                  ).where(*where)


def _asked(model):
    columns, name = model.__table__.c, model.__tablename__
    by_id = columns.id == bindparam(f"{name}_id", type_=Integer)
    return or_(by_id, columns.code == bindparam(f"{name}_code", type_=String)) if model in CODED else by_id


_SITUATION = Situation.__table__.c
_OF_PHASE = (_of_register(
    Situation, _SITUATION.phase == bindparam("phase"), _SITUATION.active,
    or_(_SITUATION.scope == bindparam("scope"), _SITUATION.scope == Scope.BOTH), register=_FIRST)
    .order_by(_SITUATION.position, _SITUATION.id).limit(1))
_DEFINED = select(literal(_DEFINITIONS), literal(0), CacheVersion.token, true(), *(
    cast(null(), kind) for kind in _SOME_HAVE.values())).where(CacheVersion.key == TOKEN_KEY)
_READ = union_all(
    *(_of_register(model, _asked(model)) for model in REGISTERS), select(_OF_PHASE.subquery()), _DEFINED)


@lru_cache(maxsize=256)
def _like_a_user(admin, permissions):
    """For all who hold the same: who asks is a value of the statement, not a part of it."""
    return _for_whom(Viewer(user_id=bindparam("user"), admin=admin, permissions=permissions))


def _for_whom(viewer):
    return (select(_ENTITY.id, _ENTITY.name, _ENTITY.social_name, _ENTITY.company_id,
                   _COMPANY.name.label("company_name"), _COMPANY.active.label("company_active"), _COMPANY.code,
                   _COMPANY.timezone, _ROLE.id.label("role_id"), _ROLE.name.label("role_name"))
            .join_from(Entity.__table__, Company.__table__, _COMPANY.id == _ENTITY.company_id)
            .outerjoin(EntityRole.__table__, (_OWN.entity_id == _ENTITY.id) & _OWN.active)
            .outerjoin(RoleType.__table__, (_ROLE.id == _OWN.role_type_id) & _ROLE.active)
            .where(_ENTITY.id == bindparam("pk"), visible(Entity, viewer)).order_by(_OWN.id))
