"""Sessions are rows: listed, ended, and void when time or the password says so."""
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.database import utc_now
from app.models.identity import UserSession
from tests.support.clients import PASSWORD

NEW = "outro cavalo 88"


def _inside(browser):
    return browser.get("/account/").status_code == 200


def _shift(session, **values):
    session.execute(update(UserSession).values(**values))
    session.commit()


def test_a_person_sees_and_ends_only_his_own_sessions(sign_in, make_user, session):
    ana, bia = make_user("ana", "Attendant"), make_user("bia", "Attendant")
    here = sign_in(ana, user_agent="Mozilla/5.0 (Windows NT 10.0) Firefox/130.0")
    there = sign_in(ana, user_agent="Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Safari/537.36")
    other = sign_in(bia, user_agent="pytest")
    page = here.get("/account/").text
    assert "Firefox, Windows" in page
    assert "Chrome, Android" in page
    ids = dict(session.execute(select(UserSession.user_agent, UserSession.id)).all())
    mine = next(pk for agent, pk in ids.items() if "Android" in agent)
    assert here.post(f"/account/sessions/{ids['pytest']}/end").status_code == 404
    assert _inside(other)
    assert here.post(f"/account/sessions/{mine}/end").status_code == 302
    assert _inside(here)
    assert not _inside(there)
    assert "Esta sessão foi encerrada." in there.get("/login/").text


def test_ending_the_others_keeps_this_one(sign_in, api, make_user):
    user = make_user("ana", "Attendant")
    here, there, caller = sign_in(user), sign_in(user), api(user)
    assert here.post("/account/sessions/end-others").status_code == 302
    assert _inside(here)
    assert not _inside(there)
    assert caller.post("/api/v1/security/logout").status_code == 401


def test_a_stolen_cookie_dies_with_the_session(sign_in, client, make_user, app):
    owner, thief = sign_in(make_user("ana", "Attendant")), client()
    name = app.config["SESSION_COOKIE_NAME"]
    stolen = owner.browser.get_cookie(name).value
    thief.browser.set_cookie(name, stolen)
    assert _inside(thief)
    owner.post("/logout/")
    thief.browser.set_cookie(name, stolen)
    assert not _inside(thief)


def test_a_new_password_ends_every_other_session_and_token(sign_in, api, client, make_user):
    user = make_user("ana", "Attendant")
    here, there, caller = sign_in(user), sign_in(user), api(user)
    wrong = here.post("/account/password", {"current": "não é essa", "password": NEW, "again": NEW})
    assert wrong.status_code == 422
    assert "A senha atual está incorreta." in wrong.text
    weak = here.post("/account/password", {"current": PASSWORD, "password": "password123", "again": "password123"})
    assert weak.status_code == 422
    assert "comum demais" in weak.text
    unequal = here.post("/account/password", {"current": PASSWORD, "password": NEW, "again": NEW + "x"})
    assert unequal.status_code == 422
    assert "não são iguais" in unequal.text
    assert _inside(there)
    assert here.post("/account/password", {"current": PASSWORD, "password": NEW, "again": NEW}).status_code == 302
    assert _inside(here)
    assert not _inside(there)
    assert "Sua senha foi trocada." in there.get("/login/").text
    assert caller.post("/api/v1/security/logout").status_code == 401
    refresh = {"Authorization": f"Bearer {caller.refresh_token}"}
    assert caller.open("POST", "/api/v1/security/refresh", headers=refresh).status_code == 401
    assert client().login("ana", NEW).status_code == 302
    assert client().login("ana").status_code == 401


def test_guessing_the_present_password_is_counted(sign_in, make_user):
    browser = sign_in(make_user("ana", "Attendant"))
    tries = {"current": "palpite", "password": NEW, "again": NEW}
    codes = [browser.post("/account/password", tries).status_code for _ in range(6)]
    assert codes == [422] * 5 + [429]


def test_an_idle_session_ends_with_a_notice(sign_in, make_user, session, app):
    browser = sign_in(make_user("ana", "Attendant"))
    idle = timedelta(minutes=app.config["SESSION_IDLE_MINUTES"])
    _shift(session, last_seen_at=utc_now() - idle + timedelta(minutes=1))
    assert _inside(browser)
    seen = session.scalar(select(UserSession.last_seen_at))
    assert utc_now() - seen < timedelta(seconds=30)
    _shift(session, last_seen_at=utc_now() - idle - timedelta(minutes=1))
    page = browser.get("/account/", follow_redirects=True)
    assert "Sua sessão terminou por inatividade. Entre de novo para continuar." in page.text
    assert browser.login("ana").status_code == 302
    assert _inside(browser)


def test_a_session_has_a_longest_time(sign_in, make_user, session, app):
    browser = sign_in(make_user("ana", "Attendant"))
    _shift(session, created_at=utc_now() - timedelta(hours=app.config["SESSION_ABSOLUTE_HOURS"], minutes=1))
    assert not _inside(browser)


def test_use_is_noted_at_most_once_a_minute(sign_in, make_user, session, queries):
    browser = sign_in(make_user("ana", "Attendant"))
    browser.get("/account/")
    queries.clear()
    browser.get("/account/")
    assert not [q for q in queries if q.lower().startswith("update")]


def test_the_cookie_holds_no_more_than_it_needs(sign_in, make_user):
    browser = sign_in(make_user("ana", "Attendant"))
    browser.get("/account/")
    with browser.browser.session_transaction() as cookie:
        assert set(cookie) <= {"sid", "_user_id", "_fresh", "_id", "csrf_token", "locale", "page_history", "_flashes"}


@pytest.mark.req("G-06")
def test_the_cookie_is_kept_from_scripts_and_other_sites(client, app):
    answer = client().get("/login/")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
