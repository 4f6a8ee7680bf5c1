"""`flask import-consumidor-gov` killed with -9 in the middle: a second run completes it, no row lost or doubled."""
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.models.attendance import Attendance
from app.models.protocol import ProtocolCounter
from tests.support.apps import fresh_app

ROOT = Path(__file__).parents[2]
TIMES = 75  # the sample, each time with another city


@pytest.fixture
def own_app(databases):
    with fresh_app(databases) as app:
        yield app


def in_city(row, city):
    fields = row.split(";")
    return ";".join([*fields[:2], city, *fields[3:]])


def start(app, path):
    return subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "run", "import-consumidor-gov", str(path)], cwd=ROOT,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        env={**os.environ, "DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"]})


@pytest.mark.req("M-03")
def test_a_killed_import_is_completed_by_the_next(own_app, file, rows):
    from app.extensions import db

    path = file([in_city(row, f"Cidade {n}") for n in range(TIMES) for row in rows])
    whole = TIMES * len(rows)
    running = start(own_app, path)
    try:
        assert running.stderr.read(len("\r2014-11.csv: 500 rows")).endswith("rows")  # the first batch is stored
    finally:
        os.killpg(running.pid, signal.SIGKILL)
        running.communicate()

    with own_app.app_context():
        stored = db.session.scalar(select(func.count()).select_from(Attendance))
        assert 0 < stored < whole, "killed in the middle"
    output, errors = start(own_app, path).communicate(timeout=120)
    assert output.splitlines()[-1:] == [f"read={whole} imported={whole - stored} unchanged={stored} refused=0"], errors
    with own_app.app_context():
        db.session.rollback()
        assert db.session.scalar(select(func.count(Attendance.source_key.distinct()))) == whole
        last = db.session.scalar(select(ProtocolCounter.last).where(ProtocolCounter.year == 2014))
        assert last == whole, "no number is missing"
