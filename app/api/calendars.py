"""Calendars over REST: the week by its intervals and the days off of each, kept as on the screen."""
from marshmallow import fields
from sqlalchemy.orm import selectinload

from ..models.calendar import Calendar, CalendarHoliday
from ..services import calendars
from ..services.opening_hours import MAX_INTERVALS, WEEKDAYS
from . import schemas
from .register_bodies import Named
from .register_resource import register_of
from .shapes import TEXT, Shape, many

WEEK = {"type": "object", "required": list(WEEKDAYS), "properties": {day: many(many(TEXT)) for day in WEEKDAYS},
        "example": {"mon": [["08:00", "12:00"], ["13:00", "18:00"]]}}
HOLIDAY = Shape("CalendarHoliday", CalendarHoliday, "id day name recurring")
CALENDAR = Shape(
    "Calendar", Calendar, "id name timezone national optional_days state city active version",
    week=(WEEK, lambda row: {day: row.week.get(day, []) for day in WEEKDAYS}),
    holidays=(many(HOLIDAY.ref), lambda row: list(map(HOLIDAY, row.holidays))))


def _day():
    return schemas.several(schemas.several(schemas.text(8, required=True), 2), MAX_INTERVALS, load_default=list)


class Week(schemas.Body):
    """The intervals of each day; a day that is left out is closed."""

    mon, tue, wed, thu, fri, sat, sun = (_day() for _each in WEEKDAYS)


class AddHoliday(schemas.Body):
    id = schemas.whole(metadata={"description": "Of a day off that is there already"})
    day = schemas.day(required=True)
    name = schemas.text(120, required=True)
    recurring = schemas.flag(load_default=False, metadata={"description": "On this day and month of every year"})


class AddCalendar(Named):
    timezone = schemas.text(64, load_default="America/Sao_Paulo")
    week = fields.Nested(Week, required=True, error_messages=schemas.MESSAGES, metadata={
        "description": "Intervals by day, such as 08:00 to 12:00; a day that is left out is closed"})
    national = schemas.flag(load_default=True)
    optional_days = schemas.flag(load_default=False)
    state = schemas.text(2)
    city = schemas.text(120)
    holidays = schemas.rows(AddHoliday, calendars.MAX_HOLIDAYS, load_default=list, metadata={
        "description": "Its own days off, all of them: one that is left out is removed"})


CalendarApi = register_of(
    "calendars", "classification", Calendar, CALENDAR, ("calendars", "a calendar"), AddCalendar(), calendars,
    rows=(selectinload(Calendar.holidays),))
