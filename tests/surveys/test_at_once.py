"""Two people, or one who clicks twice, at the same moment, on a real database: one survey put, one set of answers."""
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from app.database import unit_of_work
from app.models.log import LogEntry
from app.models.survey import Survey, SurveyAnswer, SurveyParticipation
from app.security.viewer import SYSTEM
from app.services import survey_answers, surveys
from app.services.refusals import REFUSALS, refusal
from tests.support import world
from tests.support.apps import fresh_app
from tests.support.clock import NOON

pytestmark = pytest.mark.req("S-24", "S-65")
TOGETHER, TODAY = 6, NOON.date()


@pytest.fixture(scope="module")
def own_app(databases):
    with fresh_app(databases) as app:
        yield app


@pytest.fixture(scope="module")
def ids(own_app):
    """Of the world's first entity, and of as many others as there are turns."""
    from app.extensions import db

    with own_app.app_context():
        made = world.build(db.session())
        return [made.entity.id, made.second_entity.id, made.provider.id]


def new_survey(app, name):
    from app.extensions import db

    with app.app_context(), unit_of_work(db.session) as session:
        made = surveys.create(session, {"name": name, "questions": [
            {"text": "Onde?", "type": "choice", "options": ["Loja", "Feira"]}]}, actor=SYSTEM, now=NOON)
        session.flush()
        return made.id, made.questions[0].id


def at_once(app, calls):
    """What each call(session) returned, or the refusal in words; all begin at the same moment."""
    from app.extensions import db
    barrier = threading.Barrier(len(calls))

    def run(call):
        with app.app_context():
            barrier.wait(10)
            try:
                with unit_of_work(db.session) as session:
                    return call(session)
            except REFUSALS as raised:
                with app.test_request_context(headers={"Accept-Language": "pt-BR"}):
                    return str(refusal(raised))
    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def count(app, *where):
    from app.extensions import db

    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(where[0]).where(*where[1:]))


@pytest.mark.parametrize("turn", range(3))
def test_of_many_who_answer_at_once_one_is_noted(own_app, ids, turn):
    survey_id, question = new_survey(own_app, f"Respostas {turn}")
    [part] = at_once(own_app, [lambda s: survey_answers.put(
        s, survey_id, entity_id=ids[turn], today=TODAY, actor=SYSTEM, now=NOON).id])
    answers = at_once(own_app, [lambda s: survey_answers.fill(
        s, part, {question: "Feira"}, today=TODAY, actor=SYSTEM, now=NOON).id] * TOGETHER)
    assert sorted(map(str, answers)) == sorted([str(part)] + ["Esta pesquisa já foi respondida."] * (TOGETHER - 1))
    assert count(own_app, SurveyAnswer, SurveyAnswer.participation_id == part) == 1
    assert count(own_app, LogEntry, LogEntry.target == "survey_participation", LogEntry.target_id == part,
                 LogEntry.action == "answer") == 1


@pytest.mark.parametrize("turn", range(3))
def test_of_many_who_put_it_at_once_one_takes_part(own_app, ids, turn):
    survey_id, _question = new_survey(own_app, f"Aplicações {turn}")
    answers = at_once(own_app, [lambda s: survey_answers.put(
        s, survey_id, entity_id=ids[turn], today=TODAY, actor=SYSTEM, now=NOON).id] * TOGETHER)
    assert count(own_app, SurveyParticipation, SurveyParticipation.survey_id == survey_id) == 1
    assert len({answer for answer in answers if isinstance(answer, int)}) == 1
    assert {answer for answer in answers if isinstance(answer, str)} <= {"A entidade já participa desta pesquisa."}


@pytest.mark.parametrize("turn", range(5))
def test_an_option_that_is_being_chosen_is_not_removed_meanwhile(own_app, ids, turn):
    """Whoever is second sees what the first did: never an answer that nobody was asked."""
    survey_id, question = new_survey(own_app, f"Opções {turn}")
    [part] = at_once(own_app, [lambda s: survey_answers.put(
        s, survey_id, entity_id=ids[turn % 3], today=TODAY, actor=SYSTEM, now=NOON).id])
    at_once(own_app, [
        lambda s: survey_answers.fill(s, part, {question: "Feira"}, today=TODAY, actor=SYSTEM, now=NOON).id,
        lambda s: surveys.update(s, survey_id, {"questions": [
            {"id": question, "text": "Onde?", "type": "choice", "options": ["Loja", "Mercado"]}]},
            actor=SYSTEM, now=NOON).id])
    from app.extensions import db

    with own_app.app_context():
        options = db.session.get(Survey, survey_id).questions[0].options
        chosen = db.session.scalar(select(SurveyAnswer.value).where(SurveyAnswer.participation_id == part))
    assert (chosen, options) in ((None, ["Loja", "Mercado"]), ("Feira", ["Loja", "Feira"]))
