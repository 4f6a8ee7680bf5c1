"""The supervisor's page of the central: figures that open the list with as many rows."""
import re
from html import unescape

import pytest

from app.database import unit_of_work, utc_now
from app.services.tickets import work
from tests.support.clock import DAY

from .conftest import PUBLIC_URL


@pytest.fixture
def sofia(desk, sign_in):
    return sign_in(desk.sofia)


def test_each_figure_opens_a_list_of_as_many(session, sofia, desk, open_ticket, say):
    now = utc_now()
    for days in (0, 1, 2, 5, 40, 0):
        open_ticket(now=now - days * DAY)
    waiting, taken, closed = (open_ticket(now=now) for _place in range(3))
    say.reply(waiting, now=now)
    with unit_of_work(session):
        work.take(session, taken.attendance_id, actor=desk.as_bruno, now=now)
        work.close(session, closed.attendance_id, actor=desk.as_bruno, now=now, public_url=PUBLIC_URL)
    page = sofia.get("/provider-central/figures/").text
    figures = re.findall(r'href="(/provider-central/\?[^"]+)"><span>[^<]+</span><b>(\d+)</b>', page)
    bars = re.findall(
        r'<a href="(/provider-central/\?[^"]+)">[^<]+</a>\s*<svg.*?</svg>\s*<b class="b-num">(\d+)</b>', page, re.S)
    assert len(figures) == 6
    assert len(bars) >= 10
    for address, n in [*figures, *bars]:
        listed = sofia.get(unescape(address)).text
        assert len(set(re.findall(r'data-id="(\d+)"', listed))) == int(n), address


def test_it_is_for_who_reads_reports(desk, sign_in, sofia):
    assert sign_in(desk.ana).get("/provider-central/figures/").status_code in (302, 403)
    assert "Nenhum chamado em aberto" in sofia.get("/provider-central/figures/").text
