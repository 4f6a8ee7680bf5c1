"""A forgotten password: one answer for everybody, a link that works once."""
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from app.database import utc_now
from app.errors import Invalid
from app.models.identity import PasswordReset
from app.models.outbox import Outbox
from app.security import passwords
from tests.support.clients import PASSWORD

NEW = "outro cavalo 88"


def _token(session, address="ana@example.com"):
    body = session.scalar(select(Outbox.body).where(Outbox.recipient == address).order_by(Outbox.id.desc()).limit(1))
    return next(line for line in body.splitlines() if "/reset/" in line).rsplit("/", 1)[1]


def _choose(browser, token, password=NEW, again=None):
    return browser.post(f"/reset/{token}", {"password": password, "again": again or password})


def test_the_answer_is_the_same_for_everybody_and_only_one_mail_leaves(client, make_user, session, app):
    make_user("ana", "Customer", contact_email="ana@example.com")
    make_user("nuvem", "Attendant", source="ldap", password=None, contact_email="nuvem@example.com")
    make_user("saiu", "Attendant", active=False, contact_email="saiu@example.com")
    make_user("semcorreio", "Attendant")
    answers = [client().post("/forgot/", {"username": name}, follow_redirects=False)
               for name in ("ana", "nuvem", "saiu", "semcorreio", "fantasma")]
    assert {(answer.status_code, answer.headers["Location"]) for answer in answers} == {(302, "/login/")}
    mails = session.scalars(select(Outbox)).all()
    assert [mail.recipient for mail in mails] == ["ana@example.com"]
    assert mails[0].subject == "Balcão: nova senha"
    assert f"{app.config['PUBLIC_URL']}/reset/" in mails[0].body
    assert _token(session) not in session.scalar(select(PasswordReset.token_hash))


def test_the_link_is_built_on_the_setting_not_on_the_host(client, make_user, session):
    make_user("ana", "Attendant", contact_email="ana@example.com")
    browser = client()
    hostile = {"base_url": "http://evil.example", "headers": {"X-Forwarded-Host": "evil.example"}}
    browser.get("/forgot/", **hostile)
    assert browser.post("/forgot/", {"username": "ana"}, **hostile).status_code == 302
    assert "evil" not in session.scalar(select(Outbox.body))


def test_a_link_works_once_and_a_refused_password_does_not_use_it_up(client, sign_in, make_user, session):
    make_user("ana", "Attendant", contact_email="ana@example.com")
    before = sign_in("ana")
    client().post("/forgot/", {"username": "ana"})
    token, browser = _token(session), client()
    page = browser.get(f"/reset/{token}")
    assert page.status_code == 200
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in page.headers["Cache-Control"]
    assert _choose(browser, token, "curta").status_code == 422
    assert _choose(browser, token, "password123").status_code == 422
    assert _choose(browser, token, NEW, "outra coisa 99").status_code == 422
    assert _choose(browser, token).status_code == 302
    assert _choose(browser, token).status_code == 410
    assert before.get("/account/").status_code == 302  # signed out
    assert client().login("ana", NEW).status_code == 302
    assert client().login("ana", PASSWORD).status_code == 401


@pytest.mark.req("G-02")
def test_a_link_that_is_used_ends_the_lock_out_of_its_owner_only(client, make_user, session):
    make_user("ana", "Attendant", contact_email="ana@example.com")
    make_user("caio", "Attendant")
    browser = client()
    for name in ("ana", "caio"):
        for _try in range(6):
            locked = browser.login(name, "errada de todo 1")
        assert locked.status_code == 429
    browser.post("/forgot/", {"username": "ana"})
    assert _choose(browser, _token(session)).status_code == 302
    assert browser.login("caio").status_code == 429
    assert browser.login("ana", NEW).status_code == 302


def test_an_old_link_and_one_that_was_replaced_are_void(client, make_user, session):
    make_user("ana", "Attendant", contact_email="ana@example.com")
    browser = client()
    browser.post("/forgot/", {"username": "ana"})
    first = _token(session)
    browser.post("/forgot/", {"username": "ana"})
    second = _token(session)
    assert first != second
    gone = browser.get(f"/reset/{first}")
    assert gone.status_code == 410
    assert "Este link não vale mais" in gone.text
    session.execute(update(PasswordReset).values(expires_at=utc_now() - timedelta(seconds=1)))
    assert _choose(browser, second).status_code == 410


def test_mails_about_one_account_are_limited(client, make_user, session):
    make_user("ana", "Attendant", contact_email="ana@example.com")
    browser = client()
    codes = [browser.post("/forgot/", {"username": "ana"}).status_code for _ in range(7)]
    assert codes == [302] * 5 + [429] * 2
    assert session.scalar(select(func.count()).select_from(Outbox)) == 5


def test_a_mail_speaks_the_language_of_its_owner(client, make_user, session):
    make_user("ana", "Attendant", contact_email="ana@example.com", locale="en")
    client().post("/forgot/", {"username": "ana"})
    assert session.scalar(select(Outbox.subject)) == "Balcão: new password"


@pytest.mark.parametrize("password", [
    "curta", "password123", "Password123!", "1234567890", "aaaaaaaaaaaa", "qwertyuiop", "iloveyouiloveyou",
    "mariasouza99", "a senha da Souza 1", "a" * 129])
def test_a_weak_password_is_refused(password):
    with pytest.raises(Invalid):
        passwords.check_policy(password, about=("maria", "Maria", "Souza"))


@pytest.mark.parametrize("password", ["cavalo correto", "çãoéíúÇÃO1", "x7#kQ2mmL9", "uma frase bem comprida"])
def test_no_rule_of_composition_is_asked(password):
    passwords.check_policy(password, about=("maria", "Maria", "Souza"))


def test_a_password_typed_with_other_accents_is_the_same():
    composed, decomposed = "caf\u00e9 da manh\u00e3", "cafe\u0301 da manha\u0303"
    assert passwords.verify(passwords.make(composed, "pbkdf2:sha256:1"), decomposed, "pbkdf2:sha256:1")


def test_only_the_demonstration_says_where_its_mail_is_read(client, make_user, app, monkeypatch):
    make_user("ana", "Customer", contact_email="ana@example.com")
    for demo in (False, True):
        monkeypatch.setitem(app.config, "DEMO", demo)
        page = client().post("/forgot/", {"username": "ana"}, follow_redirects=True)
        assert ("lê a mensagem no menu, em “Caixa de saída”" in page.text) is demo
