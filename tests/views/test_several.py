"""Several rows of a register at once: activated, deactivated, deleted where nothing hangs on them, each in the log."""
import pytest
from sqlalchemy import select

from app.models.classification import Motive
from app.models.log import LogEntry
from app.security.permissions import ADMIN, CONFIGURATOR
from app.views.registers import several
from app.views.registers.classifications import RegisterView
from tests.support.world import add_attendance


@pytest.fixture
def keeper(make_user, sign_in, world):
    return sign_in(make_user("cora", CONFIGURATOR, companies=[world.company]))


@pytest.fixture
def motives(session, seeding, world):
    """Two motives that nothing hangs on, and the world's own, which an attendance has."""
    made = [Motive(name="Um"), Motive(name="Dois")]
    with seeding():
        session.add_all(made)
        add_attendance(session, world, world.entity, motive=world.motive)
    session.commit()
    return [*made, world.motive]


def send(browser, action, rows, register="motives"):
    return browser.post(f"/{register}/action_post", {"action": action, "rowid": [row.id for row in rows]})


def test_marked_rows_are_switched_off_and_on_again_with_a_log_entry_each(keeper, session, motives):
    page = keeper.get("/motives/list/").text
    assert all(label in page for label in ("Ativar", "Inativar", 'name="rowid"'))
    answer = send(keeper, "switch_off", motives)
    assert (answer.status_code, answer.location) == (302, "/motives/list/")
    assert "Registros feitos: 3." in keeper.get("/motives/list/").text
    session.expire_all()
    assert [row.active for row in motives] == [False] * 3
    send(keeper, "switch_on", motives[:2])
    session.expire_all()
    assert [row.active for row in motives] == [True, True, False]
    entries = session.scalars(select(LogEntry).where(
        LogEntry.target == "motive", LogEntry.target_id == motives[0].id).order_by(LogEntry.seq)).all()
    assert [entry.changes["active"][:2] for entry in entries] == [[True, False], [False, True]]


def test_those_in_use_stay_and_are_told_the_others_are_deleted(keeper, session, motives):
    used, name = motives[2].id, motives[2].name
    send(keeper, "delete_rows", motives)
    page = keeper.get("/motives/list/").text
    assert "Registros feitos: 2." in page
    assert f"{name}: Há outros registros ligados a este" in page
    session.expire_all()
    assert session.scalars(select(Motive.id).where(Motive.name.in_(("Um", "Dois", name)))).all() == [used]


def test_of_many_refusals_the_first_are_told_and_the_rest_counted(keeper, motives, monkeypatch):
    monkeypatch.setattr(several, "TOLD", 0)
    send(keeper, "delete_rows", motives)
    assert "Mais 1 não foi feito, por motivo do mesmo tipo." in keeper.get("/motives/list/").text


def test_nothing_marked_a_stranger_and_a_row_of_others(keeper, session, world, motives, make_user, sign_in):
    keeper.post("/motives/action_post", {"action": "switch_off"})
    assert "Escolha pelo menos um registro" in keeper.get("/motives/list/").text
    attendant = sign_in(make_user(None, "Attendant", companies=[world.company]))
    assert send(attendant, "switch_off", motives).status_code == 403
    send(keeper, "switch_off", [world.other_unit], "units")
    session.expire_all()
    assert world.other_unit.active
    assert all(row.active for row in motives)


def test_every_register_offers_what_its_rows_can_bear(app, make_user, sign_in, session, world):
    """Each list with rows is switched off and on again by its own service, from nothing but `active`."""
    keeper = sign_in(make_user(None, ADMIN))
    views = [view for view in app.appbuilder.baseviews if isinstance(view, RegisterView)]
    assert len(views) > 15
    done = []
    for view in views:
        model = view.datamodel.obj
        rows = session.scalars(select(model).limit(2)).all()
        page = keeper.get(f"{view.route_base}/list/").text
        if not rows or 'name="rowid"' not in page or 'value="switch_off"' not in page:
            continue
        for action in ("switch_off", "switch_on"):
            answer = keeper.post(f"{view.route_base}/action_post", {"action": action, "rowid": [rows[0].id]})
            assert answer.status_code == 302, view.route_base
        session.expire_all()
        assert "Registros feitos: 1." in keeper.get(f"{view.route_base}/list/").text, view.route_base
        done.append(view.route_base)
    assert {"/motives", "/companies", "/units", "/channels", "/alert-priorities"} <= set(done), done
