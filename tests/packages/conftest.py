"""Packages: the configuration of one installation, brought into another."""
import html
import json
import re

import pytest

from app.database import unit_of_work
from app.security.viewer import SYSTEM
from app.services.packages import document, importing, reading, undoing
from tests.support.clock import NOON


@pytest.fixture
def exported(session):
    """`exported(*parts)`: the file of the configuration as it is."""
    def export(*parts):
        session.expire_all()
        return document.dump(reading.content(session, parts or None), name="Teste")
    return export


@pytest.fixture
def bring(session):
    """`bring(data, parts, actor)`: import a file; (package id, outcome)."""
    def act(data, parts=None, actor=SYSTEM):
        with unit_of_work(session):
            package = importing.receive(session, data, actor=actor, now=NOON)
            session.flush()
            outcome = importing.bring(session, package.id, parts=parts, actor=actor, now=NOON)
            return package.id, outcome
    return act


@pytest.fixture
def take_back(session):
    def act(pk, actor=SYSTEM):
        with unit_of_work(session):
            return undoing.undo(session, pk, actor=actor, now=NOON)
    return act


def changed(data: bytes, act) -> bytes:
    """The file after `act(parts)`, as somebody who edits it by hand: without its hash."""
    whole = json.loads(data)
    whole.pop("hash")
    act(whole["parts"])
    return json.dumps(whole).encode()


def offered(page: str) -> dict[str, list[str]]:
    """What "Importar" of a package's page would send; nothing where it is disabled."""
    form = page.partition("data-parts>")[2].partition("</form>")[0]
    button = re.search(r'<button class="btn btn-primary"[^>]*>', form)[0]
    if " disabled" in button:
        return {}
    return {"part": re.findall(r'name="part" value="([^"]+)" checked', form),
            "without": re.findall(r'name="without" value="([^"]+)"', form)}


def told(page: str) -> str:
    """The text of a page on one line."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def link(page: str, words: str) -> str:
    """Where the link leads whose text or name begins so."""
    found = next(each for each in re.finditer(r'<a [^>]*href="([^"]+)"([^>]*)>(.*?)</a>', page)
                 if words in each[2] or re.sub(r"<[^>]+>", "", each[3]).startswith(words))
    return html.unescape(found[1])
