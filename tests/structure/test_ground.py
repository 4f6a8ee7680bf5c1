"""The ground itself: isolation, the unit of work inside a test, the guard."""
import socket

import pytest
from sqlalchemy import func, select

from app.database import unit_of_work
from app.models.company import Company
from app.models.entity import Entity
from app.services import log
from tests.support.clock import NOON


@pytest.mark.parametrize("turn", [1, 2])
def test_what_a_test_writes_is_gone_in_the_next(session, seeding, turn):
    assert session.scalar(select(func.count()).select_from(Company)) == 0
    with seeding():
        session.add(Company(name="Só por um instante"))
    assert session.scalar(select(func.count()).select_from(Company)) == 1


def test_a_unit_of_work_keeps_what_was_there_and_undoes_only_itself(session, world):
    name = session.scalar(select(Entity.name).where(Entity.id == world.entity.id))
    pk = world.entity.id

    def fail_midway():
        with unit_of_work(session) as inner:
            inner.info["unlogged"] = True
            inner.get(Entity, pk).name = "Outro nome"
            inner.flush()
            raise LookupError

    with pytest.raises(LookupError):
        fail_midway()
    session.info.pop("unlogged")
    assert session.scalar(select(Entity.name).where(Entity.id == pk)) == name


def test_a_write_without_a_log_entry_is_refused_outside_of_seeding(session, world):
    assert log.record
    world.entity.name = "Sem registro"
    with pytest.raises(RuntimeError, match="without a log entry"):
        session.flush()
    session.rollback()


def test_a_viewer_has_what_his_roles_grant_and_no_more(make_user, viewer_for, world):
    viewer = viewer_for(make_user("ana", "Attendant", companies=[world.company]))
    assert ("can_write", "attendance") in viewer.permissions
    assert ("can_write", "user") not in viewer.permissions
    assert (viewer.admin, viewer.entity_id) == (False, None)
    assert viewer_for(make_user("root", "Admin")).admin


def test_every_request_of_a_client_has_an_address_of_its_own(client):
    first, second = client(), client()
    assert first.get("/static/nothing.css").status_code == 404
    assert first.environ["REMOTE_ADDR"] != second.environ["REMOTE_ADDR"]


def test_the_network_ends_at_this_machine():
    with socket.socket() as connection, pytest.raises(AssertionError, match="loopback only"):
        connection.connect(("192.0.2.1", 80))


def test_the_clock_of_the_tests_is_noon_in_sao_paulo():
    from zoneinfo import ZoneInfo
    assert NOON.astimezone(ZoneInfo("America/Sao_Paulo")).hour == 12
