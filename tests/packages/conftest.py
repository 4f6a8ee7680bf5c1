"""Packages: the configuration of one installation, brought into another."""
import json

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
