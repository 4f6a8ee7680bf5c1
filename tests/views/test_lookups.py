"""Pickers search on the server as one types, see only what the viewer may choose, and follow their parent."""
import pytest
from sqlalchemy import insert

from app.models.classification import Motive
from app.models.entity import Entity
from tests.support.clock import NOON


@pytest.fixture
def attendant(world, make_user, sign_in):
    return sign_in(make_user("ana", "Attendant", companies=[world.company]))


def found(browser, address) -> list[str]:
    answer = browser.get(address)
    assert answer.status_code == 200
    return [row["text"] for row in answer.json["results"]]


@pytest.mark.req("S-46", "S-47")
def test_a_child_offers_only_rows_of_its_parent(attendant, world):
    assert found(attendant, f"/lookup/occurrence?parent={world.motive.id}") == ["Cobrança indevida"]
    assert found(attendant, f"/lookup/cause?parent={world.other_occurrence.id}") == ["Boleto não chegou"]
    assert found(attendant, "/lookup/occurrence?parent=") == []
    assert found(attendant, "/lookup/occurrence?parent=abc") == []


def test_rows_are_found_whatever_the_accents_and_case(attendant, world):
    assert found(attendant, "/lookup/motive?q=RECLAMACAO") == ["Reclamação"]
    assert found(attendant, "/lookup/motive?q=mação") == ["Reclamação"]


def test_only_what_one_may_see_is_offered(attendant, world, seeding):
    assert found(attendant, "/lookup/company") == ["Azul"]
    assert found(attendant, "/lookup/unit") == ["Centro"]
    assert found(attendant, "/lookup/unit?q=verde") == []
    assert found(attendant, "/lookup/entity?q=zilda") == []
    with seeding():
        world.unit.active = False
    assert found(attendant, "/lookup/unit") == []


def test_a_lookup_asks_the_permission_of_its_noun(world, make_user, sign_in, client):
    configurator = sign_in(make_user("cora", "Configurator", companies=[world.company]))
    assert configurator.get("/lookup/motive").status_code == 200
    assert configurator.get("/lookup/entity?q=ana").status_code == 403
    assert configurator.get("/lookup/passwords").status_code == 404
    portal = sign_in(make_user("zoe", "Customer", entity=world.entity))
    assert portal.get("/lookup/motive").status_code == 403
    assert client().get("/lookup/motive").status_code == 302


def test_twenty_rows_a_page(attendant, session, seeding):
    with seeding():
        session.add_all([Motive(name=f"Ano {number:02}") for number in range(45)])
    pages = [attendant.get(f"/lookup/motive?q=ano&page={page}").json for page in (1, 2, 3)]
    assert [len(page["results"]) for page in pages] == [20, 20, 5]
    assert [page["pagination"]["more"] for page in pages] == [True, True, False]
    assert attendant.get("/lookup/motive?page=999999999").json["pagination"]["more"] is False


def test_a_picker_works_with_many_rows(attendant, world, session, queries):
    rows = [{"company_id": world.company.id, "kind": "individual", "name": f"Pessoa {number}", "active": True,
             "search_text": f"pessoa {number}", "name_key": f"pessoa {number}", "custom_values": {}, "version": 1,
             "created_at": NOON, "updated_at": NOON} for number in range(3_000)]
    session.execute(insert(Entity), rows)
    session.commit()
    queries.clear()
    assert found(attendant, "/lookup/entity?q=pessoa%202999") == ["Pessoa 2999"]
    assert len(queries) <= 6
    assert len(found(attendant, "/lookup/entity?q=pessoa&page=3")) == 20


def test_an_entity_is_found_by_document_too_and_told_apart_by_it(attendant, world):
    assert found(attendant, "/lookup/entity?q=529.982.247-25") == ["Ana Lúcia Conceição · •••.982.247-••"]
    assert found(attendant, "/lookup/entity?q=conceicao") == ["Ana Lúcia Conceição · •••.982.247-••"]
