"""The list of the central: filters, orders, deadlines, text; what one may see (C-40 to C-78)."""
from datetime import date, timedelta

import pytest

from app.database import unit_of_work
from app.queries import tickets as reads
from app.queries.tickets import TicketFilter
from app.services.tickets import thresholds, work
from tests.support.clock import DAY, HOUR, NOON

ZONE = "America/Sao_Paulo"


@pytest.fixture
def listed(session, desk):
    """`listed(by=…, now=…, order=…, desc=…, **filters)`: the numbers in order."""
    def read(by=None, now=NOON, order="opened_at", desc=False, size=50, **filters):
        limits = thresholds.bounds(session, timezone=ZONE, now=now)
        page = reads.list_tickets(session, by or desk.as_ana, TicketFilter(**filters), limits, timezone=ZONE,
                                  order=order, desc=desc, size=size)
        numbers = [row.number for row in page.rows]
        assert reads.count_tickets(session, by or desk.as_ana, TicketFilter(**filters), limits, timezone=ZONE) == len(
            numbers) or page.next
        return numbers
    return read


@pytest.mark.req("C-41", "C-42", "C-43", "C-44", "C-45")
def test_the_five_filters(session, desk, open_ticket, listed):
    for _number in range(4):
        open_ticket()
    one, two, three = (reads.list_tickets(session, desk.as_ana, TicketFilter(), thresholds.bounds(
        session, timezone=ZONE, now=NOON), timezone=ZONE).rows[:3])
    with unit_of_work(session):
        work.take(session, one.attendance_id, actor=desk.as_ana, now=NOON)
        work.take(session, two.attendance_id, actor=desk.as_bruno, now=NOON)
        work.close(session, three.attendance_id, actor=desk.as_ana, now=NOON, public_url="https://x.example")
    assert listed() == [1, 2, 3, 4]
    assert listed(filter="open") == [1, 2, 4]
    assert listed(filter="closed") == [3]
    assert listed(filter="pending_operator") == [1]
    assert listed(filter="pending_profile") == []  # Ana has no sector
    assert listed(filter="pending_profile", by=desk.as_bruno) == [2]
    assert listed(assignee=(desk.bruno.id,)) == [2]
    assert listed(unassigned=True) == [3, 4]


@pytest.mark.req("C-60", "C-61", "C-62", "C-64")
def test_the_three_states_of_a_deadline_are_disjoint(session, open_ticket, listed, say):
    open_ticket()  # due on the 18th, 23:59:59
    open_ticket(now=NOON + DAY)
    open_ticket(now=NOON + 5 * DAY)
    waiting = open_ticket(now=NOON)
    say.reply(waiting, now=NOON + HOUR)  # its clock stands: in none
    now = NOON + 2 * DAY + timedelta(hours=12)  # the 19th, 00:00
    found = [listed(now=now, deadline=name) for name in ("expired", "attention", "within")]
    assert found == [[1], [2], [3]]
    assert listed(now=now, status_deadline="expired") == [1]
    assert listed(now=now, status_deadline="within") == [2, 3]
    assert listed(now=now - timedelta(seconds=1), deadline="expired") == []


@pytest.mark.req("C-46", "C-47", "C-48", "C-49", "C-50", "C-51")
def test_the_orders(session, desk, open_ticket, listed):
    for title in ("Érico", "abc", "Zebra"):
        open_ticket(title=title)
    with unit_of_work(session):
        for name, pk in (("bruno", 1), ("ana", 3)):
            row = reads.find(session, desk.as_ana, session.query(reads.ProviderTicket.attendance_id).filter_by(
                number=pk).scalar())
            work.take(session, row.attendance_id, actor=getattr(desk, f"as_{name}"), now=NOON)
    assert listed(order="title") == [2, 1, 3]
    assert listed(order="operator") == [3, 1, 2]  # nobody's last
    assert listed(order="operator", desc=True)[-1] == 2
    assert listed(order="ticket", desc=True) == [3, 2, 1]
    assert listed(order="protocol") == [1, 2, 3]
    assert listed(order="client") == [1, 2, 3]


@pytest.mark.req("C-58")
def test_dates_are_local_and_inclusive(open_ticket, listed):
    open_ticket(now=NOON.replace(hour=2))  # 23:00 of the day before in São Paulo
    open_ticket()
    assert listed(opened_from=date(2026, 3, 16), opened_to=date(2026, 3, 16)) == [2]
    assert listed(opened_to=date(2026, 3, 15)) == [1]


def test_text_finds_number_protocol_title_and_provider(open_ticket, listed, world):
    first = open_ticket(title="Reembolso de consulta")
    open_ticket(title="Glosa indevida", message="Outra")
    assert listed(q="1") == [1]
    assert listed(q=first.protocol) == [1]
    assert listed(q="REEMB consulta") == [1]
    assert listed(q=world.provider.name.split()[0]) == [1, 2]
    assert listed(q="nada disto") == []


def test_pages_follow_each_other_whatever_the_order(session, desk, open_ticket):
    for _number in range(7):
        open_ticket()
    limits = thresholds.bounds(session, timezone=ZONE, now=NOON)
    for order in reads.ORDERS:
        seen, after = [], None
        while True:
            page = reads.list_tickets(session, desk.as_ana, TicketFilter(filter="open"), limits, timezone=ZONE,
                                      order=order, size=3, after=after)
            seen += [row.number for row in page.rows]
            if (after := page.next) is None:
                break
        assert sorted(seen) == [1, 2, 3, 4, 5, 6, 7], order


def test_nobody_sees_another_companys_tickets(open_ticket, listed, viewer_for, make_user, world):
    open_ticket()
    assert listed(by=viewer_for(make_user("verde", "Attendant", companies=[world.other_company]))) == []
    assert listed(by=viewer_for(make_user("x", "Provider", entity=world.entity))) == []
