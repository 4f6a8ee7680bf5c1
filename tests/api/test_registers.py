"""Registers written over REST: as on the screens, with the same permissions, refusals and log."""
import pytest
from sqlalchemy import select

from app.models.classification import Motive, Occurrence
from app.models.log import LogEntry
from app.security.permissions import ADMIN, ATTENDANT, CONFIGURATOR
from tests.support.world import add_attendance

pytestmark = pytest.mark.req("G-06")


@pytest.fixture
def keeper(make_user, api, world):
    return api(make_user("cora", CONFIGURATOR, companies=[world.company]))


def test_a_row_is_added_read_changed_replaced_and_deleted_each_in_the_log(keeper, session):
    made = keeper.post("/api/v1/motives", {"name": "Elogio"})
    assert made.status_code == 201
    address, row = f"/api/v1/motives/{made.json['id']}", made.json
    assert keeper.get(address).json == row == {
        "id": row["id"], "name": "Elogio", "active": True, "version": 1, "valid_from": None, "valid_until": None,
        "complete_to_close": False}
    changed = keeper.patch(address, {"active": False, "version": 1}).json
    assert (changed["name"], changed["active"], changed["version"]) == ("Elogio", False, 2)
    assert keeper.patch(address, {"active": True, "version": 1}).status_code == 409
    whole = keeper.put(address, {"name": "Elogios", "version": 2}).json
    assert (whole["name"], whole["active"], whole["version"]) == ("Elogios", True, 3)
    assert keeper.put(address, {"version": 3}).status_code == 422
    assert keeper.delete(f"{address}?version=2").status_code == 409
    assert keeper.delete(address).status_code == 204
    assert keeper.get(address).status_code == 404
    actions = session.scalars(select(LogEntry.action).where(
        LogEntry.target == "motive", LogEntry.target_id == row["id"]).order_by(LogEntry.seq)).all()
    assert actions == ["create", "update", "update", "delete"]


def test_a_retry_with_the_same_key_adds_nothing(keeper, session):
    for _try in range(2):
        assert keeper.post("/api/v1/motives", {"name": "Uma vez"}, headers={"Idempotency-Key": "k"}).status_code == 201
    assert len(session.scalars(select(Motive).where(Motive.name == "Uma vez")).all()) == 1


@pytest.mark.parametrize(("name", "given", "field"), [
    ("motives", {}, "name"), ("motives", {"name": "  "}, "name"), ("motives", {"name": "x" * 201}, "name"),
    ("motives", {"name": "A", "active": None}, "active"), ("motives", {"name": "A", "colour": "red"}, "colour"),
    ("occurrences", {"name": "A"}, "motive_id"), ("occurrences", {"name": "A", "motive_id": 999}, "motive_id"),
    ("labels", {"name": "A", "colour": "#ff0000"}, "colour"), ("situations", {"name": "A", "phase": "x"}, "phase"),
    ("situations", {"name": "Prazo Expirado", "phase": "open"}, "name"),
    ("default-motives", {"name": "A", "subclassification_id": 1, "return_days": -1}, "return_days")])
def test_what_is_wrong_is_told_at_its_field(keeper, name, given, field):
    refused = keeper.post(f"/api/v1/{name}", given)
    assert refused.status_code == 422, refused.text
    assert field in refused.json["error"]["fields"]


def test_a_name_that_is_there_a_branch_in_use_and_one_that_is_off_are_refused(keeper, session, seeding, world):
    name = world.motive.name
    assert keeper.post("/api/v1/motives", {"name": name.upper()}).status_code == 409
    with seeding():
        add_attendance(session, world, world.entity, motive=world.motive, occurrence=world.occurrence)
        off = Motive(name="Fora de uso", active=False)
        session.add(off)
    session.commit()
    refused = keeper.delete(f"/api/v1/motives/{world.motive.id}")
    assert refused.status_code == 409
    assert "pode ser inativado" in refused.json["error"]["message"] or "ligados" in refused.json["error"]["message"]
    taken = keeper.post("/api/v1/occurrences", {"name": "Nova", "motive_id": off.id})
    assert taken.json["error"]["fields"] == {"motive_id": "Opção inválida."}
    occurrence = session.get(Occurrence, world.occurrence.id)
    other = keeper.post("/api/v1/motives", {"name": "Outro"}).json["id"]
    moved = keeper.patch(f"/api/v1/occurrences/{occurrence.id}", {"motive_id": other, "version": occurrence.version})
    assert moved.status_code == 409
    assert "motive_id" in moved.json["error"]["fields"]


def test_who_may_not_by_screen_may_not_by_rest_and_rows_of_others_do_not_exist(api, make_user, keeper, world):
    attendant = api(make_user(None, ATTENDANT, companies=[world.company]))
    assert attendant.post("/api/v1/motives", {"name": "A"}).status_code == 403
    assert attendant.patch(f"/api/v1/motives/{world.motive.id}", {"name": "A", "version": 1}).status_code == 403
    assert attendant.delete(f"/api/v1/motives/{world.motive.id}").status_code == 403
    assert keeper.post("/api/v1/companies", {"name": "A"}).status_code == 403
    boss = api(make_user(None, ADMIN))
    made = boss.post("/api/v1/units", {"name": "Filial", "company_id": world.company.id})
    assert made.status_code == 201
    assert made.json["company"]["id"] == world.company.id
    assert boss.patch(f"/api/v1/units/{made.json['id']}", {"restricted": True, "version": 1}).status_code == 200
    assert keeper.get(f"/api/v1/units/{world.other_unit.id}").status_code in (403, 404)


CHAIN = [
    ("products", {"name": "Iogurte", "code": "IOG"}), ("labels", {"name": "VIP", "colour": "#6b3fa0"}),
    ("channels", {"name": "Fax"}), ("roles", {"name": "Imprensa"}), ("contact-types", {"name": "Vizinho"}),
    ("situations", {"name": "Aguardando peça", "phase": "pending"}),
    ("alert-priorities", {"name": "Urgente", "colour": "#b3261e", "position": 9}),
    ("companies", {"name": "Filial Sul", "code": "SUL"}), ("provider-classifications", {"name": "Contrato"})]


@pytest.mark.parametrize(("name", "given"), CHAIN)
def test_every_register_is_added_switched_off_and_deleted(api, make_user, name, given):
    boss = api(make_user(None, ADMIN))
    made = boss.post(f"/api/v1/{name}", given)
    assert made.status_code == 201, made.text
    address = f"/api/v1/{name}/{made.json['id']}"
    assert boss.patch(address, {"active": False, "version": 1}).json["active"] is False
    assert boss.put(address, {**given, "version": 2}).json["active"] is True
    assert boss.delete(address).status_code == 204
