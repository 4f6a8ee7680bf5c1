"""The list by the days of closing, in the page, its files, saved views and REST; the figures of a period open it."""
import csv
import io
import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest

from app.database import unit_of_work, utc_now
from app.models.provider_ticket import ProviderTicket
from app.queries import closing_days
from app.queries import tickets as reads
from app.services import list_views
from app.services.tickets import work
from tests.support.clock import DAY, NOON
from tests.support.world import add_entity, add_ticket

from .conftest import PUBLIC_URL
from .periods import BACKWARDS, HALF, assert_refused_beside

PAGE, FIGURES = "/provider-central/", "/provider-central/figures/"
MARCH = "closed_from=2026-03-17&closed_to=2026-03-18"
FIRST, LAST = datetime(2026, 3, 17, 3, tzinfo=UTC), datetime(2026, 3, 19, 2, 59, tzinfo=UTC)  # 00:00 and 23:59, local
MINUTE = timedelta(minutes=1)


@pytest.fixture
def closed(session, seeding, desk, open_ticket):
    """`closed(at, late=…, opened=…)`: a ticket closed at a moment, after its deadline or not; without one by default.
    """
    def act(at, *, late=None, opened=NOON, **values):
        ticket = open_ticket(now=opened, **values)
        with unit_of_work(session):
            work.close(session, ticket.attendance_id, actor=desk.as_bruno, now=at, public_url=PUBLIC_URL)
        with seeding():
            row = session.get(ProviderTicket, ticket.attendance_id)
            row.due_at = None if late is None else at - MINUTE if late else at
        return ticket
    return act


@pytest.fixture
def edges(closed, open_ticket):
    """Numbers 1 to 4: a minute before the first day, its first moment, the last minute of the last day, the next day;
    and 5, which is open and late."""
    for at in (FIRST - MINUTE, FIRST, LAST, LAST + MINUTE):
        closed(at, late=at in (FIRST, LAST + MINUTE))
    open_ticket()


def numbers(answer) -> list[int]:
    assert answer.status_code == 200, answer.text[:300]
    return [int(number) for number in re.findall(r'data-number="(\d+)"', answer.text)]


@pytest.mark.usefixtures("edges")
def test_days_of_closing_are_local_and_inclusive_in_every_order(sign_in, desk):
    ana = sign_in(desk.ana)
    assert numbers(ana.get(f"{PAGE}?{MARCH}")) == [2, 3]
    assert numbers(ana.get(f"{PAGE}?closed_from=17/03/2026&closed_to=18/3/2026")) == [2, 3]
    for order in reads.ORDERS:
        assert numbers(ana.get(f"{PAGE}?{MARCH}&order={order}")) == [2, 3], order
        assert numbers(ana.get(f"{PAGE}?{MARCH}&order=-{order}")) == [3, 2], order
        pages = re.search(r'data-after="([^"]+)"', ana.get(f"{PAGE}?{MARCH}&order={order}&size=1").text)
        assert numbers(ana.get(f"{PAGE}?{MARCH}&order={order}&size=1&after={pages[1]}")) == [3], order
    assert numbers(ana.get(f"{PAGE}?{MARCH}&status_deadline=expired")) == [2]
    assert numbers(ana.get(f"{PAGE}?{MARCH}&status_deadline=within")) == [3]
    assert numbers(ana.get(f"{PAGE}?{MARCH}&filter=open")) == []
    assert numbers(ana.get(f"{PAGE}?closed_from=2025-03-17&closed_to=2026-03-18&order=-ticket")) == [3, 2, 1]
    assert numbers(ana.get(f"{PAGE}?{MARCH}&opened_from=2026-03-17&opened_to=2026-03-18")) == []
    assert numbers(ana.get(f"{PAGE}?closed_period=any&{MARCH}")) == [1, 2, 3, 4, 5]


@pytest.mark.usefixtures("edges")
@pytest.mark.parametrize("more", ["order=title", "order=-ticket", "status_deadline=expired&q=guia", "order=-opened_at"])
def test_a_walk_through_the_order_finds_the_same_where_many_were_closed(monkeypatch, sign_in, desk, more):
    ana = sign_in(desk.ana)
    found = numbers(ana.get(f"{PAGE}?{MARCH}&{more}"))
    monkeypatch.setattr(closing_days, "QUARTER", 0)
    monkeypatch.setattr(reads, "SORTED", 0)
    assert numbers(ana.get(f"{PAGE}?{MARCH}&{more}")) == found
    assert found


@pytest.mark.parametrize("sign", ["", "-"])
def test_pages_follow_the_order_of_opening_whatever_the_day_of_closing(closed, sign_in, desk, sign):
    for number in range(12):  # those of a day lie scattered, and two were opened at once
        closed(NOON + timedelta(days=1 + number * 5 % 4, minutes=number), opened=NOON + timedelta(minutes=number // 2),
               late=number % 3 == 0)
    ana, days = sign_in(desk.ana), "closed_from=2026-03-01&closed_to=2026-04-30"
    rising = list(range(1, 13))
    for more, expected in (("", rising), ("&status_deadline=expired", rising[::3])):
        address, found, after = f"{PAGE}?{days}&order={sign}opened_at&size=5{more}", [], ""
        while True:
            page = ana.get(address + after)
            found += numbers(page)
            following = re.search(r'data-after="([^"]+)"', page.text)
            if not following or not following[1]:
                break
            after = f"&after={following[1]}"
        assert found == (expected[::-1] if sign else expected)


def test_what_is_no_period_is_refused_beside_its_field(sign_in, desk):
    ana = sign_in(desk.ana)
    for query, field, told in (
            ("closed_from=2026-03-18&closed_to=2026-03-17", "closed_to", BACKWARDS),
            ("closed_period=between", "closed_from", HALF), ("closed_from=2026-03-18", "closed_to", HALF)):
        answer = ana.get(f"{PAGE}?{query}&filter=open&opened_from=2026-03-01&opened_to=2026-03-02")
        assert_refused_beside(answer, "closed_period", field, told)
        assert 'aria-describedby="f-period-label"' in answer.text  # the other period is none of it, and stays
        other = re.search(r'<select[^>]* name="period".*?</select>', answer.text, re.S)[0]
        assert '<option value="between" selected>' in other
        assert '<option value="open" selected>' in answer.text
        assert ana.get(f"{PAGE}rows?{query}").status_code == 422
    for query in ("closed_from=31/02/2026&closed_to=2026-03-01", "closed_period=half", f"{MARCH}&closed_to=2026-03-20"):
        assert ana.get(f"{PAGE}?{query}").status_code == 400, query


@pytest.mark.usefixtures("edges")
def test_a_chip_tells_the_days_and_takes_them_back(sign_in, desk):
    page = sign_in(desk.ana).get(f"{PAGE}?{MARCH}&status_deadline=expired&order=title").text
    chips = re.findall(r'b-cen-asked">([^<]+) <a href="([^"]+)" aria-label="Tirar o filtro \1"', page)
    assert [(words, unescape(address)) for words, address in chips] == [
        ("Encerrados de 17/03/2026 a 18/03/2026", "?status_deadline=expired&order=title"),
        ("Prazo Expirado", f"?{MARCH}&order=title")]
    assert re.search(r'Filtros <span class="b-n">2</span>', page)


@pytest.mark.usefixtures("edges")
def test_files_views_and_rest_read_the_same_address(session, sign_in, desk, api):
    ana, rest = sign_in(desk.ana), api(desk.ana)
    for path in (f"{PAGE}export.csv", "/lists/tickets/export.csv"):
        rows = list(csv.reader(io.StringIO(ana.get(f"{path}?{MARCH}").data.decode("utf-8-sig")), delimiter=";"))
        assert [row[0] for row in rows[1:]] == ["2", "3"]
    assert ana.get(f"{PAGE}export.csv?closed_from=2026-03-17").status_code == 400
    assert ana.get(f"/lists/tickets/export.xlsx?{MARCH}").data[:2] == b"PK"
    with unit_of_work(session):
        view = list_views.save_view(session, "tickets", name="Encerrados em março", query=MARCH, columns=[],
                                    actor=desk.as_ana, now=NOON)
        pk = view.id
    page = ana.get(PAGE).text
    assert f"view={pk}" in page
    address = next(unescape(each) for each in re.findall(r'href="([^"]+)"', page) if f"view={pk}" in each)
    assert numbers(ana.get(address, follow_redirects=True)) == [2, 3]
    url = "/api/v1/provider-tickets"
    assert [row["number"] for row in rest.get(f"{url}?{MARCH}&order=-ticket").json["items"]] == [3, 2]
    assert [row["number"] for row in rest.get(f"{url}?{MARCH}&status_deadline=expired").json["items"]] == [2]
    for wrong in ("closed_from=2026-03-17", "closed_to=17/3/26", "closed_from=2026-03-18&closed_to=2026-03-17"):
        assert rest.get(f"{url}?{wrong}").status_code == 400, wrong


def test_each_figure_of_a_period_opens_a_list_of_as_many(session, seeding, sign_in, desk, world, closed, make_user):
    now = utc_now()
    for days, late in ((0, True), (0, None), (6, False), (6, True), (7, True), (29, False), (40, True)):
        closed(now - days * DAY, late=late, opened=now - 50 * DAY)
    with seeding():
        elsewhere = add_entity(session, world.other_company, "Clínica Verde", role=world.role_types["provider"])
        add_ticket(session, world, 900, provider=elsewhere, phase="closed", opened_at=now - 2 * DAY)
    stranger = sign_in(make_user("verde", "Supervisor", companies=[world.other_company], central_operator=True))

    def told(by, days):
        page = by.get(f"{FIGURES}?days={days}").text
        page = page[page.index("No período"):]
        cards = re.findall(r'<a class="b-kpi ?" href="([^"]+)"><span>([^<]+)</span><b>([^<]+)</b>', page)
        return {label: (unescape(address), value) for address, label, value in cards}

    sofia = sign_in(desk.sofia)
    for by, days, found in ((sofia, 7, (0, 4, 2)), (sofia, 30, (0, 6, 3)), (sofia, 90, (7, 7, 4)),
                            (stranger, 7, (1, 1, 0))):
        cards = told(by, days)
        named = [cards[name] for name in ("Abertos no período", "Encerrados no período", "Encerrados fora do prazo")]
        assert tuple(int(value) for _address, value in named) == found, days
        assert tuple(len(numbers(by.get(address))) for address, _value in named) == found, days
        assert cards["Tempo médio até encerrar"][0] == cards["Encerrados no período"][0]
        assert cards["Tempo médio até a primeira resposta"][0] == f"{cards['Abertos no período'][0]}&answered=yes"
