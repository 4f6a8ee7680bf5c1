"""A deadline asked for as plain values, as `flask deadline` reads them: calendar, rule, opening and pauses in one."""
import json
import marshal
from datetime import date, datetime
from functools import lru_cache

from flask_babel import lazy_gettext as _l

from ..errors import Invalid
from . import deadlines
from .opening_hours import OpeningHours

MAX_PAUSES = 1_000
MAX_HOLIDAYS = 20_000


def answer(line: str) -> dict:
    """{"due_at", "steps"} of a case in JSON. Raises Invalid with what is wrong about it."""
    try:
        case = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Invalid(_l("This line is not JSON.")) from error
    found = of(case)
    return {"due_at": found.due_at and found.due_at.isoformat(timespec="seconds"), "steps": found.steps}


def of(case) -> deadlines.Deadline:
    """The deadline of a case. Raises Invalid."""
    given = _object(case, "opened_at", "rule", "calendar")
    rule = _object(given["rule"], "kind", "amount")
    hours = _calendar(marshal.dumps(_object(given["calendar"], "timezone", "week")))
    checked = deadlines.checked_rule(rule["kind"], rule["amount"])
    return deadlines.reckon(hours, checked, _moment(given["opened_at"], "opened_at"), _pauses(given.get("pauses")))


def _object(value, *names) -> dict:
    if not isinstance(value, dict):
        raise Invalid(_l("A case is an object with opened_at, rule, calendar and, where there are some, pauses."))
    for name in names:
        if name not in value:
            raise Invalid(_l("%(name)s is missing."), field=name, name=name)
    return value


@lru_cache(maxsize=512)
def _calendar(key: bytes) -> OpeningHours:
    """Cases of one calendar come in rows: it is made ready once. It is told apart by its bytes, which marshal writes in
    a tenth of the time of JSON; nobody else's are read."""
    given = marshal.loads(key)  # noqa: S302 (ours)
    rows = given.get("holidays") or []
    if not isinstance(rows, list) or len(rows) > MAX_HOLIDAYS:
        raise Invalid(_l("holidays is a list of days, such as 2026-02-17."), field="holidays")
    holidays = [_holiday(row) for row in rows]
    return OpeningHours(given["timezone"], given["week"], dict(holidays))


def _holiday(row) -> tuple[date, str | None]:
    """A day, or an object with its day and its name."""
    day, name = (row.get("date"), row.get("name")) if isinstance(row, dict) else (row, None)
    try:
        if not isinstance(day, str) or len(day) != 10:
            raise ValueError(day)
        return date.fromisoformat(day), None if name is None else str(name)[:200]
    except ValueError as error:
        raise Invalid(_l("holidays is a list of days, such as 2026-02-17."), field="holidays") from error


def _pauses(rows) -> deadlines.Pauses:
    if rows is None or rows == []:
        return ()
    if not isinstance(rows, list) or len(rows) > MAX_PAUSES or not all(
            isinstance(row, list) and len(row) == 2 for row in rows):
        raise Invalid(_l("pauses is a list of pairs: from, and until or null."), field="pauses")
    return deadlines.merged((_moment(since, "pauses"), None if until is None else _moment(until, "pauses"))
                            for since, until in rows)


def _moment(text, name) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except (TypeError, ValueError) as error:
        raise Invalid(_l("A moment is a date and a time with their offset, such as 2026-02-13T22:10:00-03:00."),
                      field=name) from error
