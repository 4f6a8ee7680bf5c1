"""What records of configurators' forms name (attendances, persons, companies), read at once for one or for many."""
from collections.abc import Iterable

from sqlalchemy import select

from ..models.attendance import Attendance
from ..models.company import Company
from ..models.entity import Entity
from ..queries.among import among
from ..security.visibility import visible


class Links:
    """Of these ids the rows that the actor sees. `persons`: of those that fields hold, the ones that whoever asks has
    just found himself, seen by the actor and in use: they are not looked up again."""

    def __init__(self, session, *, attendances: Iterable[int | None] = (), entities: Iterable[int | None] = (),
                 persons: Iterable[int] = (), actor):
        self._session, self._actor, self.persons = session, actor, frozenset(persons)
        self._attendances = self._read(Attendance, attendances)
        of = (row.entity_id for row in self._attendances.values())
        self._entities = self._read(Entity, (*entities, *of))
        self._companies: dict[int | None, Company | None] = {}  # of those the actor may choose
        self._owners: dict[int, Company] = {}

    def _read(self, model, ids) -> dict:
        wanted = sorted({pk for pk in ids if pk is not None})
        if not wanted:
            return {}
        return {row.id: row for row in self._session.scalars(select(model).where(
            model.id == wanted[0] if len(wanted) == 1 else among(model.id, wanted), visible(model, self._actor)))}

    def attendance(self, pk: int) -> Attendance | None:
        return self._attendances.get(pk)

    def entity(self, pk: int, *, chosen: bool) -> Entity | None:
        """`chosen`: only one in use."""
        row = self._entities.get(pk)
        return row if row is not None and (row.active or not chosen) else None

    def company(self, pk: int | None, of: Attendance | Entity | None) -> Company | None:
        """That of an attendance or a person; else the one of this id, or the only one that the actor has."""
        if of is not None:
            if of.company_id not in self._owners:
                self._owners[of.company_id] = self._session.get(Company, of.company_id)
            return self._owners[of.company_id]
        if pk not in self._companies:
            mine = select(Company).where(Company.active, visible(Company, self._actor)).order_by(Company.id)
            found = self._session.scalars(mine.where(Company.id == pk) if pk is not None else mine.limit(2)).all()
            self._companies[pk] = found[0] if len(found) == 1 else None
        return self._companies[pk]
