"""Configurators' fields on the register of persons (M-89)."""
import pytest

from app.database import unit_of_work
from app.models.custom_field import CustomField
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
