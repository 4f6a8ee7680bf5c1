"""The index of searchable fields follows the values, and can be made anew from them (B-20, B-40)."""
import pytest
from sqlalchemy import delete, select, update

from app.database import unit_of_work, utc_now
from app.jobs.work import run_waiting
from app.models.custom_field import CustomField
from app.models.custom_record import CustomRecord, FieldIndex
from app.models.entity import Entity
from app.models.job import Job
from app.queries.catalogue import catalogue
from app.security.permissions import CONFIGURATOR, SUPERVISOR
from app.services import entities, field_filling, field_index
from tests.support.clock import NOON
from tests.support.forms import form, placed
from tests.support.world import add_entity

pytestmark = pytest.mark.req("B-20")


@pytest.fixture
def actor(make_user, viewer_for, world):
    return viewer_for(make_user(None, SUPERVISOR, CONFIGURATOR, companies=[world.company]))


@pytest.fixture
def fields(session, seeding, world):
    """Three searchable fields of persons."""
    made = [CustomField(name="Cartão", key="card", searchable=True),
            CustomField(name="Pontos", key="points", type="integer", searchable=True),
            CustomField(name="Planos", key="plans", type="choices", searchable=True,
                        options=[{"value": "a", "label": "A"}, {"value": "b", "label": "B"}])]
    with seeding():
        session.add_all(placed("entity", *made))
    with unit_of_work(session):
        field_filling.mend(session)  # the persons that are there already
    return {each.key: each for each in made}


def index(session, field, kind="entity", after=0):
    return session.execute(select(FieldIndex.owner_id, FieldIndex.place, FieldIndex.value).where(
        FieldIndex.field_id == field.id, FieldIndex.kind == kind, FieldIndex.owner_id > after).order_by(
        FieldIndex.owner_id, FieldIndex.place)).all()


def test_every_owner_has_a_row_for_each_searchable_field(session, actor, fields):
    with unit_of_work(session):
        plain = entities.create(session, {"name": "Sem nada"}, actor=actor, now=NOON).id
        filled = entities.create(session, {"name": "Ana", "custom_values": {
            "card": "É-9", "plans": ["b", "a"]}}, actor=actor, now=NOON).id
    def rows(key):
        return index(session, fields[key], after=plain - 1)

    assert rows("card") == [(plain, 0, None), (filled, 0, "e-9")]
    assert rows("points") == [(plain, 0, None), (filled, 0, None)]
    assert rows("plans") == [(plain, 0, None), (filled, 0, "a"), (filled, 1, "b")]
    with unit_of_work(session):
        entities.update(session, filled, {"custom_values": {"plans": ["b"], "card": None, "points": 7}}, actor=actor,
                        now=NOON)
    assert rows("card")[1:] == [(filled, 0, None)]
    assert rows("plans")[1:] == [(filled, 0, "b")]
    assert rows("points")[1:] == [(filled, 0, field_index.sort_key(fields["points"], 7))]
    assert list(field_filling.verify(session)) == []


def test_a_save_that_changes_nothing_writes_nothing(session, actor, fields, queries):
    with unit_of_work(session):
        pk = entities.create(session, {"name": "Ana", "custom_values": {"card": "9"}}, actor=actor, now=NOON).id
    with unit_of_work(session):
        queries.clear()
        field_index.mirror(session, "entity", pk, catalogue(session).fields("entity"), {"card": "9"})
    assert [each.split()[0] for each in queries if "field_index" in each] == ["SELECT"]


@pytest.fixture
def many(session, seeding, world, fields):
    """More persons than are indexed at once, from before there were fields."""
    with seeding():
        for number in range(field_filling.AT_ONCE + 30):
            entity = add_entity(session, world.company, f"Pessoa {number}")
            entity.custom_values = {"card": f"c{number % 7}", "points": number}


def refilled(session, fields, actor):
    with unit_of_work(session):
        form_id = fields["card"].form_id
        return field_filling.refill(session, form_id, actor=actor, now=utc_now())


@pytest.mark.req("B-40")
def test_a_large_form_is_indexed_by_a_job_and_until_then_nobody_asks_for_its_fields(session, app, actor, fields, many):
    assert refilled(session, fields, actor) is not None
    assert refilled(session, fields, actor) is not None
    assert session.query(Job).count() == 1  # the one that waits will see these too
    assert catalogue(session).forms[fields["card"].form_id].searchable == ()
    with unit_of_work(session):  # what is written meanwhile is mirrored already
        late = entities.create(session, {"name": "Depois", "custom_values": {"points": 5}}, actor=actor, now=NOON).id
    assert len(index(session, fields["points"], after=late - 1)) == 1
    assert len(index(session, fields["points"])) < field_filling.AT_ONCE
    session.rollback()
    run_waiting(session, app.config)
    session.rollback()
    assert session.query(Job).one().state == "done"
    assert len(catalogue(session).forms[fields["card"].form_id].searchable) == 3
    assert len(index(session, fields["points"])) == session.query(Entity).count()
    assert index(session, fields["points"])[-1].owner_id == late
    assert list(field_filling.verify(session)) == []


@pytest.mark.req("B-40")
def test_a_job_that_was_stopped_goes_on_where_it_was_and_may_run_twice(session, app, actor, fields, many):
    refilled(session, fields, actor)
    calls = []

    def stop_in_time():
        calls.append(1)
        return len(calls) > 4

    run_waiting(session, app.config, stop_in_time)
    session.expire_all()
    job = session.query(Job).one()
    assert job.state == "queued"
    assert 0 < job.done < session.query(Entity).count()
    session.rollback()
    run_waiting(session, app.config)
    session.expire_all()
    assert session.query(Job).one().done == session.query(Entity).count()
    session.rollback()
    refilled(session, fields, actor)
    run_waiting(session, app.config)
    assert list(field_filling.verify(session)) == []


def test_a_small_form_is_indexed_at_once_with_the_words_of_its_records(session, seeding, actor, world):
    field = CustomField(name="Placa", key="plate", searchable=True)
    with seeding():
        made = form("Veículos", field)
        session.add(made)
        session.flush()
        session.add(CustomRecord(form=made, company=world.company, owner_id=actor.user_id, values={"plate": "ABC"},
                                 created_at=NOON, updated_at=NOON))
    with unit_of_work(session):
        assert field_filling.refill(session, made.id, [field.id], actor=actor, now=NOON) is None
    record = session.scalar(select(CustomRecord))
    assert (record.search_text, index(session, field, "record")) == ("abc", [(record.id, 0, "abc")])
    with seeding():
        field.searchable = False
    with unit_of_work(session):
        field_filling.refill(session, made.id, [], actor=actor, now=NOON)
    session.expire_all()
    assert (session.scalar(select(CustomRecord)).search_text, index(session, field, "record")) == ("", [])


def test_differences_are_named_and_mended(session, app, actor, fields):
    with unit_of_work(session):
        pk = entities.create(session, {"name": "Ana", "custom_values": {"card": "9"}}, actor=actor, now=NOON).id
    with unit_of_work(session):
        mine = FieldIndex.owner_id == pk
        session.execute(update(FieldIndex).where(mine, FieldIndex.field_id == fields["card"].id).values(value="8"))
        session.execute(delete(FieldIndex).where(mine, FieldIndex.field_id == fields["points"].id))
        session.execute(FieldIndex.__table__.insert(), {
            "field_id": fields["plans"].id, "kind": "entity", "owner_id": 99_999, "place": 0, "value": "a"})
    run = app.test_cli_runner().invoke(args=["fields-verify"])
    assert run.exit_code == 1
    assert f"DIFFERS entity {pk} card: ['8'] instead of ['9']" in run.output
    assert "differences=3" in run.output
    assert app.test_cli_runner().invoke(args=["fields-verify", "--mend"]).exit_code == 0
    assert app.test_cli_runner().invoke(args=["fields-verify"]).output == "differences=0 mended=0\n"
