"""No list of records reads a table from one end to the other (EXPLAIN on PostgreSQL, of both engines).

On a small table a planner would rather read it all; it is told not to, so that it does only where no index serves.
"""
import pytest
from sqlalchemy import event, select, text
from sqlalchemy.engine import Engine

from app.models.custom_record import CustomRecord
from app.queries import custom_records as reads
from app.queries import record_asked, record_pages
from app.queries.catalogue import catalogue
from app.queries.custom_menus import by_menu
from tests.records.test_list import ORDERS, many, questions

__all__ = ["many"]
TABLES = ("custom_record", "field_index")


@pytest.fixture
def plans(session, many, monkeypatch):
    """`plans(call)`: what the engine does for what is read in it, a line a step. Nothing counts as few."""
    for module, name, value in ((record_asked, "FEW", 1), (record_asked, "FEW_SORTED", 1), (record_pages, "LOOK", 3),
                                (record_pages, "GLANCE", 3)):
        monkeypatch.setattr(module, name, value)
    session.execute(text("ANALYZE"))
    sqlite = session.get_bind().dialect.name == "sqlite"

    def explain(call):
        sent, found = [], []

        def note(_connection, _cursor, statement, parameters, *_rest):
            if any(table in statement for table in TABLES) and not statement.startswith("EXPLAIN"):
                sent.append((statement, parameters))

        event.listen(Engine, "before_cursor_execute", note)
        try:
            call()
        finally:
            event.remove(Engine, "before_cursor_execute", note)
        cursor = session.connection().connection.driver_connection.cursor()
        if not sqlite:
            cursor.execute("SET LOCAL enable_seqscan = off")
        for statement, parameters in sent:
            cursor.execute(("EXPLAIN QUERY PLAN " if sqlite else "EXPLAIN ") + statement, parameters)
            found += [str(row[-1]) for row in cursor.fetchall()]
        if not sqlite:
            cursor.execute("SET LOCAL enable_seqscan = on")
        assert found
        return found
    return explain


def reads_it_all(step: str) -> bool:
    return any(f"Seq Scan on {table}" in step or step.strip() in (f"SCAN {table}", f"SCAN {table}_1")
               for table in TABLES)


def test_no_list_reads_a_whole_table(session, many, stoppages, another_menu, plans):
    viewer, whole = many[0][1], []
    for menu in (stoppages.menu_id, another_menu("Minhas", records_of="own")):
        access = by_menu(catalogue(session), viewer, menu)
        asked = {name: (one, "") for name, (one, _means) in questions(access.form).items()}
        for name, (question, q) in {**asked, "words": (None, "vila"), "common": (None, "obra na rede")}.items():
            for order in ORDERS if question is None else ("id", "casas"):
                filters = reads.RecordFilter(q, (question,) if question else ())

                def page(filters=filters, order=order, access=access):
                    narrowed = reads.narrow(session, viewer, access, filters, order=order)
                    reads.list_records(session, viewer, access, filters, order=order, narrowed=narrowed)
                    reads.count_records(session, narrowed)

                if steps := [step for step in plans(page) if reads_it_all(step)]:
                    whole.append((name, order, steps))
    assert whole == []


def test_a_whole_read_would_be_noticed(session, plans):
    steps = plans(lambda: session.execute(text("SELECT owner_id FROM custom_record WHERE version = 3")))
    assert any(map(reads_it_all, steps))


def test_whether_one_owner_answers_a_range_is_asked_of_his_own_rows(session, many, stoppages, plans):
    """Not of the index of values, where PostgreSQL would read the whole range for each."""
    form = by_menu(catalogue(session), many[0][1], stoppages.menu_id).form
    asked = questions(form)
    for name in ("cheap", "two beginnings", "moments", "vila", "any cause", "some cause"):
        holds = asked[name][0].holds("record", CustomRecord.id)
        steps = plans(lambda holds=holds: session.execute(select(CustomRecord.id).where(holds)).all())
        looked = [step for step in steps if "field_index" in step]
        assert looked, name
        assert not any("ix_field_index_value" in step for step in looked), (name, looked)
        assert not any("value" in step for step in steps if "Cond" in step or "SEARCH" in step), (name, steps)


def test_counts_of_all_menus_of_an_attendance_are_one_query(session, many, stoppages, world, plans, queries):
    viewer = many[0][1]
    access = by_menu(catalogue(session), viewer, stoppages.menu_id)
    queries.clear()
    steps = plans(lambda: reads.count_of_attendance(session, viewer, world.attendance.id, [access] * 5))
    assert len([each for each in queries if "count(" in each]) == 1
    assert not any(map(reads_it_all, steps))


def test_marks_of_a_file_are_looked_up_one_by_one_while_no_record_has_any(session, stoppages, plans):
    steps = plans(lambda: reads.marks_among(session, stoppages.form_id, [f"{n:064d}" for n in range(200)]))
    found = [step for step in steps if "import_mark" in step and ("Index Cond" in step or "SEARCH" in step)]
    assert found, steps
    assert all("form_id" in step for step in found)
    assert not any("Filter" in step and "import_mark" in step for step in steps)
