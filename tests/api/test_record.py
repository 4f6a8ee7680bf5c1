"""All that an attendant does on a record, over REST: pages, labels, notes, forwarding, files, merges, e-mail, log."""
import io

import pytest
from sqlalchemy import func, select

from app.models.attendance import Attendance
from app.models.label import Label
from app.models.log import LogEntry
from app.models.note import AttendanceNote
from app.models.notification import Notification
from app.models.product import Product, ProductInformation
from tests.support.world import add_attendance

pytestmark = pytest.mark.req("B-30")
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cf50"
    "0f0003860180348d9d5a0000000049454e44ae426082")


@pytest.fixture(autouse=True)
def store(app, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "UPLOADS_PATH", str(tmp_path))


@pytest.fixture
def caller(make_user, world, api):
    return api(make_user("robo", "Attendant", companies=[world.company]))


@pytest.fixture
def supervisor(make_user, world, api):
    return api(make_user("chefe", "Supervisor", companies=[world.company]))


@pytest.fixture
def record(world):
    return f"/api/v1/attendances/{world.attendance.address}"


@pytest.fixture
def product(session, seeding, world):
    with seeding():
        product = Product(name="Plano Ouro", code="OURO")
        information = ProductInformation(product=product, motive=world.motive, title="Carência", text="30 dias")
        session.add_all([product, information])
        session.flush()
        return {"code": "OURO", "id": product.id, "information": information.id}


def test_a_record_is_changed_with_its_page_and_an_older_version_is_refused(caller, record, world, product):
    read = caller.get(record).json
    change = {"version": read["version"], "title": "Cobrança", "occurrence_id": world.occurrence.id,
              "page": {"answer": "Já corrigido", "product_code": product["code"]}}
    answer = caller.patch(record, change)
    assert answer.status_code == 200, answer.json
    assert (answer.json["title"], answer.json["occurrence"]["id"]) == ("Cobrança", world.occurrence.id)
    assert answer.json["motive"] == read["motive"]  # what was left out stays
    page = answer.json["details"][0]
    assert (page["answer"], page["product"]["id"], page["description"]) == (
        "Já corrigido", product["id"], read["details"][0]["description"])
    again = caller.patch(record, {**change, "title": "Outra"})
    assert (again.status_code, again.json["error"]["code"]) == (409, "stale")
    assert caller.patch(record, {"title": "Sem versão"}).json["error"]["fields"].keys() == {"version"}


def test_closing_and_reopening_by_its_situation(caller, supervisor, record, world):
    assert caller.post(f"{record}/close", {"answer": "Feito"}).status_code == 200
    version = caller.get(record).json["version"]
    wanted = {"version": version, "situation_id": world.situations["in_progress"].id}
    assert caller.patch(record, wanted).status_code == 403
    assert supervisor.patch(record, wanted).json["situation"]["phase"] == "in_progress"


def test_custom_values_are_of_their_type_or_refused(caller, record, session, seeding):
    from app.models.custom_field import CustomField
    from tests.support.forms import placed
    with seeding():
        session.add_all(placed("attendance", CustomField(name="Valor", key="valor", type="money"),
                               CustomField(name="Urgente", key="urgente", type="boolean")))
    version = caller.get(record).json["version"]
    wrong = caller.patch(record, {"version": version, "custom_values": {"valor": "muito", "nada": 1, "urgente": "sim"}})
    assert wrong.status_code == 422
    assert wrong.json["error"]["fields"].keys() == {
        "custom_values.valor", "custom_values.nada", "custom_values.urgente"}
    right = caller.patch(record, {"version": version, "custom_values": {"valor": "10.50", "urgente": True}})
    assert right.json["custom_values"] == {"valor": "10.50", "urgente": True}


def test_pages_are_listed_added_with_product_and_information_and_changed(caller, record, product):
    made = caller.post(f"{record}/details", {
        "channel": "email", "description": "Mandou a nota", "product_code": "OURO", "lot_number": "L-7",
        "information_ids": [product["information"]], "manufactured_on": "2020-01-02"})
    assert made.status_code == 201, made.json
    assert (made.json["product_code"], made.json["lot_number"]) == ("OURO", "L-7")
    assert [each["id"] for each in made.json["information"]] == [product["information"]]
    assert caller.get(f"{record}/details/2").json == made.json
    listed = caller.get(f"{record}/details").json
    assert [page["page"] for page in listed["items"]] == [1, 2]
    changed = caller.patch(f"{record}/details/2", {"version": listed["version"], "answer": "Obrigado", "note": "x"})
    assert changed.json == {**made.json, "answer": "Obrigado", "note": "x", "answered_at": changed.json["answered_at"]}
    assert caller.patch(f"{record}/details/2", {"version": listed["version"], "note": "y"}).status_code == 409
    assert caller.get(f"{record}/details/9").status_code == 404
    wrong = caller.post(f"{record}/details", {"channel": "email", "description": "x", "product_code": "PRATA"})
    assert wrong.json["error"]["fields"].keys() == {"product_code"}


def test_labels_are_put_on_and_taken_off(caller, record, session, seeding):
    with seeding():
        label = Label(name="VIP")
        session.add(label)
        session.flush()
        pk = label.id
    for _ in range(2):
        assert [each["name"] for each in caller.put(f"{record}/labels/{pk}").json["items"]] == ["VIP"]
    assert [each["id"] for each in caller.get(record).json["labels"]] == [pk]
    assert [each["id"] for each in caller.get(f"/api/v1/attendances?label_id={pk}").json["items"]]
    assert caller.delete(f"{record}/labels/{pk}").json["items"] == []
    assert caller.put(f"{record}/labels/999999").status_code == 422


def test_a_note_is_written_once_for_a_key_and_tells_who_is_mentioned(caller, record, session, make_user, world):
    bia = make_user("bia", "Attendant", companies=[world.company])
    key = {"Idempotency-Key": "n1"}
    first = caller.post(f"{record}/notes", {"text": "Veja, @bia"}, headers=key)
    again = caller.post(f"{record}/notes", {"text": "Veja, @bia"}, headers=key)
    assert (first.status_code, again.json) == (201, first.json)
    assert [each["id"] for each in first.json["mentions"]] == [bia.id]
    assert session.scalar(select(func.count()).select_from(AttendanceNote)) == 1
    caller.post(f"{record}/notes", {"text": "Segunda"})
    page = caller.get(f"{record}/notes?limit=1").json
    assert [note["text"] for note in page["items"]] == ["Segunda"]
    assert [note["text"] for note in caller.get(f"{record}/notes?after={page['next']}").json["items"]] == ["Veja, @bia"]


def test_an_attendance_is_forwarded_to_a_user_name_or_a_department(caller, record, session, make_user, world):
    bia = make_user("bia", "Attendant", companies=[world.company])
    answer = caller.post(f"{record}/forward", {"operator": "bia", "reason": "É dela"})
    assert answer.json["assignee"]["id"] == bia.id
    assert session.scalar(select(func.count()).select_from(Notification).where(Notification.user_id == bia.id)) == 1
    answer = caller.post(f"{record}/forward", {"department_id": world.department.id, "reason": "Setor"})
    assert (answer.json["department"]["id"], answer.json["assignee"]) == (world.department.id, None)
    for wrong, field in (({"operator": "ninguem", "reason": "x"}, "operator"), ({"operator": bia.id}, "reason"), (
            {"department_id": world.other_department.id, "reason": "x"}, "department_id"), ({}, "operator")):
        refused = caller.post(f"{record}/forward", wrong)
        assert (refused.status_code, list(refused.json["error"]["fields"])) == (422, [field])
    assert [row["name"] for row in caller.get("/api/v1/operators?q=bia").json["items"]] == ["Bia Teste"]


def test_files_are_attached_fetched_and_removed(caller, record):
    def send(name="foto.png", content=PNG, **more):
        return caller.call("POST", f"{record}/attachments", data={"file": (io.BytesIO(content), name), **more},
                           content_type="multipart/form-data", headers={"Idempotency-Key": "f1"})
    made = send()
    assert made.status_code == 201, made.json
    assert send().json == made.json
    assert [each["id"] for each in caller.get(f"{record}/attachments").json["items"]] == [made.json["id"]]
    fetched = caller.get(f"{record}/attachments/{made.json['id']}")
    assert fetched.data == PNG
    assert fetched.headers["Content-Disposition"].startswith("attachment")
    refused = send("programa.png", b"MZ\x90\x00" * 100)
    assert (refused.status_code, list(refused.json["error"]["fields"])) == (422, ["file"])
    assert send(page="9").status_code == 404
    assert send(page="x").status_code == 422
    assert caller.delete(f"{record}/attachments/{made.json['id']}").status_code == 204
    assert caller.get(f"{record}/attachments/{made.json['id']}").status_code == 404


def test_two_are_merged_taken_apart_and_one_is_split(caller, record, session, seeding, world):
    with seeding():
        add_attendance(session, world, world.entity, protocol="2026000777", description="A mesma")
    done = caller.post(f"{record}/merge", {"other": "2026000777"})
    assert done.status_code == 201, done.json
    merged = caller.get("/api/v1/attendances/2026000777").json
    assert merged["merged_into"] == {"id": world.attendance.id, "name": world.attendance.protocol}
    assert [page["description"] for page in caller.get(record).json["details"]] == ["Descrição", "A mesma"]
    assert [row["id"] for row in caller.get(f"{record}/merges").json["items"]] == [done.json["id"]]
    undone = caller.post(f"{record}/merges/{done.json['id']}/undo")
    assert undone.json["undone_at"]
    assert caller.get("/api/v1/attendances/2026000777").json["merged_into"] is None
    assert caller.post(f"{record}/merges/{done.json['id']}/undo").status_code == 409
    caller.post(f"{record}/details", {"channel": "email", "description": "Outro assunto"})
    split = caller.post(f"{record}/split", {"pages": [2]})
    assert (split.status_code, split.json["related"]) == (201, world.attendance.protocol)
    assert caller.post(f"{record}/split", {"pages": [1]}).status_code == 422
    assert caller.post(f"{record}/merge", {"other": world.other_attendance.protocol}).status_code == 404


def test_an_email_goes_to_an_address_of_the_person(caller, record):
    sent = caller.post(f"{record}/emails", {"to": "ana@example.com", "subject": "Retorno", "body": "Bom dia"})
    assert (sent.status_code, sent.json["state"]) == (201, "due")
    refused = caller.post(f"{record}/emails", {"to": "x@example.com", "subject": "a", "body": "b"})
    assert refused.json["error"]["fields"].keys() == {"to"}


def test_the_report_is_a_pdf(caller, record):
    answer = caller.get(f"{record}/report.pdf?notes=true")
    assert (answer.mimetype, answer.data[:5]) == ("application/pdf", b"%PDF-")


def test_the_log_tells_who_changed_what(caller, record, session):
    caller.post(f"{record}/close", {"answer": "Feito"})
    entries = caller.get(f"{record}/log").json["items"]
    assert entries[0]["action"] == "close"
    assert entries[0]["changes"]["phase"] == ["open", "closed"]
    assert "robo" in entries[0]["actor_name"]
    assert session.scalar(select(func.count()).select_from(LogEntry).where(LogEntry.target == "attendance")) == 1


@pytest.mark.parametrize(("method", "path", "sent"), [
    ("PATCH", "", {"version": 1}), ("GET", "/details", None), ("PATCH", "/details/1", {"version": 1}),
    ("POST", "/details", {"channel": "phone", "description": "x"}), ("PUT", "/labels/1", {}),
    ("DELETE", "/labels/1", None), ("GET", "/notes", None), ("POST", "/notes", {"text": "x"}),
    ("POST", "/forward", {"operator": "x"}), ("GET", "/attachments", None),
    ("GET", "/attachments/1", None), ("DELETE", "/attachments/1", None), ("GET", "/merges", None),
    ("POST", "/merge", {"other": "1"}), ("POST", "/merges/1/undo", {}), ("POST", "/split", {"pages": [1]}),
    ("POST", "/emails", {"to": "a@b.c", "subject": "x", "body": "y"}), ("GET", "/report.pdf", None),
    ("GET", "/log", None)])
def test_what_is_of_another_company_does_not_exist(caller, world, session, method, path, sent):
    before = session.get(Attendance, world.other_attendance.id).version
    for attendance in (world.other_attendance, world.restricted_attendance):
        answer = caller.call(method, f"/api/v1/attendances/{attendance.address}{path}",
                             **({"json": sent} if sent is not None else {}))
        assert answer.status_code == 404, answer.data
    session.expire_all()
    assert session.get(Attendance, world.other_attendance.id).version == before


@pytest.mark.parametrize("path", ["?nonsense=1", "?limit=0", "?limit=1_0", "/x/notes?after=-1", "/x/log?limit=x",
                                  "?opened_from=yesterday", "?unassigned=1", "?limit=1&limit=2"])
def test_arguments_that_are_not_known_are_bad_requests(caller, path, world):
    answer = caller.get("/api/v1/attendances" + path.replace("/x/", f"/{world.attendance.address}/"))
    assert answer.status_code == 400, answer.json
