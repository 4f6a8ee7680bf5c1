""""Script de Atendimento": the register with the manual's words, all mandatory, for one or several departments."""
import re

import pytest
from sqlalchemy import select

from app.models.log import LogEntry
from app.models.script import Script, ScriptKind
from app.security.permissions import ADMIN, SUPERVISOR
from tests.orders.conftest import refused, text

TITLES = re.compile(r'class="b-name"[^>]*>([^<]*)<')


def form(*departments, **values) -> dict:
    return {"title": "Boas-vindas", "departments": [str(each.id) for each in departments], "active": "active",
            "body": "Bom dia.\r\nEm que posso ajudar?", "position": "0", **values}


@pytest.mark.req("M-90", "M-91", "M-92", "G-01")
def test_a_script_is_added_for_two_departments_and_both_see_it(configurator, make_user, sign_in, world, session):
    page = configurator.get("/scripts/list/")
    assert re.search(r'href="/scripts/add"[^>]*>.*?Novo Registro', page.text)
    blank = text(configurator.get("/scripts/add"))
    for label in ("Título *", "Órgão (s) *", "Status *", "Texto do script *", "Salvar"):
        assert label in blank
    answer = configurator.post("/scripts/add", form(world.department, world.child_department))
    assert answer.status_code == 302, refused(answer)
    script = session.scalar(select(Script))
    assert (script.kind, script.active) == (ScriptKind.TEXT, True)
    assert script.body == "Bom dia.\nEm que posso ajudar?"  # as it is read: nothing of the way it came
    for department in (world.department, world.child_department):
        someone = sign_in(make_user(None, "Attendant", companies=[world.company], department=department))
        assert "Boas-vindas" in someone.get("/attendance-scripts/").text
    log = configurator.get(f"/logs/script/{script.id}").text
    assert "Financeiro" in log
    assert "Ativo" in text(configurator.get(f"/logs/script/{script.id}"))


@pytest.mark.req("M-92")
@pytest.mark.parametrize(("change", "field"), [
    ({"title": "  "}, "title"), ({"departments": []}, "departments"), ({"active": ""}, "active"),
    ({"body": " \n"}, "body"), ({"title": "x" * 201}, "title"), ({"departments": ["999999"]}, "departments"),
    ({"active": "maybe"}, "active"),
    ({"body": "Olá, {{sobrenome}}"}, "body"), ({"body": "x" * 20_001}, "body")])
def test_what_is_missing_or_wrong_is_told_at_its_field_and_nothing_is_kept(configurator, world, session, change, field):
    answer = configurator.post("/scripts/add", form(world.department, **{"body": "Guardado", **change}))
    assert answer.status_code == 422
    assert list(refused(answer)) == [field]
    assert session.scalar(select(Script)) is None
    if field != "body":
        assert "Guardado" in answer.text


@pytest.mark.req("M-92")
def test_a_department_of_another_company_or_switched_off_is_no_choice(configurator, world, seeding):
    answer = configurator.post("/scripts/add", form(world.other_department))
    assert refused(answer) == {"departments": "Escolha inválida."}
    with seeding():
        world.department.active = False
    answer = configurator.post("/scripts/add", form(world.department))
    assert refused(answer) == {"departments": "Escolha inválida."}


@pytest.mark.req("M-90", "M-93")
def test_a_script_is_switched_off_changed_and_deleted_each_in_the_log(configurator, attendant, scripts, session, world):
    script, pk = scripts["own"], scripts["own"].id
    edit = f"/scripts/edit/{pk}"
    values = form(world.child_department, title="Cobrança", active="inactive", version=str(script.version))
    assert configurator.post(edit, values).status_code == 302
    assert "Cobrança" not in attendant.get("/attendance-scripts/").text
    assert configurator.post(edit, values).status_code == 409  # somebody else's version by now
    assert configurator.post("/scripts/action_post", {"action": "switch_on", "rowid": pk}).status_code == 302
    assert "Cobrança" in attendant.get("/attendance-scripts/").text
    assert configurator.post(f"/scripts/delete/{pk}").status_code == 302
    entries = session.scalars(select(LogEntry).where(
        LogEntry.target == "script", LogEntry.target_id == pk).order_by(LogEntry.seq)).all()
    assert [each.action for each in entries] == ["update", "update", "delete"]
    assert entries[2].changes["title"][0] == "Cobrança"


def test_saving_what_was_not_touched_writes_nothing(configurator, scripts, world, session):
    script = scripts["own"]
    body = script.body.replace("\n", "\r\n")  # as a browser posts it
    values = form(world.child_department, title=script.title, body=body, position="2", version=str(script.version))
    assert configurator.post(f"/scripts/edit/{script.id}", values).status_code == 302
    session.refresh(script)
    assert script.version == 1
    assert session.scalar(select(LogEntry).where(LogEntry.target == "script")) is None


@pytest.mark.req("M-90")
@pytest.mark.parametrize("asked", ["_flt_0_title=saudacao", "_flt_0_body=aqui+e", "_flt_0_body=AQUI+%C3%89"])
def test_the_list_is_searched_by_title_and_text_whatever_the_accents(configurator, scripts, asked):
    assert TITLES.findall(configurator.get(f"/scripts/list/?{asked}").text) == ["Saudação"]
    without = TITLES.findall(configurator.get("/scripts/list/?_flt_3_body=aqui+e").text)
    assert "Saudação" not in without
    assert without


@pytest.mark.req("M-93", "G-03")
def test_the_register_shows_each_person_what_is_his(configurator, attendant, make_user, sign_in, scripts, world):
    azul = ["Antiga", "Cobrança em atraso", "Entrega", "Saudação"]
    assert sorted(TITLES.findall(configurator.get("/scripts/list/").text)) == azul
    boss = sign_in(make_user("sue", SUPERVISOR, companies=[world.company]))
    assert sorted(TITLES.findall(boss.get("/scripts/list/").text)) == azul
    assert boss.get("/scripts/add").status_code == 403
    assert TITLES.findall(attendant.get("/scripts/list/").text) == ["Saudação", "Cobrança em atraso"]
    for key in ("beside", "other", "off"):
        assert attendant.get(f"/scripts/show/{scripts[key].id}").status_code == 404
        assert attendant.get(f"/logs/script/{scripts[key].id}").status_code == 404
    assert attendant.get("/scripts/add").status_code == 403
    assert 'href="/scripts/list/"' not in attendant.get("/").text  # read where one attends, not in the settings


@pytest.mark.req("M-92")
def test_a_script_of_two_companies_is_changed_only_by_who_sees_both(
        configurator, make_user, sign_in, scripts, world, session):
    script = scripts["own"]
    boss = sign_in(make_user("alba", ADMIN))
    both = form(world.child_department, world.other_department, title=script.title, version=str(script.version))
    assert boss.post(f"/scripts/edit/{script.id}", both).status_code == 302
    session.refresh(script)
    taken = form(world.child_department, title="Minha", version=str(script.version))
    answer = configurator.post(f"/scripts/edit/{script.id}", taken)
    assert answer.status_code == 403
    assert "órgãos que você não vê" in answer.text
    assert configurator.post(f"/scripts/delete/{script.id}").status_code == 403
    switched = configurator.post("/scripts/action_post", {"action": "switch_off", "rowid": script.id},
                                 follow_redirects=True)
    assert "órgãos que você não vê" in switched.text
    session.refresh(script)
    assert (script.title, script.active, len(script.departments)) == ("Cobrança em atraso", True, 2)


def test_a_department_with_scripts_stays(configurator, make_user, sign_in, scripts, world):
    boss = sign_in(make_user("sue", SUPERVISOR, companies=[world.company]))
    answer = boss.post(f"/departments/delete/{world.child_department.id}")
    assert answer.status_code == 409
    assert "pode ser inativado" in answer.text or "ligados" in answer.text
