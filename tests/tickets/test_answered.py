"""The list by whether what a provider asked was answered; the average until the first answer opens what it is taken of.
"""
import csv
import io
import re
from datetime import timedelta
from html import unescape

import pytest

from app.database import unit_of_work, utc_now
from app.services import attendance_merge, list_views, settings
from app.services.tickets import opening, work
from tests.support.clock import DAY, NOON

from .conftest import PUBLIC_URL

PAGE = "/provider-central/"
HOUR = timedelta(hours=1)


def numbers(answer) -> list[int]:
    assert answer.status_code == 200, answer.text[:300]
    return [int(number) for number in re.findall(r'data-number="(\d+)"', answer.text)]


@pytest.fixture
def asked(session, desk, world, open_ticket, ticket_values, say):
    """1 answered, 2 answered and closed, 3 closed without an answer, 4 silent, 5 opened for a provider and written to,
    6 answered long ago."""
    now = utc_now()

    def close(ticket):
        with unit_of_work(session):
            work.close(session, ticket.attendance_id, actor=desk.as_bruno, now=now, public_url=PUBLIC_URL)

    first, second, third, _silent = (open_ticket(now=now - DAY) for _place in range(4))
    with unit_of_work(session):
        called = opening.open_ticket(
            session, {**ticket_values, "provider_id": world.provider.id}, actor=desk.as_ana, now=now - DAY)
    old = open_ticket(now=now - 60 * DAY)
    for ticket, hours in ((first, 2), (second, 4), (called, 1)):
        say.reply(ticket, now=now - DAY + hours * HOUR)
    say.reply(old, now=now - 59 * DAY)
    close(second)
    close(third)


@pytest.mark.usefixtures("asked")
def test_what_was_answered_and_what_was_not(sign_in, desk, api):
    ana, rest = sign_in(desk.ana), api(desk.ana)
    for query, found in (("answered=yes", [6, 1, 2]), ("answered=yes&filter=closed", [2]), ("answered=no", [4]),
                         ("answered=no&filter=closed", []), ("answered=yes&order=-ticket", [6, 2, 1])):
        assert numbers(ana.get(f"{PAGE}?{query}")) == found, query
        assert [row["number"] for row in rest.get(f"/api/v1/provider-tickets?{query}").json["items"]] == found, query
        rows = csv.reader(io.StringIO(ana.get(f"{PAGE}export.csv?{query}").data.decode("utf-8-sig")), delimiter=";")
        assert [int(row[0]) for row in list(rows)[1:]] == found, query
    assert ana.get(f"{PAGE}?answered=perhaps").status_code == 400
    assert rest.get("/api/v1/provider-tickets?answered=perhaps").status_code == 400


@pytest.mark.usefixtures("asked")
def test_the_form_a_chip_and_a_saved_view_know_it(session, sign_in, desk):
    ana = sign_in(desk.ana)
    page = ana.get(f"{PAGE}?answered=no&order=title").text
    assert re.search(r'<label for="f-answered"[^>]*>Primeira resposta</label><select[^>]*>.*?'
                     r'<option value="no" selected>Chamados sem resposta</option>', page)
    assert re.search(r'b-cen-asked">Chamados sem resposta <a href="\?order=title"', page)
    assert re.search(r'Filtros <span class="b-n">1</span>', page)
    with unit_of_work(session):
        pk = list_views.save_view(session, "tickets", name="Sem resposta", query="answered=no", columns=[],
                                  actor=desk.as_ana, now=NOON).id
    tab = next(unescape(each) for each in re.findall(r'href="([^"]+)"', ana.get(PAGE).text) if f"view={pk}" in each)
    assert numbers(ana.get(tab, follow_redirects=True)) == [4]


@pytest.mark.usefixtures("asked")
def test_the_average_until_the_first_answer_opens_what_it_is_taken_of(sign_in, desk):
    sofia = sign_in(desk.sofia)
    for days, mean, counted in ((7, "3 h", [1, 2]), (90, "10 h", [6, 1, 2])):
        page = sofia.get(f"{PAGE}figures/?days={days}").text
        address, value, answered = re.search(
            r'href="([^"]+)"><span>Tempo médio até a primeira resposta</span><b>([^<]+)</b><small>Respondidos: (\d+) ',
            page).groups()
        assert (value, int(answered)) == (mean, len(counted))
        assert numbers(sofia.get(unescape(address))) == counted


def test_the_answer_to_an_older_ticket_that_was_merged_into_one_is_none_of_its_own(
        session, sign_in, desk, open_ticket, say, make_user, viewer_for):
    now, admin = utc_now(), viewer_for(make_user(None, "Admin"))
    older, newer = open_ticket(now=now - 3 * DAY), open_ticket(now=now - DAY)
    say.reply(older, now=now - 2 * DAY)
    with unit_of_work(session):
        attendance_merge.merge(session, newer.attendance_id, older.attendance_id, actor=desk.as_sofia, now=now)
        settings.set_setting(session, "close_ticket_with", "answer", actor=admin, now=now)
    sofia = sign_in(desk.sofia)
    assert (numbers(sofia.get(f"{PAGE}?answered=no")), numbers(sofia.get(f"{PAGE}?answered=yes"))) == ([2], [])
    assert sofia.get(f"{PAGE}many/close/about?row={newer.attendance_id}").json["message"] is True
    say.reply(newer, now=now - DAY + 3 * HOUR)
    assert numbers(sofia.get(f"{PAGE}?answered=yes")) == [2]
    assert "<span>Tempo médio até a primeira resposta</span><b>3 h</b>" in sofia.get(f"{PAGE}figures/?days=7").text


def test_what_a_figure_asks_of_deadlines_stands_beside_the_title(sign_in, desk):
    ana = sign_in(desk.ana)
    for query, words in (("deadline=expired", ["Prazo já expirado"]), ("deadline=attention", ["Atenção ao prazo"]),
                         ("deadline=none&waiting=operator", ["Sem prazo", "Aguardando operadora"]),
                         ("status_deadline=expired", ["Prazo Expirado"])):
        page = ana.get(f"{PAGE}?{query}").text
        assert re.findall(r'b-cen-asked">([^<]+) <a', page) == words, query
