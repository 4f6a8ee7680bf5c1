"""Amounts and quantities as the tables keep them: exact, of a size a column holds, refused in words."""
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from flask_babel import lazy_gettext as _l

from ..errors import Invalid

CENT, MILLI = Decimal("0.01"), Decimal("0.001")
MOST = Decimal(10) ** 12  # of Numeric(14, 2): twelve digits before the comma
MOST_QUANTITY = Decimal(10) ** 11
FIRST_DAY, DAYS_AHEAD = date(1900, 1, 1), 366


def money(value, field: str) -> Decimal:
    """An amount to the cent, not negative; empty is zero. Raises Invalid at `field`."""
    amount = _exact(value if value not in (None, "") else 0, CENT, field,
                    _l("An amount has at most two decimal places."))
    if amount < 0:
        raise Invalid(_l("The amount cannot be negative."), field=field)
    if amount >= MOST:
        raise Invalid(_l("The amount is too large."), field=field)
    return amount


def quantity(value, field: str) -> Decimal:
    """A quantity above zero, to the thousandth; empty is one. Raises Invalid at `field`."""
    number = _exact(value if value not in (None, "") else 1, MILLI, field,
                    _l("A quantity has at most three decimal places."))
    if number <= 0:
        raise Invalid(_l("The quantity must be greater than zero."), field=field)
    if number >= MOST_QUANTITY:
        raise Invalid(_l("The quantity is too large."), field=field)
    return number


def limit(value, field: str) -> Decimal | None:
    """A limit of numbers, of any sign and to the thousandth; empty is none. Raises Invalid at `field`."""
    if value in (None, ""):
        return None
    number = _exact(value, MILLI, field, _l("A limit has at most three decimal places."))
    if abs(number) >= MOST_QUANTITY:
        raise Invalid(_l("The number is too long."), field=field)
    return number


def day(value, field: str, *, now: datetime) -> date:
    """A day that an order or an invoice may have: no year of three digits, none far ahead. Raises Invalid."""
    if not isinstance(value, date):
        raise Invalid(_l("This field is required."), field=field)
    if not FIRST_DAY <= value <= now.date() + timedelta(days=DAYS_AHEAD):
        raise Invalid(_l("This date is not possible."), field=field)
    return value


def _exact(value, step, field, too_fine) -> Decimal:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise Invalid(_l("Not a number."), field=field) from None
    if not number.is_finite():
        raise Invalid(_l("Not a number."), field=field)
    if abs(number) >= Decimal(10) ** 20:  # beyond what Decimal reckons exactly, and beyond every column
        return number
    if number != number.quantize(step, ROUND_HALF_UP):
        raise Invalid(too_fine, field=field)
    return number.quantize(step)
