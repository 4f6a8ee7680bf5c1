"""One's own account: data, language and theme."""
import pytest
from sqlalchemy import select

from app.models.log import LogEntry
from app.models.outbox import Outbox
from tests.support.clients import PASSWORD


def _profile(**values):
    return {"first_name": "Ana", "last_name": "Lima", "contact_email": "ana@example.com", "locale": "pt_BR",
            "theme": "auto", **values}


def test_a_person_changes_his_own_data_and_the_old_address_is_told(sign_in, make_user, session):
    user = make_user("ana", "Attendant", contact_email="velha@example.com")
    browser = sign_in(user)
    assert browser.post("/account/profile", _profile()).status_code == 302
    session.expire_all()
    assert (user.first_name, user.last_name, user.profile.contact_email) == ("Ana", "Lima", "ana@example.com")
    mail = session.scalar(select(Outbox))
    assert mail.recipient == "velha@example.com"
    assert mail.subject == "Balcão: seu e-mail foi trocado"
    entry = session.scalar(select(LogEntry).where(LogEntry.target == "ab_user"))
    assert entry.actor_id == user.id
    assert entry.changes["contact_email"][:2] == ["velha@example.com", "ana@example.com"]


@pytest.mark.parametrize(("values", "sentence"), [
    ({"first_name": "  "}, "obrigatório"), ({"first_name": ""}, "Preencha este campo."),
    ({"contact_email": "sem arroba"}, "e-mail"), ({"last_name": "x" * 65}, "64")])
def test_what_cannot_be_saved_is_said_at_its_field(sign_in, make_user, values, sentence):
    answer = sign_in(make_user("ana", "Attendant")).post("/account/profile", _profile(**values))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="ana@example.com"' in answer.text or "contact_email" in values


@pytest.mark.req("G-04")
def test_the_language_is_portuguese_until_somebody_chooses_another(client, sign_in, make_user, session):
    assert '<html lang="pt-BR"' in client().get("/login/").text
    assert '<html lang="pt-BR"' in client().get("/login/", headers={"Accept-Language": "en-GB,en;q=0.9"}).text
    assert '<html lang="pt-BR"' in client().get("/login/", headers={"Accept-Language": "fr,de;q=0.8"}).text
    stranger = client()
    stranger.get("/login/")
    assert stranger.get("/lang/en").status_code == 302
    assert '<html lang="en"' in stranger.get("/login/").text
    user = make_user("ana", "Attendant", locale="pt_BR")
    browser = sign_in(user)
    assert '<html lang="pt-BR"' in browser.get("/account/", headers={"Accept-Language": "en"}).text
    chosen = browser.post("/account/locale", {"locale": "en", "next": "/account/?a=1"})
    assert chosen.headers["Location"] == "/account/?a=1"
    assert '<html lang="en"' in browser.get("/account/").text
    browser.get("/lang/pt_BR")
    session.expire_all()
    assert user.profile.locale == "pt_BR"


def test_who_chose_another_language_is_told_so_in_that_one(sign_in, make_user):
    browser = sign_in(make_user("ana", "Attendant"))
    page = browser.get(browser.post("/account/profile", _profile(locale="en")).location).text
    assert "Profile saved." in page
    assert "Perfil salvo." not in page


def test_the_theme_is_kept_with_the_person(sign_in, make_user, session):
    user = make_user("ana", "Attendant")
    browser = sign_in(user)
    assert browser.post("/account/theme", {"theme": "dark", "next": "https://evil.example/"}).headers["Location"] == "/"
    assert 'data-theme="dark"' in browser.get("/account/").text
    answer = browser.post("/account/theme", json={"theme": "light"})
    assert answer.status_code == 200
    assert answer.json == {"theme": "light"}
    refused = browser.post("/account/theme", json={"theme": "rosa"})
    assert refused.status_code == 422
    assert refused.json["error"]["fields"]["theme"]
    session.expire_all()
    assert user.profile.theme == "light"


@pytest.mark.req("G-06")
def test_choices_need_the_token_and_an_account(sign_in, client, make_user):
    browser = sign_in(make_user("ana", "Attendant"))
    assert browser.post("/account/theme", {"theme": "dark"}, csrf=False).status_code == 400
    assert client().post("/account/theme", {"theme": "dark"}).headers["Location"].startswith("/login/")


def test_an_address_once_set_is_not_emptied(sign_in, make_user, session):
    user = make_user("ana", "Attendant", contact_email="ana@example.com")
    refused = sign_in(user).post("/account/profile", _profile(contact_email=" "))
    assert refused.status_code == 422
    assert "Preencha outro e-mail" in refused.text
    session.expire_all()
    assert user.profile.contact_email == "ana@example.com"
    never_set = sign_in(make_user("bia", "Attendant"))
    assert never_set.post("/account/profile", _profile(contact_email="")).status_code == 302


def test_the_present_password_is_not_a_new_one(sign_in, make_user, session):
    user = make_user("ana", "Attendant")
    stored, browser = user.password, sign_in(user)
    again = {"current": PASSWORD, "password": PASSWORD, "again": PASSWORD}
    refused = browser.post("/account/password", again)
    assert refused.status_code == 422
    assert "Esta é a senha atual: escolha outra." in refused.text
    session.expire_all()
    assert user.password == stored
