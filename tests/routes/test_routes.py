"""The table of routes: `pytest tests/routes --update-routes` rewrites it; its diff is read before it is committed."""
from pathlib import Path

import pytest
from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select

from . import table

TABLE = Path(__file__).with_name("routes.txt")
COOKIE = "balcao_session"


@pytest.fixture
def people(world, make_user, sign_in, client):
    """A browser for each kind of person, all of the company Azul; nobody first."""
    company = [world.company]
    users = {
        "customer": make_user("customer", "Customer", entity=world.entity),
        "provider": make_user("provider", "Provider", entity=world.provider),
        "attendant": make_user("attendant", "Attendant", companies=company),
        "supervisor": make_user("supervisor", "Supervisor", companies=company),
        "configurator": make_user("configurator", "Configurator", companies=company),
        "admin": make_user("admin", "Admin"),
    }
    return {"nobody": client(), **{name: sign_in(user) for name, user in users.items()}}


@pytest.fixture
def rows(session, world, make_user):
    """Which rows stand for `own`, `foreign` and `closed` in an address: {prefix: {argument: {kind: value}}}."""
    near = make_user("near", "Attendant", companies=[world.company])
    far = make_user("far", "Attendant", companies=[world.other_company])
    return known_rows(session, world, near, far)


def known_rows(session, world, near, far):
    role = {name: session.scalar(select(Role.id).where(Role.name == name)) for name in ("Attendant", "Admin")}

    def pair(own, foreign, **more):
        return {"own": own.id, "foreign": foreign.id, **{kind: row.id for kind, row in more.items()}}

    attendance = {"own": world.attendance.protocol, "foreign": world.other_attendance.protocol,
                  "closed": world.restricted_attendance.protocol}
    return {
        "/": {"filename": "x.txt", "locale": "en", "token": "t"},
        "/entities": {"pk": pair(world.entity, world.other_entity)},
        "/companies": {"pk": pair(world.company, world.other_company)},
        "/units": {"pk": pair(world.unit, world.other_unit, closed=world.restricted_unit)},
        "/departments": {"pk": pair(world.department, world.other_department)},
        "/users": {"pk": pair(near, far)},
        "/roles": {"pk": {"own": role["Attendant"], "foreign": role["Admin"]}},
        "/attendances": {"protocol": attendance},
    }


@pytest.fixture
def tokens(people, api):
    return {name: api(name).access_token for name in people if name != "nobody"}


def test_the_table_of_routes(app, db, people, rows, tokens, request):
    marks = {name: browser.token() for name, browser in people.items()}
    db.session.commit()
    db.session.remove()

    def call(name, method, address):
        """One request, undone afterwards: in the database and in the browser's cookies."""
        undo = db.engines[None].begin_nested()
        browser = people[name]
        cookie = browser.browser.get_cookie(COOKIE)
        try:
            return browser.open(method, address, **_sent(name, method, address))
        finally:
            if cookie is not None:
                browser.browser.set_cookie(COOKIE, cookie.value)
            else:
                browser.browser.delete_cookie(COOKIE)
            db.session.remove()
            undo.rollback()

    def _sent(name, method, address):
        if not address.startswith("/api/"):
            return {"data": {"csrf_token": marks[name]}} if method != "GET" else {}
        sent = {"headers": {"Authorization": f"Bearer {tokens[name]}"} if name in tokens else {}}
        return {**sent, "json": {}} if method in ("POST", "PUT", "PATCH") else sent

    text, errors = table.build(app, people, rows, call)
    if request.config.getoption("--update-routes"):
        TABLE.write_text(text)
    assert errors == [], "\n".join(errors)
    assert text.splitlines() == TABLE.read_text().splitlines()
