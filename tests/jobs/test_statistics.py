"""A desk on SQLite that grows row by row: its planner is told."""
from datetime import timedelta

import pytest
from sqlalchemy import insert, text

from app.database import unit_of_work
from app.jobs.statistics import count_grown
from app.models.identity import LoginAttempt
from tests.support.apps import fresh_app
from tests.support.clock import NOON


@pytest.fixture
def session(databases):
    from app.extensions import db

    with fresh_app(databases) as app, app.app_context():
        yield db.session


def add(session, count):
    with unit_of_work(session):
        session.execute(insert(LoginAttempt), [
            {"at": NOON + timedelta(seconds=n), "ip": "192.0.2.1", "username": f"u{n}", "via": "form",
             "outcome": "wrong"} for n in range(count)])


def known(session):
    return {stat.split()[0] for stat in session.scalars(
        text("SELECT stat FROM sqlite_stat1 WHERE tbl = 'login_attempt'"))}


def test_tables_are_counted_when_there_is_much_more_in_them(session, databases):
    add(session, 900)
    assert count_grown(session) == []  # few
    add(session, 600)
    if databases.engine == "postgresql":
        assert count_grown(session) == []  # it counts by itself
        return
    assert count_grown(session) == ["login_attempt"]
    assert known(session) == {"1500"}
    add(session, 1_000)
    assert count_grown(session) == []
    add(session, 600)
    assert count_grown(session, stopping=lambda: True) == []  # it waits for the next time
    assert known(session) == {"1500"}
    assert count_grown(session) == ["login_attempt"]
    assert known(session) == {"3100"}
