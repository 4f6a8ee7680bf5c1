"""Lists in the order of configurators' fields: persons, attendances, tickets; on pages, in files and by REST (B-20)."""
import csv
import io
import re

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import event
from sqlalchemy.engine import Engine

from app.models.custom_field import CustomField
from app.queries import attendances, field_order, search, tickets
from app.queries.catalogue import catalogue
from app.services import list_views
from tests.support.clock import NOON

from .test_filters import ids_of, numbers, rows_of, secret, three_attendances, three_persons, three_tickets

__all__ = ["numbers", "secret", "three_attendances", "three_persons", "three_tickets"]
pytestmark = pytest.mark.req("B-20")
# order -> the owners in it: the first two hold something, the third nothing
ORDERS = [("integer", [1, 2, 3]), ("-integer", [2, 1, 3]), ("decimal", [1, 2, 3]), ("money", [2, 1, 3]),
          ("-date", [2, 1, 3]), ("datetime", [1, 2, 3]), ("choice", [1, 2, 3]), ("-choices", [2, 1, 3]),
          ("text", [1, 2, 3]), ("-text", [2, 1, 3]), ("boolean", [2, 1, 3])]
REFUSED = ["cf_nada", "cf_secret", "integer", "-", "cf_", "--cf_integer"]


@pytest.fixture(params=["walks", "gathers"])
def way(request, monkeypatch):
    """The index is walked along, or every walk is too short."""
    if request.param == "gathers":
        monkeypatch.setattr(field_order, "WALKS", ())
    return request.param


def paged(caller, path, query) -> list[int]:
    """The ids of all pages, two a page."""
    ids, after = [], ""
    while after is not None:
        answer = caller.get(f"/api/v1/{path}?limit=2&{query}{after and f'&after={after}'}")
        ids += ids_of(answer)
        after = answer.json["next"]
    return ids


@pytest.mark.parametrize(("three", "path"), [
    ("three_attendances", "attendances"), ("three_persons", "persons"), ("three_tickets", "provider-tickets")])
def test_lists_by_rest(request, api, way, three, path):
    three, caller = request.getfixturevalue(three), api("ana")
    found = {order: [three[pk] for pk in paged(caller, path, f"order={sign}cf_{name}") if pk in three]
             for order, _wanted in ORDERS for sign, name in [("-" * order.startswith("-"), order.removeprefix("-"))]}
    assert found == dict(ORDERS)
    assert [three[pk] for pk in paged(caller, path, "order=-cf_integer&cf_integer_from=-7")] == [2, 1]
    assert [three[pk] for pk in paged(caller, path, "order=cf_integer&cf_choices=c&cf_choices=b")] == [1, 2]
    assert {order for order in REFUSED if caller.get(f"/api/v1/{path}?order={order}").status_code != 400} == set()
    key = caller.get(f"/api/v1/{path}?limit=1").json["next"]
    assert caller.get(f"/api/v1/{path}?order=cf_integer&after={key}").status_code in (200, 400)


@pytest.mark.parametrize("three", ["three_attendances", "three_persons", "three_tickets"])
def test_no_page_reads_a_whole_table(request, session, three, viewer_for, way):
    request.getfixturevalue(three)
    viewer, sent = viewer_for(session.query(User).filter_by(username="ana").one()), []
    sqlite = session.get_bind().dialect.name == "sqlite"

    def note(_connection, _cursor, statement, parameters, *_rest):
        if "field_index" in statement:
            sent.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        for desc in (False, True):
            asked = ({}, {"phase": "not_closed", "opened_from": NOON.date()}) if three == "three_attendances" else ()
            for more in asked:
                attendances.list_attendances(
                    session, viewer, attendances.AttendanceFilter(**more), timezone="America/Sao_Paulo", size=1,
                    by=catalogue(session).fields("attendance")[2], desc=desc)
            if three == "three_tickets":
                for more in ({}, {"filter": "open", "classification": (1, 2)}):
                    tickets.list_tickets(
                        session, viewer, tickets.TicketFilter(**more), tickets.Bounds(NOON, NOON),
                        timezone="America/Sao_Paulo", size=1, by=catalogue(session).fields("attendance")[2], desc=desc)
            if three == "three_persons":
                search.find_entities(session, viewer, "", limit=1,
                                     by=search.InOrder(catalogue(session).fields("entity")[2], desc))
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    cursor, steps = session.connection().connection.driver_connection.cursor(), []
    if not sqlite:
        cursor.execute("SET LOCAL enable_seqscan = off")
    for statement, parameters in sent:
        cursor.execute(("EXPLAIN QUERY PLAN " if sqlite else "EXPLAIN ") + statement, parameters)
        steps += [str(row[-1]) for row in cursor.fetchall()]
    assert len(sent) >= 2
    assert [each for each in steps if re.search(
        r"(?:Seq Scan on|^ *SCAN) (field_index|attendance|entity|provider_ticket)\b(?! USING)", each)] == []
    if way == "walks":  # in the order of the index, nothing sorted
        assert [each for each in steps if "TEMP B-TREE" in each or "Sort" in each] == []


def test_attendances_as_a_page_and_a_file(three_attendances, sign_in, way):
    browser, pattern = sign_in("ana"), r'<tr data-id="(\d+)"'
    page = browser.get("/attendances/list?order=-cf_integer")
    assert [three_attendances[pk] for pk in rows_of(page, pattern) if pk in three_attendances] == [2, 1, 3]
    assert re.search(r'aria-sort="descending"><a href="\?order=cf_integer"', page.text)
    assert browser.get("/attendances/list?order=cf_secret").status_code == 400
    file = browser.get("/lists/attendances/export.csv?order=-cf_integer&columns=x_integer")
    rows = list(csv.reader(io.StringIO(file.text.removeprefix("\ufeff")), delimiter=";"))
    assert [row[0] for row in rows[1:3]] == ["12", "-7"]


def test_tickets_as_a_page_its_rows_and_files(three_tickets, sign_in, way):
    browser, pattern = sign_in("ana"), r'<tr role="row"[^>]* data-id="(\d+)"'
    page = browser.get("/provider-central/?order=-cf_integer&columns=number,x_integer")
    assert [three_tickets[pk] for pk in rows_of(page, pattern) if pk in three_tickets] == [2, 1, 3]
    assert re.search(r'data-col="x_integer"[^>]*aria-sort="descending"><a href="\?[^"]*order=cf_integer"', page.text)
    assert '<option value="-cf_integer" selected>Campo integer</option>' in page.text
    first = browser.get("/provider-central/?order=cf_integer&size=1")
    assert [three_tickets[pk] for pk in rows_of(first, pattern)] == [1]
    after = re.search(r'data-after="([^"]+)"', first.text)[1]
    more = browser.get(f"/provider-central/rows?order=cf_integer&size=1&after={after}")
    assert [three_tickets[pk] for pk in rows_of(more, pattern)] == [2]
    for refused in ("cf_secret", "cf_nada", "-"):
        assert browser.get(f"/provider-central/?order={refused}").status_code == 400
    for address in ("/provider-central/export.csv?", "/lists/tickets/export.csv?columns=title&"):
        rows = csv.reader(io.StringIO(browser.get(f"{address}order=-cf_integer").text.removeprefix("\ufeff")),
                          delimiter=";")
        titles = [cell for row in rows for cell in row if re.fullmatch(r"Guia \d", cell)]
        assert titles == ["Guia 2", "Guia 1", "Guia 3"], address


def test_a_view_of_the_central_outlives_the_field_it_orders_by(session, three_tickets, sign_in, seeding, viewer_for):
    browser, ana = sign_in("ana"), session.query(User).filter_by(username="ana").one()
    with seeding():
        view = list_views.save_view(session, "tickets", name="Minha", columns=[], actor=viewer_for(ana), now=NOON,
                                    query="order=-cf_integer")
        session.query(CustomField).filter_by(key="integer").one().searchable = False
    kept = browser.get(f"/provider-central/?order=-cf_integer&view={view.id}")
    assert kept.status_code == 200
    assert "Campo integer" in kept.text


def test_a_provider_orders_his_tickets_by_nothing_of_the_desks_own(three_tickets, world, make_user, api):
    caller = api(make_user("prest", "Provider", companies=[world.company], entity=world.provider))
    answers = {order: caller.get(f"/api/v1/provider-tickets?order={order}").status_code
               for order in ("cf_integer", "title")}
    assert answers == {"cf_integer": 400, "title": 200}


def test_persons_as_a_page_and_a_view_that_outlives_its_field(
        session, three_persons, sign_in, way, seeding, viewer_for):
    browser, pattern = sign_in("ana"), r'href="/entities/show/(\d+)"'

    def page(query):
        return browser.get(f"/entities/list/?_oc_EntityView=cf_integer&_od_EntityView={query}")

    assert [three_persons[pk] for pk in rows_of(page("desc"), pattern) if pk in three_persons] == [2, 1, 3]
    assert [three_persons[pk] for pk in rows_of(page("asc&q=pessoa"), pattern) if pk in three_persons] == [1, 2, 3]
    assert "_oc_EntityView=cf_integer&amp;_od_EntityView=asc" in page("desc").text
    ana = session.query(User).filter_by(username="ana").one()
    with seeding():
        view = list_views.save_view(session, "entities", name="Minha", columns=[], actor=viewer_for(ana), now=NOON,
                                    query="_oc_EntityView=cf_integer&_od_EntityView=desc")
        session.query(CustomField).filter_by(key="integer").one().searchable = False
    assert page("desc").status_code == 400
    kept = page(f"desc&view={view.id}")
    assert kept.status_code == 200
    assert "Campo integer" in kept.text
