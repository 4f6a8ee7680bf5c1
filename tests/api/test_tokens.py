"""Tokens for REST: made on the person's own page, shown once, never more than the person may, void when revoked."""
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.models.api_token import ApiToken
from app.security.permissions import ATTENDANT, SUPERVISOR
from tests.support.clients import Caller

pytestmark = pytest.mark.req("B-30")


@pytest.fixture
def person(make_user, world):
    return make_user(None, SUPERVISOR, companies=[world.company])


@pytest.fixture
def browser(person, sign_in):
    return sign_in(person)


@pytest.fixture
def call(app, session):
    """GET or POST with a token."""
    caller = Caller(app, session)

    def ask(token, path, method="GET", **options):
        return caller.open(method, f"/api/v1/{path}", headers={"Authorization": f"Bearer {token}"}, **options)
    return ask


def made(browser, *scopes, name="ERP", days="30") -> str:
    page = browser.post("/account/tokens/create", {"name": name, "scopes": list(scopes), "days": days})
    assert page.status_code == 200, page.text
    return re.search(r'id="fresh-token">(blc_[\w-]+)<', page.text)[1]


def test_a_token_calls_what_it_allows_and_nothing_else(browser, call, world):
    token = made(browser, "read attendance")
    assert call(token, f"attendances/{world.attendance.address}").status_code == 200
    assert call(token, "persons?q=a").status_code == 403
    assert call(token, f"attendances/{world.attendance.address}/close", "POST", json={}).status_code == 403
    assert call(token, f"attendances/{world.other_attendance.address}").status_code == 404


def test_it_is_shown_once_and_only_its_hash_is_kept(browser, session):
    token = made(browser, "read attendance")
    page = browser.get("/account/tokens/").text
    assert token not in page
    assert token[:10] in page
    stored = session.scalars(select(ApiToken)).one()
    assert token not in str(vars(stored))


def test_revoked_or_ended_it_is_void_at_once(browser, call, session, seeding):
    token = made(browser, "read attendance")
    page = browser.get("/account/tokens/").text
    assert browser.post(re.search(r'action="(/account/tokens/\d+/revoke)"', page)[1]).status_code == 302
    assert call(token, "attendances").status_code == 401
    ended = made(browser, "read attendance")
    row = session.scalars(select(ApiToken).order_by(ApiToken.id.desc()).limit(1)).one()
    with seeding():
        row.expires_at -= timedelta(days=31)
    assert call(ended, "attendances").status_code == 401
    assert call("blc_" + "x" * 43, "attendances").status_code == 401


def test_what_is_taken_from_the_person_is_taken_from_the_token(browser, call, session, seeding, person):
    from flask_appbuilder.security.sqla.models import Role

    token = made(browser, "read attendance", "write attendance")
    assert call(token, "attendances").status_code == 200
    with seeding():
        person.roles = [session.scalar(select(Role).where(Role.name == ATTENDANT))]
    assert call(token, "attendances").status_code == 401  # an attendant may not use tokens
    with seeding():
        person.roles = [session.scalar(select(Role).where(Role.name == SUPERVISOR))]
    assert call(token, "attendances").status_code == 200
    with seeding():
        person.active = False
    assert call(token, "attendances").status_code == 401


def test_a_token_opens_no_page_and_is_no_cookie(app, session, browser):
    token = made(browser, "read attendance")
    caller = Caller(app, session)
    answer = caller.open("GET", "/attendances/", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 302
    assert "/login/" in answer.location


def test_refusals_stand_at_their_fields_and_what_was_typed_stays(browser, session):
    page = browser.post("/account/tokens/create", {"name": "", "days": "90"})
    assert page.status_code == 422
    assert 'id="name-err"' in page.text
    assert 'id="scopes-err"' in page.text
    page = browser.post("/account/tokens/create", {"name": "ERP", "scopes": ["write role", "read attendance"]})
    assert page.status_code == 422
    assert 'value="ERP"' in page.text
    assert re.search(r'value="read attendance" checked', page.text)
    assert session.scalars(select(ApiToken)).all() == []


def test_nobody_ends_the_token_of_another_and_who_may_not_has_no_page(browser, make_user, sign_in, session, world):
    made(browser, "read attendance")
    pk = session.scalars(select(ApiToken.id)).one()
    other = sign_in(make_user(None, SUPERVISOR, companies=[world.company]))
    assert other.post(f"/account/tokens/{pk}/revoke").status_code == 404
    attendant = sign_in(make_user(None, ATTENDANT, companies=[world.company]))
    assert attendant.get("/account/tokens/").status_code == 403
