"""Charts of the supervisor's panel: every figure equals a recount, and every bar opens the list it counts."""
import html
import re
from datetime import timedelta

import pytest

from app.database import utc_now
from app.queries import charts
from app.security.permissions import ATTENDANT, SUPERVISOR
from tests.support.world import add_attendance

ZONE = "America/Sao_Paulo"


@pytest.fixture
def opened(session, world, seeding):
    """Of today three, of yesterday one, of 40 days ago one; one of the neighbours', one of a restricted unit."""
    now = utc_now()
    with seeding():
        for protocol, days, phase in (("C1", 0, "open"), ("C2", 0, "open"), ("C3", 0, "closed"), ("C4", 1, "open"),
                                      ("C5", 40, "open")):
            add_attendance(session, world, world.entity, protocol=protocol, phase=phase,
                           opened_at=now - timedelta(days=days))
        add_attendance(session, world, world.other_entity, protocol="V1", opened_at=now)
        add_attendance(session, world, world.entity, protocol="R1", unit=world.restricted_unit, opened_at=now)
    session.commit()
    return now


@pytest.fixture
def supervisor(make_user, sign_in, world):
    return sign_in(make_user(None, SUPERVISOR, companies=[world.company]))


def test_counts_are_of_the_period_and_of_what_one_may_see(session, world, opened, make_user, viewer_for):
    viewer = viewer_for(make_user(None, SUPERVISOR, companies=[world.company]))
    shown = charts.charts(session, viewer, days=7, timezone=ZONE, now=opened)
    assert shown.total == 4
    assert {bar.label: bar.n for bar in shown.situations} == {"Aberto": 3, "Encerrado": 1}
    assert [bar.n for bar in shown.days][-2:] == [1, 3]
    assert len(shown.days) == 7
    for bars in (shown.motives, shown.channels, shown.days):
        assert sum(bar.n for bar in bars) == 4
    assert charts.charts(session, viewer, days=90, timezone=ZONE, now=opened).total == 5


def test_each_bar_opens_the_list_of_what_it_counts(supervisor, opened):
    page = supervisor.get("/?days=7").text
    links = [html.unescape(link) for link in re.findall(r'href="(/attendances/list\?[^"]*opened_from[^"]*)"', page)]
    assert len([link for link in links if "situation=" in link]) == 2
    closed = [link for link in links if "situation=" in link and listed(supervisor.get(link)) == {"C3"}]
    assert len(closed) == 1
    today = supervisor.get([link for link in links if "situation" not in link and "channel" not in link][-2])
    assert listed(today) & {"C1", "C4"}


def test_those_without_a_motive_have_a_list_too(supervisor, opened):
    page = supervisor.get("/?days=7").text
    link = html.unescape(re.search(r'href="(/attendances/list\?motive=none[^"]*)">Sem valor</a>', page)[1])
    found = supervisor.get(link)
    assert listed(found) == {"C1", "C2", "C3", "C4"}
    assert "Sem motivo" in found.text


def listed(page) -> set[str]:
    """The protocols of the rows: a mark of a file, or a token, may have the same letters."""
    return set(re.findall(r">(C[0-9])</a>", page.text))


def test_periods_are_offered_and_an_unknown_one_is_the_usual_one(supervisor, opened):
    assert "90 dias" in supervisor.get("/").text
    assert supervisor.get("/?days=1000000").status_code == 200
    assert supervisor.get("/?days=x").status_code == 200


def test_who_may_not_read_reports_sees_no_charts(make_user, sign_in, world, opened):
    attendant = sign_in(make_user(None, ATTENDANT, companies=[world.company]))
    assert "chart-day" not in attendant.get("/attendances/").text
    assert attendant.get("/").status_code == 302
