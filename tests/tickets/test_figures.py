"""The supervisor's page of the central: figures that open the list with as many rows."""
import re
from datetime import timedelta
from html import unescape

import pytest

from app.database import unit_of_work, utc_now
from app.models.provider_ticket import ProviderTicket
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
    say.reply(open_ticket(now=now - 40 * DAY), now=now)  # late, and now the provider's turn
    with unit_of_work(session):
        work.take(session, taken.attendance_id, actor=desk.as_bruno, now=now)
        work.close(session, closed.attendance_id, actor=desk.as_bruno, now=now, public_url=PUBLIC_URL)
    page = sofia.get("/provider-central/figures/").text
    page = page[:page.index("No período")]
    figures = re.findall(r'href="(/provider-central/\?[^"]+)"><span>[^<]+</span><b>(\d+)</b>', page)
    bars = re.findall(
        r'<a href="(/provider-central/\?[^"]+)">[^<]+</a>\s*<svg.*?</svg>\s*<b class="b-num">(\d+)</b>', page, re.S)
    assert len(figures) == 6
    assert len(bars) >= 10
    for address, n in [*figures, *bars]:
        listed = sofia.get(unescape(address)).text
        assert len(set(re.findall(r'data-id="(\d+)"', listed))) == int(n), address


def test_a_period_tells_what_was_opened_and_closed_how_late_and_how_long_it_took(
        session, sofia, desk, open_ticket, say):
    now = utc_now()
    old, answered, late, silent = (open_ticket(now=now - days * DAY) for days in (40, 2, 20, 1))
    say.reply(answered, now=now - 2 * DAY + timedelta(hours=3))
    say.reply(answered, now=now - DAY)
    with unit_of_work(session):
        for ticket in (old, late):
            work.close(session, ticket.attendance_id, actor=desk.as_bruno, now=now - 10 * DAY, public_url=PUBLIC_URL)
        session.get(ProviderTicket, late.attendance_id).due_at = now - 15 * DAY
        session.get(ProviderTicket, old.attendance_id).due_at = now
    assert silent.closed_at is None

    def told(days):
        page = sofia.get(f"/provider-central/figures/?days={days}").text
        cards = re.findall(r'class="b-kpi ?"[^>]*><span>([^<]+)</span><b>([^<]+)</b>(?:<small>([^<]*)</small>)?', page)
        return {label: (value, small) for label, value, small in cards}, page

    cards, page = told(30)
    assert cards["Abertos no período"][0] == "3"
    assert cards["Encerrados no período"][0] == "2"
    assert cards["Encerrados fora do prazo"] == ("1", "50% dos encerrados")
    assert cards["Tempo médio até encerrar"][0] == "20 dias"  # 30 and 10
    assert cards["Tempo médio até a primeira resposta"] == ("3 h", "Respondidos: 1 de 3 abertos por prestadores")
    days = dict(re.findall(
        r'<a href="/provider-central/\?opened_from=([\d-]+)&amp;opened_to=\1" aria-label="[^"]+: (\d+)"', page))
    assert len(days) == 30
    assert sum(map(int, days.values())) == 3
    cards, _page = told(7)
    assert cards["Encerrados no período"][0] == "0"
    assert cards["Encerrados fora do prazo"] == ("0", "")
    assert cards["Tempo médio até encerrar"][0] == "–"
    assert told(90)[0]["Abertos no período"][0] == "4"


def test_it_is_for_who_reads_reports(desk, sign_in, sofia):
    assert sign_in(desk.ana).get("/provider-central/figures/").status_code in (302, 403)
    assert "Nenhum chamado em aberto" in sofia.get("/provider-central/figures/").text
