"""Whoever edits or deletes a row of the log behind the product's back is found out, and the record is named (B-19)."""
import json

import pytest
from sqlalchemy import func, select, text

from app.database import unit_of_work
from app.models.company import Company
from app.models.log import AuditAnchor, LogEntry
from app.security.viewer import SYSTEM
from app.services import audit, log
from app.services.log import chain_hash
from tests.support.clock import MINUTE, NOON

pytestmark = pytest.mark.req("B-19")


@pytest.fixture
def chains(session):
    """Two companies with four and two entries, anchored; returns their ids."""
    with unit_of_work(session):
        azul, verde = Company(name="Azul", code="A1"), Company(name="Verde", code="V1")
        for company, count in ((azul, 4), (verde, 2)):
            session.add(company)
            log.record(session, company, "create", {"name": (None, company.name)}, actor=SYSTEM, now=NOON)
            for n in range(1, count):
                session.flush()
                log.record(session, company, "update", {"trade_name": (f"n{n - 1}", f"n{n}"), "active": (True, False)},
                           actor=SYSTEM, now=NOON + n * MINUTE)
        ids = azul.id, verde.id
    anchor(session)
    return ids


def anchor(session, now=NOON):
    with unit_of_work(session):
        new = audit.anchor(session, now)
        return new and new.id


def sql(session, statement, **values):
    session.execute(text(statement), values)
    session.commit()


def breaches(session):
    found = []
    session.rollback()
    tally = audit.verify(session, lambda breach: found.append(str(breach)))
    assert tally.breaches == len(found)
    return found


def test_an_untouched_log_is_whole(session, chains):
    assert breaches(session) == []


def test_the_command_says_so_with_the_figures(app, session, chains):
    result = app.test_cli_runner().invoke(args=["audit-verify"])
    assert result.exit_code == 0, result.output
    entries = session.scalar(select(func.count()).select_from(LogEntry))
    assert f"entries={entries} " in result.output.splitlines()[-1]
    assert result.output.splitlines()[-1].endswith(" anchors=1 broken=0")
    assert session.scalar(select(AuditAnchor.digest)) in result.output


@pytest.mark.parametrize(("column", "value"), [
    ("actor_name", "'Outra pessoa'"), ("action", "'view'"), ("actor_id", "77"), ("at", "'2020-01-01 00:00:00.000000'"),
    ("digests", "'{}'"), ("hash", "'0'"), ("previous_hash", "'0'")])
def test_an_edited_entry_is_named_by_the_command(app, session, chains, column, value):
    statement = f"UPDATE log_entry SET {column} = {value} WHERE target_id = :id AND target = 'company' AND seq = 2"  # noqa: S608
    sql(session, statement, id=chains[0])
    result = app.test_cli_runner().invoke(args=["audit-verify"])
    assert result.exit_code == 1
    assert f"company {chains[0]}, entry 2: " in result.output
    assert f"company {chains[1]}," not in result.output


def test_an_edited_old_or_new_value_is_named_with_its_field(app, session, chains):
    changes = session.scalar(select(LogEntry.changes).where(LogEntry.target_id == chains[0], LogEntry.seq == 3,
                                                            LogEntry.target == "company"))
    changes = {**changes, "trade_name": ["n1", "forged", changes["trade_name"][2]]}
    sql(session, "UPDATE log_entry SET changes = :changes WHERE target = 'company' AND target_id = :id AND seq = 3",
        id=chains[0], changes=json.dumps(changes))
    result = app.test_cli_runner().invoke(args=["audit-verify"])
    assert result.exit_code == 1
    assert f"company {chains[0]}, entry 3: was edited: the value of trade_name is not the one written" in result.output
    assert result.output.splitlines()[-1].endswith("broken=1")


def test_a_field_taken_out_of_an_entry_is_named(session, chains):
    sql(session, "UPDATE log_entry SET changes = '{}' WHERE target = 'company' AND target_id = :id AND seq = 1",
        id=chains[1])
    assert breaches(session) == [f"company {chains[1]}, entry 1: was edited: fields were added or removed"]


@pytest.mark.parametrize(("seq", "named"), [(1, 1), (2, 2), (3, 3)])
def test_an_entry_deleted_from_a_chain_is_named(app, session, chains, seq, named):
    sql(session, "DELETE FROM log_entry WHERE target = 'company' AND target_id = :id AND seq = :seq",
        id=chains[0], seq=seq)
    result = app.test_cli_runner().invoke(args=["audit-verify"])
    assert result.exit_code == 1
    assert f"company {chains[0]}, entry {named}: is missing" in result.output
    assert "audit_anchor" in result.output


def test_an_entry_deleted_at_the_end_of_a_chain_is_named(app, session, chains):
    sql(session, "DELETE FROM log_entry WHERE target = 'company' AND target_id = :id AND seq = 4", id=chains[0])
    result = app.test_cli_runner().invoke(args=["audit-verify"])
    assert result.exit_code == 1
    assert f"company {chains[0]}, entry 4: is missing" in result.output


def test_a_whole_chain_deleted_is_named(session, chains):
    sql(session, "DELETE FROM log_entry WHERE target = 'company' AND target_id = :id", id=chains[1])
    assert any(line.startswith(f"company {chains[1]}, entry 2: is missing") for line in breaches(session))


def test_entries_deleted_in_a_row_are_named_together(session, chains):
    sql(session, "DELETE FROM log_entry WHERE target = 'company' AND target_id = :id AND seq IN (1, 2)", id=chains[0])
    assert f"company {chains[0]}, entry 1: is missing, and all up to entry 3" in breaches(session)


def test_a_last_entry_rewritten_with_a_hash_that_fits_is_named(session, chains):
    with unit_of_work(session):
        last = session.scalar(select(LogEntry).where(LogEntry.target_id == chains[0], LogEntry.seq == 4,
                                                     LogEntry.target == "company"))
        last.action = "view"
        last.hash = chain_hash(last.previous_hash, last.target, last.target_id, last.seq, last.at, last.actor_id,
                               last.actor_name, last.action, last.digests)
    assert f"company {chains[0]}, entry 4: was rewritten after audit_anchor 1 saw it".replace(
        "audit_anchor 1", f"audit_anchor {session.scalar(select(AuditAnchor.id))}") in breaches(session)


def test_an_edited_anchor_is_named(session, chains):
    number = session.scalar(select(AuditAnchor.id))
    sql(session, "UPDATE audit_anchor SET digest = 'x'")
    assert [line.partition(":")[0] for line in breaches(session)] == [f"audit_anchor {number}"]


def test_an_anchor_stands_on_the_one_before(session, chains):
    first = session.scalar(select(AuditAnchor.id))
    with unit_of_work(session):
        log.record_id(session, "company", chains[0], "update", {"x": (1, 2)}, actor=SYSTEM, now=NOON)
    second = anchor(session, NOON + MINUTE)
    assert breaches(session) == []
    sql(session, "UPDATE audit_anchor SET digest = 'x' WHERE id = :id", id=first)
    assert [line.partition(":")[0] for line in breaches(session)] == [f"audit_anchor {first}", f"audit_anchor {second}"]


def test_values_blanked_by_an_erasure_are_no_breach(session, chains):
    with unit_of_work(session):
        entry = session.scalar(select(LogEntry).where(LogEntry.target_id == chains[0], LogEntry.seq == 2,
                                                      LogEntry.target == "company"))
        entry.changes = dict.fromkeys(entry.changes, audit.BLANKED)
    assert breaches(session) == []


def test_an_anchor_without_new_entries_is_not_made(session, chains):
    assert anchor(session) is None


def test_many_entries_take_several_anchors_and_all_hold(session, chains, monkeypatch):
    monkeypatch.setattr(audit, "ENTRIES_PER_ANCHOR", 3)
    with unit_of_work(session):
        for n in range(7):
            log.record_id(session, "thing", n + 1, "create", {"n": (None, n)}, actor=None, now=NOON, first=True)
            session.flush()
    while anchor(session):
        pass
    assert list(session.scalars(select(AuditAnchor.entries).order_by(AuditAnchor.id)))[1:] == [3, 3, 1]
    assert breaches(session) == []


def test_every_kind_of_value_survives_the_way_through_the_database(session, chains):
    values = {"text": (None, "Ação \u2028 \"x\""), "whole": (0, 10**12), "part": (0.5, -1e-7), "flag": (None, True),
              "moment": (NOON, None), "rows": ([{"b": 1, "a": [1.0, 2]}], []), "nothing": (None, None)}
    with unit_of_work(session):
        log.record_id(session, "thing", 1, "create", values, actor=SYSTEM, now=NOON.replace(microsecond=120))
    assert breaches(session) == []


def test_what_is_no_json_and_no_date_is_named_too(app, session, chains):
    if session.get_bind().dialect.name == "postgresql":
        return  # its columns take nothing else
    sql(session, "UPDATE log_entry SET changes = '{', at = 'never' WHERE target_id = :id AND seq = 1", id=chains[0])
    assert any(line.startswith(f"company {chains[0]}, entry 1: was edited") for line in breaches(session))
