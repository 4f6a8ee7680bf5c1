"""Liberando o Menu na Web: released for all, by web profile, by user; a change holds at the next request."""
import re

import pytest
from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select

from app.errors import Forbidden
from app.models.log import LogEntry
from app.models.web_menu import WebMenu
from app.services import web_menus
from tests.orders.conftest import refused, text
from tests.support.clock import NOON

CODE = "fale_conosco"


@pytest.fixture
def menu(session):
    return session.scalar(select(WebMenu).where(WebMenu.code == CODE))


@pytest.fixture
def provider(make_user, world):
    return make_user("pedro", "Provider", companies=[world.company], entity=world.provider)


@pytest.fixture
def other(make_user, world):
    return make_user("paula", "Provider", companies=[world.company], entity=world.provider)


@pytest.fixture
def profile(session):
    return session.scalar(select(Role).where(Role.name == "Provider"))


def form(menu, *rules, released=True) -> dict:
    """The form as it is posted; a rule is (role or None, user or None, "yes" or "no")."""
    values = {"version": menu.version, **({"released": "y"} if released else {})}
    for position, (role, user, says) in enumerate(rules):
        values |= {f"rules-{position}-role": role.id if role else "", f"rules-{position}-user": user.id if user else "",
                   f"rules-{position}-released": says}
    return values


@pytest.mark.req("C-03")
def test_the_menus_are_there_from_the_start_and_released(session, viewer_for, provider):
    assert set(session.scalars(select(WebMenu.code))) == set(web_menus.MENUS)
    assert web_menus.released(session, viewer_for(provider)) == set(web_menus.MENUS)
    assert web_menus.plant(session, now=NOON) == []


@pytest.mark.req("C-03", "C-04")
def test_blocked_for_all_nobody_has_it(menu, supervisor, session, viewer_for, provider):
    page = text(supervisor.get("/web-menus/list/"))
    assert "ADM Liberando o Menu na Web" in page
    assert "Fale Conosco" in page
    assert supervisor.post(f"/web-menus/edit/{menu.id}", form(menu, (None, provider, "yes"), released=False)
                           ).status_code == 302
    session.expire_all()
    assert not web_menus.allowed(session, viewer_for(provider), CODE)
    assert web_menus.allowed(session, viewer_for(provider), "meus_atendimentos")
    assert supervisor.post(f"/web-menus/edit/{menu.id}", form(menu)).status_code == 302
    assert web_menus.allowed(session, viewer_for(provider), CODE)
    entries = session.scalars(select(LogEntry).where(LogEntry.target == "web_menu", LogEntry.target_id == menu.id))
    assert [entry.changes["released"][:2] for entry in entries if entry.action == "update"] == [
        [True, False], [False, True]]


@pytest.mark.req("C-04")
@pytest.mark.parametrize(("of_profile", "of_user", "has"), [
    (None, None, True), ("no", None, False), ("yes", None, True), (None, "no", False), ("no", "yes", True),
    ("yes", "no", False)])
def test_the_rule_of_a_user_goes_before_that_of_his_profile(
        menu, supervisor, session, viewer_for, provider, profile, of_profile, of_user, has):
    rules = [(profile, None, of_profile)] * bool(of_profile) + [(None, provider, of_user)] * bool(of_user)
    response = supervisor.post(f"/web-menus/edit/{menu.id}", form(menu, *rules))
    assert response.status_code == 302, refused(response)
    session.expire_all()
    assert web_menus.allowed(session, viewer_for(provider), CODE) is has


@pytest.mark.req("C-04")
def test_the_form_shows_what_holds_for_each_exception(menu, supervisor, provider, profile):
    edit = f"/web-menus/edit/{menu.id}"
    assert supervisor.post(edit, form(menu, (profile, None, "no"), (None, provider, "yes"))).status_code == 302
    page = supervisor.get(edit).text
    shown = [re.search(rf'name="rules-{position}-released".*?</select>', page, re.DOTALL)[0] for position in (0, 1)]
    assert ['selected value="no"' in each for each in shown] == [True, False]
    assert 'selected value="yes"' in shown[1]
    logs = text(supervisor.get(f"/logs/web_menu/{menu.id}"))
    assert "Perfil web: Prestador, Menu: Bloqueado; Usuário: Pedro Teste, Menu: Liberado" in logs


@pytest.mark.req("C-04")
def test_a_rule_of_a_user_is_of_nobody_else(menu, supervisor, session, viewer_for, provider, other):
    assert supervisor.post(f"/web-menus/edit/{menu.id}", form(menu, (None, provider, "no"))).status_code == 302
    session.expire_all()
    assert web_menus.allowed(session, viewer_for(other), CODE)
    assert not web_menus.allowed(session, viewer_for(provider), CODE)


@pytest.mark.req("C-04")
def test_of_two_profiles_that_disagree_the_block_holds(menu, session, admin, make_user, viewer_for, profile, world):
    customer = session.scalar(select(Role).where(Role.name == "Customer"))
    both = make_user("bia", "Provider", "Customer", companies=[world.company], entity=world.provider)
    web_menus.update(session, menu.id, {"rules": [{"role": profile, "released": True},
                                                  {"role": customer, "released": False}]}, actor=admin, now=NOON)
    assert not web_menus.allowed(session, viewer_for(both), CODE)


@pytest.mark.req("C-04")
def test_rules_are_of_one_web_profile_or_one_portal_user_and_told_once(
        menu, supervisor, session, make_user, provider, profile, world):
    edit = f"/web-menus/edit/{menu.id}"
    assert "rules-0-role" in refused(supervisor.post(edit, form(menu, (profile, provider, "no"))))
    twice = supervisor.post(edit, form(menu, (None, provider, "no"), (None, provider, "yes")))
    assert "rules-1-user" in refused(twice)
    staff = make_user("ines", "Attendant", companies=[world.company])
    assert "rules-0-user" in refused(supervisor.post(edit, form(menu, (None, staff, "no"))))
    desk = session.scalar(select(Role).where(Role.name == "Attendant"))
    assert "rules-0-role" in refused(supervisor.post(edit, form(menu, (desk, None, "no"))))
    assert {row["text"] for row in supervisor.get("/lookup/web_profile").json["results"]} == {"Cliente", "Prestador"}
    assert [row["id"] for row in supervisor.get("/lookup/portal_user?q=PEDRO").json["results"]] == [provider.id]


@pytest.mark.req("C-04", "B-29")
def test_only_who_keeps_web_menus_changes_them(menu, attendant, configurator, session, make_user, viewer_for, world):
    for browser in (attendant, configurator):
        assert browser.get("/web-menus/list/").status_code == 403
        assert browser.post(f"/web-menus/edit/{menu.id}", form(menu, released=False)).status_code == 403
    actor = viewer_for(make_user("leo", "Attendant", companies=[world.company]))
    with pytest.raises(Forbidden):
        web_menus.update(session, menu.id, {"released": False}, actor=actor, now=NOON)


@pytest.mark.req("C-03")
def test_asking_for_the_menus_costs_one_query_and_an_unknown_one_is_nobodys(session, viewer_for, provider, queries):
    viewer = viewer_for(provider)
    queries.clear()
    assert not web_menus.allowed(session, viewer, "nada")
    assert len(queries) == 1
    assert not web_menus.allowed(session, None, CODE)
