"""Who an attendance is with: forwarded with a reason, and the list by responsible and department."""
import re

import pytest
from sqlalchemy import select

from app.models.log import LogEntry
from app.models.notification import Notification
from tests.lists.conftest import LIST, by_script, protocols

pytestmark = pytest.mark.req("B-40", "C-38")


@pytest.fixture
def bia(staff):
    return staff("bia", name="Bia")


def forward(browser, attendance, **values):
    return by_script(browser, f"/attendances/{attendance.address}/forward-to", {
        "version": attendance.version, "reason": "Especialista", **values})


def test_forwarding_names_the_operator_the_department_follows_and_the_previous_owner_is_logged(
        browser, session, seeding, world, bia, ana):
    with seeding():
        bia.profile.department = world.department
        world.attendance.assignee = ana
    session.commit()
    answer = forward(browser, world.attendance, operator_id=bia.id)
    assert answer.json == {"location": f"/attendances/{world.attendance.address}"}
    session.expire_all()
    assert (world.attendance.assignee, world.attendance.department) == (bia, world.department)
    entry = session.scalar(select(LogEntry).where(LogEntry.action == "forward"))
    assert (entry.changes["assignee"][0]["text"], entry.changes["reason"][1]) == ("Ana Teste", "Especialista")
    page = browser.get(f"/attendances/{world.attendance.address}").text
    assert "Bia Teste · Financeiro" in page
    told = session.scalars(select(Notification)).all()
    assert [(each.user_id, each.kind, each.values["reason"]) for each in told] == [
        (bia.id, "assigned", "Especialista")], "who gives it away himself is not told"
    logs = browser.get(f"/logs/attendance/{world.attendance.id}").text
    assert "Encaminhado" in logs
    assert "Responsável" in logs


def test_a_department_alone_takes_it_from_whoever_had_it(browser, session, seeding, world, bia):
    with seeding():
        world.attendance.assignee = bia
    session.commit()
    forward(browser, world.attendance, department_id=world.department.id)
    session.expire_all()
    assert (world.attendance.assignee, world.attendance.department) == (None, world.department)
    assert [(each.user_id, each.kind) for each in session.scalars(select(Notification))] == [
        (bia.id, "transferred")]


@pytest.mark.parametrize(("values", "field", "words"), [
    ({}, "operator_id", "Escolha um operador ou um setor."),
    ({"operator_id": "bia", "reason": " "}, "reason", "Informe por que"),
    ({"operator_id": "bia", "reason": "x" * 501}, "reason", "No máximo 500"),
    ({"operator_id": "gone"}, "operator_id", "operador ativo"),
    ({"operator_id": "portal"}, "operator_id", "operador ativo"),
    ({"operator_id": "conf"}, "operator_id", "operador ativo"), ({"operator_id": "has"}, "operator_id", "Já está com"),
    ({"department_id": "foreign"}, "department_id", "setor ativo")])
def test_each_refusal_stands_at_its_field(
        browser, session, seeding, world, staff, make_user, bia, values, field, words):
    has = staff("carla")
    with seeding():
        world.attendance.assignee = has
    session.commit()
    people = {"bia": bia.id, "has": has.id, "gone": staff("foi", active=False).id,
              "conf": staff("conf", "Configurator").id, "foreign": world.other_department.id,
              "portal": make_user("cliente", "Customer", entity=world.entity).id}
    answer = forward(browser, world.attendance, **{name: people.get(value, value) for name, value in values.items()})
    assert (answer.status_code in (409, 422), answer.json["field"]) == (True, field), answer.json
    assert words in answer.json["error"]
    session.expire_all()
    assert world.attendance.assignee == has


def test_closed_foreign_and_stale_ones_are_not_forwarded(browser, session, world, bia):
    assert "encerrado" in forward(browser, world.closed_attendance, operator_id=bia.id).json["error"]
    for hidden in (world.other_attendance, world.restricted_attendance):
        assert forward(browser, hidden, operator_id=bia.id).status_code == 404
    answer = forward(browser, world.attendance, operator_id=bia.id, version=world.attendance.version + 7)
    assert (answer.status_code, "Outra pessoa alterou" in answer.json["error"]) == (409, True)
    assert session.scalar(select(LogEntry).where(LogEntry.action == "forward")) is None


@pytest.mark.req("B-29")
def test_nobody_is_given_what_he_may_not_see(sign_in, make_user, world, bia):
    boss = sign_in(make_user("chefe", "Supervisor", companies=[world.company], units=[world.restricted_unit]))
    answer = forward(boss, world.restricted_attendance, operator_id=bia.id)
    assert (answer.status_code, answer.json["error"]) == (422, "Este operador não pode ver o atendimento.")


def test_the_list_by_responsible_and_department(browser, session, seeding, world, many, bia, ana):
    made = many(6)
    with seeding():
        made[0].assignee, made[1].assignee, made[2].department = bia, ana, world.department
    session.commit()

    def found(query):
        return protocols(browser.get(f"{LIST}?phase=open&size=100&{query}"))

    assert found(f"assignee={bia.id}") == [made[0].protocol]
    assert found("assignee=me") == [made[1].protocol]
    assert set(found("assignee=none")) == {world.attendance.protocol, *(each.protocol for each in made[2:])}
    assert found(f"department={world.department.id}") == [made[2].protocol]
    assert "Ninguém" in browser.get(f"{LIST}?assignee=none").text
    assert browser.get(f"{LIST}?assignee=nonsense").status_code == 422


def test_the_lookups_offer_colleagues_by_any_part_of_the_name(browser, bia, make_user, world):
    make_user("verde", "Attendant", companies=[world.other_company], name="Bianca")
    offered = browser.get("/lookup/operator?q=BÍA").json["results"]
    assert offered == [{"id": bia.id, "text": "Bia Teste"}]
    assert [each["id"] for each in browser.get("/lookup/assignee").json["results"]][:2] == ["none", "me"]


def test_the_forms_mark_the_reason_as_mandatory(browser, world):
    for page in (f"/attendances/{world.attendance.address}", LIST):
        label = re.search(r'<label for="(?:forward|bulk)-reason">(.*?)</label>', browser.get(page).text)
        assert "b-req" in label[1]
