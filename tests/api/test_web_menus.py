"""Web menus kept over REST, as on the screen: released or blocked for all, by profile and by user."""
import pytest
from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select

from app.models.log import LogEntry
from app.models.web_menu import WebMenu
from app.security.permissions import ATTENDANT, SUPERVISOR
from app.services import web_menus

pytestmark = pytest.mark.req("C-03", "C-04")
URL = "/api/v1/web-menus"


@pytest.fixture
def boss(make_user, api, world):
    return api(make_user("sofia", SUPERVISOR, companies=[world.company]))


@pytest.fixture
def pedro(make_user, world):
    return make_user("pedro", "Provider", companies=[world.company], entity=world.provider)


@pytest.fixture
def profile(session):
    return session.scalar(select(Role).where(Role.name == "Provider"))


@pytest.fixture
def menu(boss):
    return next(row for row in boss.get(URL).json["items"] if row["code"] == "fale_conosco")


def test_a_menu_is_blocked_for_a_profile_and_given_to_a_user(boss, menu, session, viewer_for, pedro, profile):
    address = f"{URL}/{menu['id']}"
    assert (menu["name"], menu["released"], menu["rules"]) == ("Fale Conosco", True, [])
    assert "fale_conosco" in web_menus.released(session, viewer_for(pedro))
    blocked = boss.patch(address, {"version": menu["version"], "rules": [
        {"role_id": profile.id, "released": False}]}).json
    assert [(row["role"]["name"], row["user"], row["released"]) for row in blocked["rules"]] == [
        ("Prestador", None, False)]
    assert "fale_conosco" not in web_menus.released(session, viewer_for(pedro))
    given = boss.put(address, {"version": blocked["version"], "rules": [
        {"id": blocked["rules"][0]["id"], "role_id": profile.id, "released": False},
        {"user_id": pedro.id, "released": True}]}).json
    assert given["rules"][0]["id"] == blocked["rules"][0]["id"]
    assert given["rules"][1]["user"] == {"id": pedro.id, "name": "Pedro Teste"}
    assert "fale_conosco" in web_menus.released(session, viewer_for(pedro))
    assert boss.patch(address, {"version": 1, "released": False}).status_code == 409
    assert boss.patch(address, {"version": given["version"], "released": False}).json["rules"] == given["rules"]
    assert "fale_conosco" not in web_menus.released(session, viewer_for(pedro))
    actions = session.scalars(select(LogEntry.action).where(
        LogEntry.target == "web_menu", LogEntry.target_id == menu["id"]).order_by(LogEntry.seq)).all()
    assert actions[-3:] == ["update"] * 3


def test_each_refusal_is_told_at_its_row(boss, menu, pedro, profile, make_user):
    staff = make_user("bia", ATTENDANT)
    refused = boss.patch(f"{URL}/{menu['id']}", {"version": menu["version"], "rules": [
        {"role_id": profile.id, "user_id": pedro.id, "released": True}, {"released": True},
        {"user_id": staff.id, "released": True}, {"user_id": pedro.id, "released": True},
        {"user_id": pedro.id, "released": False}]})
    assert refused.status_code == 422
    assert refused.json["error"]["fields"].keys() == {
        "rules.0.role_id", "rules.1.role_id", "rules.2.user_id", "rules.4.user_id"}
    unsaid = boss.patch(f"{URL}/{menu['id']}", {"version": menu["version"], "rules": [{"user_id": pedro.id}]})
    assert unsaid.json["error"]["fields"].keys() == {"rules.0.released"}


def test_menus_are_neither_added_nor_deleted_and_only_who_may_changes_them(boss, menu, api, make_user, world, session):
    assert boss.post(URL, {"released": True}).status_code == 405
    assert boss.delete(f"{URL}/{menu['id']}").status_code == 405
    attendant = api(make_user(None, ATTENDANT, companies=[world.company]))
    assert attendant.get(URL).status_code == 403
    assert attendant.patch(f"{URL}/{menu['id']}", {"version": menu["version"], "released": False}).status_code == 403
    assert session.get(WebMenu, menu["id"]).released
