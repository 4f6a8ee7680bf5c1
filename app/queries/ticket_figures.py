"""Figures of the provider central for its supervisor: the open tickets by deadline, classification, sector, operator
and age, each with the query of the list it opens."""
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import and_, case, func, literal, select, union_all

from ..models.classification import Classification
from ..models.company import Department
from ..models.provider_ticket import ProviderTicket, Waiting
from ..security.visibility import visible
from .attendances import day_start
from .charts import MOST, Bar
from .tickets import Bounds

AGES = ((0, 0), (1, 1), (2, 3), (4, 7), (8, 15), (16, 30), (31, None))  # days since opening, both inclusive
STATES = ("expired", "attention", "within", "waiting", "none")
EXPIRED = {"deadline": "expired", "waiting": Waiting.OPERATOR.value}  # what went to the provider late counts as waiting
_TICKET = ProviderTicket
_OPEN = ProviderTicket.closed_at.is_(None)


@dataclass(frozen=True)
class Figures:
    """`states` {state: how many}; of `waiting` and `none` there is no deadline that runs."""

    total: int
    states: dict[str, int]
    classifications: list[Bar]
    departments: list[Bar]
    operators: list[Bar]
    ages: list[Bar]  # label: "0", "2-3", "31-"
    late: list[Bar]  # expired, by operator


def figures(session, viewer, bounds: Bounds, *, timezone: str) -> Figures:
    """Of the open tickets one may see: one walk over their index for what is grouped, one for the ages, and names."""
    seen = visible(_TICKET, viewer)
    state = case(
        (_TICKET.waiting == Waiting.PROVIDER, "waiting"), (_TICKET.due_at.is_(None), "none"),
        (_TICKET.due_at < bounds.now, "expired"), (_TICKET.due_at < bounds.attention, "attention"), else_="within")
    by = (_TICKET.classification_id, _TICKET.department_id, _TICKET.assignee_id, state.label("state"))
    classes, sectors, people, late, states = (Counter() for _name in range(5))
    for classification, department, assignee, name, n in session.execute(
            select(*by, func.count()).where(_OPEN, seen).group_by(*by)):
        classes[classification] += n
        sectors[department] += n
        people[assignee] += n
        states[name] += n
        if name == "expired":
            late[assignee] += n
    return Figures(
        states.total(), {name: states[name] for name in STATES},
        _bars(_names(session, Classification, classes), classes, "classification"),
        _bars(_names(session, Department, sectors), sectors, "department", nobody="none"),
        _bars(_people(session, people), people, "assignee", nobody="none"), _ages(session, seen, bounds.now, timezone),
        _bars(_people(session, late), late, "assignee", nobody="none", **EXPIRED))


def _ages(session, seen, now: datetime, timezone) -> list[Bar]:
    """How many were opened so many local days ago: a range of the index each."""
    today = now.astimezone(ZoneInfo(timezone)).date()
    parts, bars = [], []
    for place, (least, most) in enumerate(AGES):
        first, last = (None if most is None else today - timedelta(days=most)), today - timedelta(days=least)
        where = [_OPEN, seen, _TICKET.opened_at < day_start(last + timedelta(days=1), timezone)]
        if first is not None:
            where.append(_TICKET.opened_at >= day_start(first, timezone))
        parts.append(select(literal(place).label("place"), func.count().label("n")).where(and_(*where)))
        bars.append((f"{least}" if least == most else f"{least}-{'' if most is None else most}",
                     {"filter": "open", "opened_from": (first or date(1970, 1, 1)).isoformat(),
                      "opened_to": last.isoformat()}))
    numbers = dict(map(tuple, session.execute(union_all(*parts))))
    return [Bar(label, numbers[place], query) for place, (label, query) in enumerate(bars)]


def _bars(names, counter, argument, *, nobody=None, **more) -> list[Bar]:
    """The largest first. Of those without, a filter says so where `nobody` names it; of those beyond MOST none does."""
    shared = {"filter": "open", **more}
    ranked = sorted(((names[pk], n, pk) for pk, n in counter.items() if pk in names), key=lambda x: (-x[1], x[0]))
    bars = [Bar(label, n, {argument: pk, **shared}) for label, n, pk in ranked[:MOST]]
    rest = sum(n for _label, n, _pk in ranked[MOST:])
    if counter[None]:
        bars.append(Bar("", counter[None], {argument: nobody, **shared} if nobody else None))
    return bars + [Bar("…", rest, None) for rest in (rest,) if rest]


def _names(session, model, counter) -> dict:
    return dict(map(tuple, session.execute(
        select(model.id, model.name).where(model.id.in_([pk for pk in counter if pk is not None])))))


def _people(session, counter) -> dict:
    return {row.id: row.get_full_name() for row in session.scalars(
        select(User).where(User.id.in_([pk for pk in counter if pk is not None])))}
