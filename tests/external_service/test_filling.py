"""The form of a person filled by the service: what comes back, and what is told where nothing does (M-79)."""
import logging

import pytest

from app.models.custom_field import CustomField
from app.security.permissions import Perm
from tests.support.forms import placed
from tests.support.other_system import ANA

from .conftest import CPF, lines

pytestmark = pytest.mark.req("M-79")


def mapped(keeper, session, service, mapping):
    session.refresh(service)
    answer = keeper.post("/settings/person-fields/", {"version": str(service.version), **lines(mapping)})
    assert answer.status_code == 302, answer.text


def test_what_the_service_knows_comes_back_as_it_is_typed(service, ask, system, logged):
    found = ask(phone="(35) 99871-2045", email="ana@example.com")
    assert found.status == 200
    assert found.values == {
        "name": "Ana Lúcia Conceição", "birth_date": "12/03/1984", "email": "ana.lucia@example.com",
        "street": "Rua das Acácias", "state": "MG", "cep": "37470-000", "phone": "(35) 99871-2045"}
    assert {each["name"]: each.get("kind") for each in found.json["values"]}["phone"] == "mobile"
    assert found.json["notices"] == []
    assert found.answer.headers["Cache-Control"] == "no-store"
    (_method, path, _headers, body) = system.asked[0]
    assert (path, body) == ("/clientes/39053344705", b"")  # neither telephone nor e-mail: it is not asked by them
    assert logged("external_service", "lookup") == [{"document": [None, "•••.533.447-••"]}]


def test_the_forms_offer_it_only_where_it_can_be_asked(service, attendant, keeper, session, world, saved):
    for page in ("/entities/add", "/entities/simple/add", f"/entities/edit/{world.entity.id}"):
        text = attendant.get(page).text
        assert "Preencher pelo serviço" in text
        assert 'data-by="document"' in text
    saved(active=None)
    assert "Preencher pelo serviço" not in attendant.get("/entities/add").text
    saved(active="y")
    mapped(keeper, session, service, {})
    assert "Preencher pelo serviço" not in attendant.get("/entities/add").text
    assert attendant.post("/person-service/look-up", json={"document": CPF}).status_code == 409


def test_a_person_that_is_there_is_asked_by_the_stored_document_which_stays_hidden(
        service, ask, system, world, logged, keeper, session):
    mapped(keeper, session, service, {"cliente.nome": "name", "cliente.cpf": "document"})
    found = ask(document="", entity=world.entity.id)
    assert found.values == {"name": "Ana Lúcia Conceição"}
    assert system.asked[0][1] == "/clientes/52998224725"
    assert len(logged("entity", "lookup")) == 1
    assert logged("external_service", "lookup")[0]["entity"] == [None, world.entity.id]
    assert ask(document="", entity=world.other_entity.id).status == 404
    assert len(system.asked) == 1


def test_a_document_comes_back_only_to_who_may_see_documents(
        service, ask, keeper, session, make_user, seeding):
    mapped(keeper, session, service, {"cliente.cpf": "document", "cliente.nome": "name"})
    assert ask().values["document"] == CPF
    role = make_user("tmp", "Attendant").roles[0]
    with seeding():
        role.permissions = [each for each in role.permissions
                            if (each.permission.name, each.view_menu.name) != Perm.DOCUMENT_REVEAL.pair]
    assert ask().values == {"name": "Ana Lúcia Conceição"}


@pytest.mark.parametrize("who", ["Configurator", "Customer", "Provider"])
def test_who_keeps_no_persons_asks_nothing(service, make_user, sign_in, world, system, who):
    entity = {"Customer": world.entity, "Provider": world.provider}.get(who)
    browser = sign_in(make_user("outro", who, companies=[] if entity else [world.company], entity=entity))
    assert browser.post("/person-service/look-up", json={"document": CPF}).status_code in (302, 403)
    assert system.asked == []


@pytest.mark.parametrize("document", ["390.533.447-00", "123", ""])
def test_what_is_no_document_leaves_nothing_and_is_told_at_its_field(service, ask, system, logged, document):
    found = ask(document=document)
    assert (found.status, found.json["field"]) == (422, "document")
    assert system.asked == []
    assert logged("external_service", "lookup") == []


@pytest.mark.parametrize("answer", [(404, {"erro": "nada"}), (204, b""), (200, None), (200, []), (200, {})])
def test_an_unknown_person_leaves_the_form_as_it_is(service, ask, system, answer):
    system.answer = answer
    found = ask()
    assert (found.status, found.values) == (200, {})
    assert found.told == "O serviço não conhece esta pessoa. Preencha à mão."


def test_what_the_answer_lacks_is_told_and_the_rest_is_filled(service, ask, system):
    system.answer = (200, {"cliente": {"nome": "Ana", "email": None}, "enderecos": [], "telefones": [""]})
    found = ask()
    assert found.values == {"name": "Ana"}
    assert found.told == "Não vieram na resposta: Data de nascimento, Logradouro, Estado, CEP."
    system.answer = (200, {"erro": True})
    assert ask().told == "O serviço não enviou nada para os campos do cadastro. Preencha à mão."


@pytest.mark.parametrize(("variable", "field", "value", "said"), [
    ("x", "birth_date", "31/02/1990", "Data de nascimento: o serviço enviou “31/02/1990”, que não é uma data."),
    ("x", "document", "390.533.447-00", "CPF/CNPJ: o serviço enviou um CPF/CNPJ inválido."),
    ("x", "email", "ana@", "E-mail inválido"), ("x", "phone", "123", "Telefone inválido"),
    ("x", "state", "Minas", "Não existe este estado"), ("x", "cep", "123456789", "CEP inválido"),
    ("x", "kind", "outra", "não é pessoa física nem jurídica"), ("x", "name", "n" * 201, "cabem no máximo 200"),
    ("x", "name", ["Ana", "Lúcia"], "o serviço enviou vários valores"),
])
def test_a_value_that_the_form_would_refuse_is_told_and_not_filled(
        service, ask, system, keeper, session, variable, field, value, said):
    mapped(keeper, session, service, {variable: field, "ok": "notes"})
    system.answer = (200, {"x": value, "ok": "linha 1\nlinha 2\u0000"})
    found = ask()
    assert found.values == {"notes": "linha 1\nlinha 2"}
    assert said in found.told


@pytest.mark.parametrize(("field", "value", "typed"), [
    ("document", 1503945, None), ("document", 191, "000.000.001-91"), ("document", 39053344705, "390.533.447-05"),
    ("document", 191000100, None), ("document", "45723174000110", "45.723.174/0001-10"),
    ("kind", "J", "company"), ("kind", "Pessoa Física", "individual"),
    ("birth_date", "1984-03-12T00:00:00Z", "12/03/1984"), ("birth_date", "19840312", "12/03/1984"),
    ("birth_date", "12/03/1984 00:00", "12/03/1984"), ("birth_date", 19840312, "12/03/1984"),
    ("cep", 1001000, "01001-000"), ("number", 12.0, "12"), ("name", "  Ana \t Lúcia ", "Ana Lúcia"),
    ("phone", "+55 35 3331-5500", "(35) 3331-5500"), ("phone", 35998712045, "(35) 99871-2045"),
])
def test_values_are_read_as_other_systems_write_them(service, ask, system, keeper, session, field, value, typed):
    mapped(keeper, session, service, {"x": field})
    system.answer = (200, {"x": value})
    assert ask().values.get(field) == typed


def test_configurators_fields_are_filled_through_their_own_rules(service, ask, system, keeper, session, seeding):
    values = {"limit": ("money", 1234.5, "1.234,50"), "level": ("integer", 7, "7"), "since": ("date", "2020-01-02",
              "02/01/2020"), "vip": ("boolean", True, "y"), "site": ("url", "https://a.example", "https://a.example"),
              "card": ("text", 12.0, "12")}
    with seeding():
        session.add_all(placed("entity", *(
            CustomField(key=key, name=key, type=kind) for key, (kind, _value, _typed) in values.items()),
            CustomField(key="group", name="Grupo", type="choice", options=[
                {"value": "a", "label": "Ouro"}, {"value": "b", "label": "Prata", "active": False}]),
            CustomField(key="many", name="Muitos", type="choices", options=[{"value": "a", "label": "Um"}])))
    mapped(keeper, session, service, {key: f"x_{key}" for key in (*values, "group")})
    system.answer = (200, {**{key: value for key, (_kind, value, _typed) in values.items()}, "group": "ouro"})
    assert ask().values == {**{f"x_{key}": typed for key, (_kind, _value, typed) in values.items()}, "x_group": "a"}
    system.answer = (200, {"limit": "mil", "level": 1.5, "since": "ontem", "vip": "talvez", "site": "a", "group": "b"})
    found = ask()
    assert found.values == {}
    assert found.told.count("o serviço enviou") == 6
    assert "x_many" not in keeper.get("/settings/person-fields/").text


def test_nothing_of_it_is_stored_until_the_form_is_saved_and_the_form_still_refuses(service, ask, attendant, world):
    assert ask().values["name"] == "Ana Lúcia Conceição"
    assert "Ana Lúcia Conceição" not in attendant.get("/entities/list/?q=39053344705").text
    typed = {"name": "Ana", "kind": "individual", "document": CPF, "birth_date": "31/02/1990", "active": "y"}
    assert attendant.post("/entities/add", typed).status_code == 422


def test_the_log_of_the_process_names_nobody(service, ask, system, caplog):
    caplog.set_level(logging.DEBUG)
    ask()
    system.answer = (500, ANA)
    ask()
    told = "\n".join(f"{record.getMessage()} {getattr(record, 'pairs', '')}" for record in caplog.records)
    assert "look-up" in told
    assert "'outcome': 'status'" in told
    for word in ("39053344705", CPF, "Ana", "segredo-do-erp", "clientes"):
        assert word not in told


def test_who_was_looked_up_is_read_in_the_logs_masked(service, ask, keeper, attendant, world):
    ask()
    ask(document="", entity=world.entity.id)
    page = keeper.get(f"/logs/external_service/{service.id}").text
    assert page.count("Consultada no serviço externo") == 2
    assert "•••.533.447-••" in page
    assert "•••.982.247-••" in page
    assert world.entity.name not in page  # who keeps services may see no persons
    assert "Consultada no serviço externo" in attendant.get(f"/logs/entity/{world.entity.id}").text


def test_a_person_asks_at_most_thirty_times_a_minute(service, ask, system):
    system.answer = (404, b"")
    assert [ask().status for _ in range(31)] == [200] * 30 + [429]
    assert len(system.asked) == 30
