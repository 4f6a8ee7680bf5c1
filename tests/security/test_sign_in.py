"""Signing in by form and REST: one check, one set of counters, one answer for every refusal."""
import re
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest
from sqlalchemy import select

from app.models.identity import LoginAttempt, LoginThrottle
from app.security import passwords, throttle
from tests.support.apps import fresh_app
from tests.support.clients import PASSWORD

WRONG = "errada de todo 1"


def _inside(browser):
    return browser.get("/account/").status_code == 200


def _same_for_all(page, *names):
    text = re.sub(r'(value|nonce|content)="[^"]*"', "", page)
    for name in names:
        text = text.replace(name, "")
    return text


@pytest.mark.req("G-06")
def test_wrong_unknown_and_inactive_users_get_the_same_answer(client, make_user, session):
    make_user("ana", "Attendant")
    make_user("saiu", "Attendant", active=False)
    make_user("nuvem", "Attendant", source="oidc", password=None)
    tries = [("ana", WRONG), ("ninguem", WRONG), ("saiu", PASSWORD), ("nuvem", WRONG)]
    answers = [client().login(*each) for each in tries]
    assert {answer.status_code for answer in answers} == {401}
    assert len({_same_for_all(answer.text, *(name for name, _ in tries)) for answer in answers}) == 1
    assert "Usuário ou senha incorretos." in answers[0].text
    outcomes = session.scalars(select(LoginAttempt.outcome).order_by(LoginAttempt.id)).all()
    assert outcomes == ["wrong", "unknown", "inactive", "wrong"]


def test_the_answer_takes_one_hash_whoever_is_asked_for(client, make_user, monkeypatch):
    make_user("ana", "Attendant")
    make_user("nuvem", "Attendant", source="oidc", password=None)
    hashes = []
    real = passwords.check_password_hash
    monkeypatch.setattr(passwords, "check_password_hash", lambda *args: hashes.append(1) or real(*args))
    for name in ("ana", "ninguem", "nuvem"):
        hashes.clear()
        client().login(name, WRONG)
        assert len(hashes) == 1, name


def test_the_name_is_read_whatever_its_case_and_an_email_is_no_name(client, make_user, session):
    user = make_user("ana", "Attendant", contact_email="ana@example.com")
    email = user.email
    assert client().login(" Ana ").status_code == 302
    assert client().login("ana@example.com").status_code == 401
    assert client().login(email).status_code == 401


def test_five_wrong_passwords_lock_form_and_rest_alike(client, api_client, make_user, session):
    make_user("ana", "Attendant")
    browser, caller = client(ip="10.9.0.1"), api_client(ip="10.9.0.1")
    assert [browser.login("ana", WRONG).status_code for _ in range(3)] == [401] * 3
    assert [caller.login("ana", WRONG).status_code for _ in range(2)] == [401] * 2
    locked = browser.login("ana")
    assert locked.status_code == 429
    assert re.search(r"Muitas tentativas\. Tente de novo em \d+ minutos?\.", locked.text)
    assert int(locked.headers["Retry-After"]) > 0
    refused = caller.login("ana")
    assert refused.status_code == 429
    assert refused.json["error"]["code"] == "too_many_attempts"
    assert client(ip="10.9.0.2").login("ana").status_code == 302  # a stranger cannot shut her out everywhere
    kept = session.scalars(select(LoginThrottle.key)).all()
    assert kept
    assert not any("ana" in key for key in kept)


def test_an_unknown_name_locks_like_a_known_one(client):
    browser = client()
    assert [browser.login("fantasma", WRONG).status_code for _ in range(6)] == [401] * 5 + [429]


def test_many_addresses_get_few_guesses_at_one_account(client, make_user):
    make_user("ana", "Attendant")
    codes = [client().login("ana", WRONG).status_code for _ in range(throttle.LIMITS["user"] + 1)]
    assert codes == [401] * throttle.LIMITS["user"] + [429]


def test_one_address_gets_few_guesses_at_many_accounts_but_lets_all_colleagues_in(client, make_user):
    make_user("ana", "Attendant")
    assert all(client(ip="10.9.1.1").login("ana").status_code == 302 for _ in range(throttle.LIMITS["ip"] + 5))
    codes = [client(ip="10.9.1.1").login(f"nome{n}", WRONG).status_code for n in range(throttle.LIMITS["ip"] + 1)]
    assert codes == [401] * throttle.LIMITS["ip"] + [429]


@pytest.mark.req("G-06")
def test_forty_guesses_at_once_verify_five_passwords(databases, monkeypatch):
    """The try is paid before the password is looked at."""
    verified = []
    real = passwords.verify
    monkeypatch.setattr(passwords, "verify", lambda *args: verified.append(1) or real(*args))
    with fresh_app(databases) as app, ThreadPoolExecutor(12) as pool:
        def guess(number):
            body = {"username": "ana", "password": f"palpite numero {number}"}
            return app.test_client().post("/api/v1/security/login", json=body).status_code
        codes = list(pool.map(guess, range(40)))
    assert len(verified) == throttle.LIMITS["pair"]
    assert sorted(codes) == [401] * 5 + [429] * 35


@pytest.mark.parametrize("hostile", [
    "https://evil.example/x", "//evil.example", "http:evil.example", "/\\evil.example", "\\\\evil.example",
    "javascript:alert(1)", "/%09/evil.example", "///evil.example", "http://localhost@evil.example",
    "/x\r\nSet-Cookie:a=b",
    "/nada/disso", "/logout/", "data:text/html,x", "http://[evil"])
def test_a_hostile_next_leads_home(client, make_user, hostile):
    make_user("ana", "Attendant")
    location = client().login("ana", going_to=quote(hostile)).headers["Location"]
    assert location == "/"


@pytest.mark.parametrize("good", ["/account/", "/account/?a=1", "http://localhost/account/"])
def test_a_page_of_ours_is_returned_to(client, make_user, good):
    make_user("ana", "Attendant")
    assert client().login("ana", going_to=quote(good)).headers["Location"].startswith("/account/")


@pytest.mark.req("G-06")
def test_signing_in_and_out_needs_the_token_and_signing_out_is_a_post(client, make_user):
    make_user("ana", "Attendant")
    browser = client()
    assert browser.post("/login/", {"username": "ana", "password": PASSWORD}, csrf=False).status_code == 400
    browser.login("ana")
    assert browser.post("/logout/", csrf=False).status_code == 400
    assert browser.get("/logout/").status_code == 405
    assert _inside(browser)
    assert browser.post("/logout/").status_code == 302
    assert not _inside(browser)


@pytest.mark.req("G-06")
def test_nobody_registers_himself(app):
    assert not [rule for rule in app.url_map.iter_rules() if "register" in rule.rule]


def test_an_account_with_a_second_factor_does_not_come_in_by_password_alone(client, make_user):
    make_user("ana", "Attendant", totp_secret="JBSWY3DPEHPK3PXP")
    assert client().login("ana").status_code == 401


def test_a_directory_is_asked_through_its_verifier(client, make_user, monkeypatch):
    from app.services import login

    make_user("lia", "Attendant", source="ldap", password=None)
    assert client().login("lia", "segredo do ldap").status_code == 401
    monkeypatch.setitem(login.VERIFIERS, "ldap", lambda name, password: (name, password) == ("lia", "segredo do ldap"))
    assert client().login("lia", "segredo do ldap").status_code == 302
    assert client().login("lia", WRONG).status_code == 401

    def down(_name, _password):
        raise login.SourceDown
    monkeypatch.setitem(login.VERIFIERS, "ldap", down)
    assert client().login("lia", "segredo do ldap").status_code == 401


def test_a_login_without_its_fields_says_which(api_client, client):
    answer = api_client().open("POST", "/api/v1/security/login", json={"username": "ana"})
    assert answer.status_code == 422
    assert answer.json["error"]["fields"] == {"password": "Este campo é obrigatório."}
    assert api_client().open("POST", "/api/v1/security/login", data="x").status_code == 400
    page = client().post("/login/", {"username": "ana", "password": ""})
    assert page.status_code == 422
    assert "Preencha este campo." in page.text
    assert 'value="ana"' in page.text


def test_tokens_stand_on_a_session_that_can_be_ended(api, make_user):
    caller = api(make_user("ana", "Attendant"))
    fresh = caller.open("POST", "/api/v1/security/refresh", headers={"Authorization": f"Bearer {caller.refresh_token}"})
    assert fresh.status_code == 200
    caller.access_token = fresh.json["access_token"]
    assert caller.post("/api/v1/security/logout").status_code == 204
    ended = caller.open("POST", "/api/v1/security/refresh", headers={"Authorization": f"Bearer {caller.refresh_token}"})
    assert ended.status_code == 401
    assert ended.json["error"]["code"] == "unauthorized"
    assert caller.post("/api/v1/security/logout").status_code == 401


def test_a_cookie_is_no_token_and_a_refresh_token_no_access_token(sign_in, api, make_user):
    user = make_user("ana", "Attendant")
    assert sign_in(user).open("POST", "/api/v1/security/logout").status_code == 401
    caller = api(user)
    caller.access_token = caller.refresh_token
    assert caller.post("/api/v1/security/logout").status_code == 401


def test_the_cost_of_knowing_who_asks_is_one_query(sign_in, make_user, queries):
    browser = sign_in(make_user("ana", "Attendant"))
    browser.get("/account/")
    queries.clear()
    browser.get("/reset/x")
    identity = [q for q in queries if "user_session" in q or "ab_permission_view_role" in q]
    assert len(identity) == 1


def test_the_cookie_of_a_stranger_is_nobody(client, make_user, app, session):
    user = make_user("ana", "Attendant")
    pk = user.id
    browser = client()
    with browser.browser.session_transaction() as cookie:
        cookie.update(_user_id=str(pk), _fresh=True)  # a leaked SECRET_KEY, or a stray login_user
    assert not _inside(browser)
    browser = client()
    browser.login("ana")
    with browser.browser.session_transaction() as cookie:
        cookie["_user_id"] = str(pk + 1)
    assert not _inside(browser)


def test_last_sign_in_is_noted(sign_in, make_user, session):
    user = make_user("ana", "Attendant")
    sign_in(user)
    session.expire_all()
    assert user.last_login is not None
    assert user.login_count == 1


def test_every_try_is_in_the_security_log_of_who_may_see_it(sign_in, client, make_user, world):
    make_user("ana", "Attendant", companies=[world.company])
    make_user("longe", "Attendant", companies=[world.other_company])
    client().login("ana", WRONG)
    client().login("longe", WRONG)
    client().login("senha-no-campo-errado", WRONG)
    page = sign_in(make_user("chefe", "Supervisor", companies=[world.company])).get("/security-log/list/").text
    assert "Senha errada" in page
    assert ">ana<" in page
    assert "longe" not in page
    assert "senha-no-campo-errado" not in page
    assert "senha-no-campo-errado" in sign_in(make_user("raiz", "Admin")).get("/security-log/list/").text
    assert sign_in("ana").get("/security-log/list/").status_code == 403
