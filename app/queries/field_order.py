"""A list in the order of a configurators' searchable field, along the index of its values.

Each step of the walk is looked up in the list; where many steps meet too few of its rows, all of them are gathered and
sorted: they are few then, or none of them has an early value. A person or attendance has a row in the index for every
such field, NULL where it holds nothing, so that the order misses nobody.
"""
from sqlalchemy import and_, func, select

from ..models.custom_record import FieldIndex
from .catalogue import FieldSpec
from .field_filters import PREFIX, SEVERAL, Asked, of_field

WALKS = (3_000, 30_000)  # steps, one walk after the other
_I = FieldIndex


def field_of(name: str, fields) -> FieldSpec | None:
    """The field that `cf_<key>` orders by, of these; None where there is none that can be asked for."""
    return next((each for each in fields if each.filterable and PREFIX + each.key == name), None)


class _Key:
    """What paging reads of a row."""

    def __init__(self, pk, value):
        self.id = self.owner_id = pk
        self.value = value


class FieldOrder:
    """Called as `paging.page` does: (beyond or None, order, limit) -> rows with their `id`. `column` and `key` are what
    it pages by."""

    def __init__(self, session, kind: str, by: FieldSpec, owner, found, *, few=False, asked: Asked = ()):
        """`found` selects the ids of the list, the column `owner`; `few`: they are named already. `asked` is what the
        list asks of fields: a question about this one cuts its own part out of the index."""
        self.column, self.key = _I.value, _I.owner_id
        self.session, self.owner, self.found, self.few = session, owner, found, few
        own = next((each for each in asked
                    if each.field.id == by.id and by.type not in SEVERAL and not each.word), None)
        self.rows = [*of_field(by.id, kind), *(own.conditions(_I) if own is not None else ())]

    def __call__(self, beyond, order, limit):
        beyond = [] if beyond is None else [beyond]
        for length in () if self.few else (max(each, limit * 4) for each in WALKS):
            steps = select(_I.owner_id.label("id"), _I.value.label("key")).where(
                *self.rows, *beyond).order_by(*order).limit(length).subquery()
            # Looked up step by step, not joined: a planner would be free to begin with the list, and lose the order.
            met = self.found.where(self.owner == steps.c.id).limit(1).correlate(steps).scalar_subquery()
            keys = self._keys(select(steps.c.id, steps.c.key).where(met == steps.c.id).limit(limit))
            if len(keys) == limit or self.session.scalar(
                    select(func.count()).select_from(select(steps.c.id).subquery())) < length:
                return keys
        gathered = self.found.cte("gathered").prefix_with("MATERIALIZED")
        return self._keys(select(_I.owner_id, _I.value).join(
            gathered, and_(gathered.c[0] == _I.owner_id)).where(*self.rows, *beyond).order_by(*order).limit(limit))

    def _keys(self, statement) -> list[_Key]:
        return [_Key(pk, value) for pk, value in self.session.execute(statement)]
