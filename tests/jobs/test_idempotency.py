"""The same request at the same moment, by real threads on a real database: one act, one answer."""
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from app.database import unit_of_work
from app.errors import Conflict, Invalid
from app.models.desk import AnsweredRequest, CacheVersion
from app.services.idempotency import answer_once
from tests.support.apps import fresh_app
from tests.support.clock import NOON
from tests.support.people import make_user

TOGETHER = 6


@pytest.fixture(scope="module")
def own_app(databases):
    with fresh_app(databases) as app:
        yield app


@pytest.fixture(scope="module")
def user_id(own_app):
    from app.extensions import db

    with own_app.app_context():
        return make_user(db.session(), "ana").id


def ask(app, user_id, key, act, body=None, barrier=None):
    """One request in a thread of its own: (answer, first) or the refusal."""
    from app.extensions import db

    with app.app_context():
        if barrier:
            barrier.wait(10)
        try:
            with unit_of_work(db.session) as session:
                return answer_once(session, user_id=user_id, key=key, body=body or {"a": 1}, now=NOON,
                                   act=lambda: act(session))
        except (Conflict, Invalid, ZeroDivisionError) as refusal:
            return refusal


def at_once(app, user_id, key, act, bodies=(None,) * TOGETHER):
    barrier = threading.Barrier(len(bodies))
    with ThreadPoolExecutor(len(bodies)) as pool:
        return list(pool.map(lambda body: ask(app, user_id, key, act, body, barrier), bodies))


def leave_a_mark(key):
    """An act that writes a row: two of them would break its primary key, so it counts through the database."""
    def act(session):
        count = session.scalar(select(func.count()).select_from(CacheVersion).where(CacheVersion.key.startswith(key)))
        session.add(CacheVersion(key=f"{key}{count}"))
        session.flush()
        return {"protocol": f"{key}{count}"}
    return act


def marks(app, key):
    from app.extensions import db

    with app.app_context():
        return db.session.scalar(
            select(func.count()).select_from(CacheVersion).where(CacheVersion.key.startswith(key)))


@pytest.mark.parametrize("turn", range(5))
def test_of_many_equal_requests_at_once_one_acts_and_all_get_its_answer(own_app, user_id, turn):
    key = f"same{turn}-"
    answers = at_once(own_app, user_id, key, leave_a_mark(key))
    assert marks(own_app, key) == 1
    assert [answer for answer, _first in answers] == [{"protocol": f"{key}0"}] * TOGETHER
    assert sorted(first for _answer, first in answers) == [False] * (TOGETHER - 1) + [True]


def test_the_same_key_with_another_body_is_refused_in_words(own_app, user_id):
    key = "other-"
    answers = at_once(own_app, user_id, key, leave_a_mark(key), [{"a": 1}, {"a": 2}])
    refusals = [answer for answer in answers if isinstance(answer, Conflict)]
    assert len(refusals) == 1
    assert marks(own_app, key) == 1
    with own_app.test_request_context(headers={"Accept-Language": "pt-BR"}):
        assert str(refusals[0]) == "Esta chave de requisição já foi usada em outra requisição."


def test_an_act_that_fails_leaves_the_key_free_for_the_next(own_app, user_id):
    turns = iter([True, False, False, False, False, False])
    mark = leave_a_mark("failing-")

    def act(session):
        answer = mark(session)
        if next(turns):
            raise ZeroDivisionError
        return answer

    answers = at_once(own_app, user_id, "failing", act)
    assert sum(isinstance(answer, ZeroDivisionError) for answer in answers) == 1
    assert marks(own_app, "failing-") == 1, "the failed act left nothing"


def test_a_key_belongs_to_its_user(own_app, user_id):
    from app.extensions import db

    with own_app.app_context():
        other = make_user(db.session(), "bia").id
    first = ask(own_app, user_id, "mine", lambda _session: {"n": 1})
    second = ask(own_app, other, "mine", lambda _session: {"n": 2}, body={"b": 9})
    assert (first, second) == (({"n": 1}, True), ({"n": 2}, True))


@pytest.mark.parametrize("key", ["", "x" * 101, "line\nbreak", "nul\0"])
def test_an_unusable_key_is_refused(own_app, user_id, key):
    assert isinstance(ask(own_app, user_id, key, lambda _session: {}), Invalid)


def test_an_answer_is_kept_for_a_week(own_app, user_id):
    from app.extensions import db
    from app.services.pruning import prune
    from tests.support.clock import DAY

    ask(own_app, user_id, "old", lambda _session: {"n": 1})
    with own_app.app_context():
        def kept_after(age):
            with unit_of_work(db.session) as session:
                prune(session, NOON + age)
                return session.get(AnsweredRequest, (user_id, "old")) is not None
        assert kept_after(6 * DAY)
        assert not kept_after(8 * DAY)
