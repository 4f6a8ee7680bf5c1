"""An agenda in Azul: an attendant who keeps it, her colleague, and appointments written without the service."""
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.database import utc_now
from app.models.appointment import Appointment
from tests.support.clock import HOUR, MINUTE

ZONE = ZoneInfo("America/Sao_Paulo")


@pytest.fixture
def attendant(make_user, world):
    return make_user("renata", "Attendant", name="Renata", companies=[world.company])


@pytest.fixture
def colleague(make_user, world):
    return make_user("carlos", "Attendant", name="Carlos", companies=[world.company])


@pytest.fixture
def browser(attendant, sign_in):
    return sign_in(attendant)


@pytest.fixture
def at():
    """`at(3, 14, 30)`: an instant that many days from today, on the clocks of São Paulo."""
    today = utc_now().astimezone(ZONE).date()
    return lambda days, hour=10, minute=0: datetime.combine(
        today + timedelta(days), time(hour, minute), ZONE).astimezone(UTC)


@pytest.fixture
def local():
    """What a box of date and time holds for an instant."""
    return lambda instant: instant.astimezone(ZONE).strftime("%Y-%m-%dT%H:%M")


@pytest.fixture
def plan(session, seeding, world, attendant, at):
    """`plan("Visita", at(1), …)`: an appointment of Renata with Ana that is simply there, for an hour."""
    def add(subject, starts_at=None, *, hours=1, entity=None, operator=None, remind=None, **values):
        starts_at = starts_at or at(1)
        item = Appointment(
            entity_id=(entity or world.entity).id, operator_id=(operator or attendant).id, subject=subject,
            starts_at=starts_at, ends_at=starts_at + hours * HOUR, reminder_minutes=remind,
            remind_at=starts_at - remind * MINUTE if remind is not None else None, **values)
        with seeding():
            session.add(item)
        return item
    return add
