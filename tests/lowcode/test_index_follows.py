"""Who changes what fields hold keeps the index that finds it: registers, merges, parts, imports, made-up volume."""
import pytest

from app.database import unit_of_work
from app.models.attendance import Attendance
from app.models.custom_field import CustomField
from app.models.custom_file import CustomFile
from app.models.custom_record import FieldIndex
from app.models.entity import Entity
from app.models.merge import Merge
from app.services import attendance_merge, attendances, entities, entity_merge, field_filling
from app.services.tickets import opening, work
from tests.support.clock import NOON
from tests.support.seeding import seeding

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


def test_a_value_is_chosen_and_undoing_brings_the_other_back(session, card, supervisor, world, sign_in, differences):
    with unit_of_work(session):
        field_filling.refill(session, card("entity")[0].form_id, actor=supervisor, now=NOON)
        kept, merged = (entities.create(session, {"name": name, "custom_values": values}, actor=supervisor, now=NOON)
                        for name, values in (("Ana", {"size": 7, "card": "x"}), ("Ana B.", {"card": "x", "size": 8})))
    browser, pair = sign_in("sofia"), {"keep": kept.id, "merge": merged.id}
    page = browser.get("/duplicates/compare", query_string=pair).text
    assert page.count('name="take_custom_values.size"') == 2
    assert "take_custom_values.card" not in page  # both hold the same
    versions = {"kept_version": kept.version, "merged_version": merged.version}
    wrong = browser.post("/duplicates/compare", {**pair, **versions, "take_custom_values.card": "merged"})
    assert wrong.status_code == 422
    assert browser.post("/duplicates/compare", {
        **pair, **versions, "take_custom_values.size": "merged"}).status_code == 302
    session.expire_all()
    assert session.get(Entity, kept.id).custom_values == {"card": "x", "size": 8}
    assert differences() == []
    with unit_of_work(session):
        entity_merge.undo(session, session.query(Merge).one().id, actor=supervisor, now=NOON)
    assert session.get(Entity, kept.id).custom_values == {"size": 7, "card": "x"}
    assert differences() == []


def test_of_two_attendances_files_that_are_not_chosen_come_back_too(session, put, world, supervisor, sign_in):
    (field,) = put("attendance", CustomField(key="photo", name="Foto", type="attachment"))
    made, files = [], []
    for name in ("a.png", "b.png"):
        with unit_of_work(session):
            one = attendances.open_attendance(
                session, entity_id=world.entity.id, actor=supervisor, now=NOON, values={"motive_id": world.motive.id},
                detail={"channel_id": world.channels["phone"].id, "description": "x"})
            made.append(one.id)
            with seeding(session):
                file = CustomFile(kind="attendance", owner_id=one.id, field_id=field.id, filename=name,
                                  stored_name=name, size=1, mime="image/png", sha256="0" * 64, uploaded_at=NOON,
                                  uploaded_by_id=supervisor.user_id)
                session.add(file)
                session.flush()
                one.custom_values = {"photo": [{"id": file.id, "name": name}]}
            files.append(file.id)

    def owners():
        session.expire_all()
        return [(file.owner_id, file.removed_at) for file in (session.get(CustomFile, pk) for pk in files)]

    browser, address = sign_in("sofia"), f"/attendances/id-{made[0]}"
    asked = browser.post(f"{address}/merge", {"other": f"id-{made[1]}"}).text
    assert asked.count('name="take_custom_values.photo"') == 2
    version = session.get(Attendance, made[0]).version
    assert browser.post(f"{address}/merge", {"other": f"id-{made[1]}", "confirmed": 1, "version": version,
                                             "take_custom_values.photo": "merged"}).status_code == 302
    assert owners() == [(made[1], None), (made[0], None)]
    with unit_of_work(session):
        attendance_merge.undo(session, session.query(Merge).one().id, actor=supervisor, now=NOON)
    assert owners() == [(made[0], None), (made[1], None)]
    assert session.get(Attendance, made[0]).custom_values["photo"][0]["name"] == "a.png"


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
