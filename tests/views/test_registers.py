"""Registers through the screen: list, record page, add, edit, delete."""
from sqlalchemy import select

from app.models.classification import Motive
from app.models.log import LogEntry


def test_a_configurator_keeps_the_motives(world, session, make_user, sign_in):
    browser = sign_in(make_user("ana", "Configurator", companies=[world.company]))
    page = browser.get("/motives/add")
    assert page.status_code == 200 and 'name="active"' in page.text, page.text[-3000:]
    assert browser.post("/motives/add", {"name": "  Elogio ", "active": "y"}).status_code == 302
    motive = session.scalars(select(Motive).where(Motive.name == "Elogio")).one()
    pk = motive.id
    assert motive.active and motive.version == 1
    page = browser.get("/motives/list/?_flt_0_name=ELOG")
    assert page.status_code == 200 and f"/motives/edit/{pk}" in page.text, page.text[-3000:]
    assert browser.get(f"/motives/show/{pk}").status_code == 200
    assert browser.post(f"/motives/edit/{pk}", {"name": "Elogio", "version": "1"}).status_code == 302
    session.expire_all()
    assert not motive.active and motive.version == 2
    assert browser.post(f"/motives/delete/{pk}").status_code == 302
    entries = session.scalars(select(LogEntry).where(LogEntry.target == "motive", LogEntry.target_id == pk))
    assert [e.action for e in entries] == ["create", "update", "delete"]
