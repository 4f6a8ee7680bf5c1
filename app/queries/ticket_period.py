"""Figures of the provider central over a period: what was opened and closed, how late, and how long it took."""
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Float, case, func, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from ..models.provider_ticket import ProviderTicket
from ..security.visibility import visible
from .attendances import day_start
from .charts import Bar, by_day
from .ticket_answers import ASKED, FIRST_ANSWER
from .tickets import CLOSED_LATE

_TICKET = ProviderTicket


@dataclass(frozen=True)
class Period:
    """`closed` are those closed in the period, whenever they were opened; `late` those of them closed after their
    deadline; `asked` those opened by providers, `answered` those of them with an answer. Averages in seconds; None
    where there is nothing to take them of."""

    since: date
    until: date
    opened: int
    closed: int
    late: int
    until_closed: float | None
    asked: int
    answered: int
    until_answer: float | None
    days: list[Bar]  # opened; label: yyyy-mm-dd


class _Seconds(FunctionElement):
    """(earlier, later): the seconds between two moments."""

    inherit_cache = True
    type = Float()


@compiles(_Seconds, "postgresql")
def _by_postgresql(element, compiler, **options):
    earlier, later = (compiler.process(each, **options) for each in element.clauses)
    return f"CAST(extract(epoch FROM {later} - {earlier}) AS double precision)"


@compiles(_Seconds)
def _by_sqlite(element, compiler, **options):
    earlier, later = (compiler.process(each, **options) for each in element.clauses)
    return f"(julianday({later}) - julianday({earlier})) * 86400.0"


def period(session, viewer, *, days: int, timezone: str, now: datetime) -> Period:
    """Of the tickets one may see in the last `days` local days, today included: three queries along the period."""
    zone = ZoneInfo(timezone)
    until = now.astimezone(zone).date()
    since = until - timedelta(days=days - 1)
    begins, ends, seen = day_start(since, timezone), day_start(until + timedelta(days=1), timezone), visible(
        _TICKET, viewer)
    closed, late, until_closed = session.execute(
        select(func.count(), func.coalesce(func.sum(case((CLOSED_LATE, 1), else_=0)), 0),
               func.avg(_Seconds(_TICKET.opened_at, _TICKET.closed_at)))
        .where(seen, _TICKET.closed_at >= begins, _TICKET.closed_at < ends)).one()
    asked = select(_TICKET.opened_at.label("opened_at"), FIRST_ANSWER.label("answered_at")).where(
        seen, _TICKET.opened_at >= begins, _TICKET.opened_at < ends, ASKED).subquery()
    number, answered, until_answer = session.execute(
        select(func.count(), func.count(asked.c.answered_at),
               func.avg(_Seconds(asked.c.opened_at, asked.c.answered_at)))).one()
    opened = by_day(session, _TICKET.opened_at, seen, since=since, days=days, zone=zone)
    return Period(since, until, sum(bar.n for bar in opened), closed, late, until_closed, number, answered,
                  until_answer, opened)
