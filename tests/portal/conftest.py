"""The portal at work: the desk of the provider central, browsers of its people, files in a folder of the test."""
import io
import re

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from app.database import unit_of_work
from app.services.tickets import work
from tests.support.clock import NOON
from tests.tickets.conftest import PUBLIC_URL, desk, open_ticket, say, ticket_values  # noqa: F401  (fixtures)

JSON = {"Accept": "application/json"}
_KEY = re.compile(r'name="request_key"[^>]*value="([^"]+)"')


@pytest.fixture(autouse=True)
def folder(app, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "UPLOADS_PATH", str(tmp_path / "uploads"))
    return tmp_path / "uploads"


@pytest.fixture
def browser(desk, sign_in):  # noqa: F811
    """Pedro, of the provider."""
    return sign_in(desk.pedro)


@pytest.fixture
def stranger(make_user, sign_in, world, seeding, session):
    """A user of another provider of the same company."""
    from tests.support.world import add_entity

    with seeding():
        other = add_entity(session, world.company, "Hospital Alheio", role=world.role_types["provider"])
    return sign_in(make_user("alheio", "Provider", entity=other))


@pytest.fixture
def close(session, desk):  # noqa: F811
    def act(ticket, now=NOON):
        with unit_of_work(session):
            return work.close(session, ticket.attendance_id, public_url=PUBLIC_URL, actor=desk.as_ana, now=now)
    return act


def key_of(page) -> str:
    """Whose form a page shows."""
    return _KEY.search(page.text)[1]


def post(browser, address, values=(), files=(), headers=None):
    """A form as a browser sends it, with files [(name, bytes)]."""
    fields = {"csrf_token": browser.token(), **dict(values),
              "files": [FileStorage(io.BytesIO(content), name) for name, content in files]}
    boundary, body = encode_multipart(fields)
    return browser.open("POST", address, data=body, headers=headers,
                        content_type=f"multipart/form-data; boundary={boundary}")


def hold(browser, key, name, content):
    """What the script does with a chosen file."""
    return post(browser, "/portal/held", {"request_key": key}, [(name, content)], headers=JSON)
