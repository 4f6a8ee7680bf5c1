"""No list of the central reads the table of tickets from one end to the other (EXPLAIN on PostgreSQL, of both engines).

On a small table a planner would rather read it all; it is told not to, so that it does only where no index serves.
"""
import re
from datetime import date, timedelta
from itertools import product

import pytest
from sqlalchemy import event, text
from sqlalchemy.engine import Engine

from app.models.custom_field import CustomField
from app.queries import field_filters
from app.queries import tickets as reads
from app.queries.field_filters import FieldFilter
from app.queries.ticket_answers import ANSWERED
from app.queries.tickets import TicketFilter
from app.services.tickets import thresholds
from tests.support.clock import NOON
from tests.support.forms import placed

LARGE = "(provider_ticket|field_index|field_word)"
ZONE = "America/Sao_Paulo"
DAYS = {"opened_from": date(2026, 1, 1), "opened_to": date(2026, 12, 31)}
CLOSED = {"closed_from": date(2026, 3, 1), "closed_to": date(2026, 3, 31)}
ALONE = [{"filter": name} for name in reads.FILTERS] + [
    {"classification": (1,)}, {"subclassification": (1,)}, {"motive": (1,)}, {"assignee": (1,)}, {"unassigned": True},
    {"status": (1,)}, {"status": (1, 2)}, {"department": (1,)}, {"entity": 1}, DAYS,
    CLOSED, {"closed_from": date(2026, 1, 1), "closed_to": date(2026, 12, 31)}, {"closed_to": date(2026, 3, 31)},
    {"q": "guia"},
    {"q": "guia negada"}, {"q": "2026"}, *({"deadline": name} for name in reads.DEADLINES),
    *({"waiting": name} for name in reads.TURNS), *({"answered": name} for name in ANSWERED),
    *({"status_deadline": name} for name in reads.STATUS_DEADLINES)]
TOGETHER = [
    {"filter": "open", "classification": (1, 2, 3), "status": (1, 2), "deadline": "attention"},
    {"filter": "closed", "motive": (1,), **DAYS}, {"q": "glosa", "status": (1,), "assignee": (1,), **DAYS},
    {"status_deadline": "expired", "subclassification": (1,), "unassigned": True, "assignee": (1,)},
    {"answered": "yes", "classification": (1, 2), **DAYS}, {"answered": "no", "q": "guia"},
    {"status_deadline": "expired", **CLOSED}, {"classification": (1, 2), "q": "guia", **CLOSED}]


@pytest.fixture
def fields(session, seeding):
    """Two configurators' fields on attendances: a text, and a choice."""
    with seeding():
        made = [CustomField(key="lot", name="Lote", type="text", searchable=True), CustomField(
            key="plan", name="Plano", type="choice", searchable=True, options=[{"value": "a", "label": "A"}])]
        session.add_all(placed("attendance", *made))
    return made


@pytest.fixture
def plans(session, desk, fields, open_ticket):
    """`plans(filters, order, desc)`: what the engine does for a page, a line a step."""
    for _number in range(30):
        open_ticket(now=NOON + timedelta(minutes=_number))
    session.execute(text("ANALYZE"))
    sqlite = session.get_bind().dialect.name == "sqlite"

    def explain(filters, order, desc):
        sent, found = [], []

        def note(_connection, _cursor, statement, parameters, *_rest):
            if not statement.startswith("EXPLAIN") and re.search(f"(FROM|JOIN) {LARGE}", statement):
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
    return re.search(f"Seq Scan on {LARGE}|^ *SCAN {LARGE}$", step) is not None


def test_no_list_reads_the_whole_table(plans):
    whole = [(filters, order, desc) for filters, order, desc in product(ALONE + TOGETHER, reads.ORDERS, (False, True))
             if any(map(_reads_it_all, plans(filters, order, desc)))]
    assert whole == []


def test_closed_tickets_are_found_by_their_days(session, plans):
    sqlite = session.get_bind().dialect.name == "sqlite"
    index = "ix_provider_ticket_closed " if sqlite else "day_provider_ticket_closed "  # of each day
    for desc in (False, True):
        assert any(index in step for step in plans(CLOSED, "opened_at", desc))


@pytest.mark.parametrize("most", [30, 0], ids=["few have it", "many have it"])
def test_no_list_by_configurators_fields_reads_a_whole_table(monkeypatch, fields, plans, most):
    monkeypatch.setattr(field_filters, "LOOKED", most)
    lot, plan = fields
    asked = [(FieldFilter(lot, keys=("1",)),),
             (FieldFilter(lot, any_of=(FieldFilter(lot, low="1", below="2"), FieldFilter(lot, keys=("7",)))),),
             (FieldFilter(plan, keys=("a", "b")), FieldFilter(lot, low="1")),
             tuple(FieldFilter(lot, low=word, below=word + "\U0010ffff", word=True) for word in ("hid", "77"))]
    whole = [(custom, more, order, desc) for custom, more, order, desc in product(
        asked, ({}, {"status": (1, 2), "q": "guia"}), reads.ORDERS, (False, True))
        if any(map(_reads_it_all, plans({**more, "custom": custom}, order, desc)))]
    assert whole == []


def test_a_whole_read_would_be_noticed(session):
    prefix = "EXPLAIN QUERY PLAN " if session.get_bind().dialect.name == "sqlite" else "EXPLAIN "
    steps = session.execute(text(f"{prefix} SELECT contact_name FROM provider_ticket"))  # noqa: S608  (our own words)
    assert any(_reads_it_all(str(row[-1])) for row in steps)
