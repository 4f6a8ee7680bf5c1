"""Key-set paging over one order column and the id: the cost of a page does not grow with its depth.

A cursor is [value of the order column, id] as URL-safe JSON. The order column needs an index (column, id), with the
columns of the filter before it. An empty value comes last, whatever the direction of the order.
"""
import base64
import json
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import and_, func, select, tuple_


def encode(value, pk: int) -> str:
    """The cursor of a row."""
    if isinstance(value, (date, datetime)):
        value = value.isoformat()
    elif isinstance(value, Decimal):
        value = str(value)
    return base64.urlsafe_b64encode(json.dumps([value, pk]).encode()).decode().rstrip("=")


def decode(text: str, column):
    """(value, id) of a cursor over `column`. Raises ValueError for anything that `encode` did not write."""
    try:
        value, pk = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        kind = getattr(column.type, "impl", column.type).python_type  # a TypeDecorator has none of its own
        if isinstance(value, str) and kind in (date, datetime):
            value = kind.fromisoformat(value)
        elif value is not None:
            value = kind(value)
        if (value is None and not column.nullable) or not 0 <= int(pk) < 2**63:
            raise ValueError(text)
        return value, int(pk)
    except (TypeError, KeyError, AttributeError, ArithmeticError, ValueError) as error:
        raise ValueError("not a page key") from error


def _ranges(column, pk, cursor, rising: bool, back: bool):
    """Conditions to read one after the other: rows with a value, then the empty ones.

    Each is one range of the (column, id) index; the same written with OR and NULLS LAST is as slow as OFFSET.
    """
    def beyond(left, right):
        return left > right if rising else left < right

    filled = empty = None
    if cursor is not None:
        value, key = cursor
        if value is None:
            empty = beyond(pk, key)
        elif column.key == pk.key:
            filled = beyond(pk, key)
        else:
            filled = beyond(tuple_(column, pk), tuple_(value, key))  # a row value: both engines use the index
    if not column.expression.nullable:
        return [filled]
    some, none = column.is_not(None), column.is_(None)
    if back:
        return [and_(none, empty), some] if empty is not None else [filled]
    if empty is not None:
        return [and_(none, empty)]
    return [filled if filled is not None else some, none]


def page(query, column, pk, *, desc=False, size=25, after=None, before=None):
    """(rows, cursor of the page before or None, cursor of the page after or None) of an ORM `query`.

    In its place may stand a function (condition or None, order, limit) -> rows. Raises ValueError for a cursor that is
    not ours.
    """
    fetch = query if callable(query) else _fetching(query)
    back = before is not None
    text = before if back else after
    cursor = decode(text, column.expression) if text else None
    rising = desc == back
    keys = [column] if column.key == pk.key else [column, pk]
    order = [key.asc() if rising else key.desc() for key in keys]
    rows = []
    for where in _ranges(column, pk, cursor, rising, back):
        if len(rows) <= size:
            rows += fetch(where, order, size + 1 - len(rows))
    more, rows = len(rows) > size, rows[:size]
    if back:
        rows.reverse()
    if not rows:
        return [], None, None
    first, last = (encode(getattr(row, column.key), getattr(row, pk.key)) for row in (rows[0], rows[-1]))
    return rows, first if (more if back else text) else None, last if back or more else None


def _fetching(query):
    def fetch(where, order, limit):
        part = query if where is None else query.filter(where)
        return part.order_by(None).order_by(*order).limit(limit).all()
    return fetch


def capped_count(query, pk, cap: int) -> int:
    """How many rows, counting no further than cap + 1."""
    inner = query.order_by(None).with_entities(pk).limit(cap + 1).subquery()
    return query.session.execute(select(func.count()).select_from(inner)).scalar()
