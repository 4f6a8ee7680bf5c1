"""Indexes set aside by `flask generate`: made again at its end, whatever ends it, and the rows are the same."""
import pytest
from sqlalchemy import func, select, text

from app.models.attendance import Attendance, AttendanceDetail
from app.models.log import LogEntry
from app.services import field_filling, set_aside, volume
from tests.imports.test_generate import made_by

HUNDRED = ("generate", "--attendances", "60", "--tickets", "20", "--persons", "40")


@pytest.fixture
def from_ten(monkeypatch):
    """Ten rows are many."""
    monkeypatch.setattr(set_aside, "WORTH", 10)


@pytest.fixture
def missing(monkeypatch, session):
    """How many indexes were missing at each batch of attendances or records."""
    seen = []

    def watched(add):
        def adds(*arguments, **options):
            seen.append(len(set_aside.waiting(session)))
            return add(*arguments, **options)
        return adds

    for name in ("add_attendances", "add_records"):
        monkeypatch.setattr(volume, name, watched(getattr(volume, name)))
    return seen


def indexes(session) -> set[tuple[str, str]]:
    """(name, statement that makes it) of every index there is."""
    kept = ("SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()"
            if session.get_bind().dialect.name == "postgresql" else
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
    return set(map(tuple, session.execute(text(kept))))


def test_many_rows_are_written_without_indexes_which_are_there_again_afterwards(flask, session, from_ten, missing):
    before = indexes(session)
    flask(*HUNDRED)
    assert min(missing) > 20
    assert set_aside.waiting(session) == []
    assert indexes(session) == before
    assert session.scalar(select(func.count()).select_from(Attendance)) == 80


def test_so_are_records_of_forms(flask, session, staffed, monkeypatch, missing):
    before = indexes(session)
    monkeypatch.setattr(set_aside, "WORTH", 10)
    flask("generate", "--records", 60)
    assert missing[-1] >= 6
    assert indexes(session) == before
    assert list(field_filling.verify(session)) == []


def test_few_rows_and_large_tables_keep_theirs(flask, session, missing, from_ten, monkeypatch):
    flask("generate", "--attendances", 40)
    first = len(missing)
    flask("generate", "--attendances", 60)
    monkeypatch.setattr(set_aside, "WORTH", 1_000)
    flask("generate", "--attendances", 900)
    assert min(missing[:first]) > 15
    assert set(missing[first:]) == {0}


def test_a_run_that_breaks_leaves_no_index_out(app, session, from_ten, monkeypatch):
    def breaks(*_arguments, **_options):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(volume, "add_attendances", breaks)
    before = indexes(session)
    session.commit()
    result = app.test_cli_runner().invoke(args=list(HUNDRED))
    assert "the disk is full" in str(result.exception)
    assert indexes(session) == before
    assert set_aside.waiting(session) == []


def test_what_a_killed_run_leaves_out_the_doctor_tells_and_sync_makes(app, session, from_ten):
    before = indexes(session)
    names = set_aside.set_aside(session, {AttendanceDetail: 10_000, LogEntry: 10_000})
    assert {"ix_log_entry_at", "ix_log_entry_actor"} < set(names)
    assert {name for name, _made_by in before - indexes(session)} == set(names)
    session.commit()
    command = app.test_cli_runner().invoke
    told = command(args=["doctor"])
    assert told.exit_code == 1
    assert f"PROBLEM  indexes       {len(names)} are missing" in told.output
    assert "index ix_log_entry_at made again" in command(args=["sync"]).output
    assert indexes(session) == before
    assert "index" not in command(args=["sync"]).output
    assert "PROBLEM  indexes" not in command(args=["doctor"]).output


def test_rows_written_without_indexes_are_those_written_with_them(databases, monkeypatch):
    plain = made_by(databases, "7")
    monkeypatch.setattr(set_aside, "WORTH", 10)
    assert made_by(databases, "7") == plain


def test_only_one_of_two_makes_an_index_again(session, from_ten):
    name = set_aside.set_aside(session, {LogEntry: 10_000})[0]
    assert set_aside.put_back(session, name)
    assert not set_aside.put_back(session, name)
