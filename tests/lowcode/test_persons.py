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
