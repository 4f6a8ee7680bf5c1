"""Who takes part in a survey: put before entities by search and by CPF/CNPJ, listed as answered or waiting."""
import re

import pytest
from sqlalchemy import select

from app.models.log import LogEntry
from app.models.survey import SurveyParticipation
from app.security.permissions import ATTENDANT, SUPERVISOR
from app.security.viewer import SYSTEM
from app.services import survey_answers, surveys
from tests.support.clock import NOON
from tests.support.world import add_entity

pytestmark = pytest.mark.req("S-68")


@pytest.fixture
def supervisor(make_user, sign_in, world):
    return sign_in(make_user(None, SUPERVISOR, companies=[world.company]))


def taking_part(session) -> set[int]:
    return set(session.scalars(select(SurveyParticipation.entity_id)))


def test_those_chosen_and_those_of_the_documents_take_part_once(session, supervisor, survey, world):
    done = supervisor.post(f"/surveys/participants/{survey.id}", {
        "entities": [world.entity.id], "documents": "153.509.460-56\r\n45723174000110; 529.982.247-25"})
    assert done.status_code == 302
    assert taking_part(session) == {world.entity.id, world.second_entity.id, world.provider.id}
    logged = session.scalars(select(LogEntry.action).where(LogEntry.target == "survey_participation")).all()
    assert logged == ["create"] * 3
    page = supervisor.get(done.location).text
    assert "João Pereira" in page
    again = supervisor.post(f"/surveys/participants/{survey.id}", {"documents": "52998224725"})
    assert "Que já participavam: 1" in supervisor.get(again.location).text
    assert len(session.scalars(select(SurveyParticipation)).all()) == 3


def test_documents_of_nobody_stay_to_be_looked_at_and_the_others_are_put(session, supervisor, survey, world):
    """A neighbour's document is nobody's: it exists for those alone who see it."""
    answer = supervisor.post(f"/surveys/participants/{survey.id}", {
        "documents": f"529.982.247-25\n{world.other_entity.document}\n00000000000"})
    assert answer.status_code == 422
    box = re.search(r"<textarea[^>]*name=\"documents\"[^>]*>([^<]*)<", answer.text)[1]
    assert box.split() == [world.other_entity.document, "00000000000"]
    assert "Não há entidade cadastrada" in re.search(r'id="documents-err"[^>]*>([^<]*)<', answer.text)[1]
    assert taking_part(session) == {world.entity.id}


@pytest.mark.parametrize(("sent", "field", "words"), [
    ({}, "documents", "Escolha alguém"), ({"documents": " ;\n,"}, "documents", "Escolha alguém"),
    ({"documents": "\n".join(str(10**10 + n) for n in range(501))}, "documents", "No máximo 500"),
    ({"entities": ["999999"]}, "entities", "Escolha inválida"), ({"entities": ["x"]}, "entities", "Escolha inválida")])
def test_what_cannot_be_put_is_told_at_its_field(session, supervisor, survey, sent, field, words):
    answer = supervisor.post(f"/surveys/participants/{survey.id}", sent)
    assert answer.status_code == 422
    assert words in re.search(rf'id="{field}-err"[^>]*>([^<]*)<', answer.text)[1]
    assert taking_part(session) == set()


def test_entities_of_a_neighbour_cannot_be_chosen(session, supervisor, survey, world):
    assert supervisor.post(f"/surveys/participants/{survey.id}", {
        "entities": [world.other_entity.id]}).status_code == 422
    assert taking_part(session) == set()


def test_a_survey_that_is_over_is_put_before_nobody(session, supervisor, survey, world):
    surveys.update(session, survey.id, {"active": False}, actor=SYSTEM, now=NOON)
    session.commit()
    assert "Aplicar a pesquisa a entidades" not in supervisor.get(f"/surveys/participants/{survey.id}").text
    refused = supervisor.post(f"/surveys/participants/{survey.id}", {"entities": [world.entity.id]})
    assert refused.status_code == 409
    assert taking_part(session) == set()


def test_answered_and_waiting_are_told_apart_and_pages_go_by_key(session, supervisor, survey, seeding, world,
                                                                 answered):
    with seeding():
        people = [add_entity(session, world.company, f"Pessoa {number:02}") for number in range(30)]
    for number, person in enumerate(people):
        answered(person, {"Nota": "4"} if number < 3 else None)
    page = supervisor.get(f"/surveys/participants/{survey.id}").text
    assert re.findall(r"Pessoa (\d\d)</a>", page)[:3] == ["02", "01", "00"]
    following = re.search(r'rel="next" href="([^"]+)"', page)[1].replace("&amp;", "&")
    rest = supervisor.get(f"/surveys/participants/{survey.id}{following}").text
    shown = re.findall(r"Pessoa (\d\d)</a>", page + rest)
    assert sorted(shown) == [f"{number:02}" for number in range(30)]
    done = supervisor.get(f"/surveys/participants/{survey.id}?state=answered").text
    assert re.findall(r"Pessoa (\d\d)</a>", done) == ["02", "01", "00"]
    waiting = supervisor.get(f"/surveys/participants/{survey.id}?state=waiting").text
    assert "Pessoa 29</a>" in waiting
    assert "Pessoa 02</a>" not in waiting
    assert supervisor.get(f"/surveys/participants/{survey.id}?state=other").status_code == 400
    assert supervisor.get(f"/surveys/participants/{survey.id}?after=other").status_code == 400


def test_an_attendant_puts_a_survey_from_the_entity_only(session, make_user, sign_in, survey, world):
    attendant = sign_in(make_user(None, ATTENDANT, companies=[world.company]))
    assert attendant.get(f"/surveys/participants/{survey.id}").status_code == 403
    assert attendant.post(f"/surveys/participants/{survey.id}", {"entities": [world.entity.id]}).status_code == 403
    later = attendant.post(f"/surveys/entity/{world.entity.id}/put", {"survey_id": survey.id, "later": "1"})
    assert later.location.endswith(f"/surveys/entity/{world.entity.id}")
    assert "Aguardando" in attendant.get(later.location).text
    assert taking_part(session) == {world.entity.id}


def test_who_may_put_but_sees_no_results_puts_before_many_by_no_door(session, viewer_for, make_user, survey, world):
    """The service asks for the right to answer; what it finds is what its actor sees."""
    attendant = viewer_for(make_user(None, ATTENDANT, companies=[world.company]))
    put = survey_answers.put_before(session, survey.id, typed=f"{world.entity.document}\n{world.other_entity.document}",
                                    today=NOON.date(), actor=attendant, now=NOON)
    assert (put.made, put.there, put.unknown) == (1, 0, [world.other_entity.document])
