"""People of the desk, the parameter of closing, and a tree of each kind whose nodes tests put out of use."""
from datetime import timedelta

import pytest

from app.database import unit_of_work, utc_now
from app.security.permissions import ATTENDANT, CONFIGURATOR, SUPERVISOR
from app.services import settings
from tests.support.clock import NOON
from tests.support.world import add_attendance


@pytest.fixture
def ana(make_user, world):
    """An attendant of Azul who also works in the provider central."""
    return make_user("ana", ATTENDANT, companies=[world.company], central_operator=True)


@pytest.fixture
def sue(make_user, world):
    """A supervisor of Azul."""
    return make_user("sue", SUPERVISOR, companies=[world.company], central_operator=True)


@pytest.fixture
def cora(make_user, world):
    """A configurator of Azul."""
    return make_user("cora", CONFIGURATOR, companies=[world.company])


@pytest.fixture
def pedro(make_user, world):
    """The provider's own user."""
    return make_user("pedro", "Provider", entity=world.provider)


@pytest.fixture
def today():
    """The day of the desk."""
    return utc_now().astimezone(settings_zone()).date()


def settings_zone():
    from zoneinfo import ZoneInfo

    return ZoneInfo("America/Sao_Paulo")


@pytest.fixture
def out_of_use(session, seeding, today):
    """`out_of_use(row, "expired")`: out of its validity, or switched off."""
    def change(row, how="expired"):
        with seeding():
            if how == "expired":
                row.valid_until = today - timedelta(days=1)
            elif how == "future":
                row.valid_from = today + timedelta(days=1)
            else:
                row.active = False
        session.flush()
        return row
    return change


@pytest.fixture
def demands(session, make_user, viewer_for):
    """`demands("close_attendance_with", "cause")`: what the company's parameter says."""
    def put(key, value):
        with unit_of_work(session):
            settings.set_setting(session, key, value, actor=viewer_for(make_user(None, "Admin")), now=NOON)
    return put


@pytest.fixture
def case(session, seeding, world):
    """`case(motive=…)`: an open attendance."""
    numbers = iter(range(1, 10_000))

    def make(**values):
        with seeding():
            row = add_attendance(session, world, world.entity, protocol=f"20260007{next(numbers):04}", **values)
        session.flush()
        return row
    return make


@pytest.fixture
def ticket_case(session, seeding, world):
    """`ticket_case(motive=True)`: a ticket of the provider with its subclassification, and its standard motive."""
    from tests.support.world import add_ticket

    numbers = iter(range(700, 10_000))

    def make(*, motive=False, **values):
        with seeding():
            number = next(numbers)
            row = add_ticket(session, world, number, protocol=f"202600{number}", **values)
            if motive:
                row.default_motive_id = world.default_motive.id
        session.flush()
        return row
    return make


@pytest.fixture
def run_jobs(app, session):
    """`run_jobs()`: what waits is done, as a worker does it."""
    from app.jobs import work

    def act(**options):
        session.commit()
        work.run_waiting(session, app.config, **options)
        session.expire_all()
    return act
