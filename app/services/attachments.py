"""Files of an attendance ("Anexos"): taken in on one of its pages, removed, and their bytes forgotten after a while."""
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select, union_all, update

from ..database import after_commit
from ..errors import Conflict, Forbidden, Invalid, NotFound
from ..files import content, names, scanner
from ..files.scanner import Scanner
from ..files.store import FolderStore, Incoming, TooLarge, store_of
from ..models.attachment import Attachment
from ..models.attendance import Attendance, AttendanceDetail
from ..models.custom_file import CustomFile
from ..models.held_file import HeldFile
from ..models.provider_ticket import Message
from ..security.permissions import Perm
from ..security.visibility import visible
from . import idempotency
from .log import canonical, record
from .records import get_visible, require

AREA = "attachment"
PER_ATTENDANCE = 100  # files, removed ones left out
KEPT = timedelta(days=30)  # from a removal until the bytes go
GONE = "gone/"  # what the name of bytes begins with that are no more
UNKNOWN_FOR = timedelta(days=1)  # bytes that no row names: far longer than any transaction


@dataclass(frozen=True)
class Uploads:
    """What this installation does with files: where they go, how large they may be, what looks for viruses."""

    store: FolderStore
    max_mb: int = 20
    scanner: Scanner | None = None


@dataclass(frozen=True)
class Arrived:
    """A file that came whole and is what its name says, not yet of any attendance."""

    incoming: Incoming
    filename: str
    mime: str


def uploads_of(settings) -> Uploads:
    """As the settings have it."""
    return Uploads(store_of(settings), settings["UPLOAD_MAX_MB"], scanner.command(settings["UPLOAD_SCANNER"]))


@contextmanager
def receive(uploads: Uploads, stream, filename: str) -> Iterator[Arrived]:
    """Read a file and look at it, before any transaction: a large one, or a slow scanner, holds up nobody who writes.

    What was not added inside the block leaves nothing. Raises Invalid with the reason, NotScanned.
    """
    cleaned = names.clean(filename)
    with uploads.store.new(AREA, limit=uploads.max_mb * 1024 * 1024) as incoming:
        try:
            incoming.read_from(stream)
        except TooLarge as error:
            raise Invalid(_l("The file is too large: at most %(n)s MB."), field="file", n=uploads.max_mb) from error
        if incoming.size == 0:
            raise Invalid(_l("The file is empty."), field="file")
        scanner.scan(incoming.file, incoming.path, uploads.scanner)
        yield Arrived(incoming, cleaned, content.check(incoming.file, incoming.size, cleaned))


def add(session, attendance_id: int, page: int, arrived: Arrived, *, request_key: str = "", actor,
        now: datetime) -> Attachment:
    """Put a received file on a page of an open attendance.

    The same content under the same name with the same `request_key` is added once, and the first is returned. Raises
    NotFound, Forbidden, Conflict (closed, or full).
    """
    require(actor, Perm.ATTENDANCE_WRITE)
    attendance = _locked(session, attendance_id, actor)
    asked = [request_key, attendance_id, page, arrived.filename, arrived.incoming.sha256]

    def act():
        return {"id": _add(session, attendance, page, arrived, actor=actor, now=now).id}

    if not request_key:
        return session.get(Attachment, act()["id"])
    key = "file:" + hashlib.sha256(canonical(asked)).hexdigest()
    answer, _new = idempotency.answer_once(
        session, user_id=actor.user_id, key=key, body={"file": asked}, now=now, act=act)
    return session.get(Attachment, answer["id"])


def add_to_message(session, attendance: Attendance, message: Message, arrived: Arrived, *, actor,
                   now: datetime) -> Attachment:
    """Put a received file with a message that its author is writing; both sides see it. Raises Conflict (full)."""
    return _keep(session, attendance, arrived, {"message_id": message.id}, actor=actor, now=now)


def remove(session, attachment_id: int, *, actor, now: datetime) -> Attachment:
    """Hide a file of an open attendance; its bytes go later. Raises NotFound, Forbidden, Conflict."""
    require(actor, Perm.ATTENDANCE_WRITE)
    found = get_visible(session, Attachment, attachment_id, actor)
    attendance = _locked(session, found.attendance_id, actor)
    session.refresh(found)  # as it is now that the record is ours
    if found.removed_at is not None:
        return found  # a second click
    if not may_remove(found, actor):
        raise Forbidden(_l("Only who sent this file or a supervisor can remove it."), field="file")
    _refuse_closed(attendance)
    found.removed_at = now
    record(session, attendance, "update", {"attachment": (found.filename, None)}, actor=actor, now=now,
           children=[found])
    return found


def may_remove(attachment: Attachment, actor) -> bool:
    """Who sent it, and who may reopen attendances: the supervisors."""
    return actor.may(Perm.ATTENDANCE_WRITE) and (
        attachment.uploaded_by_id == actor.user_id or actor.may(Perm.ATTENDANCE_REOPEN))


def forget_removed(session, store: FolderStore, *, now: datetime, limit: int = 500) -> int:
    """Let the bytes of files go that were removed long ago; the rows stay and say so. Returns how many."""
    old = session.execute(
        select(Attachment.id, Attachment.stored_name)
        .where(Attachment.removed_at < now - KEPT, Attachment.stored_name.not_like(GONE + "%")).limit(limit)).all()
    for pk, name in old:
        session.execute(update(Attachment).where(Attachment.id == pk).values(stored_name=f"{GONE}{pk}"))
        after_commit(session, partial(store.delete, name))
    return len(old)


def drop_unknown(session, store: FolderStore, *, now: datetime, batch: int = 200) -> int:
    """Delete bytes that no row names, as a process leaves them that dies before its commit. Returns how many."""
    dropped = store.drop_unfinished(older_than=now - UNKNOWN_FOR)
    found = list(store.names(AREA, older_than=now - UNKNOWN_FOR))
    for some in (found[at:at + batch] for at in range(0, len(found), batch)):
        known = set(session.scalars(union_all(*(  # in one statement: a held file becomes an attachment
            select(model.stored_name).where(model.stored_name.in_(some))
            for model in (HeldFile, Attachment, CustomFile)))))
        for name in set(some) - known:
            store.delete(name)
            dropped += 1
    return dropped


# ---- pieces

def _locked(session, attendance_id, actor) -> Attendance:
    """The attendance, and nobody else's turn to change it: several files of one person come at once."""
    attendance = session.scalar(select(Attendance).where(
        Attendance.id == attendance_id, visible(Attendance, actor)).with_for_update(of=Attendance))
    if attendance is None:
        raise NotFound(_l("Attendance not found."))
    return attendance


def _refuse_closed(attendance) -> None:
    if not attendance.is_open:
        raise Conflict(_l("This attendance is closed: its files cannot be changed."), field="file")


def _add(session, attendance, page, arrived, *, actor, now) -> Attachment:
    _refuse_closed(attendance)
    detail = session.scalar(select(AttendanceDetail).where(
        AttendanceDetail.attendance_id == attendance.id, AttendanceDetail.page == page))
    if detail is None:
        raise NotFound(_l("This attendance has no such detail page."))
    return _keep(session, attendance, arrived, {"detail_id": detail.id}, actor=actor, now=now)


def _keep(session, attendance, arrived, of, *, actor, now) -> Attachment:
    have = session.scalar(select(func.count()).where(
        Attachment.attendance_id == attendance.id, Attachment.removed_at.is_(None)))
    if have >= PER_ATTENDANCE:
        raise Conflict(_l("An attendance holds at most %(n)s files."), field="file", n=PER_ATTENDANCE)
    attachment = Attachment(
        attendance_id=attendance.id, **of, filename=arrived.filename, mime=arrived.mime,
        size=arrived.incoming.size, sha256=arrived.incoming.sha256, uploaded_by_id=actor.user_id, uploaded_at=now,
        stored_name=arrived.incoming.keep(session))
    session.add(attachment)
    record(session, attendance, "update", {"attachment": (None, arrived.filename)}, actor=actor, now=now,
           children=[attachment])
    return attachment
