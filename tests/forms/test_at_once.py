"""Two configurators at one moment, on a real database: what each was checked against stays true until it is stored."""
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from app.database import unit_of_work
from app.models.custom_form import CustomData, CustomForm
from app.security.viewer import SYSTEM
from app.services import custom_data, forms
from app.services.refusals import REFUSALS, refusal
from tests.support.apps import fresh_app
from tests.support.clock import NOON

pytestmark = pytest.mark.req("M-82", "M-88", "B-20")


@pytest.fixture(scope="module")
def own_app(databases):
    with fresh_app(databases) as app:
        yield app


def at_once(app, calls):
    """What each call(session) refused, in words, None for nothing; all begin at the same moment."""
    from app.extensions import db
    barrier = threading.Barrier(len(calls))

    def run(call):
        with app.app_context():
            barrier.wait(10)
            try:
                with unit_of_work(db.session) as session:
                    call(session)
            except REFUSALS as raised:
                return str(refusal(raised))
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def made(app, name, key):
    from app.extensions import db

    with app.app_context(), unit_of_work(db.session) as session:
        return forms.create(session, {"name": name, "fields": [{"name": "Plano", "key": key, "type": "text"}]},
                            actor=SYSTEM, now=NOON).id


def test_two_forms_of_one_variable_are_not_both_placed(own_app):
    from app.extensions import db
    ids = [made(own_app, f"Formulário {number}", "plano") for number in range(4)]
    told = at_once(own_app, [lambda session, pk=pk: custom_data.create(
        session, {"name": f"Dados {pk}", "target": "entity", "form": pk}, actor=SYSTEM, now=NOON) for pk in ids])
    assert told.count(None) == 1
    assert all("plano" in words for words in told if words)
    with own_app.app_context():
        assert db.session.scalar(select(func.count()).select_from(CustomData)) == 1


def test_of_two_who_save_one_version_the_second_is_told(own_app):
    from app.extensions import db
    pk = made(own_app, "Disputado", "disputa")
    told = at_once(own_app, [lambda session, name=name: forms.update(
        session, pk, {"name": name}, version=1, actor=SYSTEM, now=NOON) for name in ("Ana", "Bia", "Caio")])
    assert told.count(None) == 1
    with own_app.app_context():
        assert db.session.get(CustomForm, pk).version == 2
