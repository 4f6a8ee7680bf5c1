"""`flask generate`: made-up volume that the product cannot tell from work done by people."""
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select

from app import documents
from app.models.attendance import Attendance, AttendanceDetail
from app.models.custom_field import CustomField
from app.models.custom_record import CustomRecord, FieldIndex
from app.models.entity import Entity, Phone
from app.models.log import LogEntry
from app.models.protocol import ProtocolCounter
from app.phones import parse, search_digits
from app.queries.catalogue import catalogue
from app.services import audit, custom_records, field_filling
from app.services.volume import SLUG, numbers, plan
from app.text import searchable
from tests.support.apps import fresh_app
from tests.support.forms import placed


def count(session, model):
    return session.scalar(select(func.count()).select_from(model))


@pytest.fixture
def desk(flask, session):
    """400 attendances and 60 persons; the answer is the command's last line."""
    return flask("generate", "--attendances", 400, "--persons", 60).last


def test_it_adds_what_was_asked_and_can_be_run_again(flask, session, desk):
    assert desk.startswith("attendances=400 persons=60 tickets=0 ")
    assert (count(session, Attendance), count(session, AttendanceDetail), count(session, Entity)) == (400, 400, 60)
    flask("generate", "--attendances", 30, "--persons", 5)
    assert (count(session, Attendance), count(session, AttendanceDetail), count(session, Entity)) == (430, 430, 65)


def test_documents_and_phones_are_valid_and_found_by_the_search(session, desk):
    people = session.scalars(select(Entity)).all()
    for person in people:
        valid = documents.is_cnpj if person.kind == "company" else documents.is_cpf
        assert person.document is None or valid(person.document)
        assert searchable(person.name) in person.search_text
    assert sum(person.document is not None for person in people) > 40
    for phone in session.scalars(select(Phone)):
        assert parse(phone.number) == phone.number
        assert phone.search_digits == search_digits(phone.number)


@pytest.mark.req("M-03", "B-13")
def test_protocols_are_the_counters_numbers_without_a_gap(session, desk):
    for counter in session.scalars(select(ProtocolCounter)):
        stored = session.scalars(select(Attendance.protocol).where(Attendance.protocol.startswith(f"{counter.year}-")))
        assert sorted(stored) == [f"{counter.year}-{n:010d}" for n in range(1, counter.last + 1)]


@pytest.mark.req("B-19")
def test_the_log_tells_of_every_record_and_its_chains_hold(session, desk):
    breaches = []
    tally = audit.verify(session, breaches.append)
    assert breaches == []
    told = session.scalar(select(func.count(LogEntry.target_id.distinct())).where(LogEntry.target == "attendance"))
    closed = session.scalar(select(func.count()).where(Attendance.closed_at.is_not(None)))
    assert told == 400
    assert closed > 300
    assert tally.entries >= 460 + closed


def test_attendances_are_of_the_two_years_before_today_the_older_ones_closed(session, desk):
    first, last = session.execute(select(func.min(Attendance.opened_at), func.max(Attendance.opened_at))).one()
    now = datetime.now(UTC)
    assert 700 < (now - first).days < 735
    assert last < now
    assert all(case.opened_at <= case.closed_at <= now for case in session.scalars(select(Attendance).where(
        Attendance.closed_at.is_not(None))))


def made_by(databases, seed):
    """Names, documents, dates and texts that `flask generate` makes on an empty database."""
    from app.extensions import db

    with fresh_app(databases) as app:
        asked = ["generate", "--attendances", "50", "--persons", "10", "--seed", seed]
        ran = app.test_cli_runner().invoke(args=asked)
        assert ran.exit_code == 0, ran.output
        with app.app_context():
            return [db.session.execute(select(*columns).order_by(columns[0].class_.id)).all() for columns in (
                (Entity.name, Entity.document, Entity.birth_date),
                (Attendance.protocol, Attendance.opened_at, Attendance.closed_at, Attendance.entity_id),
                (AttendanceDetail.description, AttendanceDetail.answer))]


def test_the_same_seed_makes_the_same_rows_and_another_makes_others(databases):
    one, again, other = (made_by(databases, seed) for seed in ("7", "7", "8"))
    assert one == again
    assert all(a != b for a, b in zip(one, other, strict=True))


def test_the_plan_of_a_seed_is_always_the_same_and_adds_up():
    one, again, other = (list(plan(12_345, seed=seed, until=date(2026, 11, 22))) for seed in (1, 1, 2))
    assert one == again != other
    assert sum(batch.count for batch in one) == 12_345
    assert all(day.year == batch.year for batch in one for day, _ in batch.days)
    assert max(batch.count for batch in one) <= 5_000


def test_made_up_numbers_are_valid_and_never_repeat():
    cpfs, cnpjs = ([make(n) for n in range(3_000)] for make in (numbers.nth_cpf, numbers.nth_cnpj))
    assert len(set(cpfs)) == len(set(cnpjs)) == 3_000
    assert all(map(documents.is_cpf, cpfs))
    assert all(map(documents.is_cnpj, cnpjs))
    assert not all(map(str.isdigit, cnpjs)), "some CNPJs have letters, as of July 2026"
    assert documents.is_cpf(numbers.cpf(111_111_111))


@pytest.mark.req("B-20")
def test_every_made_up_owner_stands_in_the_index_of_fields(flask, session, seeding):
    """An order by a field misses nobody who holds nothing."""
    with seeding():
        for target in ("entity", "attendance"):
            session.add_all(placed(target, CustomField(key=target, name=target, type="text", searchable=True)))
    flask("generate", "--attendances", 40, "--persons", 30, "--tickets", 20)
    assert count(session, FieldIndex) == count(session, Attendance) + count(session, Entity) >= 90
    assert list(field_filling.verify(session)) == []


@pytest.mark.req("B-20", "B-19")
def test_a_made_up_record_is_what_the_service_would_have_written(flask, session, staffed, viewer_for):
    flask("generate", "--records", 60)
    form = catalogue(session).by_slug[SLUG]
    records = session.scalars(select(CustomRecord).order_by(CustomRecord.id)).all()
    assert len(records) == 60
    assert any(each.attendance_id for each in records)
    for each in records:
        with_case = {"attendance_id": each.attendance_id} if each.attendance_id else {}
        saved = custom_records.add_record(session, form.id, each.values, company_id=each.company_id, **with_case,
                                          actor=viewer_for(staffed), now=each.created_at)
        assert written(session, each) == written(session, saved)
    assert list(field_filling.verify(session)) == []
    breaches = []
    audit.verify(session, breaches.append)
    assert breaches == []


def written(session, record) -> tuple:
    """All that is stored of a record, but for numbers and salts."""
    columns = {name: getattr(record, name) for name in CustomRecord.__table__.c.keys()  # noqa: SIM118
               if name != "id"}
    keys = session.execute(select(FieldIndex.field_id, FieldIndex.place, FieldIndex.value).where(
        FieldIndex.kind == "record", FieldIndex.owner_id == record.id).order_by(
        FieldIndex.field_id, FieldIndex.place)).all()
    entry = session.scalars(select(LogEntry).where(
        LogEntry.target == "custom_record", LogEntry.target_id == record.id)).one()
    told = {name: change[:2] for name, change in entry.changes.items()}
    return columns, keys, told, (entry.seq, entry.at, entry.actor_id, entry.actor_name, entry.action)
