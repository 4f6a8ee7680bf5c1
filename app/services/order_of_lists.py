"""The order that people give to short lists: one row is moved, the others make room."""
from flask_babel import lazy_gettext as _l
from sqlalchemy import bindparam, func, select, update

from ..errors import Invalid
from ..queries.catalogue import renew
from .log import record_id


def last(session, model, **within) -> int:
    """The place behind all rows of the same heading."""
    return (session.scalar(select(func.max(model.position)).where(*_same(model, within))) or 0) + 1


def move(session, item, *, before: int | None, within: dict, told: dict, actor, now) -> None:
    """Put `item` before the row with the id `before` among those where the columns of `within` have these values, which
    it takes over itself; at the end for None. `told`: {name: (old, new)} of these columns for the log.

    Written by statement: neither its version nor that of the others moves, for nobody's text is overwritten by it.
    Raises Invalid where `before` is not among them.
    """
    model = type(item)
    order = list(session.scalars(select(model.id).where(*_same(model, within)).order_by(model.position, model.id)))
    old = order.index(item.id) + 1 if item.id in order else None
    if item.id in order:
        order.remove(item.id)
    if before is not None and before not in order:
        raise Invalid(_l("Somebody else moved or removed the record before which it was to stand."), field="before")
    order.insert(order.index(before) if before is not None else len(order), item.id)
    new = order.index(item.id) + 1
    changes = {**{name: pair for name, pair in told.items() if pair[0] is not pair[1]},
               **({"position": (old, new)} if old != new else {})}
    if not changes:
        return
    table = model.__table__
    session.execute(update(table).where(table.c.id == bindparam("pk")).values(position=bindparam("place")),
                    [{"pk": pk, "place": place} for place, pk in enumerate(order, 1)])
    if within:
        session.execute(update(table).where(table.c.id == item.id).values(**within))
    record_id(session, table.name, item.id, "update", changes, actor=actor, now=now)
    renew(session)
    session.expire(item)


def _same(model, within):
    return [getattr(model, name).is_(None) if value is None else getattr(model, name) == value
            for name, value in within.items()]
