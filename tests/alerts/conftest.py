"""Alerts in the world: three priorities of Azul's configurators, and a way to write an alert without the service."""
from datetime import timedelta

import pytest
from sqlalchemy import delete

from app.database import utc_now
from app.models.alert import Alert, AlertPriority

COLOURS = {"Alta": "#b3261e", "Média": "#f2b01e", "Baixa": "#3b6ea5"}


@pytest.fixture
def priorities(session, seeding):
    """{"Alta": …, "Média": …, "Baixa": …}; their order in the table is not that of their urgency."""
    made = {name: AlertPriority(name=name, colour=COLOURS[name], position=list(COLOURS).index(name))
            for name in ("Baixa", "Alta", "Média")}
    with seeding():
        session.execute(delete(AlertPriority))  # those that are planted
        session.add_all(made.values())
    return made


@pytest.fixture
def today():
    """Days round now, as Azul's company counts them: `today(-1)` was yesterday."""
    from zoneinfo import ZoneInfo
    now = utc_now().astimezone(ZoneInfo("America/Sao_Paulo")).date()
    return lambda days=0: now + timedelta(days=days)


@pytest.fixture
def warn(session, seeding, world, priorities):
    """`warn("Baixa", "Texto", entity=…, valid_until=…)`: an alert that is simply there."""
    def add(priority, text, entity=None, **values):
        alert = Alert(entity_id=(entity or world.entity).id, priority_id=priorities[priority].id, text=text, **values)
        with seeding():
            session.add(alert)
        return alert
    return add


@pytest.fixture
def attendant(make_user, world):
    return make_user("renata", "Attendant", name="Renata", companies=[world.company])


@pytest.fixture
def browser(attendant, sign_in):
    return sign_in(attendant)
