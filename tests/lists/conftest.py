"""People of Azul at their lists, attendances to list, and a file store of the test's own."""
import re

import pytest

from app.models.label import Label
from tests.support.clock import DAY, NOON
from tests.support.world import add_attendance

LIST = "/attendances/list"


@pytest.fixture(autouse=True)
def store(app, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "UPLOADS_PATH", str(tmp_path))


@pytest.fixture
def staff(make_user, world):
    """`staff("ana", "Attendant")`: a user of Azul."""
    return lambda username, *roles, **values: make_user(
        username, *roles or ("Attendant",), companies=[world.company], **values)


@pytest.fixture
def ana(staff):
    return staff("ana", name="Ana")


@pytest.fixture
def browser(sign_in, ana):
    """Ana, an attendant."""
    return sign_in(ana)


@pytest.fixture
def labels(session, seeding):
    with seeding():
        made = {name: Label(name=name, colour=colour, position=place) for place, (name, colour) in enumerate(
            (("VIP", "#b3261e"), ("Jurídico", "#3b6ea5"), ("Retorno", "#1f7a3d")))}
        session.add_all(made.values())
    session.commit()
    return made


@pytest.fixture
def many(session, world, seeding):
    """`many(40)`: so many open attendances, one a day back from a hundred days ago."""
    def make(count, **values):
        with seeding():
            made = [add_attendance(session, world, world.entity, protocol=f"2025-{n:06d}",
                                   opened_at=NOON - (100 + n) * DAY, **values) for n in range(count)]
        session.commit()
        return made
    return make


def protocols(page) -> list[str]:
    """The records that a page lists, in its order."""
    return re.findall(r'b-mono" href="/attendances/([^"]+)"', getattr(page, "text", page))


def heads(page) -> list[str]:
    """The names of the columns of the table."""
    row = re.search(r'<table class="table table-hover b-grid"><thead><tr>(.*?)</tr>', page.text, re.S)[1]
    cells = re.findall(r"<th.*?</th>", row, re.S)
    texts = (re.sub(r"<[^>]+>", "", cell).replace("\u200b", "").strip() for cell in cells)
    return [text for text in texts if text]


def by_script(browser, url, data):
    """A dialog's form as dialogs.js sends it."""
    return browser.post(url, data, headers={"Accept": "application/json"})
