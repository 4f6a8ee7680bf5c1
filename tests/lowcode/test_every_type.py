"""One field of each type, end to end: typed in every form, stored, shown, logged, listed, exported, by REST (B-20)."""
import io
import re

import pytest
from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select

from app.models.attendance import Attendance
from app.models.custom_field import CustomField, FieldType
from app.models.custom_file import CustomFile
from app.models.custom_record import CustomRecord
from app.models.entity import Entity
from app.services import field_filling
from tests.lowcode.conftest import HELD, OPTIONS
from tests.support import forms
from tests.support.samples import PDF
from tests.support.world import add_entity

pytestmark = pytest.mark.req("B-20")
# type -> (what one types, what the record has, what one reads on its page)
TYPED = {
    "text": (" Rua 9 ", "Rua 9", "Rua 9"), "long_text": ("um\r\ndois", "um\ndois", "um\ndois"),
    "integer": ("-1200", -1200, "-1.200"), "decimal": ("1.234,5", "1234.5", "1.234,5"),
    "money": ("R$ 1.234,5", "1234.50", "R$\xa01.234,50"), "date": ("31/01/2026", "2026-01-31", "31/01/2026"),
    "datetime": ("31/01/2026 22:30", "2026-02-01T01:30:00+00:00", "31/01/2026 22:30"), "boolean": ("n", False, "Não"),
    "choice": ("a", "a", "Água"), "choices": (["c", "a"], ["a", "c"], "Água, Cais"),
    "cpf_cnpj": ("390.533.447-05", "39053344705", "390.533.447-05"),
    "phone": ("11 98765-4321", "+5511987654321", ">(11) 98765-4321</a>"),
    "email": ("ana@exemplo.com", "ana@exemplo.com", '<a href="mailto:ana@exemplo.com">'),
    "url": ("https://exemplo.com/a", "https://exemplo.com/a",
            '<a href="https://exemplo.com/a" target="_blank" rel="noopener noreferrer nofollow">')}


@pytest.fixture(autouse=True)
def folder(app, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "UPLOADS_PATH", str(tmp_path / "uploads"))


@pytest.fixture
def ana(staff):
    return staff("ana", "Attendant", "Supervisor")


@pytest.fixture
def browser(ana, sign_in):
    return sign_in(ana)


def fields():
    return [CustomField(key=kind, name=f"Campo {kind}", type=kind, in_list=True, searchable=kind in HELD,
                        options=OPTIONS if kind.startswith("choice") else []) for kind in FieldType]


@pytest.fixture
def somebody(session, seeding, world):
    with seeding():
        return add_entity(session, world.company, "Rita de Cássia")


def send(browser, name="contrato.pdf", content=PDF, **more):
    return browser.post("/fields/files/", {"files": (io.BytesIO(content), name), "name": "x_attachment"},
                        headers={"Accept": "application/json"}, content_type="multipart/form-data", **more)


def sent(browser, **more) -> int:
    answer = send(browser, **more)
    assert answer.status_code == 201, answer.text
    return answer.json["id"]


class Person:
    target, kind, log = "entity", "entity", "entity"

    def __init__(self, world):
        self.pk, self.model, self.values = world.entity.id, Entity, "custom_values"
        self.page, self.form = f"/entities/show/{self.pk}", f"/entities/edit/{self.pk}"

    def save(self, browser, typed):
        version = re.search(r'name="version" value="(\d+)"', browser.get(self.form).text)[1]
        return browser.post(self.form, {"version": version, "kind": "individual", "name": "Ana", "active": "y",
                                        **typed})


class Record:
    target, kind, log = "record", "record", "custom_record"

    def __init__(self, menu, pk):
        self.pk, self.model, self.values = pk, CustomRecord, "values"
        self.page, self.form = f"/records/{menu}/show/{pk}", f"/records/{menu}/edit/{pk}"

    def save(self, browser, typed):
        version = re.search(r'name="version" value="(\d+)"', browser.get(self.form).text)[1]
        return browser.post(self.form, {"version": version, **typed})


class Case:
    target, kind, log = "attendance", "attendance", "attendance"

    def __init__(self, world):
        self.attendance = world.attendance
        self.pk, self.model, self.values = world.attendance.id, Attendance, "custom_values"
        self.page = self.form = f"/attendances/{world.attendance.address}"
        self.situation = world.situations["open"].id

    def save(self, browser, typed):
        page = self.attendance.details[0]
        made = browser.post(self.form, {
            "version": self.attendance.version, "role_type_id": self.attendance.role_type_id, "action": "confirm",
            "channel_id": page.channel_id, "direction": page.direction, "description": page.description,
            "motive_id": self.attendance.motive_id or "", "occurrence_id": self.attendance.occurrence_id or "",
            "cause_id": self.attendance.cause_id or "", "situation_id": self.situation, **typed})
        return browser.get(made.headers["Location"]) if "refused=1" in made.headers.get("Location", "") else made


@pytest.fixture(params=["entity", "attendance", "record"])
def host(request, session, seeding, world, put, ana):
    """Where the fields stand: with one of each type, and a row that has none of them filled."""
    if request.param != "record":
        put(request.param, *fields())
        return Person(world) if request.param == "entity" else Case(world)
    with seeding():
        form = forms.form("Ficha", *fields())
        menu = forms.menu("Fichas", form, session.scalar(select(Role).where(Role.name == "Attendant")))
        record = CustomRecord(form=form, company=world.company, owner_id=ana.id)
        session.add_all([menu, record])
        session.flush()
        return Record(menu.id, record.id)


@pytest.fixture
def held(session, host):
    def read() -> dict:
        session.expire_all()
        return getattr(session.get(host.model, host.pk), host.values)
    return read


def test_one_of_each_is_typed_stored_and_shown(session, host, held, browser, somebody):
    assert set(TYPED) | {"person", "attachment"} == set(FieldType)
    file = sent(browser)
    typed = {f"x_{kind}": text for kind, (text, _stored, _shown) in TYPED.items()}
    made = host.save(browser, {**typed, "x_person": somebody.id, "x_attachment": ["", file]})
    assert made.status_code == 302, made.text
    wanted = {kind: stored for kind, (_typed, stored, _shown) in TYPED.items()}
    files = [{"id": file, "name": "contrato.pdf"}]
    assert held() == {**wanted, "person": somebody.id, "attachment": files}
    bound = session.get(CustomFile, file)
    assert (bound.kind, bound.owner_id) == (host.kind, host.pk)
    page = browser.get(host.page).text
    if host.kind != "attendance":  # its page is its form
        for kind, (_typed, _stored, shown) in TYPED.items():
            assert shown in page, kind
        assert f'<a href="/entities/show/{somebody.id}">Rita de Cássia</a>' in page
        assert f'<a href="/fields/files/{file}">contrato.pdf</a>' in page
    form = browser.get(host.form).text
    assert f'<option value="{somebody.id}" selected>Rita de Cássia</option>' in form
    assert f'name="x_attachment" value="{file}"' in form
    again = host.save(browser, {**typed, "x_person": somebody.id, "x_attachment": ["", file]})
    assert again.status_code == 302
    assert held()["attachment"] == files
    log = browser.get(f"/logs/{host.log}/{host.pk}").text
    for text in ("Campo person", "Rita de Cássia", "contrato.pdf", "R$\xa01.234,50", "Água, Cais", "390.533.447-05"):
        assert text in log, text
    assert log.count("contrato.pdf") == 1  # saving the same again changed nothing
    assert browser.get(f"/fields/files/{file}").data == PDF
    assert list(field_filling.verify(session)) == [] or host.kind != "record"


def test_what_is_wrong_is_said_at_every_field_and_what_was_typed_stays(host, held, browser, world):
    file = sent(browser)
    wrong = {"integer": "dez", "decimal": "1,2,3", "money": "1,234", "date": "31/02/2026", "datetime": "ontem",
             "cpf_cnpj": "111.111.111-11", "phone": "12", "email": "ana@", "url": "javascript:alert(1)",
             "choice": "z", "choices": ["z"], "person": str(world.other_entity.id), "attachment": ["", "99999"]}
    page = host.save(browser, {**{f"x_{kind}": text for kind, text in wrong.items()}, "x_text": "a" * 301})
    assert page.status_code == 422
    for kind in (*wrong, "text"):
        assert f'id="x_{kind}-err"' in page.text, kind
    for text in ("dez", "31/02/2026", "111.111.111-11", "ana@", "javascript:alert(1)"):
        assert f'value="{text}"' in page.text, text
    assert "Verde" not in page.text  # the name of another company's person
    assert held() in ({}, None)
    kept = host.save(browser, {"x_attachment": ["", file], "x_email": "ana@"})
    assert kept.status_code == 422
    assert f'name="x_attachment" value="{file}"' in kept.text
    assert "contrato.pdf" in kept.text


def test_files_are_taken_out_and_changed_and_others_do_not_see_them(session, host, held, browser, sign_in, make_user,
                                                                     world):
    one, two = sent(browser), sent(browser, name="foto.txt", content=b"Oi")
    assert host.save(browser, {"x_attachment": ["", one, two]}).status_code == 302
    stranger = sign_in(make_user("eva", "Supervisor", companies=[world.other_company]))
    assert stranger.get(f"/fields/files/{one}").status_code == 404
    assert sign_in(make_user("cora", "Customer", entity=world.entity)).get(f"/fields/files/{one}").status_code == 404
    session.expire_all()
    assert host.save(browser, {"x_attachment": ["", two]}).status_code == 302
    assert [each["name"] for each in held()["attachment"]] == ["foto.txt"]
    assert browser.get(f"/fields/files/{one}").status_code == 404
    assert session.get(CustomFile, one).removed_at is not None
    session.expire_all()
    foreign = host.save(browser, {"x_attachment": ["", two, one]})  # it is nobody's any more
    assert foreign.status_code == 422


def boxes(page) -> list[str]:
    """What the form posts of its files without scripts, the box that takes one off left empty or, in "-", marked."""
    return re.findall(r'name="x_attachment" value="([^"]*)"', page)


def test_without_scripts_a_box_takes_a_file_off(host, held, browser):
    first, second = sent(browser), sent(browser, name="nota.pdf")
    assert host.save(browser, {"x_attachment": ["", first, second]}).status_code == 302
    assert boxes(browser.get(host.form).text) == ["", f"{first}", f"-{first}", f"{second}", f"-{second}"]
    refused = host.save(browser, {"x_attachment": ["", first, f"-{first}", second], "x_integer": "doze"})
    assert refused.status_code == 422
    assert boxes(refused.text)[-2:] == [f"{second}", f"-{second}"]
    assert len(held()["attachment"]) == 2  # nothing is taken off before it is saved
    assert host.save(browser, {"x_attachment": ["", first, f"-{first}", second]}).status_code == 302
    assert [each["id"] for each in held()["attachment"]] == [second]
    assert host.save(browser, {"x_attachment": ["", second, f"-{second}"]}).status_code == 302
    assert held().get("attachment") is None


def test_a_file_of_somebody_else_cannot_be_named(host, held, browser, sign_in, staff):
    other = sent(sign_in(staff("rui")))
    refused = host.save(browser, {"x_attachment": ["", other]})
    assert refused.status_code == 422
    assert 'id="x_attachment-err"' in refused.text
    assert browser.get(f"/fields/files/{other}").status_code == 404


def test_what_is_no_file_of_a_field_is_refused_with_words(browser, sign_in, make_user, world):
    program = send(browser, name="virus.pdf", content=b"MZ" + b"\0" * 100)
    assert (program.status_code, "error" in program.json) == (422, True)
    assert send(browser, name="vazio.txt", content=b"").status_code == 422
    customer = sign_in(make_user("cora", "Customer", entity=world.entity))
    assert send(customer, name="a.txt", content=b"x").status_code == 403


@pytest.fixture
def caller(api, ana):
    return api(ana)


PATHS = {"entity": "/api/v1/persons/{pk}", "attendance": "/api/v1/attendances/{address}"}


@pytest.mark.parametrize("target", PATHS)
def test_one_of_each_by_rest(session, world, put, caller, somebody, target):
    put(target, *fields())
    path = PATHS[target].format(pk=world.entity.id, address=world.attendance.protocol)
    file = caller.call("POST", "/api/v1/field-files", data={"file": (io.BytesIO(PDF), "laudo.pdf")},
                       content_type="multipart/form-data")
    assert file.status_code == 201, file.text
    values = {**{kind: stored for kind, (_typed, stored, _shown) in TYPED.items()}, "person": somebody.id,
              "attachment": [file.json["id"]]}
    version = caller.get(path).json["version"]
    made = caller.patch(path, {"version": version, "custom_values": values})
    assert made.status_code == 200, made.text
    values["attachment"] = [{"id": file.json["id"], "name": "laudo.pdf"}]
    assert made.json["custom_values"] == values == caller.get(path).json["custom_values"]
    assert caller.get(f"/api/v1/field-files/{file.json['id']}").data == PDF
    wrong = {kind: {"no": "value"} for kind in FieldType} | {"person": world.other_entity.id, "attachment": [99_999]}
    refused = caller.patch(path, {"version": made.json["version"], "custom_values": {**wrong, "unknown": 1}})
    assert refused.status_code == 422
    assert refused.json["error"]["fields"].keys() == {f"custom_values.{kind}" for kind in (*FieldType, "unknown")}
    assert caller.get(path).json["custom_values"] == values


def test_one_of_each_in_the_printed_report_and_the_file_of_the_list(session, world, put, browser, caller, somebody):
    from pypdf import PdfReader
    put("attendance", *fields())
    values = {kind: stored for kind, (_typed, stored, _shown) in TYPED.items()} | {"person": somebody.id}
    path = f"/api/v1/attendances/{world.attendance.protocol}"
    assert caller.patch(path, {"version": caller.get(path).json["version"], "custom_values": values}).status_code == 200
    printed = browser.get(f"/attendances/{world.attendance.address}/report.pdf")
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(printed.data)).pages)
    for wanted in ("Rita de Cássia", "1.234,50", "Água, Cais", "31/01/2026 22:30", "(11) 98765-4321"):
        assert wanted in text, wanted
    exported = browser.get("/lists/attendances/export.csv").text
    for wanted in ("Campo person", "Rita de Cássia", "Água, Cais", "31/01/2026"):
        assert wanted in exported, wanted
