"""Batches, guides and payments over REST, by the rules of their screens."""
import pytest
from sqlalchemy import func, select

from app.models.attendance import Attendance
from app.services import settings
from tests.support.clock import NOON


@pytest.fixture
def keeper(make_user, api, world):
    return api(make_user("sue", "Supervisor", companies=[world.company]))


def guide(of, **more) -> dict:
    return {"provider_id": of.id, "number": "G-01", "issued_on": "2026-03-10", "beneficiary": "Maria", **more}


@pytest.mark.req("C-105", "B-30")
def test_the_three_are_written_read_listed_changed_and_deleted(keeper, world):
    batch = keeper.post("/api/v1/batches", {"provider_id": world.provider.id, "number": "L-1",
                                            "received_on": "2026-03-10", "total": "12.50"})
    assert batch.status_code == 201, batch.json
    assert (batch.json["state"], batch.json["total"], batch.json["provider"]["id"]) == (
        "received", "12.50", world.provider.id)
    made = keeper.post("/api/v1/guides", guide(world.provider, batch_id=batch.json["id"]))
    assert made.status_code == 201, made.json
    paid = keeper.post("/api/v1/payments", {"provider_id": world.provider.id, "batch_id": batch.json["id"],
                                            "document": "D-1", "paid_on": "2026-03-11", "amount": "12.50"})
    assert paid.status_code == 201, paid.json
    for path, row in (("batches", batch), ("guides", made), ("payments", paid)):
        listed = keeper.get(f"/api/v1/{path}?provider_id={world.provider.id}").json
        assert [each["id"] for each in listed["items"]] == [row.json["id"]]
    changed = keeper.patch(f"/api/v1/guides/{made.json['id']}", {"version": made.json["version"], "state": "billed"})
    assert (changed.status_code, changed.json["state"], changed.json["batch"]["name"]) == (200, "billed", "L-1")
    assert keeper.patch(f"/api/v1/guides/{made.json['id']}", {"version": 1, "state": "issued"}).status_code == 409
    assert keeper.delete(f"/api/v1/batches/{batch.json['id']}").status_code == 409
    assert keeper.delete(f"/api/v1/payments/{paid.json['id']}").status_code == 204


@pytest.mark.req("C-105", "B-29")
def test_refusals_stand_at_the_names_of_the_body_and_foreign_rows_do_not_exist(keeper, api, make_user, world):
    refused = keeper.post("/api/v1/guides", guide(world.entity, total="-1"))
    assert refused.status_code == 422
    assert set(refused.json["error"]["fields"]) == {"provider_id", "total"}
    made = keeper.post("/api/v1/guides", guide(world.provider))
    reader = api(make_user("ana", "Attendant", companies=[world.company]))
    assert reader.get(f"/api/v1/guides/{made.json['id']}").status_code == 200
    assert reader.post("/api/v1/guides", guide(world.provider, number="G-2")).status_code == 403
    stranger = api(make_user("zoe", "Supervisor", companies=[world.other_company]))
    assert stranger.get(f"/api/v1/guides/{made.json['id']}").status_code == 404


@pytest.mark.req("C-06")
def test_a_guide_issued_over_rest_opens_its_attendance_once(keeper, session, admin, world):
    settings.set_setting(session, "uses_crm", True, actor=admin, now=NOON)
    made = keeper.post("/api/v1/guides", guide(world.provider, state="issued"))
    assert made.json["attendance"]["name"]
    again = keeper.patch(f"/api/v1/guides/{made.json['id']}", {"version": made.json["version"], "beneficiary": "Ana"})
    assert again.json["attendance"] == made.json["attendance"]
    assert session.scalar(select(func.count()).select_from(Attendance).where(Attendance.kind == "multichannel")) == 1
