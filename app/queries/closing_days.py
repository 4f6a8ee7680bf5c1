"""The central's list by days of closing: in the order of opening they lie scattered.

On PostgreSQL each day's have an index in that order, `day_provider_ticket_closed` of migration 0026.
"""
from datetime import UTC, date, timedelta

from sqlalchemy import ARRAY, Date, Select, bindparam, column, func, select, true

from ..models.provider_ticket import ProviderTicket
from .attendances import day_start

QUARTER = 100  # days whose tickets are gathered, however many they are


def quarter(filters) -> bool:
    """Whether first and last day are asked, and no more than a quarter of a year between them."""
    return bool(filters.closed_from and filters.closed_to
                and (filters.closed_to - filters.closed_from).days < QUARTER)


def touched(session, filters, timezone: str) -> list[date]:
    """The days, in UTC, that a quarter's local days touch; none for `nearest_of_each` where that cannot be asked: of a
    longer time, and on SQLite, which reads no select beside the row of another and sorts all that were closed."""
    if not quarter(filters) or session.get_bind().dialect.name == "sqlite":
        return []
    first = day_start(filters.closed_from, timezone).astimezone(UTC).date()
    last = (day_start(filters.closed_to + timedelta(days=1), timezone) - timedelta.resolution).astimezone(UTC).date()
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def nearest_of_each(days: list[date], part: Select) -> Select:
    """`part`, in the order of opening and limited, of each of the days: of a month some hundred rows are left to sort
    instead of the tens of thousands that were closed in it."""
    each = func.unnest(bindparam(None, days, type_=ARRAY(Date), unique=True)).table_valued(
        column("day", Date)).render_derived()
    nearest = part.where(func.date(ProviderTicket.closed_at) == each.c.day).lateral()
    return select(nearest).select_from(each).join(nearest, true())
