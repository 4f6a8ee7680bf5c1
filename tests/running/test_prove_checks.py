"""`make prove` would notice: each of its checks holds of what is whole, and fails of each damage it is there for."""
import os
from types import SimpleNamespace

import pytest
from sqlalchemy import delete, func, select, text, update

from app.models.attendance import Attendance, AttendanceDetail
from app.models.desk import AnsweredRequest
from app.models.entity import Entity, Phone
from app.models.log import LogEntry
from app.models.outbox import Outbox, OutboxState
from app.models.protocol import ProtocolCounter
from app.security.viewer import SYSTEM
from app.services import attendances, entities, opening
from bench.prove import checks
from bench.prove.callers import Book, Told
from bench.prove.desk import address_of
from tests.support.apps import fresh_app
from tests.support.clock import HOUR, NOON

pytestmark = pytest.mark.req("B-35")
BOX = "carta0001"


class Answer:
    """What httpx would have answered."""

    def __init__(self, status_code, **body):
        self.status_code, self.text, self.body = status_code, "", body

    def json(self):
        return self.body


@pytest.fixture
def kept(session, world, seeding):
    """A desk on which three attendances were opened, one page added, one closed, a person registered and a letter sent,
    and the book of what the callers were told."""
    with seeding():
        for model in (AttendanceDetail, Attendance):
            session.execute(delete(model))
    book = Book()
    opened = []
    for number in range(1, 4):
        mark = f"Prova abre {number}"
        opened.append(opening.open_attendance(
            session, entity_id=world.entity.id, values={"motive_id": world.motive.id}, actor=SYSTEM, now=NOON,
            detail={"channel_code": "phone", "description": mark}))
        book.opened[mark] = Told([Answer(201, protocol=opened[-1].protocol)])
    first, second, third = opened
    attendances.add_detail(session, second.id, actor=SYSTEM, now=NOON + HOUR, detail={
        "channel_id": world.channels["phone"].id, "description": "Prova junta 1"})
    book.added["Prova junta 1"] = Told([Answer(201)])
    attendances.close_attendance(session, third.id, actor=SYSTEM, now=NOON + HOUR)
    book.closed[third.protocol] = Told([Answer(200)])
    person = entities.save_simple(session, None, {
        "name": "Prova pessoa 1", "document": "11144477735", "phone": "11912345678", "email": "p1@example.com",
        "roles": [world.role_types["customer"].id], "company": world.company}, actor=SYSTEM, now=NOON)
    book.persons["Prova pessoa 1"] = Told([Answer(201)])
    session.execute(delete(Outbox))
    session.add(Outbox(key="k1", kind="email", recipient=address_of(BOX), body="-", state=OutboxState.SENT,
                       due_at=NOON, created_at=NOON, sent_at=NOON))
    book.letters[BOX] = Told([Answer(200)])
    session.add(AnsweredRequest(user_id=world_user(session), key="attendance:1", fingerprint="f", answer={"id": 1},
                                at=NOON))
    session.commit()
    taken = [SimpleNamespace(message={"Message-ID": "<k1@example.com>"})]
    desk = SimpleNamespace(post=SimpleNamespace(taken=taken), kills_of_jobs=0)
    return SimpleNamespace(session=session, book=book, desk=desk, first=first.id, second=second.id, third=third.id,
                           person=person.id)


def world_user(session) -> int:
    from tests.support.people import make_user

    return make_user(session, "ana").id


CHECKS = {
    "openings": lambda kept: checks.openings(kept.session, kept.book),
    "protocols": lambda kept: checks.protocols(kept.session),
    "records": lambda kept: checks.whole_records(kept.session, kept.book),
    "pages": lambda kept: checks.pages(kept.session, kept.book),
    "persons": lambda kept: checks.persons(kept.session, kept.book),
    "letters": lambda kept: checks.letters(kept.desk, kept.session, kept.book),
}


def lose_attendance(kept):
    kept.session.execute(delete(LogEntry).where(LogEntry.target == "attendance", LogEntry.target_id == kept.first))
    kept.session.execute(delete(AttendanceDetail).where(AttendanceDetail.attendance_id == kept.first))
    kept.session.execute(delete(Attendance).where(Attendance.id == kept.first))


def change(model, where, **values):
    return lambda kept: kept.session.execute(update(model).where(where(kept)).values(**values))


def drop(model, where):
    return lambda kept: kept.session.execute(delete(model).where(where(kept)))


def copy_page(kept):
    """The page of the second attendance once more, as an act carried out twice leaves it."""
    columns = [c.name for c in AttendanceDetail.__table__.c if c.name not in ("id", "page")]
    kept.session.execute(text(
        f"insert into attendance_detail (page, {', '.join(columns)}) select 3, {', '.join(columns)} "  # noqa: S608
        "from attendance_detail where attendance_id = :pk and page = 2"), {"pk": kept.second})


def of(pk_name, *, page=None, seq=None):
    """The page or the log entry of one of the attendances."""
    if page is not None:
        return lambda kept: (AttendanceDetail.attendance_id == getattr(kept, pk_name)) & (AttendanceDetail.page == page)
    return lambda kept: ((LogEntry.target == "attendance") & (LogEntry.target_id == getattr(kept, pk_name))
                         & (LogEntry.seq == seq))


DAMAGE = {
    "an attendance is lost": ("openings", lose_attendance),
    "an attendance has another's text": (
        "openings", change(AttendanceDetail, of("first", page=1), description="Prova abre 2")),
    "an attendance nobody was told of": (
        "openings", change(AttendanceDetail, of("first", page=1), description="Prova abre 9")),
    "a key without its answer": (
        "openings", change(AnsweredRequest, lambda kept: AnsweredRequest.key != "", answer={})),
    "a number is missing": ("protocols", lose_attendance),
    "a number is given twice": (
        "protocols", change(Attendance, lambda kept: Attendance.id == kept.second, protocol=f"{NOON.year}-01")),
    "the counter ran ahead": ("protocols", change(ProtocolCounter, lambda kept: ProtocolCounter.last > 0, last=9)),
    "a record without its first page": ("records", drop(AttendanceDetail, of("first", page=1))),
    "a record without its first log entry": ("records", drop(LogEntry, of("first", seq=1))),
    "a page without its log entry": ("records", drop(LogEntry, of("second", seq=2))),
    "a closing without its log entry": ("records", drop(LogEntry, of("third", seq=2))),
    "a closing that was answered is gone": (
        "records", lambda kept: (drop(LogEntry, of("third", seq=2))(kept), change(
            Attendance, lambda kept: Attendance.id == kept.third, phase="open", closed_at=None)(kept))),
    "a page that was answered is gone": ("pages", drop(AttendanceDetail, of("second", page=2))),
    "a page is there twice": ("pages", copy_page),
    "a page nobody was told of": (
        "pages", change(AttendanceDetail, of("second", page=2), description="Prova junta 9")),
    "a person is half there": ("persons", drop(Phone, lambda kept: Phone.entity_id == kept.person)),
    "a person without a log entry": (
        "persons", drop(LogEntry, lambda kept: (LogEntry.target == "entity") & (LogEntry.target_id == kept.person))),
    "a person nobody was told of": (
        "persons", change(Entity, lambda kept: Entity.id == kept.person, name="Prova pessoa 9")),
    "a letter was never written": ("letters", drop(Outbox, lambda kept: Outbox.key == "k1")),
    "a letter failed for good": ("letters", change(Outbox, lambda kept: Outbox.key == "k1", state=OutboxState.DEAD)),
    "a letter sent that nobody took": ("letters", lambda kept: kept.desk.post.taken.clear()),
    "a letter taken twice": ("letters", lambda kept: kept.desk.post.taken.append(kept.desk.post.taken[0])),
}


@pytest.mark.parametrize("check", CHECKS)
def test_what_is_whole_is_found_whole(kept, check):
    held, figures = CHECKS[check](kept)
    assert held, figures


@pytest.mark.parametrize("damage", DAMAGE)
def test_the_damage_is_found(kept, damage):
    check, do = DAMAGE[damage]
    do(kept)
    kept.session.commit()
    kept.session.expire_all()
    held, figures = CHECKS[check](kept)
    assert not held, figures


@pytest.fixture(scope="module")
def logged(databases):
    """A database with a log of its own, as `flask audit-verify` finds it."""
    from app.database import unit_of_work
    from app.extensions import db
    from app.models.company import Company
    from app.services import log

    with fresh_app(databases) as app, app.app_context():
        with unit_of_work(db.session) as session:
            company = Company(name="Azul", code="A1")
            session.add(company)
            for number in range(3):
                log.record(session, company, "update" if number else "create", {"name": (None, f"Azul {number}")},
                           actor=SYSTEM, now=NOON)
        yield SimpleNamespace(session=db.session, environ={
            **os.environ, "DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"]})


def test_a_log_entry_that_is_gone_is_found_by_the_command(logged):
    held, said = checks.log_chain(logged)
    assert held, said
    entries = logged.session.scalar(select(func.count()).select_from(LogEntry))
    logged.session.execute(delete(LogEntry).where(LogEntry.seq == 2))
    logged.session.commit()
    assert logged.session.scalar(select(func.count()).select_from(LogEntry)) == entries - 1
    held, said = checks.log_chain(logged)
    assert not held, said


@pytest.mark.parametrize(("surprises", "lines", "held"), [
    ([], ["2026-11-22T00:43:52.120Z INFO balcao.access GET / status=200"], True),
    (["open: 500"], [], False),
    ([], ["2026-11-22T00:43:52.120Z ERROR balcao something"], False),
    ([], ["Traceback (most recent call last):"], False)])
def test_a_surprising_answer_and_an_error_in_the_log_are_found(surprises, lines, held):
    book = Book(surprises=surprises)
    assert checks.answers(SimpleNamespace(log_lines=lambda: lines), book)[0] is held
