"""The address of the provider central, read in one place for the page, its files and REST.

`filter`, `order` (a leading "-" turns it round), ids that repeat (`classification`, `subclassification`, `motive`,
`assignee` and `department`, of which "none" is nobody's and no sector, `status`), `entity`, `waiting`, `answered`,
`opened_from` and `opened_to`, `closed_from` and `closed_to` (both inclusive, both or none), `deadline`,
`status_deadline`, `q`, `after`, `before`, and `cf_<field>` of configurators' fields, which is an order too. An unknown
value is `Unreadable`.
"""
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime

from flask_babel import lazy_gettext as _l

from ..errors import Invalid, InvalidMany
from .catalogue import FieldSpec
from .field_filters import PREFIX, Unreadable
from .ticket_answers import ANSWERED
from .tickets import DEADLINES, FILTERS, ORDERS, STATUS_DEADLINES, TURNS, TicketFilter

IDS = ("classification", "subclassification", "motive", "assignee", "status", "department")
NOBODY = "none"
MOST = 100  # ids of one name
TEXT = 200  # characters searched for
_WORDS = {"assignee": (NOBODY,), "department": (NOBODY,), "status": STATUS_DEADLINES}  # besides ids
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_TYPED = re.compile(r"\d{1,2}/\d{1,2}/\d{4}")  # as the form has it where no script makes it ISO
PERIODS = {"period": ("opened_from", "opened_to"), "closed_period": ("closed_from", "closed_to")}  # of the form: days
BOTH_DATES = _l("Give the first and the last day.")


class NoDay(Invalid):
    """A text that is no day: told beside its field, and unknown like any other value."""

    status = 400


@dataclass(frozen=True)
class Asked:
    """What an address asks: the filters, the order and the page."""

    filters: TicketFilter
    order: str = "opened_at"
    desc: bool = False
    after: str | None = None
    before: str | None = None
    by: FieldSpec | None = None  # the configurators' field that `order` names


def read(arguments, *, period=True, custom: Callable | None = None, ordering: Callable | None = None) -> Asked:
    """The address as a werkzeug MultiDict; without `period`, all of it but its periods. `custom(arguments)` reads the
    filters by configurators' fields (`field_questions.read`), `ordering(name)` the field that an order names or None;
    without them none is known.

    Raises Unreadable, and Invalid at a day of PERIODS or a field for what is no day and no value.
    """
    order = _one(arguments, "order") or "opened_at"
    name = order.removeprefix("-")
    by = ordering(name) if ordering is not None and name not in ORDERS else None
    if name not in ORDERS and by is None:
        raise Unreadable("order")
    fields = (custom or _none)(arguments)
    return Asked(replace(_filters(arguments, period), custom=fields), name, order.startswith("-"),
                 _one(arguments, "after"), _one(arguments, "before"), by)


def _none(arguments) -> tuple:
    unknown = next((name for name in arguments if name.startswith(PREFIX)), None)
    if unknown:
        raise Unreadable(unknown)
    return ()


def _filters(arguments, period) -> TicketFilter:
    ids = {name: _ids(arguments, name) for name in IDS}
    words = {value for value in arguments.getlist("status") if value in STATUS_DEADLINES}  # as the form's list has them
    late = _of(arguments, "status_deadline", STATUS_DEADLINES) or (words.pop() if len(words) == 1 else None)
    if words:
        raise Unreadable("status")
    days = {}
    for choice, names in PERIODS.items() if period else ():
        days |= _period(arguments, choice, names)
    return TicketFilter(
        filter=_of(arguments, "filter", FILTERS) or "all", **{name: tuple(found) for name, found in ids.items()},
        unassigned=NOBODY in arguments.getlist("assignee"), waiting=_of(arguments, "waiting", TURNS),
        answered=_of(arguments, "answered", ANSWERED),
        no_department=NOBODY in arguments.getlist("department"), entity=_entity(arguments),
        deadline=_of(arguments, "deadline", DEADLINES), status_deadline=late, **days,
        q=(_one(arguments, "q") or "").replace("\0", "")[:TEXT])


def _one(arguments, name) -> str | None:
    """The only value given; the same one twice is one."""
    given = {value.strip() for value in arguments.getlist(name)} - {""}
    if len(given) > 1:
        raise Unreadable(name)
    return given.pop() if given else None


def _of(arguments, name, known) -> str | None:
    value = _one(arguments, name)
    if value is not None and value not in known:
        raise Unreadable(name)
    return value


def _ids(arguments, name) -> list[int]:
    words = _WORDS.get(name, ())
    given = dict.fromkeys(value.strip() for value in arguments.getlist(name))
    ids = [_whole(name, value) for value in given if value and value not in words]
    if len(ids) > MOST:
        raise Unreadable(name)
    return ids


def _entity(arguments) -> int | None:
    value = _one(arguments, "entity")
    return None if value is None else _whole("entity", value)


def _whole(name, value) -> int:
    if not (value.isascii() and value.isdigit() and len(value) < 19):
        raise Unreadable(name)
    return int(value)


def _period(arguments, choice, names) -> dict[str, date]:
    kind = _of(arguments, choice, ("any", "between"))
    if kind == "any":
        return {}
    days = {name: _day(name, _one(arguments, name)) for name in names}
    if kind is None and not any(days.values()):
        return {}
    if missing := [Invalid(BOTH_DATES, field=name) for name, day in days.items() if day is None]:
        raise InvalidMany(missing)
    first, last = days.values()
    if last < first:
        raise Invalid(_l("The end of the period is before its beginning."), field=names[1])
    return days


def _day(name, value) -> date | None:
    if value is None:
        return None
    try:
        if _TYPED.fullmatch(value):
            return datetime.strptime(value, "%d/%m/%Y").date()  # noqa: DTZ007  (a day)
        if _DAY.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise NoDay(_l("Type a day that exists, as dd/mm/yyyy."), field=name)
