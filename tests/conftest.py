"""The ground of the tests: one application on a schema made by the migrations, every test undone when it ends."""
import os
from contextlib import nullcontext
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Engine

from tests.support import people
from tests.support import world as worlds
from tests.support.clients import PASSWORD, ApiClient, Client
from tests.support.databases import Databases
from tests.support.seeding import seeding as _seeding

pytest_plugins = ["tests.support.network", "tests.support.requirements", "tests.support.strictness"]

_FOREIGN = ("DATABASE_URL", "REDIS_URL", "PUBLIC_URL", "TRUSTED_PROXIES", "METRICS_TOKEN", "HOST", "PORT", "DEMO",
            "DEMO_PASSWORD", "TIMEZONE", "LOCALE", "SMTP_URL", "MAIL_FROM", "FLASK_DEBUG",
            "SMS_URL", "SMS_TOKEN", "WEBHOOK_ALLOW_PRIVATE", "UPLOADS_PATH", "UPLOAD_MAX_MB", "UPLOAD_SCANNER")
_WORLD = pytest.StashKey[dict]()  # of a test: the ids of the world that lies in its database
SETTINGS = {
    "TESTING": True,
    "FAB_PASSWORD_HASH_METHOD": "pbkdf2:sha256:1",  # the real one takes 0.1 s a sign-in
    "LOGIN_FLOOR_SECONDS": 0,
    "SERVER_NAME": None,
}


@pytest.fixture(scope="session", autouse=True)
def environment(tmp_path_factory):
    """Settings of this machine's owner have no part in a test; commands run by tests inherit these."""
    with pytest.MonkeyPatch.context() as patch:
        for name in _FOREIGN:
            patch.delenv(name, raising=False)
        patch.setenv("INSTANCE_PATH", str(tmp_path_factory.mktemp("instance")))
        patch.setenv("SECRET_KEY", "a-secret-key-for-tests-only-0123456789")
        patch.setenv("ENCRYPTION_KEYS", "an-encryption-key-for-tests-0123456789")
        yield os.environ


@pytest.fixture(scope="session")
def databases(request, tmp_path_factory, environment):
    """Fresh databases of the engine under test: `databases.create()` answers a URL, `databases.engine` names it."""
    made = Databases(request.config.getoption("--engine"), tmp_path_factory.mktemp("databases"),
                     os.environ.get("TEST_DATABASE_URL"))
    yield made
    made.close()


@pytest.fixture(scope="session")
def redis_url(worker_id):
    """A Redis database of this process: the one named by TEST_REDIS_URL, those of its neighbours the ones below it.

    A test that asks for it is deselected where TEST_REDIS_URL is not set.
    """
    url = urlsplit(os.environ["TEST_REDIS_URL"])
    number = int(url.path.strip("/") or 0) - int(worker_id.removeprefix("gw") if worker_id != "master" else 0)
    return url._replace(path=f"/{number % 16}").geturl()


@pytest.fixture(scope="session")
def app(databases):
    """The application on a fresh database: migrated, then `sync`."""
    from app import create_app, schema
    from app.commands.install import synchronise
    from app.extensions import db

    app = create_app({**SETTINGS, "SQLALCHEMY_DATABASE_URI": databases.create()})
    with app.app_context():
        schema.upgrade()
        db.engine.dispose()
        databases.keep_migrated(app.config["SQLALCHEMY_DATABASE_URI"])
        synchronise()
        db.session.remove()
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def inhabited(app, databases):
    """(an engine on a copy of the database in which the tests' world is, the ids of its rows)."""
    from app.extensions import db

    with app.app_context():
        db.session.remove()
        db.engine.dispose()
        own, options = db.engines[None], app.config["SQLALCHEMY_ENGINE_OPTIONS"]
        engine = create_engine(databases.create(like=app.config["SQLALCHEMY_DATABASE_URI"]), **options)
        db.engines[None] = engine
        ids = worlds.ids_of(worlds.build(db.session()))
        db.session.remove()
        db.engines[None] = own
    yield engine, ids
    engine.dispose()


@pytest.fixture
def db(app, request):
    """The database within one outer transaction: a commit releases a savepoint, the end of the test undoes all.

    A test that asks for `world` has one in which it lies already.
    """
    from app.extensions import db

    inhabited = None
    if "world" in request.fixturenames:
        inhabited, request.node.stash[_WORLD] = request.getfixturevalue("inhabited")
    with app.app_context():
        own, factory = db.engines[None], db.session.session_factory
        engine = inhabited or own
        connection = engine.connect()
        transaction = connection.begin()
        connection.name = engine.name  # FAB asks its bind for the name
        connection.connect = lambda: nullcontext(connection)  # who wants a connection of his own gets this one
        db.engines[None] = connection
        db.session.remove()
        factory.configure(join_transaction_mode="create_savepoint")
        try:
            yield db
        finally:
            db.session.remove()
            factory.configure(join_transaction_mode="conditional_savepoint")
            transaction.rollback()
            connection.close()
            db.engines[None] = own


@pytest.fixture
def session(db):
    """The test's own session. Before each request of a client it is committed, and its objects read afresh after it."""
    return db.session()


@pytest.fixture
def seeding(session):
    """`with seeding(): session.add(…)`: rows that are simply there, written without a log entry."""
    return lambda: _seeding(session)


@pytest.fixture
def client(app, session):
    """`client(ip=…, user_agent=…)`: a new browser, signed in as nobody."""
    return lambda **options: Client(app, session, **options)


@pytest.fixture
def api_client(app, session):
    """`api_client(ip=…)`: a new caller of the API without a token."""
    return lambda **options: ApiClient(app, session, **options)


@pytest.fixture
def make_user(session):
    """`make_user("ana", "Attendant", companies=[…], units=[…], entity=…, password=…)` writes a user and returns it."""
    return lambda username=None, *roles, **values: people.make_user(session, username, *roles, **values)


@pytest.fixture
def sign_in(client):
    """`sign_in(user)`: a browser in which this user (or user name) is signed in."""
    def enter(user, password=PASSWORD, **options):
        browser = client(**options)
        response = browser.login(getattr(user, "username", user), password)
        assert response.status_code == 302, f"sign-in answered {response.status_code}"
        return browser
    return enter


@pytest.fixture
def api(api_client):
    """`api(user)`: a caller of the API with this user's token."""
    def enter(user, password=PASSWORD, **options):
        caller = api_client(**options)
        response = caller.login(getattr(user, "username", user), password)
        assert response.status_code == 200, response.text
        return caller
    return enter


@pytest.fixture
def viewer_for(session):
    """`viewer_for(user)`: the Viewer of this user's requests, to call a service with."""
    from app.services.grants import viewer_of

    return lambda user: viewer_of(session, user)


@pytest.fixture
def world(session, request) -> SimpleNamespace:
    """Two companies and what is in them: see tests/support/world.py for the names."""
    there = request.node.stash.get(_WORLD, None)
    return worlds.found(session, there) if there else worlds.build(session)  # a test may ask for it on its way


@pytest.fixture
def queries(db):
    """The SQL statements sent since the test began; `queries.clear()` begins again."""
    sent = []

    def note(_connection, _cursor, statement, *_rest):
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN")):
            sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield sent
    event.remove(Engine, "before_cursor_execute", note)
