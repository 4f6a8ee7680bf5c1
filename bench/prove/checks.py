"""After the storm: what is stored against what was answered. Each check returns (holds, figures for its line)."""
import re
import subprocess
import sys
import time
from collections import Counter, defaultdict
from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, selectinload

from app.database import utc_now
from app.models.attendance import Attendance, AttendanceDetail
from app.models.desk import AnsweredRequest
from app.models.entity import EContact, Entity
from app.models.log import LogEntry
from app.models.outbox import Outbox, OutboxState
from app.models.protocol import ProtocolCounter
from tests.support.server import ROOT

from .desk import Desk, address_of

Result = tuple[bool, dict]
SHOWN = 5  # examples of what is wrong on a line


def answers(desk: Desk, book) -> Result:
    """Only the statuses that a caller expects; a server that dies may leave a request without an answer, no 5xx."""
    bad = [line[:300] for line in desk.log_lines() if re.match(r"\S+ (ERROR|CRITICAL) |Traceback", line)]
    return not book.surprises and not bad, {
        "requests": book.statuses.total(), "statuses": dict(sorted(book.statuses.items())),
        "without_answer_then_repeated": book.lost, "surprises": book.surprises[:SHOWN], "errors_logged": bad[:SHOWN]}


def openings(session: Session, book) -> Result:
    """Every answered protocol is stored, once, with the text it was asked with; nothing else was opened."""
    stored = defaultdict(list)
    for mark, protocol in session.execute(
            select(AttendanceDetail.description, Attendance.protocol).join(AttendanceDetail.attendance)
            .where(AttendanceDetail.page == 1, AttendanceDetail.description.like("Prova %"))):
        stored[mark].append(protocol)
    wrong = [mark for mark, told in book.opened.items()
             if {answer.json()["protocol"] for answer in told.with_status(201)} != set(stored[mark])
             or len(stored[mark]) != 1]
    wrong += sorted(stored.keys() - book.opened.keys())
    half = [row.key for row in session.scalars(select(AnsweredRequest)) if not row.answer]
    return not wrong and not half, {
        "answered": len(book.opened), "twice_at_once": sum(told.twice for told in book.opened.values()),
        "stored": sum(map(len, stored.values())), "wrong": wrong[:SHOWN], "keys_without_answer": len(half)}


def protocols(session: Session) -> Result:
    """Of every year the numbers 1, 2, 3… without a gap or a repetition, up to where the counter stands."""
    numbers = defaultdict(list)
    for protocol in session.scalars(select(Attendance.protocol).where(Attendance.protocol.is_not(None))):
        year, _, number = protocol.partition("-")
        numbers[int(year)].append(int(number))
    last = dict(session.execute(select(ProtocolCounter.year, ProtocolCounter.last)
                                .where(ProtocolCounter.kind == "attendance")).all())
    wrong = [year for year in numbers.keys() | last.keys()
             if sorted(numbers[year]) != list(range(1, last.get(year, 0) + 1))]
    return not wrong, {"last": last, "years_with_gaps": wrong}


def whole_records(session: Session, book) -> Result:
    """No attendance without its first page; of ours, a log entry for opening, every further page and closing."""
    bare = session.scalars(select(Attendance.protocol).where(~Attendance.id.in_(
        select(AttendanceDetail.attendance_id).where(AttendanceDetail.page == 1)))).all()
    silent = session.scalars(select(Attendance.protocol).where(~Attendance.id.in_(
        select(LogEntry.target_id).where(LogEntry.target == "attendance", LogEntry.seq == 1)))).all()
    entries = Counter(dict(session.execute(
        select(LogEntry.target_id, func.count()).where(LogEntry.target == "attendance")
        .group_by(LogEntry.target_id)).all()))
    ours = session.scalars(select(Attendance).options(selectinload(Attendance.details)).where(Attendance.id.in_(
        select(AttendanceDetail.attendance_id).where(AttendanceDetail.description.like("Prova abre %"))))).all()
    uneven = [row.protocol for row in ours
              if [page.page for page in row.details] != list(range(1, len(row.details) + 1))
              or entries[row.id] != len(row.details) + (not row.is_open)]
    still_open = {row.protocol for row in ours if row.is_open}
    forgotten = [protocol for protocol, told in book.closed.items() if told.answers and protocol in still_open]
    return not (bare or silent or uneven or forgotten), {
        "attendances": len(ours), "log_entries": sum(entries[row.id] for row in ours), "without_page": bare[:SHOWN],
        "without_log": silent[:SHOWN], "log_and_pages_differ": uneven[:SHOWN], "closing_lost": forgotten[:SHOWN]}


def pages(session: Session, book) -> Result:
    """A page that was answered is there; one more only for each try that a dying server left without an answer."""
    stored = Counter(session.scalars(select(AttendanceDetail.description).where(
        AttendanceDetail.description.like("Prova junta %"))))
    wrong = [mark for mark, told in book.added.items()
             if not 0 <= stored[mark] - len(told.with_status(201)) <= told.lost]
    return not wrong and not stored.keys() - book.added.keys(), {
        "asked": len(book.added), "stored": stored.total(), "wrong": wrong[:SHOWN]}


def persons(session: Session, book) -> Result:
    """Every registered person is stored once, with document, role, phone, e-mail and log entry: none is half there."""
    logged = set(session.scalars(select(LogEntry.target_id).where(LogEntry.target == "entity")))
    stored, half = Counter(), []
    for person in session.scalars(select(Entity).where(Entity.name.like("Prova pessoa %"))).unique():
        stored[person.name] += 1
        mails = session.scalar(select(func.count()).where(EContact.entity_id == person.id))
        if not (person.document and person.roles and person.phones and mails and person.id in logged):
            half.append(person.name)
    wrong = [mark for mark in book.persons.keys() | stored.keys() if stored[mark] != 1 or mark not in book.persons]
    return not wrong and not half, {"answered": len(book.persons), "stored": stored.total(), "half": half[:SHOWN],
                                    "wrong": wrong[:SHOWN]}


def log_chain(desk: Desk) -> Result:
    """`flask audit-verify`, as an operator runs it."""
    result = subprocess.run([sys.executable, "-m", "flask", "--app", "app", "audit-verify"], cwd=ROOT, env=desk.environ,
                            capture_output=True, text=True, timeout=300)
    said = result.stdout.strip().splitlines()[-1:] or [result.stderr[-300:]]
    return result.returncode == 0 and "broken=0" in said[0], {"said": said[0]}


def letters(desk: Desk, session: Session, book) -> Result:
    """A row for each mail that was asked for, all sent; a second copy only of what somebody was sending as he died.

    What he held is free when his lease ends; the check ends the leases itself instead of waiting five minutes.
    """
    left_over = _wait(session, OutboxState.DUE)
    if not left_over:
        time.sleep(2)  # a message in the hands of somebody alive takes no longer here
        session.execute(update(Outbox).where(Outbox.state == OutboxState.SENDING)
                        .values(lease_until=utc_now() - timedelta(seconds=1)))
        session.commit()
        left_over = _wait(session, OutboxState.SENDING, OutboxState.DUE)
    rows = session.scalars(select(Outbox)).all()
    by_address = Counter(row.recipient for row in rows)
    wrong = [account for account, told in book.letters.items()
             if not 1 <= by_address[address_of(account)] <= 1 + told.lost]
    copies = Counter(str(taken.message["Message-ID"]).strip("<>").partition("@")[0] for taken in desk.post.taken)
    unsent = [row.recipient for row in rows if row.state != OutboxState.SENT or not copies[row.key]]
    more = sum(copies.values()) - len(rows)
    held = not (left_over or wrong or unsent) and more <= desk.kills_of_jobs
    return held, {"asked": len(book.letters), "rows": len(rows), "taken": copies.total(), "second_copies": more,
                  "deaths_of_senders": desk.kills_of_jobs, "wrong_count": wrong[:SHOWN], "not_sent": unsent[:SHOWN]}


def _wait(session, *states) -> int:
    """How many messages in these states are left after at most thirty seconds."""
    until = time.monotonic() + 30
    while True:
        left = session.scalar(select(func.count()).select_from(Outbox).where(Outbox.state.in_(states)))
        session.rollback()
        if not left or time.monotonic() > until:
            return left
        time.sleep(0.2)
