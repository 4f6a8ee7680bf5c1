"""Two registers of one person become one, nothing is lost, and it can be taken back."""
import pytest
from sqlalchemy import select

from app.errors import Conflict, Forbidden, Invalid, NotFound
from app.models.attendance import Attendance
from app.models.base import Model
from app.models.entity import Entity
from app.models.log import LogEntry
from app.models.merge import Merge
from app.queries import duplicates, search
from app.security.permissions import ATTENDANT, SUPERVISOR
from app.services import audit, entities, entity_merge
from tests.support.clock import NOON
from tests.support.seeding import seeding
from tests.support.world import add_attendance

pytestmark = pytest.mark.req("B-15")
CPF, OTHER_CPF = "39053344705", "11144477735"


@pytest.fixture
def supervisor(make_user, viewer_for, world):
    return viewer_for(make_user(None, SUPERVISOR, companies=[world.company]))


def person(session, actor, name="Carla Dias", **values):
    values.setdefault("phones", [])
    return entities.create(session, {"name": name, **values}, actor=actor, now=NOON)


@pytest.fixture
def two(session, world, supervisor):
    """Carla with a document and a landline, and Carla D. with a phone, an e-mail and an attendance."""
    first = person(session, supervisor, document=CPF,
                   phones=[{"kind": "landline", "number": "1140048922", "is_main": True}],
                   roles=[{"role_type": world.role_types["customer"], "active": True}])
    second = person(session, supervisor, "Carla D.", phones=[
        {"kind": "mobile", "number": "11912340001", "is_main": True}, {"kind": "landline", "number": "1140048922"}],
        econtacts=[{"kind": "email", "value": "carla@example.com", "is_main": True}],
        roles=[{"role_type": world.role_types["partner"], "active": True}], birth_date=NOON.date().replace(year=1980))
    with seeding(session):
        add_attendance(session, world, second, protocol="2026-0000000777")
    session.flush()
    return first, second


def merge(session, kept, merged, actor, **values):
    return entity_merge.merge(session, kept.id, merged.id, actor=actor, now=NOON, **values)


def test_everything_of_both_is_under_one(session, supervisor, two):
    kept, merged = two
    merge(session, kept, merged, supervisor)
    kept = session.get(Entity, kept.id)
    assert {row.number for row in kept.phones} == {"+551140048922", "+5511912340001"}
    assert [row.value for row in kept.econtacts if row.is_main] == ["carla@example.com"]
    assert {str(row) for row in kept.roles} == {"Cliente", "Parceiro"}
    assert str(kept.main_phone) == "(11) 4004-8922"
    assert (kept.document, kept.birth_date.year, kept.name) == (CPF, 1980, "Carla Dias")
    assert session.scalars(select(Attendance.protocol).where(Attendance.entity_id == kept.id)).all() == [
        "2026-0000000777"]
    assert (merged.active, merged.merged_into_id) == (False, kept.id)


def test_the_merged_one_is_found_no_more(session, supervisor, two):
    kept, merged = two
    merge(session, kept, merged, supervisor)
    assert [row.id for row in search.find_entities(session, supervisor, "carla").rows] == [kept.id]
    assert [row.id for row in search.find_entities(session, supervisor, "11912340001").rows] == [kept.id]


def test_undoing_brings_back_both_as_they_were(session, supervisor, two):
    kept, merged = two
    done = merge(session, kept, merged, supervisor, take=("name",))
    assert session.get(Entity, kept.id).name == "Carla D."
    entity_merge.undo(session, done.id, actor=supervisor, now=NOON)
    kept, merged = session.get(Entity, kept.id), session.get(Entity, merged.id)
    assert [row.number for row in kept.phones] == ["+551140048922"]
    assert (kept.econtacts, [str(row) for row in kept.roles], kept.birth_date) == ([], ["Cliente"], None)
    assert (kept.name, merged.name, merged.active, merged.merged_into_id) == ("Carla Dias", "Carla D.", True, None)
    assert str(merged.main_phone) == "(11) 91234-0001"
    assert str(merged.main_econtact) == "carla@example.com"
    assert session.scalars(select(Attendance.entity_id)).all().count(merged.id) == 1
    with pytest.raises(Conflict, match="desfeita"):
        entity_merge.undo(session, done.id, actor=supervisor, now=NOON)


def test_undoing_leaves_what_was_done_after_the_merge(session, supervisor, two):
    kept, merged = two
    done = merge(session, kept, merged, supervisor)
    entities.update(session, kept.id, {"social_name": "Carlinha", "birth_date": None}, actor=supervisor, now=NOON)
    entity_merge.undo(session, done.id, actor=supervisor, now=NOON)
    kept = session.get(Entity, kept.id)
    assert (kept.social_name, kept.birth_date) == ("Carlinha", None)


def test_the_document_goes_over_and_comes_back(session, supervisor, two):
    with_document, without = two
    done = merge(session, without, with_document, supervisor)
    assert session.get(Entity, without.id).document == CPF
    entity_merge.undo(session, done.id, actor=supervisor, now=NOON)
    assert session.get(Entity, without.id).document is None
    assert session.get(Entity, with_document.id).document == CPF


def test_both_logs_and_the_attendances_tell_of_it_and_the_chains_hold(session, supervisor, two):
    kept, merged = two
    merge(session, kept, merged, supervisor)
    session.commit()
    told = {(entry.target, entry.action) for entry in session.scalars(select(LogEntry))}
    assert {("entity", "merge"), ("entity", "merged"), ("attendance", "merge")} <= told
    assert audit.verify(session, lambda breach: None).breaches == 0


def test_a_record_with_itself_is_refused(session, supervisor, two):
    with pytest.raises(Invalid, match="mesmo"):
        merge(session, two[0], two[0], supervisor)


def test_two_documents_are_refused_unless_it_is_said_that_they_are_one_person(session, supervisor, two):
    other = person(session, supervisor, "Carla Dias Souza", document=OTHER_CPF)
    with pytest.raises(Conflict, match="CPF/CNPJ diferentes") as refusal:
        merge(session, two[0], other, supervisor)
    assert refusal.value.field == "same_person"
    merge(session, two[0], other, supervisor, same_person=True)
    assert session.get(Entity, two[0].id).document == CPF


def test_one_that_is_merged_already_is_refused(session, supervisor, two):
    merge(session, *two, supervisor)
    third = person(session, supervisor, "Carla")
    with pytest.raises(Conflict, match="já foi mesclad"):
        merge(session, third, two[1], supervisor)


def test_a_pair_that_changed_since_the_comparison_is_refused(session, supervisor, two):
    kept, merged = two
    versions = {"kept_version": kept.version, "merged_version": merged.version}
    entities.update(session, merged.id, {"name": "Carla de Dias"}, actor=supervisor, now=NOON)
    with pytest.raises(Conflict, match="comparação"):
        merge(session, kept, merged, supervisor, **versions)


def test_of_another_company_or_without_the_right_it_is_refused(
        session, world, supervisor, two, make_user, viewer_for):
    attendant = viewer_for(make_user(None, ATTENDANT, companies=[world.company]))
    with pytest.raises(Forbidden):
        merge(session, *two, attendant)
    both = viewer_for(make_user(None, SUPERVISOR, companies=[world.company, world.other_company]))
    with pytest.raises(NotFound):
        merge(session, two[0], world.other_entity, supervisor)
    with pytest.raises(Invalid, match="empresas diferentes"):
        merge(session, two[0], world.other_entity, both)
    assert session.scalars(select(Merge)).all() == []


def test_a_later_merge_is_undone_first(session, supervisor, two):
    done = merge(session, *two, supervisor)
    third = person(session, supervisor, "Carla da Silva")
    merge(session, third, two[0], supervisor)
    with pytest.raises(Conflict, match="desfaça"):
        entity_merge.undo(session, done.id, actor=supervisor, now=NOON)


def test_every_column_that_points_to_an_entity_has_its_place():
    points = {f"{table.name}.{key.parent.name}" for table in Model.metadata.tables.values()
              for key in table.foreign_keys if key.column.table.name == "entity"}
    known = {f"{c.class_.__tablename__}.{c.key}" for c in entity_merge.MOVED} | {
        f"{model.__tablename__}.entity_id" for model in entity_merge.OWN_ROWS.values()} | {
        f"{c.table.name}.{c.key}" for c in (getattr(c, "expression", c) for c in entity_merge.STAYS)}
    assert points - known == set()


def test_what_is_typed_finds_who_may_be_the_same(session, supervisor, two):
    kept, merged = two

    def found(**typed):
        return {row.id for row in duplicates.similar(session, supervisor, **typed)}

    assert found(phone="11 91234-0001") == {merged.id}
    assert found(email="CARLA@example.com ") == {merged.id}
    assert found(document="390.533.447-05") == {kept.id}
    assert found(name="cárla  dias") == {kept.id}
    assert found(name="carla dias", but=kept.id) == set()
    assert found(phone="+55", email="x", name="Carla", document="12") == set()


def test_groups_are_of_one_company_and_leave_those_said_to_be_different(session, world, supervisor, two):
    kept, merged = two
    page, key = duplicates.groups(session, supervisor, "phone")
    assert ([{row.id for row in group.entities} for group in page], key) == ([{kept.id, merged.id}], None)
    entity_merge.say_different(session, merged.id, kept.id, actor=supervisor, now=NOON)
    assert duplicates.groups(session, supervisor, "phone")[0] == []
