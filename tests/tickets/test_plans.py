"""No list of the central reads the table of tickets from one end to the other (EXPLAIN on PostgreSQL, of both engines).

On a small table a planner would rather read it all; it is told not to, so that it does only where no index serves.
"""
from datetime import date, timedelta
from itertools import product

import pytest
from sqlalchemy import event, text
from sqlalchemy.engine import Engine

from app.queries import tickets as reads
from app.queries.tickets import TicketFilter
from app.services.tickets import thresholds
from tests.support.clock import NOON

ZONE = "America/Sao_Paulo"
DAYS = {"opened_from": date(2026, 1, 1), "opened_to": date(2026, 12, 31)}
ALONE = [{"filter": name} for name in reads.FILTERS] + [
    {"classification": (1,)}, {"subclassification": (1,)}, {"motive": (1,)}, {"assignee": (1,)}, {"unassigned": True},
    {"status": (1,)}, {"status": (1, 2)}, {"department": (1,)}, {"entity": 1}, DAYS, {"q": "guia"},
    {"q": "guia negada"}, {"q": "2026"}, *({"deadline": name} for name in reads.DEADLINES),
    *({"status_deadline": name} for name in reads.STATUS_DEADLINES)]
TOGETHER = [
    {"filter": "open", "classification": (1, 2, 3), "status": (1, 2), "deadline": "attention"},
    {"filter": "closed", "motive": (1,), **DAYS}, {"q": "glosa", "status": (1,), "assignee": (1,), **DAYS},
    {"status_deadline": "expired", "subclassification": (1,), "unassigned": True, "assignee": (1,)}]


@pytest.fixture
def plans(session, desk, open_ticket):
    """`plans(filters, order, desc)`: what the engine does for a page, a line a step."""
    for _number in range(30):
        open_ticket(now=NOON + timedelta(minutes=_number))
    session.execute(text("ANALYZE"))
    sqlite = session.get_bind().dialect.name == "sqlite"

    def explain(filters, order, desc):
        sent, found = [], []

        def note(_connection, _cursor, statement, parameters, *_rest):
            if "FROM provider_ticket" in statement and not statement.startswith("EXPLAIN"):
                sent.append((statement, parameters))

        event.listen(Engine, "before_cursor_execute", note)
        try:
            reads.list_tickets(session, desk.as_ana, TicketFilter(**filters), thresholds.bounds(
                session, timezone=ZONE, now=NOON), timezone=ZONE, order=order, desc=desc)
        finally:
            event.remove(Engine, "before_cursor_execute", note)
        driver = session.connection().connection.driver_connection
        cursor = driver.cursor()
        if not sqlite:
            cursor.execute("SET LOCAL enable_seqscan = off")
        for statement, parameters in sent:
            cursor.execute(("EXPLAIN QUERY PLAN " if sqlite else "EXPLAIN ") + statement, parameters)
            found += [str(row[-1]) for row in cursor.fetchall()]
        if not sqlite:
            cursor.execute("SET LOCAL enable_seqscan = on")
        return found
    return explain


def _reads_it_all(step: str) -> bool:
    return "Seq Scan on provider_ticket" in step or step.strip() == "SCAN provider_ticket"


def test_no_list_reads_the_whole_table(plans):
    whole = [(filters, order, desc) for filters, order, desc in product(ALONE + TOGETHER, reads.ORDERS, (False, True))
             if any(map(_reads_it_all, plans(filters, order, desc)))]
    assert whole == []


def test_a_whole_read_would_be_noticed(session):
    prefix = "EXPLAIN QUERY PLAN " if session.get_bind().dialect.name == "sqlite" else "EXPLAIN "
    steps = session.execute(text(f"{prefix} SELECT contact_name FROM provider_ticket"))  # noqa: S608  (our own words)
    assert any(_reads_it_all(str(row[-1])) for row in steps)
