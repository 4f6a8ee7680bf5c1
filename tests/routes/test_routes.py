"""The table of routes: `pytest tests/routes --update-routes` rewrites it; its diff is read before it is committed."""
from pathlib import Path

import pytest

from . import rows as rows_of
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
        "attendant": make_user("attendant", "Attendant", companies=company, department=world.department),
        "supervisor": make_user("supervisor", "Supervisor", companies=company),
        "configurator": make_user("configurator", "Configurator", companies=company),
        "admin": make_user("admin", "Admin"),
    }
    return {"nobody": client(), **{name: sign_in(user) for name, user in users.items()}}


@pytest.fixture
def rows(app, session, seeding, world, make_user):
    near = make_user("near", "Attendant", companies=[world.company], contact_email="near@example.com")
    far = make_user("far", "Attendant", companies=[world.other_company], contact_email="far@example.com")
    with seeding():
        known = rows_of.seed(session, world, near, far)
    return {**known, **rows_of.of_registers(app.appbuilder, known.pop("models"))}


@pytest.fixture
def tokens(people, api):
    return {name: api(name).access_token for name in people if name != "nobody"}


@pytest.mark.req("B-29", "G-01", "G-03", "G-06")
def test_the_table_of_routes(app, db, people, rows, tokens, request):
    for browser in people.values():
        browser.get("/login/", follow_redirects=True)  # the page that who changes the language is sent back to
    marks = {name: browser.token() for name, browser in people.items()}
    db.session.commit()
    db.session.remove()

    def call(name, method, address, sent):
        """One request, undone afterwards: in the database and in the browser's cookies."""
        undo = db.engines[None].begin_nested()
        browser = people[name]
        cookie = browser.browser.get_cookie(COOKIE)
        try:
            return browser.open(method, address, **options(name, method, address, sent))
        finally:
            if cookie is not None:
                browser.browser.set_cookie(COOKIE, cookie.value)
            else:
                browser.browser.delete_cookie(COOKIE)
            db.session.remove()
            undo.rollback()

    def options(name, method, address, sent):
        found = {"query_string": sent.get("query", {})}
        if address.startswith("/api/"):
            found["headers"] = {"Authorization": f"Bearer {tokens[name]}"} if name in tokens else {}
            return found if method in ("GET", "DELETE") else {**found, "json": sent.get("json", {})}
        if method == "GET":
            return found
        if "json" in sent:
            return {**found, "json": sent["json"], "headers": {"X-CSRFToken": marks[name]}}
        return {**found, "data": {"csrf_token": marks[name], **sent.get("form", {})}}

    text, errors = table.build(app, people, rows, call)
    if request.config.getoption("--update-routes"):
        TABLE.write_text(text)
    assert errors == [], "\n".join(errors)
    assert text.splitlines() == TABLE.read_text().splitlines()
