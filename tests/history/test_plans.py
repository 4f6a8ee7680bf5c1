"""The history of an entity is read by indices and never joined: EXPLAIN of its two statements, on both engines."""
import re

import pytest
from sqlalchemy import event, text
from sqlalchemy.engine import Engine

from app.queries.history import HistoryFilter, entity_history
from app.queries.history_sources import SOURCES

pytestmark = pytest.mark.req("S-18")
LARGE = "(attendance|attendance_detail|attendance_note|log_entry|outbox|custom_record|sales_order|invoice|appointment)"


@pytest.fixture
def plans(session, world, life, viewer_for, attendant):
    """`plans(filters, …)`: what the engine does for the keys of a page and for what is shown of them, a line a step."""
    sqlite = session.get_bind().dialect.name == "sqlite"
    if not sqlite:  # which reads all of a table that it knows to be small, and cannot be told not to
        session.execute(text("ANALYZE"))

    def explain(filters=None, **key):
        sent, found = [], []

        def note(_connection, _cursor, statement, parameters, *_rest):
            sent.append((statement, parameters))

        event.listen(Engine, "before_cursor_execute", note)
        try:
            entity_history(session, viewer_for(attendant), world.entity.id, filters or HistoryFilter(),
                           timezone="America/Sao_Paulo", **key)
        finally:
            event.remove(Engine, "before_cursor_execute", note)
        cursor = session.connection().connection.driver_connection.cursor()
        if not sqlite:  # on a small table a planner would rather read it all
            cursor.execute("SET LOCAL enable_seqscan = off")
        for statement, parameters in sent[-2:]:
            cursor.execute(("EXPLAIN QUERY PLAN " if sqlite else "EXPLAIN ") + statement, parameters)
            found.append([str(row[-1]) for row in cursor.fetchall()])
        return found
    return explain


def test_what_is_shown_is_found_by_key_and_joined_to_nothing(plans):
    _keys, shown = plans()
    assert not [step for step in shown if re.search(rf"(Seq Scan on|^SCAN) {LARGE}\b", step)]
    assert not [step for step in shown if re.search(r"Join|Nested Loop", step)]


def test_what_is_shown_is_one_statement_whatever_is_on_the_page(session, world, life, viewer_for, attendant):
    said = set()

    def note(_connection, _cursor, statement, *_rest):
        said.add(statement)

    for kind in ("note", "order", "log", "attendance"):
        event.listen(Engine, "before_cursor_execute", note)
        try:
            entity_history(session, viewer_for(attendant), world.entity.id, HistoryFilter(kinds=(kind,)),
                           timezone="America/Sao_Paulo")
        finally:
            event.remove(Engine, "before_cursor_execute", note)
    assert len([statement for statement in said if statement.count("UNION ALL") == len(SOURCES) - 1]) == 1


def test_what_belongs_to_the_attendances_is_joined_to_them_by_no_guess(plans, session):
    keys, _shown = plans(HistoryFilter(kinds=("detail", "note")))
    if session.get_bind().dialect.name == "sqlite":  # each id in the index
        assert not [step for step in keys if re.match(r"SCAN (attendance_detail|attendance_note)\b", step)]
        assert len([step for step in keys if re.search(r"SEARCH \w+ USING .*\(attendance_id=\?", step)]) >= 2
        return
    assert [step for step in keys if re.search(r"attendance_id = ANY", step)]
    walked = [step for step in keys if re.search(r"Join|Nested Loop", step)]
    assert len(walked) <= 1, keys  # the companies of who looks, to find the attendances
