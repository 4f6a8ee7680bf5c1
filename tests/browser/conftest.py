"""A server with the tests' world, Chromium, and a page for each role: errors in its console fail the test."""
import os
import re
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.conftest import SETTINGS
from tests.support import people, world
from tests.support.clients import PASSWORD
from tests.support.databases import Databases
from tests.support.server import running
from tests.support.strictness import CI, chromium

from . import desk

ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage")
PATIENCE = 10_000  # milliseconds for anything awaited, on a machine that runs other tests beside
WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
# A refusal is what some tests ask for; Chromium writes the status of every answer from 400 on into the console.
_REFUSAL = re.compile(r"Failed to load resource: the server responded with a status of (401|403|404|409|410|422|429)\b")
USERS = {
    "admin": ("Admin",), "supervisor": ("Supervisor",), "attendant": ("Attendant",), "configurator": ("Configurator",),
    "provider": ("Provider",), "customer": ("Customer",),
    "operator": ("Attendant",),  # of the provider central
    "reader": ("Attendant",),  # of a department, which has scripts
    "changer": ("Attendant",),  # for tests that change their own account
}


def pytest_collection_modifyitems(items):
    """In CI a test that fails is tried once more: a page that is drawn while a machine is busy can be clicked in
    a moment that no person would meet. The run says which were tried again (`-rR`).
    """
    for item in items:
        if CI and "browser" in item.path.parts:
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="package")
def server(environment, tmp_path_factory):
    """`server.url`, and the ids of the world's rows in `server.ids` (`server.ids["entity"]`)."""
    folder = tmp_path_factory.mktemp("browser")
    url = Databases("sqlite", folder).create()
    ids = _seed(url)
    environ = {**os.environ, "DATABASE_URL": url, "INSTANCE_PATH": str(folder / "instance"),
               "WEBHOOK_ALLOW_PRIVATE": "1"}  # other systems stand on this machine
    with running(environ, folder / "server.log") as address:
        yield SimpleNamespace(url=address, ids=ids, log=folder / "server.log")


def _seed(url):
    from app import create_app, schema
    from app.commands.install import synchronise
    from app.extensions import db

    application = create_app({**SETTINGS, "SQLALCHEMY_DATABASE_URI": url})
    with application.app_context():
        schema.upgrade()
        synchronise()
        made = world.build(db.session())
        for name, roles in USERS.items():
            entity = {"provider": made.provider, "customer": made.entity}.get(name)
            companies = () if entity else (made.company,)
            people.make_user(db.session(), name, *roles, companies=companies, entity=entity,
                             central_operator=name in ("operator", "reader"),
                             department=made.department if name == "reader" else None)
        rows = {**vars(made), **vars(desk.build(db.session(), made))}
        ids = {name: row.id for name, row in rows.items() if hasattr(row, "id")}
        db.session.remove()
        db.engine.dispose()
    return ids


@pytest.fixture(scope="package")
def chrome():
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def signed_in(server, chrome):
    """`signed_in(name)`: the cookies of a user who has signed in by the form, once for all tests."""
    states = {}

    def state(name):
        if name not in states:
            context = chrome.new_context(base_url=server.url, locale="pt-BR")
            page = context.new_page()
            page.goto("/login/")
            page.get_by_label("Usuário").fill(name)
            page.get_by_label("Senha", exact=True).fill(PASSWORD)
            page.get_by_role("button", name="Entrar").click()
            page.wait_for_url(lambda url: "/login/" not in url)
            states[name] = context.storage_state()
            context.close()
        return states[name]
    return state


@pytest.fixture
def open_page(server, chrome, signed_in):
    """`open_page("attendant", "/entities/list/", size=NARROW, dark=True)`: a page of this user; None is nobody."""
    contexts, errors = [], []

    def note(message):
        if message.type == "error" and not _REFUSAL.match(message.text):
            errors.append(f"{message.location.get('url')}: {message.text}")

    def enter(user=None, path="/", *, size=WIDE, dark=False, **options):
        context = chrome.new_context(
            base_url=server.url, locale="pt-BR", timezone_id="America/Sao_Paulo", viewport=size,
            color_scheme="dark" if dark else "light", storage_state=signed_in(user) if user else None, **options)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(path)
        return page

    yield enter
    for context in contexts:
        context.close()
    assert errors == [], "in the console:\n" + "\n".join(errors)


@pytest.fixture
def page(open_page):
    """A page of nobody on the sign-in form."""
    return open_page(None, "/login/")
