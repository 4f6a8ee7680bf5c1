"""Two attendances of one matter become one; one becomes two; the histories stay."""
import pytest
from sqlalchemy import select

from app.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from app.models.attendance import Attendance
from app.models.label import AttendanceLabel, Label
from app.models.log import LogEntry
from app.models.merge import Merge
from app.models.note import AttendanceNote
from app.security.permissions import CONFIGURATOR, SUPERVISOR
from app.services import attendance_merge, attendances, audit
from tests.support.clock import NOON
from tests.support.world import add_attendance, add_entity

pytestmark = pytest.mark.req("B-15")


@pytest.fixture
def actor(make_user, viewer_for, world):
    return viewer_for(make_user(None, SUPERVISOR, companies=[world.company]))


@pytest.fixture
def two(session, world, seeding, actor):
    """Two open attendances of Ana: the second with two pages, a label and a note."""
    with seeding():
        first = add_attendance(session, world, world.entity, protocol="2026-0000000501", description="Pediu boleto")
        second = add_attendance(
            session, world, world.entity, protocol="2026-0000000502", description="De novo o boleto")
        session.flush()
        label = Label(name="Urgente", active=True)
        session.add_all([label, AttendanceNote(attendance_id=second.id, text="Ligar de volta", written_at=NOON)])
        session.flush()
        session.add(AttendanceLabel(attendance_id=second.id, label_id=label.id, opened_at=second.opened_at))
    attendances.add_detail(session, second.id, actor=actor, now=NOON, detail={
        "channel_id": world.channels["phone"].id, "description": "Terceira vez"})
    return first, second


def merge(session, kept, merged, actor, **more):
    return attendance_merge.merge(session, kept.id, merged.id, actor=actor, now=NOON, **more)


def said(session, attendance) -> list[str]:
    return [page.description for page in session.get(Attendance, attendance.id, populate_existing=True).details]


def test_pages_notes_and_labels_are_under_one_and_the_other_points_to_it(session, actor, two):
    kept, merged = two
    merge(session, kept, merged, actor)
    assert said(session, kept) == ["Pediu boleto", "De novo o boleto", "Terceira vez"]
    assert [page.page for page in kept.details] == [1, 2, 3]
    assert session.scalars(select(AttendanceNote.attendance_id)).all() == [kept.id]
    assert [str(row.label) for row in kept.labels] == ["Urgente"]
    assert (merged.phase, merged.merged_into_id, merged.details) == ("cancelled", kept.id, [])
    assert "2026-0000000501" in merged.cancel_reason
    session.commit()
    assert audit.verify(session, lambda breach: None).breaches == 0


def test_undone_each_has_its_own_again(session, world, actor, two):
    kept, merged = two
    done = merge(session, kept, merged, actor)
    attendances.add_detail(session, kept.id, actor=actor, now=NOON, detail={
        "channel_id": world.channels["phone"].id, "description": "Depois de unir"})
    attendance_merge.undo(session, done.id, actor=actor, now=NOON)
    assert said(session, kept) == ["Pediu boleto", "Depois de unir"]
    assert [page.page for page in kept.details] == [1, 2]
    assert said(session, merged) == ["De novo o boleto", "Terceira vez"]
    assert (merged.phase, merged.closed_at, merged.cancel_reason) == ("open", None, None)
    assert session.scalars(select(AttendanceNote.attendance_id)).all() == [merged.id]
    assert (kept.labels, len(merged.labels)) == ([], 1)
    with pytest.raises(Conflict, match="já foi desfeita"):
        attendance_merge.undo(session, done.id, actor=actor, now=NOON)


def test_of_a_closed_attendance_nothing_is_taken_apart(session, actor, two):
    done = merge(session, *two, actor)
    attendances.close_attendance(session, two[0].id, actor=actor, now=NOON)
    with pytest.raises(Conflict, match="reabra"):
        attendance_merge.undo(session, done.id, actor=actor, now=NOON)


def test_pages_become_an_attendance_of_their_own_with_protocol_and_relation(session, actor, two):
    _first, source = two
    made = attendance_merge.split(session, source.id, [1], actor=actor, now=NOON)
    assert said(session, made) == ["De novo o boleto"]
    assert said(session, source) == ["Terceira vez"]
    assert source.details[0].page == 1
    assert (made.related_id, made.entity_id, made.motive_id) == (source.id, source.entity_id, source.motive_id)
    assert made.protocol not in (None, source.protocol)
    assert [str(row.label) for row in made.labels] == ["Urgente"]
    actions = session.scalars(select(LogEntry.action).where(
        LogEntry.target == "attendance", LogEntry.target_id == source.id).order_by(LogEntry.seq)).all()
    assert actions[-1] == "split"


@pytest.mark.parametrize("pages", [[], [1, 2], [7]])
def test_no_page_all_pages_or_a_page_that_is_not_there_are_refused(session, actor, two, pages):
    with pytest.raises(Invalid) as refusal:
        attendance_merge.split(session, two[1].id, pages, actor=actor, now=NOON)
    assert refusal.value.field == "pages"


def test_with_itself_merged_already_or_closed_it_is_refused(session, world, actor, two):
    kept, merged = two
    with pytest.raises(Invalid, match="ele mesmo"):
        merge(session, kept, kept, actor)
    with pytest.raises(Conflict, match="reabra"):
        merge(session, world.closed_attendance, kept, actor)
    merge(session, kept, merged, actor)
    with pytest.raises(Conflict, match="já foi mesclado"):
        merge(session, kept, merged, actor)


def test_of_another_person_of_another_company_or_without_the_right_it_is_refused(
        session, world, seeding, actor, two, make_user, viewer_for):
    with seeding():
        other = add_entity(session, world.company, "Outra Pessoa", role=world.role_types["customer"])
        foreign = add_attendance(session, world, other, protocol="2026-0000000503")
    session.flush()
    with pytest.raises(Invalid, match="entidades diferentes"):
        merge(session, two[0], foreign, actor)
    with pytest.raises(NotFound):
        merge(session, two[0], world.other_attendance, actor)
    nobody = viewer_for(make_user(None, CONFIGURATOR, companies=[world.company]))
    with pytest.raises(Forbidden):
        merge(session, *two, nobody)
    assert session.scalars(select(Merge)).all() == []


def test_a_record_that_changed_since_it_was_looked_at_is_refused(session, actor, two):
    with pytest.raises(Stale):
        merge(session, *two, actor, version=two[0].version - 1)
    with pytest.raises(Stale):
        attendance_merge.split(session, two[1].id, [1], version=0, actor=actor, now=NOON)
