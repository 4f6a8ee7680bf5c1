"""Who changes what fields hold keeps the index that finds it: registers, merges, parts, imports, made-up volume."""
import pytest

from app.database import unit_of_work
from app.models.attendance import Attendance
from app.models.custom_field import CustomField
from app.models.custom_record import FieldIndex
from app.models.entity import Entity
from app.services import attendance_merge, attendances, entities, entity_merge, field_filling
from app.services.tickets import opening, work
from tests.support.clock import NOON

pytestmark = pytest.mark.req("B-20", "B-15")


@pytest.fixture
def differences(session):
    """What the index says otherwise than the values; a test that asks has put something in it."""
    def found():
        assert session.query(FieldIndex).filter(FieldIndex.value.is_not(None)).count() > 0
        return [str(each) for each in field_filling.verify(session)]
    return found


@pytest.fixture
def card(put):
    return lambda target: put(target, CustomField(key="card", name="Carteirinha", type="text", searchable=True),
                              CustomField(key="size", name="Tamanho", type="integer", searchable=True))


@pytest.fixture
def supervisor(viewer_for, staff):
    return viewer_for(staff("sofia", "Supervisor"))


def test_persons_changed_merged_and_parted(session, card, supervisor, world, differences):
    with unit_of_work(session):
        field_filling.refill(session, card("entity")[0].form_id, actor=supervisor, now=NOON)
        kept, merged = (entities.create(session, {"name": name, "custom_values": values}, actor=supervisor, now=NOON)
                        for name, values in (("Ana", {"size": 7}), ("Ana B.", {"card": "111", "size": 8})))
    assert differences() == []
    with unit_of_work(session):
        done = entity_merge.merge(session, kept.id, merged.id, actor=supervisor, now=NOON)
    assert session.get(Entity, kept.id).custom_values == {"card": "111", "size": 7}
    assert differences() == []
    with unit_of_work(session):
        entities.update(session, kept.id, {"custom_values": {"size": 9}}, actor=supervisor, now=NOON)
    with unit_of_work(session):
        entity_merge.undo(session, done.id, actor=supervisor, now=NOON)
    assert session.get(Entity, kept.id).custom_values == {"size": 9}  # what was changed since stays
    assert session.get(Entity, merged.id).custom_values == {"card": "111", "size": 8}
    assert differences() == []


def test_what_was_changed_since_a_merge_is_not_taken_back(session, card, supervisor):
    card("entity")
    with unit_of_work(session):
        kept, merged = (entities.create(session, {"name": name, "custom_values": values}, actor=supervisor, now=NOON)
                        for name, values in (("Ana", {}), ("Ana B.", {"card": "111", "size": 8})))
        done = entity_merge.merge(session, kept.id, merged.id, actor=supervisor, now=NOON)
    with unit_of_work(session):
        entities.update(session, kept.id, {"custom_values": {"card": "222"}}, actor=supervisor, now=NOON)
        entity_merge.undo(session, done.id, actor=supervisor, now=NOON)
    assert session.get(Entity, kept.id).custom_values == {"card": "222"}


def test_a_person_deleted_leaves_no_row(session, card, supervisor):
    card("entity")
    with unit_of_work(session):
        pk = entities.create(session, {"name": "Ana", "custom_values": {"card": "1"}}, actor=supervisor, now=NOON).id
    with unit_of_work(session):
        entities.delete(session, pk, actor=supervisor, now=NOON)
    assert session.query(FieldIndex).filter_by(kind="entity", owner_id=pk).count() == 0


@pytest.fixture
def opened(session, world, supervisor):
    """`opened(values)`: an attendance that holds them."""
    def act(values):
        with unit_of_work(session):
            return attendances.open_attendance(
                session, entity_id=world.entity.id, actor=supervisor, now=NOON,
                detail={"channel_id": world.channels["phone"].id, "description": "x"},
                values={"motive_id": world.motive.id, "custom_values": values})
    return act


def test_attendances_merged_parted_and_split(session, card, supervisor, opened, differences):
    with unit_of_work(session):
        field_filling.refill(session, card("attendance")[0].form_id, actor=supervisor, now=NOON)
    kept, merged = opened({"size": 1}), opened({"card": "abc", "size": 2})
    with unit_of_work(session):
        done = attendance_merge.merge(session, kept.id, merged.id, actor=supervisor, now=NOON)
    assert session.get(Attendance, kept.id).custom_values == {"card": "abc", "size": 1}
    assert differences() == []
    with unit_of_work(session):
        attendance_merge.undo(session, done.id, actor=supervisor, now=NOON)
    assert session.get(Attendance, kept.id).custom_values == {"size": 1}
    assert differences() == []
    with unit_of_work(session):
        attendances.add_detail(session, merged.id, actor=supervisor, now=NOON, detail={
            "channel_id": merged.channel_id, "description": "y"})
    with unit_of_work(session):
        part = attendance_merge.split(session, merged.id, [2], actor=supervisor, now=NOON)
    assert part.custom_values == {"card": "abc", "size": 2}
    assert differences() == []


def test_a_ticket_deleted_leaves_no_row(session, card, world, staff, viewer_for):
    card("attendance")
    by = viewer_for(staff("sofia", "Supervisor", central_operator=True))
    with unit_of_work(session):
        pk = opening.open_ticket(session, {
            "classification_id": world.classification.id, "subclassification_id": world.subclassification.id,
            "contact_name": "Pedro", "contact_phone": "1133334444", "contact_email": "p@example.com", "message": "?",
            "provider_id": world.provider.id, "title": "Guia"}, actor=by, now=NOON).attendance_id
    assert session.query(FieldIndex).filter_by(kind="attendance", owner_id=pk).count() == 2
    with unit_of_work(session):
        work.delete(session, pk, actor=by, now=NOON)
    assert session.query(FieldIndex).filter_by(kind="attendance", owner_id=pk).count() == 0
