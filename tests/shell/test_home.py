"""The first page of each role, and what the panel counts."""
import re

import pytest

from tests.shell.conftest import ROLES
from tests.support.clock import DAY, NOON
from tests.support.world import add_attendance


@pytest.mark.parametrize(("name", "place"), [
    ("attendant", "/attendances/"), ("configurator", "/settings/"), ("provider", "/portal/"), ("customer", "/portal/")])
def test_each_role_is_sent_to_its_work(person, name, place):
    browser = person(name)
    response = browser.get("/")
    assert (response.status_code, response.location) == (302, place)
    assert browser.get(place).status_code == 200


@pytest.mark.parametrize("name", ["admin", "supervisor"])
def test_who_supervises_gets_the_panel(person, name):
    page = person(name).get("/")
    assert page.status_code == 200
    assert "<h1>Painel</h1>" in page.text
    assert page.text.count('role="search"') == 2


def test_nobody_is_sent_to_the_sign_in_page(client, world):
    response = client().get("/")
    assert (response.status_code, response.location) == (302, "/login/")


def test_who_was_granted_nothing_is_told_so(sign_in, make_user, world):
    page = sign_in(make_user()).get("/")
    assert page.status_code == 200
    assert "Peça a um supervisor" in page.text


@pytest.mark.req("S-61")
def test_the_panel_counts_by_situation_zeros_too_and_only_what_one_may_see(person, world, seeding, session):
    with seeding():
        for number in range(3):
            add_attendance(session, world, world.entity, protocol=f"P{number}", phase="pending",
                           opened_at=NOON - number * DAY)
    counts = _counts(person("supervisor").get("/").text)
    assert counts[f"situation={world.situations['pending'].id}"] == "3"
    assert counts[f"situation={world.situations['in_progress'].id}"] == "0"
    # the one of the restricted unit and the other company's are not counted
    assert counts[f"situation={world.situations['open'].id}"] == "1"


def test_a_card_leads_to_the_list_of_what_it_counts(person, world):
    browser = person("supervisor")
    query = f"situation={world.situations['open'].id}"
    page = browser.get(f"/attendances/list?{query}")
    assert page.status_code == 200
    assert world.attendance.protocol in page.text
    assert world.closed_attendance.protocol not in page.text
    assert query in _counts(browser.get("/").text)


def test_the_panel_shows_ones_own_latest_attendances(sign_in, make_user, world, seeding, session):
    user = make_user(None, "Supervisor", companies=[world.company])
    with seeding():
        add_attendance(session, world, world.entity, protocol="MINE-1", opened_by=user)
        add_attendance(session, world, world.entity, protocol="MINE-2", assignee=user)
        add_attendance(session, world, world.other_entity, protocol="ALIEN", opened_by=user)
    page = sign_in(user).get("/").text
    assert "MINE-1" in page
    assert "MINE-2" in page
    assert "ALIEN" not in page
    assert world.attendance.protocol not in page


@pytest.mark.parametrize("more", [0, 30])
def test_the_panel_takes_a_fixed_number_of_queries(person, world, seeding, session, queries, more):
    with seeding():
        for number in range(more):
            add_attendance(session, world, world.entity, protocol=f"Q{number}")
    browser = person("supervisor")
    browser.get("/")
    queries.clear()
    assert browser.get("/").status_code == 200
    selects = [statement for statement in queries if statement.startswith("SELECT")]
    assert len(selects) <= 14, "\n".join(selects)  # five of them for the charts, one for the bell


@pytest.mark.parametrize("name", [name for name in ROLES if name not in ("provider", "customer", "attendant")])
def test_the_settings_explain_every_register_that_one_may_open(person, name):
    page = person(name).get("/settings/")
    assert page.status_code == 200
    cards = re.findall(r'<a class="b-card b-link-card" href="([^"]+)">.*?<b>([^<]+)</b><span>([^<]+)</span>', page.text)
    assert cards
    assert all(label and explanation for _address, label, explanation in cards)


def test_whatever_is_not_work_is_explained_among_the_settings(person):
    page = person("admin").get("/settings/").text
    menu = dict(re.findall(r'<a href="([^"]+)" title="([^"]+)"', page))
    cards = set(re.findall(r'<a class="b-card b-link-card" href="([^"]+)">', page))
    work = {"Atendimentos", "Painel", "Pessoas", "Entidades", "Alertas", "Agenda", "Duplicidades", "Pedidos",
            "Notas fiscais", "Lotes", "Guias", "Pagamentos",
            "Comunicações internas", "Movimentações", "Painel da central", "Base de conhecimento"}
    assert {label for address, label in menu.items() if address not in cards} <= work


def test_the_settings_are_not_for_attendants(person):
    assert person("attendant").get("/settings/").status_code == 403


def _counts(html):
    return dict(re.findall(r'href="/attendances/list\?(situation=\d+)"><span>[^<]+</span><b>([^<]+)</b>', html))
