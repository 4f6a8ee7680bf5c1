"""What an operator types, and what comes of it."""
import os
import subprocess
import sys

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import delete, func, select

from app import create_app, schema
from app.models.attendance import Attendance
from app.models.classification import Channel
from app.models.entity import Entity
from app.models.log import LogEntry
from app.models.protocol import ProtocolCounter
from tests.conftest import SETTINGS
from tests.support.clients import Client
from tests.support.server import ROOT


@pytest.fixture(scope="module")
def make_app(databases):
    """`make_app()`: an application on an empty database of its own."""
    from app.extensions import db

    made = []

    def make():
        made.append(create_app({**SETTINGS, "SQLALCHEMY_DATABASE_URI": databases.create()}))
        return made[-1]

    yield make
    for application in made:
        with application.app_context():
            db.engine.dispose()


@pytest.fixture
def flask(make_app):
    """`flask("init")` on a database that was empty when the test began."""
    runner = make_app().test_cli_runner()
    return lambda *arguments, **options: runner.invoke(args=list(arguments), **options)


@pytest.fixture(scope="module")
def demo(make_app):
    """An application with the demo company, planted twice."""
    application = make_app()
    with application.app_context():
        schema.upgrade()
    for _ in range(2):
        result = application.test_cli_runner().invoke(args=["demo"])
        assert result.exit_code == 0, result.output
    return application


def test_init_makes_a_working_installation_with_one_administrator(flask, monkeypatch):
    monkeypatch.setenv("ADMIN_USERNAME", "chefe")
    monkeypatch.setenv("ADMIN_PASSWORD", "trinta cavalos azuis")
    first, again = flask("init"), flask("init")
    assert first.exit_code == 0, first.output
    assert "Administrator chefe made" in first.output
    assert (again.exit_code, "There is an administrator already" in again.output) == (0, True)
    checkup = flask("doctor")
    assert checkup.exit_code == 0, checkup.output
    assert "PROBLEM" not in checkup.output


def test_init_asks_for_the_administrator(flask):
    result = flask("init", input="ana.chefe\ntrinta cavalos azuis\ntrinta cavalos azuis\n")
    assert result.exit_code == 0, result.output
    assert "Administrator ana.chefe made" in result.output
    assert "trinta" not in result.output


def test_init_refuses_a_poor_password_with_its_reason(flask, monkeypatch):
    monkeypatch.setenv("ADMIN_USERNAME", "chefe")
    monkeypatch.setenv("ADMIN_PASSWORD", "curta")
    result = flask("init")
    assert result.exit_code == 1
    assert "10" in result.output
    assert "Traceback" not in result.output


def test_sync_mends_what_is_missing_and_leaves_what_the_company_changed(make_app):
    from app.extensions import db

    application = make_app()
    flask = application.test_cli_runner()
    with application.app_context():
        schema.upgrade()
    assert flask.invoke(args=["sync"]).exit_code == 0
    with application.app_context():
        db.session.info["unlogged"] = True
        db.session.execute(delete(Channel).where(Channel.code == "telegram"))
        phone = db.session.scalar(select(Channel).where(Channel.code == "phone"))
        phone.name, phone.active = "Central telefônica", False
        db.session.commit()
    assert flask.invoke(args=["sync"]).output == "channel telegram added\nok\n"
    assert flask.invoke(args=["sync"]).output == "ok\n"
    with application.app_context():
        phone = db.session.scalar(select(Channel).where(Channel.code == "phone"))
        assert (phone.name, phone.active) == ("Central telefônica", False)


def test_sync_on_an_empty_database_fails(flask):
    result = flask("sync")
    assert result.exit_code == 1


@pytest.mark.parametrize("command", ["serve", "worker", "demo"])
def test_a_database_without_the_tables_of_this_release_is_refused_with_what_to_do(flask, command):
    result = flask(command)
    assert result.exit_code == 2
    assert "run `flask init`" in result.output


def test_doctor_names_what_is_wrong(flask):
    result = flask("doctor")
    assert result.exit_code == 1
    assert "PROBLEM  migrations" in result.output


def test_the_demo_company_is_planted_once(demo):
    from app.extensions import db

    with demo.app_context():
        for model, expected in ((Attendance, 46), (Entity, 14), (User, 8)):
            assert db.session.scalar(select(func.count()).select_from(model)) == expected
        protocols = sorted(db.session.scalars(select(Attendance.protocol)))
        assert len(set(protocols)) == 46
        counted = select(ProtocolCounter.kind, func.sum(ProtocolCounter.last)).group_by(ProtocolCounter.kind)
        given = dict(db.session.execute(counted).tuples().all())
        assert given == {"attendance": 46, "ticket": 14}
        unlogged = db.session.scalars(select(Attendance.id).where(~Attendance.id.in_(
            select(LogEntry.target_id).where(LogEntry.target == "attendance")))).all()
        assert unlogged == []
    verified = demo.test_cli_runner().invoke(args=["audit-verify"])
    assert (verified.exit_code, "broken=0" in verified.output) == (0, True)


@pytest.mark.parametrize("username", ["admin", "supervisor", "configurador", "atendente", "atendente2", "prestador",
                                      "prestador2", "cliente"])
def test_every_demo_account_signs_in(demo, username):
    from app.extensions import db

    with demo.app_context():
        browser = Client(demo, db.session())
        assert browser.login(username, "balcao-demo").status_code == 302
        page = browser.get("/")
        if page.status_code == 302:
            page = browser.get(page.headers["Location"])
        assert page.status_code == 200
        db.session.remove()


@pytest.mark.parametrize("setting", [{"HOST": "192.0.2.7"}, {"PUBLIC_URL": "https://desk.example.com"}])
def test_known_passwords_are_refused_where_others_could_reach_them(demo, monkeypatch, setting):
    for name, value in setting.items():
        monkeypatch.setitem(demo.config, name, value)
    result = demo.test_cli_runner().invoke(args=["demo"])
    assert result.exit_code == 2
    assert "known passwords" in result.output


@pytest.mark.parametrize("command", [["-m", "flask", "sync"], ["-m", "flask", "db", "upgrade"], ["run.py"]],
                         ids=lambda command: command[-1])
def test_a_wrong_setting_ends_the_start_with_one_sentence(command, tmp_path):
    result = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, timeout=60,
                            env={**os.environ, "INSTANCE_PATH": str(tmp_path), "PORT": "many"})
    assert result.returncode == 2
    assert result.stderr == "Error: PORT must be a number from 1 to 65535\n"
