"""Everything about an entity on one line of time, newest first, by key (S-18).

Two statements a page, however long the history is. The first asks every source for its newest keys beyond the cursor
and is merged here; the second fetches what is shown of the keys that made it to the page. The cursor is (moment, rank
of the kind, id), the order that no two entries share.
"""
import base64
import json
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, Date, Integer, bindparam, false, or_, select, tuple_, union_all
from sqlalchemy.orm import aliased

from ..database import UTCDateTime
from ..models.attendance import Attendance
from ..security.viewer import Viewer
from ..security.visibility import visible
from .attendances import day_start
from .history_sources import GROUPS, SHOWN, SOURCES
from .plain_text import contains, patterns

LONGEST_TEXT = 100
_BY_RANK = {source.rank: source for source in SOURCES}


@dataclass(frozen=True)
class HistoryFilter:
    """What the history is narrowed by; everything given must hold. Dates are local days, both inclusive."""

    kinds: tuple[str, ...] = ()  # of GROUPS
    q: str = ""
    day_from: date | None = None
    day_to: date | None = None

    @property
    def given(self) -> bool:
        return any(getattr(self, each.name) for each in fields(self))


@dataclass(frozen=True)
class Entry:
    """One thing that happened. `values` are the columns of SHOWN, `also_at` and `changes`, as far as the kind has them.

    `whole_day`: only the day is known, `at` is its beginning.
    """

    kind: str
    group: str
    id: int
    at: datetime
    whole_day: bool
    values: dict

    def __getattr__(self, name):
        try:
            return self.__dict__["values"][name]
        except KeyError:
            raise AttributeError(name) from None


@dataclass(frozen=True)
class HistoryPage:
    """Entries newest first, and the keys of the pages of newer and of older ones."""

    entries: list[Entry]
    newer: str | None
    older: str | None


def groups_for(viewer) -> list[str]:
    """The kinds of entries that this person may read."""
    return [group for group in GROUPS if any(_may(source, viewer) for source in SOURCES if source.group == group)]


def entity_history(session, viewer, entity_id: int, filters: HistoryFilter, *, timezone: str, size: int = 30,
                   after: str | None = None, before: str | None = None) -> HistoryPage:
    """A page of the history of an entity that the viewer sees. Raises ValueError for a page key not made here."""
    back = before is not None
    text = before if back else after
    cursor = _decode(text) if text else None
    found = _keys(session, viewer, entity_id, filters, timezone, cursor, back, size + 1)
    more, found = len(found) > size, found[:size]
    if back:
        found.reverse()
    if not found:
        return HistoryPage([], None, None)
    newer, older = _encode(found[0]), _encode(found[-1])
    return HistoryPage(_entries(session, found), newer if (more if back else text) else None,
                       older if back or more else None)


# ---- keys

def _may(source, viewer) -> bool:
    return any(viewer.may(permission) for permission in source.permissions)


@dataclass(frozen=True)
class _Shape:
    """What decides how the statement of keys reads. The rest it is given each time: `_values`."""

    viewer: Viewer  # whoever has the same rights: without id and names
    kinds: frozenset[str]
    text: bool
    day_from: bool
    day_to: bool
    back: bool
    rank: int | None  # of the cursor, if there is one
    whole: bool  # it stands at the beginning of a day


def _keys(session, viewer, entity_id, filters, timezone, cursor, back, limit) -> list[tuple]:
    """[(moment, rank, id)] of the next `limit` entries, nearest first."""
    typed = filters.q.strip()[:LONGEST_TEXT]
    values, whole = _values(filters, typed, timezone, cursor, back)
    statement = _statement(_Shape(
        replace(viewer, user_id=0, name="", login=""), frozenset(filters.kinds), bool(typed), bool(filters.day_from),
        bool(filters.day_to), back, cursor and cursor[1], whole))
    values |= {"entity_id": entity_id, "user_id": viewer.user_id, "limit": limit}
    rows = session.execute(statement, values) if statement is not None else ()
    found = [(row.at or _begins(row.day, timezone), row.rank, row.id) for row in rows]
    return sorted(found, reverse=not back)[:limit]


def _values(filters, typed, timezone, cursor, back) -> tuple[dict, bool]:
    """What the statement is given, and whether the cursor stands at the beginning of a day."""
    values, whole = patterns(typed) if typed else {}, False
    if filters.day_from:
        values |= {"from_day": filters.day_from, "from_at": day_start(filters.day_from, timezone)}
    if filters.day_to:
        following = filters.day_to + timedelta(days=1)
        values |= {"to_day": following, "to_at": day_start(following, timezone)}
    if cursor is not None:
        at, _rank, pk = cursor
        local = at.astimezone(ZoneInfo(timezone))
        whole = _begins(local.date(), timezone) == local
        day = local.date() if whole or not back else local.date() + timedelta(days=1)
        values |= {"cursor_at": at, "cursor_day": day, "cursor_id": pk}
    return values, whole


@lru_cache(maxsize=32)  # half a megabyte each
def _statement(shape):
    """Made once for all who have the same rights: building it takes as long as a third of the page. Of the viewer the
    rules of visibility are told all but his id, which is a parameter."""
    viewer = replace(shape.viewer, user_id=bindparam("user_id", type_=Integer))
    entity_id, limit = bindparam("entity_id", type_=Integer), bindparam("limit", type_=Integer)
    mine = select(Attendance.id, Attendance.opened_at, Attendance.closed_at, Attendance.protocol, Attendance.title) \
        .where(Attendance.entity_id == entity_id, visible(Attendance, viewer)).cte("mine").prefix_with("MATERIALIZED")
    own = aliased(Attendance, mine)
    parts = []
    for source in SOURCES:
        if not _may(source, viewer) or shape.kinds and source.group not in shape.kinds:
            continue
        if source.model is Attendance:
            source = source.within(own)
        narrowed = [*_period(source, shape), *_text(source, shape, own), *_beyond(source, shape)]
        for branch in source.branches(select(mine.c.id), entity_id, viewer):
            # OFFSET 0: what is the entity's is found first. Told how few are wanted, PostgreSQL would walk an index of
            # moments through all that other entities had since.
            keys = source.keys([*branch, *narrowed]).offset(0).subquery()
            order = (keys.c.day if source.day else keys.c.at, keys.c.id)
            nearest = select(keys).order_by(*(order if shape.back else (key.desc() for key in order))).limit(limit)
            parts.append(select(nearest.subquery()))
    return union_all(*parts) if parts else None


def _begins(day, timezone) -> datetime:
    return day_start(day, timezone).astimezone(UTC)


def _moment(source, name):
    """The parameter as this source counts time: its day, or its moment."""
    return bindparam(f"{name}_day", type_=Date) if source.day else bindparam(f"{name}_at", type_=UTCDateTime)


def _period(source, shape):
    if shape.day_from:
        yield source.at >= _moment(source, "from")
    if shape.day_to:
        yield source.at < _moment(source, "to")


def _text(source, shape, own):
    """`own`: the entity's attendances, among which related ones are looked for."""
    if shape.text:
        columns = [contains(column, None) for column in source.searched]
        for key, column in source.related:
            model = own if column.class_ is Attendance else column.class_
            columns.append(key.in_(select(model.id).where(contains(getattr(model, column.key), None))))
        yield or_(false(), *columns)


def _beyond(source, shape):
    """Of one source, what comes after the cursor in the order (moment, rank, id): one range of its index."""
    if shape.rank is None:
        return
    column, at, back = source.at, _moment(source, "cursor"), shape.back
    if source.day and not shape.whole:  # between two days: every entry of the day before it is beyond, or none
        yield column >= at if back else column <= at
    elif source.rank == shape.rank:
        pair, key = tuple_(column, source.model.id), tuple_(at, bindparam("cursor_id", type_=BigInteger))
        yield pair > key if back else pair < key
    elif back:
        yield column >= at if source.rank > shape.rank else column > at
    else:
        yield column <= at if source.rank < shape.rank else column < at


def _encode(key) -> str:
    at, rank, pk = key
    return base64.urlsafe_b64encode(json.dumps([at.isoformat(), rank, pk]).encode()).decode().rstrip("=")


def _decode(text) -> tuple[datetime, int, int]:
    try:
        at, rank, pk = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        at = datetime.fromisoformat(at)
        if rank not in _BY_RANK or type(rank) is not int or type(pk) is not int or not 0 <= pk < 2**63:
            raise ValueError(text)
        if at.tzinfo is None or not 1900 < at.year < 9000:
            raise ValueError(text)
        return at, rank, pk
    except (TypeError, KeyError, AttributeError, ArithmeticError, ValueError) as error:
        raise ValueError("not a page key") from error


# ---- what is shown

@cache
def _rows():
    """Of every source, whichever are on the page: made once, and one statement that PostgreSQL plans once."""
    return union_all(*(source.rows() for source in SOURCES))


def _entries(session, found) -> list[Entry]:
    ids = {source.ids: [pk for _at, rank, pk in found if rank == source.rank] for source in SOURCES}
    rows = {(row.rank, row.id): row for row in session.execute(_rows(), ids)}
    made = []
    for at, rank, pk in found:
        if row := rows.get((rank, pk)):
            source = _BY_RANK[rank]
            values = {name: getattr(row, name) for name in (*SHOWN, "changes")}
            made.append(Entry(source.kind, source.group, pk, at, source.day, {
                **values, "also_at": row.also_at}))
    return made

