"""Configurators' fields on the register of persons (M-89)."""
import re

import pytest

from app.database import unit_of_work
from app.models.custom_field import CustomField
from app.models.custom_form import FormGroup
from app.models.entity import Entity
from app.queries.search import find_entities
from app.services import entities
from tests.support.clock import NOON

pytestmark = pytest.mark.req("M-89")


@pytest.fixture
def ana(staff):
    return staff()


@pytest.fixture
def registered(session, viewer_for, ana):
    """`registered(name, values)`: a person with what these fields hold."""
    def act(name, values=None, **more):
        with unit_of_work(session):
            return entities.create(session, {"name": name, "custom_values": values or {}, **more},
                                   actor=viewer_for(ana), now=NOON)
    return act


@pytest.mark.req("B-20", "B-27")
def test_the_search_box_finds_the_number_of_a_card(session, put, viewer_for, ana, registered):
    put("entity", CustomField(key="card", name="Carteirinha", type="text", searchable=True),
        CustomField(key="own", name="CPF do titular", type="cpf_cnpj", searchable=True),
        CustomField(key="secret", name="Segredo", type="text"))
    card, letters, plain = (registered(name, values) for name, values in (
        ("Pessoa um", {"card": "0064.1234567", "own": "39053344705"}), ("Pessoa dois", {"card": "AB-77/9"}),
        ("Pessoa três", {"secret": "0064.999"})))

    def found(text):
        return {row.id for row in find_entities(session, viewer_for(ana), text).rows} & {card.id, letters.id, plain.id}

    assert found("0064.1234567") == found("0064.12") == {card.id}
    assert found("390.533.447-05") == found("39053344705") == {card.id}
    assert found("ab-77") == {letters.id}
    assert found("0064.999") == set()


@pytest.fixture
def forms_by_kind(put):
    """"Filiação" stands on individuals and demands the mother's name, "Porte" on companies and demands the size."""
    put("entity", CustomField(key="mother", name="Nome da mãe", type="text", required=True),
        CustomField(key="height", name="Altura", type="decimal"), name="Filiação", slug="family",
        person_type="individual")
    put("entity", CustomField(key="size", name="Porte da empresa", type="choice", required=True, options=[
        {"value": "me", "label": "Microempresa"}, {"value": "sa", "label": "S.A."}]), name="Porte", slug="company-size",
        person_type="company")
    put("entity", CustomField(key="origin", name="Origem", type="text"), name="Geral", slug="general")


def fields_of(answer):
    return set(answer.json["error"]["fields"])


def test_rest_demands_what_the_kind_of_person_demands(forms_by_kind, api, ana):
    caller = api(ana)
    assert caller.post("/api/v1/persons", {"name": "Rápida"}).status_code == 201  # the simplified registration
    refused = caller.post("/api/v1/persons", {"name": "Bia", "custom_values": {"origin": "feira"}})
    assert (refused.status_code, fields_of(refused)) == (422, {"custom_values.mother"})
    refused = caller.post("/api/v1/persons", {"name": "Loja", "document": "11.444.777/0001-61", "custom_values": {
        "mother": "x", "nothing": 1}})
    assert fields_of(refused) == {"custom_values.mother", "custom_values.nothing", "custom_values.size"}
    made = caller.post("/api/v1/persons", {"name": "Bia", "custom_values": {"mother": "Rita", "height": 1.7}})
    read = caller.get(f"/api/v1/persons/{made.json['id']}").json
    assert read["custom_values"] == {"mother": "Rita", "height": "1.7"}
    refused = caller.patch(f"/api/v1/persons/{read['id']}", {"version": read["version"], "custom_values": {
        "mother": None}})
    assert fields_of(refused) == {"custom_values.mother"}
    changed = caller.patch(f"/api/v1/persons/{read['id']}", {"version": read["version"], "custom_values": {
        "origin": "rua"}})
    assert changed.json["custom_values"] == {"mother": "Rita", "height": "1.7", "origin": "rua"}


@pytest.mark.req("S-14", "B-20")
def test_a_tickets_complementary_data_by_rest(put, world, staff, make_user, api):
    put("attendance", CustomField(key="guide", name="Guia", type="integer", required=True))
    caller = api(staff(central_operator=True))
    new = {"title": "Guia negada", "classification_id": world.classification.id, "contact_name": "Pedro",
           "subclassification_id": world.subclassification.id, "contact_phone": "1133334444",
           "contact_email": "p@example.com", "message": "?", "provider_id": world.provider.id}
    refused = caller.post("/api/v1/provider-tickets", {**new, "custom_values": {}})
    assert (refused.status_code, fields_of(refused)) == (422, {"custom_values.guide"})
    made = caller.post("/api/v1/provider-tickets", {**new, "custom_values": {"guide": 7}}).json
    address = f"/api/v1/provider-tickets/{made['protocol']}"
    assert made["custom_values"] == caller.get(address).json["custom_values"] == {"guide": 7}
    changed = caller.patch(address, {"custom_values": {"guide": 8}, "version": made["version"]})
    assert changed.json["custom_values"] == {"guide": 8}
    assert caller.patch(address, {"custom_values": {"guide": 9}, "version": made["version"]}).status_code == 409
    provider = api(make_user("pedro", "Provider", entity=world.provider))
    assert provider.get(address).json["custom_values"] is None
    assert provider.get("/api/v1/provider-tickets?cf_guide=8").status_code == 400
    assert provider.patch(address, {"custom_values": {"guide": 1}}).status_code == 403


PERSON = {"name": "Bia", "kind": "individual", "x_mother": "Rita", "x_height": "1,7", "x_origin": "feira"}


def stored(session, name="Bia"):
    session.expire_all()
    return session.query(Entity).filter_by(name=name).one()


def shown_parts(page) -> dict[str, bool]:
    """{heading of a configurators' form: whether it is shown} of a page with the complete form."""
    found = re.findall(r'(?:<div data-of-kind="\w+"( hidden)?>\s*)?<details class="panel panel-default b-fold"[^>]*>'
                       r'<summary[^>]*><span class="panel-title">([^<]*)</span>', page.text)
    return {heading: not hidden for hidden, heading in found if heading in ("Filiação", "Porte", "Geral")}


def test_each_form_stands_on_its_kind_of_person(forms_by_kind, sign_in, ana, session):
    browser = sign_in(ana)
    assert shown_parts(browser.get("/entities/add")) == {"Filiação": True, "Porte": False, "Geral": True}
    refused = browser.post("/entities/add", {**PERSON, "x_mother": ""})
    assert refused.status_code == 422
    assert refused.text.count("Este campo é obrigatório.") == 1  # the company's form is not asked
    company = {**PERSON, "kind": "company", "x_height": "muito"}  # what is hidden is not even read
    refused = browser.post("/entities/add", company)
    assert refused.status_code == 422
    assert shown_parts(refused) == {"Filiação": False, "Porte": True, "Geral": True}
    assert browser.post("/entities/add", {**company, "x_size": "sa"}).status_code == 302
    assert stored(session).custom_values == {"size": "sa", "origin": "feira"}


def test_what_the_other_kinds_form_holds_is_kept(forms_by_kind, sign_in, ana, session):
    browser = sign_in(ana)
    assert browser.post("/entities/add", PERSON).status_code == 302
    pk = stored(session).id
    turned = {**PERSON, "kind": "company", "x_size": "me", "x_mother": "Outra", "version": stored(session).version}
    assert browser.post(f"/entities/edit/{pk}", turned).status_code == 302
    assert stored(session).custom_values == {"mother": "Rita", "height": "1.7", "origin": "feira", "size": "me"}
    page = browser.get(f"/entities/show/{pk}").text
    assert page.index("Porte da empresa") < page.index("Campos fora de uso") < page.index("Nome da mãe")
    back = {**PERSON, "x_mother": "Rita", "x_size": "", "x_height": "1,8", "version": stored(session).version}
    assert browser.post(f"/entities/edit/{pk}", back).status_code == 302
    assert stored(session).custom_values == {"mother": "Rita", "height": "1.8", "origin": "feira", "size": "me"}


def test_the_simplified_registration_asks_none_and_keeps_all(forms_by_kind, sign_in, ana, session):
    browser = sign_in(ana)
    assert browser.post("/entities/simple/add", {"name": "Bia", "phone": "(21) 97777-6666"}).status_code == 302
    pk = stored(session).id
    values = {**PERSON, "version": stored(session).version}
    assert browser.post(f"/entities/edit/{pk}", values).status_code == 302
    short = {"name": "Bia", "phone": "(21) 97777-6666", "version": stored(session).version}
    assert "Filiação" not in browser.get(f"/entities/simple/{pk}").text
    assert browser.post(f"/entities/simple/{pk}", short).status_code == 302
    assert stored(session).custom_values["mother"] == "Rita"


def test_forms_stand_below_their_group_and_switched_off_ones_are_gone(put, session, seeding, sign_in, ana):
    with seeding():
        group = FormGroup(name="Convênio")
        session.add(group)
    put("entity", CustomField(key="plan", name="Plano", type="text"), name="Plano de saúde", slug="plan", group=group)
    put("entity", CustomField(key="nick", name="Apelido", type="text"), name="Trato", slug="nick")
    put("entity", CustomField(key="old", name="Antigo", type="text", required=True), name="Velho", slug="old",
        active=False)
    browser = sign_in(ana)
    page = browser.get("/entities/add").text
    assert page.index(">Trato<") < page.index(">Convênio<") < page.index(">Plano de saúde<")
    assert "Velho" not in page
    values = {"name": "Bia", "kind": "individual", "x_plan": "Ouro"}
    assert browser.post("/entities/add", values).status_code == 302
    assert stored(session).custom_values == {"plan": "Ouro"}
    assert "Convênio › Plano de saúde" in browser.get(f"/entities/show/{stored(session).id}").text


def test_the_log_tells_field_by_field(forms_by_kind, sign_in, ana, session, staff):
    browser = sign_in(ana)
    browser.post("/entities/add", PERSON)
    browser.post(f"/entities/edit/{stored(session).id}", {**PERSON, "x_mother": "Nova", "version": 1})
    page = sign_in(staff("sofia", "Supervisor")).get(f"/logs/entity/{stored(session).id}").text
    assert "Nome da mãe" in page
    assert page.index("Rita") != page.index("Nova")
