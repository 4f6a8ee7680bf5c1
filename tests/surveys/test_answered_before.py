"""A survey is answered once: who would fill it a second time is told when and by whom it was."""
import pytest

from app.security.permissions import ATTENDANT
from tests.support.clock import NOON

pytestmark = pytest.mark.req("S-24", "S-65")


@pytest.fixture
def attendant(make_user, sign_in, world):
    return sign_in(make_user("caio", ATTENDANT, name="Caio", companies=[world.company]))


def test_put_again_it_says_when_and_by_whom_it_was_answered(attendant, viewer_for, make_user, world, survey, answered):
    rita = viewer_for(make_user("rita", ATTENDANT, name="Rita", companies=[world.company]))
    answered(world.entity, {"Nota": 5}, actor=rita, now=NOON)
    put = attendant.post(f"/surveys/entity/{world.entity.id}/put", {"survey_id": survey.id})
    page = attendant.get(put.location).text
    assert "Esta pesquisa já foi respondida em" in page
    assert "anotada por Rita" in page


def test_put_again_for_later_it_does_not_claim_to_be_waiting(attendant, world, survey, answered):
    answered(world.entity, {"Nota": 5})
    put = attendant.post(f"/surveys/entity/{world.entity.id}/put", {"survey_id": survey.id, "later": "1"})
    page = attendant.get(put.location).text
    assert "já foi respondida" in page
    assert "A entidade agora participa" not in page


def test_sent_a_second_time_it_says_that_nothing_was_saved(attendant, viewer_for, make_user, world, survey, answered):
    pk = answered(world.entity, {})
    rita = viewer_for(make_user("rita", ATTENDANT, name="Rita", companies=[world.company]))
    answered(world.entity, {"Nota": 5}, actor=rita)
    question = next(row.id for row in survey.questions if row.text == "Nota")
    refused = attendant.post(f"/surveys/fill/{pk}", {f"q{question}": "1"})
    assert refused.status_code == 409
    assert "anotada por Rita" in refused.text
    assert "O que você digitou não foi salvo" in refused.text
