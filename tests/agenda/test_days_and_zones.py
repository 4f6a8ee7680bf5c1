"""Days and hours of a time zone: São Paulo, which has had summer time and has none, and zones that still have it."""
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.models.appointment import Appointment
from app.views.agenda import grid

SAO_PAULO, NEW_YORK, KOLKATA = map(ZoneInfo, ("America/Sao_Paulo", "America/New_York", "Asia/Kolkata"))
SUNDAY, MONDAY = 6, 0

pytestmark = [pytest.mark.req("S-19"), pytest.mark.usefixtures("words")]


@pytest.fixture
def words(app):
    with app.test_request_context():
        yield


def lasting(start: datetime, minutes: int) -> Appointment:
    return Appointment(starts_at=start.astimezone(UTC), ends_at=start.astimezone(UTC) + timedelta(minutes=minutes))


def placed(row, zone, *days):
    return {day: [(item.hour, item.times) for item in items] for day, items in grid.by_day([row], days, zone).items()}


@pytest.mark.parametrize(("zone", "day", "hour"), [
    (SAO_PAULO, date(2026, 3, 16), 20), (KOLKATA, date(2026, 3, 17), 5), (NEW_YORK, date(2026, 3, 16), 19)])
def test_an_instant_stands_on_the_day_and_hour_of_the_zone(zone, day, hour):
    row = lasting(datetime(2026, 3, 16, 23, 30, tzinfo=UTC), 15)
    found = placed(row, zone, date(2026, 3, 16), date(2026, 3, 17))
    assert [each[0] for each in found.pop(day)] == [hour]
    assert list(found.values()) == [[]]


def test_a_day_begins_where_its_clock_does_even_where_midnight_is_jumped_over():
    assert grid.midnight(date(2026, 1, 15), SAO_PAULO) == datetime(2026, 1, 15, 3, tzinfo=UTC), "no summer time now"
    assert grid.midnight(date(2018, 11, 4), SAO_PAULO) == datetime(2018, 11, 4, 3, tzinfo=UTC), "00:00 was 01:00"
    assert grid.midnight(date(2018, 11, 5), SAO_PAULO) == datetime(2018, 11, 5, 2, tzinfo=UTC)


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 8), 23), (date(2026, 11, 1), 25), (date(2026, 6, 1), 24)])
def test_a_day_of_a_zone_with_summer_time_is_whole(day, hours):
    assert grid.midnight(day + timedelta(days=1), NEW_YORK) - grid.midnight(day, NEW_YORK) == timedelta(hours=hours)


def test_what_lasts_over_midnight_stands_on_each_day_and_what_ends_at_midnight_does_not():
    night = lasting(datetime(2026, 3, 16, 22, tzinfo=SAO_PAULO), 60 * 27)
    found = placed(night, SAO_PAULO, *(date(2026, 3, day) for day in (16, 17, 18, 19)))
    assert [items and items[0][0] for items in found.values()] == [22, 0, 0, []]
    evening = lasting(datetime(2026, 3, 16, 22, tzinfo=SAO_PAULO), 120)
    assert placed(evening, SAO_PAULO, date(2026, 3, 16), date(2026, 3, 17)) == {
        date(2026, 3, 16): [(22, "22:00–00:00")], date(2026, 3, 17): []}


def test_a_week_shows_the_office_hours_and_as_far_as_an_appointment_stands():
    days = grid.week_of(date(2026, 3, 18), SUNDAY)
    assert (days[0], days[-1]) == (date(2026, 3, 15), date(2026, 3, 21))
    assert grid.week_of(date(2026, 3, 15), MONDAY)[0] == date(2026, 3, 9)
    assert grid.hours_of(grid.by_day([], days, SAO_PAULO)) == grid.OFFICE
    late = grid.by_day([lasting(datetime(2026, 3, 18, 23, 30, tzinfo=SAO_PAULO), 20)], days, SAO_PAULO)
    assert grid.hours_of(late) == range(8, 24)


@pytest.mark.parametrize(("day", "view", "by", "to"), [
    (date(2026, 1, 31), "month", 1, date(2026, 2, 1)), (date(2026, 1, 31), "month", -1, date(2025, 12, 1)),
    (date(2026, 12, 30), "week", 1, date(2027, 1, 6)), (grid.EARLIEST, "week", -1, None),
    (grid.LATEST, "month", 1, None)])
def test_the_next_and_the_last_period(day, view, by, to):
    assert grid.moved(day, view, by) == to
