"""Calendars of the demo company: the office, by Minas Gerais and its town, and the plant that never sleeps."""
from datetime import date

from sqlalchemy import select

from ...models.calendar import Calendar
from ...security.viewer import SYSTEM
from .. import calendars
from ..opening_hours import WEEKDAYS

OFFICE = [["08:00", "12:00"], ["13:00", "18:00"]]
CALENDARS = (
    {"name": "Comercial", "state": "MG",
     "week": {day: OFFICE if day != "sat" else [["08:00", "12:00"]] for day in WEEKDAYS[:6]},
     "city": "São Lourenço",
     "holidays": [{"day": date(2026, 8, 10), "name": "São Lourenço, padroeiro", "recurring": True},
                  {"day": date(2026, 12, 24), "name": "Véspera de Natal", "recurring": True}]},
    {"name": "Plantão 24 horas", "week": {day: [["00:00", "24:00"]] for day in WEEKDAYS}, "national": False},
)


def plant(session, *, now) -> None:
    """Those that are missing, by name."""
    known = set(session.scalars(select(Calendar.name)))
    for values in CALENDARS:
        if values["name"] not in known:
            calendars.create(session, values, actor=SYSTEM, now=now)
