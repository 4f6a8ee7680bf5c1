"""What stands around a record, over REST: persons, duplicates, alerts, agenda, sales, surveys, registers, own rows."""
import pytest

from app.api import openapi
from app.jobs import work
from app.models.alert import AlertPriority
from app.models.label import Label
from app.models.product import Product
from app.models.survey import Survey, SurveyQuestion
from app.security.permissions import Perm
from app.services import api_tokens
from tests.support.world import add_entity

pytestmark = pytest.mark.req("B-30")


@pytest.fixture
def people(make_user, world):
    return {role: make_user(role.lower(), role, companies=[world.company]) for role in ("Attendant", "Supervisor")}


@pytest.fixture
def caller(people, api):
    return api(people["Attendant"])


@pytest.fixture
def supervisor(people, api):
    return api(people["Supervisor"])


def test_a_person_is_read_whole_changed_and_an_older_version_refused(caller, world):
    address = f"/api/v1/persons/{world.entity.id}"
    read = caller.get(address).json
    assert (read["name"], read["merged_into"], len(read["phones"])) == ("Ana Lúcia Conceição", None, 1)
    assert "52998224725" not in str(read)
    changed = caller.patch(address, {
        "version": read["version"], "social_name": "Ana", "phone": "(11) 98888-7777",
        "addresses": [{"street": "Rua Nova", "number": "5", "city": "Santos", "state": "SP", "is_main": True}]})
    assert changed.status_code == 200, changed.json
    assert (changed.json["name"], changed.json["phone"]) == ("Ana", "+5511988887777")
    assert [each["street"] for each in changed.json["addresses"]] == ["Rua Nova"]
    assert changed.json["email"] == read["email"]  # what was left out stays
    again = caller.patch(address, {"version": read["version"], "social_name": "Outra"})
    assert (again.status_code, again.json["error"]["code"]) == (409, "stale")
    wrong = caller.patch(address, {"version": changed.json["version"], "phones": [{"number": "123"}]})
    assert wrong.json["error"]["fields"].keys() == {"phones.0.number"}
    assert caller.get(f"/api/v1/persons/{world.other_entity.id}").status_code == 404


def test_the_history_of_a_person_is_read_page_by_page(caller, world):
    address = f"/api/v1/persons/{world.entity.id}/history"
    whole = caller.get(address).json
    assert {entry["kind"] for entry in whole["items"]} == {"opened", "detail"}
    first = caller.get(f"{address}?limit=1").json
    second = caller.get(f"{address}?limit=1&after={first['next']}").json
    assert [first["items"][0], second["items"][0]] == whole["items"]
    assert [e["kind"] for e in caller.get(f"{address}?kind=attendance").json["items"]] == ["opened"]
    assert caller.get(f"{address}?kind=gossip").status_code == 400
    assert caller.get(f"/api/v1/persons/{world.other_entity.id}/history").status_code == 404


def test_duplicates_are_found_merged_and_taken_apart(supervisor, caller, session, seeding, world):
    with seeding():
        twin = add_entity(session, world.company, "Ana L. Conceição", role=world.role_types["customer"],
                          phone="+5511987654321")
        session.flush()
        pk = twin.id
    group = supervisor.get("/api/v1/persons/duplicates?reason=phone").json["items"][0]
    assert {each["id"] for each in group["persons"]} == {world.entity.id, pk}
    assert caller.post(f"/api/v1/persons/{world.entity.id}/merge", {"other_id": pk}).status_code == 403
    done = supervisor.post(f"/api/v1/persons/{world.entity.id}/merge", {"other_id": pk})
    assert done.status_code == 201, done.json
    assert caller.get(f"/api/v1/persons/{pk}").json["merged_into"]["id"] == world.entity.id
    undone = supervisor.post(f"/api/v1/persons/{world.entity.id}/merges/{done.json['id']}/undo")
    assert undone.json["undone_at"]
    assert supervisor.post(f"/api/v1/persons/{world.entity.id}/different", {"other_id": pk}).status_code == 200
    assert supervisor.get("/api/v1/persons/duplicates?reason=phone").json["items"] == []


def test_alerts_are_kept(caller, session, seeding, world):
    with seeding():
        priority = AlertPriority(name="Urgente")
        session.add(priority)
        session.flush()
        pk = priority.id
    made = caller.post("/api/v1/alerts", {"person_id": world.entity.id, "priority_id": pk, "text": "Cardíaca"})
    assert made.status_code == 201, made.json
    address = f"/api/v1/alerts/{made.json['id']}"
    assert caller.get(f"/api/v1/alerts?person_id={world.entity.id}").json["items"] == [made.json]
    changed = caller.patch(address, {"version": made.json["version"], "text": "Asmática"})
    assert (changed.json["text"], changed.json["entity"]) == ("Asmática", made.json["entity"])
    assert caller.delete(f"{address}?version={made.json['version']}").status_code == 409
    assert caller.delete(address).status_code == 204
    assert caller.get(address).status_code == 404
    refused = caller.post("/api/v1/alerts", {"person_id": world.other_entity.id, "priority_id": pk, "text": "x"})
    assert (refused.status_code, list(refused.json["error"]["fields"])) == (422, ["person_id"])


def test_appointments_are_scheduled_moved_and_finished(caller, people, world):
    body = {"person_id": world.entity.id, "operator_id": people["Attendant"].id, "subject": "Visita",
            "starts_at": "2030-05-02T10:00:00-03:00", "ends_at": "2030-05-02T11:00:00-03:00", "reminder_minutes": 0}
    made = caller.post("/api/v1/appointments", body)
    assert made.status_code == 201, made.json
    address = f"/api/v1/appointments/{made.json['id']}"
    assert caller.patch(address, {"version": made.json["version"], "place": "Loja"}).json["place"] == "Loja"
    assert caller.post(f"{address}/finish").json["state"] == "done"
    assert caller.post(f"{address}/cancel").status_code == 409
    assert caller.post(f"{address}/reopen").json["state"] == "scheduled"
    assert [row["id"] for row in caller.get("/api/v1/appointments?state=scheduled").json["items"]] == [made.json["id"]]
    wrong = caller.post("/api/v1/appointments", {**body, "ends_at": body["starts_at"]})
    assert wrong.json["error"]["fields"].keys() == {"ends_at"}


def test_orders_and_invoices_are_read_and_written_by_who_keeps_them(supervisor, caller, world, session, seeding):
    with seeding():
        session.add(Product(name="Queijo", code="Q1"))
    product = caller.get("/api/v1/products?code=Q1").json["items"][0]
    body = {"person_id": world.entity.id, "number": "P-1", "ordered_on": "2026-01-05",
            "items": [{"product_id": product["id"], "quantity": "2.5", "unit_price": 10.1}]}
    assert caller.post("/api/v1/orders", body).status_code == 403
    made = supervisor.post("/api/v1/orders", body)
    assert (made.status_code, made.json["total"]) == (201, "25.25")
    assert supervisor.post("/api/v1/orders", body).status_code == 409
    address = f"/api/v1/orders/{made.json['id']}"
    assert supervisor.patch(address, {"version": made.json["version"], "state": "invoiced"}).json["state"] == "invoiced"
    invoice = supervisor.post("/api/v1/invoices", {
        "person_id": world.entity.id, "order_id": made.json["id"], "number": "000.123", "issued_on": "2026-01-06",
        "total": "25.25"})
    assert (invoice.status_code, invoice.json["number"]) == (201, "123")
    assert caller.get(f"/api/v1/invoices?order_id={made.json['id']}").json["items"] == [invoice.json]
    assert supervisor.delete(address).status_code == 409
    assert supervisor.delete(f"/api/v1/invoices/{invoice.json['id']}").status_code == 204
    assert supervisor.delete(address).status_code == 204
    wrong = supervisor.post("/api/v1/orders", {**body, "items": [{"quantity": "0", "unit_price": "1"}]})
    assert wrong.status_code == 422
    assert any(name.startswith("items.0.") for name in wrong.json["error"]["fields"])


def test_a_survey_is_put_and_filled_once(caller, session, seeding, world):
    with seeding():
        survey = Survey(name="Satisfação")
        survey.questions = [SurveyQuestion(text="Nota", type="scale", required=True),
                            SurveyQuestion(text="Volta?", type="yes_no")]
        session.add(survey)
        session.flush()
        pk, asked = survey.id, [question.id for question in survey.questions]
    assert [row["id"] for row in caller.get("/api/v1/surveys").json["items"]] == [pk]
    part = caller.post("/api/v1/survey-participations", {"survey_id": pk, "person_id": world.entity.id})
    assert part.status_code == 201, part.json
    address = f"/api/v1/survey-participations/{part.json['id']}"
    wrong = caller.post(f"{address}/answers", {"answers": [{"question_id": asked[0], "value": 9}]})
    assert wrong.json["error"]["fields"].keys() == {f"answers.{asked[0]}"}
    filled = caller.post(f"{address}/answers", {"answers": [
        {"question_id": asked[0], "value": 5}, {"question_id": asked[1], "value": True}]})
    assert [row["value"] for row in filled.json["answers"]] == [5, True]
    assert caller.post(f"{address}/answers", {"answers": [{"question_id": asked[0], "value": 5}]}).status_code == 409
    assert caller.delete(address).status_code == 409
    assert caller.get("/api/v1/survey-participations?answered=true").json["items"] == [filled.json]


@pytest.mark.parametrize("name", ["labels", "situations", "channels", "roles", "contact-types", "alert-priorities",
                                  "companies", "units", "departments", "products", "product-information"])
def test_registers_are_read_page_by_page_and_only_of_ones_companies(caller, name, session, seeding, world):
    with seeding():
        session.add_all([Label(name=f"Etiqueta {n}") for n in range(3)])
    whole = caller.get(f"/api/v1/{name}?limit=100")
    assert whole.status_code == 200
    seen, after = [], None
    while True:
        page = caller.get(f"/api/v1/{name}", query_string={"limit": 1, **({"after": after} if after else {})}).json
        seen += page["items"]
        after = page["next"]
        if after is None:
            break
    assert seen == whole.json["items"]
    assert "Verde" not in str(seen)


def test_notifications_are_read_one_by_one_or_all(caller, supervisor, people, world):
    for department in (None, world.department.id):
        assert supervisor.post(f"/api/v1/attendances/{world.attendance.address}/forward", {
            "operator": "attendant", "department_id": department, "reason": "Sua"}).status_code == 200
    told = caller.get("/api/v1/notifications?unread=true").json["items"]
    assert told[0]["attendance"]["id"] == world.attendance.id
    assert caller.post(f"/api/v1/notifications/{told[0]['id']}/read").json["read_at"]
    assert supervisor.post(f"/api/v1/notifications/{told[0]['id']}/read").status_code == 404
    caller.post("/api/v1/notifications/read", {"upto": told[0]["id"]})
    assert caller.get("/api/v1/notifications?unread=true").json["items"] == []


def test_an_export_is_a_job_whose_file_is_fetched(caller, app, session, supervisor, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "UPLOADS_PATH", str(tmp_path))
    job = caller.post("/api/v1/jobs/attendances-export", {"format": "csv", "q": "Ana"}, headers={
        "Idempotency-Key": "e1"})
    assert (job.status_code, job.json["state"]) == (202, "queued")
    address = f"/api/v1/jobs/{job.json['id']}"
    assert caller.get(f"{address}/file").status_code == 404
    session.commit()
    work.run_waiting(session, app.config)
    assert (caller.get(address).json["state"], caller.get(address).json["has_file"]) == ("done", True)
    fetched = caller.get(f"{address}/file")
    assert "2026000101" in fetched.data.decode("utf-8-sig")
    assert supervisor.get(address).status_code == 404
    assert caller.post(f"{address}/cancel").status_code == 409
    assert [row["id"] for row in caller.get("/api/v1/jobs?state=done").json["items"]] == [job.json["id"]]


def test_saved_views_are_ones_own_and_shared_ones(caller, people, session, seeding):
    from app.models.saved_view import SavedView
    with seeding():
        for name, owner, shared in (("Minha", "Attendant", False), ("Dela", "Supervisor", False),
                                    ("Nossa", "Supervisor", True)):
            session.add(SavedView(name=name, list_key="attendances", owner_id=people[owner].id, shared=shared))
    assert [row["name"] for row in caller.get("/api/v1/saved-views?list=attendances").json["items"]] == [
        "Minha", "Nossa"]


def test_scopes_of_tokens_are_what_rest_asks(app):
    """Neither a scope that opens nothing, nor an operation that no token can call."""
    asked = set()
    for view in app.appbuilder.baseviews:
        if not isinstance(view, openapi.Resource):
            continue
        for name, verb in view.method_permission_name.items():
            asked.add((f"can_{verb}", view.class_permission_name))
            assert hasattr(view, name), f"{type(view).__name__}.{name}"
    beside = {Perm.ATTENDANCE_REOPEN, Perm.TICKET_READ, Perm.TICKET_WRITE,  # what a service asks
              Perm.ALL_COMPANIES}  # and which rows are seen
    assert {scope.pair for scope in api_tokens.SCOPES} == asked | {each.pair for each in beside}
