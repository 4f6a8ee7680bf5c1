"""Files sent ahead of a form of the portal, or of a message of the central: kept for the person and the form, taken
when it is saved, else forgotten after a day."""
import re
from datetime import datetime, timedelta
from functools import partial

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, select

from ..database import after_commit
from ..errors import Conflict, Invalid, NotFound
from ..files.store import FolderStore
from ..models.held_file import HeldFile
from ..security.permissions import Perm
from .attachments import Arrived
from .records import require

KEPT = timedelta(days=1)
PER_FORM, PER_PERSON = 20, 60  # files waiting at a time
_KEY = re.compile(r"[0-9A-Za-z-]{8,64}")


def hold(session, arrived: Arrived, *, form_key: str, actor, now: datetime) -> HeldFile:
    """Keep a received file for a form; the same content under the same name is there once.

    Raises Forbidden, Invalid (no such form), Conflict (too many files).
    """
    require(actor, Perm.TICKET_WRITE if actor.may(Perm.TICKET_WRITE) else Perm.PORTAL_USE)
    if not _KEY.fullmatch(form_key or ""):
        raise Invalid(_l("This form is no longer valid: open it again."), field="file")
    waiting = (HeldFile.user_id == actor.user_id, HeldFile.taken_at.is_(None))
    there = session.scalar(select(HeldFile).where(
        *waiting, HeldFile.form_key == form_key, HeldFile.filename == arrived.filename,
        HeldFile.sha256 == arrived.incoming.sha256))
    if there is not None:
        return there
    of_form, of_person = session.execute(select(
        func.count().filter(HeldFile.form_key == form_key), func.count()).where(*waiting)).one()
    if of_form >= PER_FORM:
        raise Conflict(_l("At most %(n)s files at a time."), field="file", n=PER_FORM)
    if of_person >= PER_PERSON:
        raise Conflict(_l("Too many files are waiting in forms that were not saved. Save or cancel them."),
                       field="file")
    held = HeldFile(user_id=actor.user_id, form_key=form_key, filename=arrived.filename, mime=arrived.mime,
                    size=arrived.incoming.size, sha256=arrived.incoming.sha256, held_at=now,
                    stored_name=arrived.incoming.keep(session))
    session.add(held)
    session.flush()  # its id is in the answer
    return held


def of_form(session, form_key: str, *, actor, waiting: bool = False, locked: bool = False) -> list[HeldFile]:
    """The person's files of a form in the order they came; `waiting`: only those that were not saved yet; `locked`:
    nobody else takes or forgets them meanwhile."""
    where = [HeldFile.user_id == actor.user_id, HeldFile.form_key == (form_key or "")]
    if waiting:
        where.append(HeldFile.taken_at.is_(None))
    rows = select(HeldFile).where(*where).order_by(HeldFile.id)
    return list(session.scalars(rows.with_for_update() if locked else rows))


def arrived(session, form_key: str, *, actor, now: datetime, waiting: bool = False) -> list[Arrived]:
    """The files of a form as a service takes them, without `waiting` also those that a first click has taken; each is
    taken when it is kept. Locked: a file that is being saved cannot be removed at the same time, bytes and all."""
    rows = of_form(session, form_key, actor=actor, waiting=waiting, locked=True)
    return [Arrived(_Held(row, now), row.filename, row.mime) for row in rows]


def remove(session, pk: int, *, store: FolderStore, actor) -> None:
    """Forget one that was not saved. Raises NotFound, also for somebody else's."""
    row = session.scalar(select(HeldFile).where(
        HeldFile.id == pk, HeldFile.user_id == actor.user_id, HeldFile.taken_at.is_(None)).with_for_update())
    if row is None:
        raise NotFound(_l("Record not found."))
    after_commit(session, partial(store.delete, row.stored_name))
    session.delete(row)


def drop(session, form_key: str, *, store: FolderStore, actor) -> None:
    """Forget all of a form that was given up."""
    for row in of_form(session, form_key, actor=actor, waiting=True, locked=True):
        after_commit(session, partial(store.delete, row.stored_name))
        session.delete(row)


def move(session, form_key: str, to_key: str, *, actor) -> None:
    """What waits for a form waits for another one from now on."""
    for row in of_form(session, form_key, actor=actor, waiting=True, locked=True):
        row.form_key = to_key


def forget_old(session, store: FolderStore, *, now: datetime, limit: int = 500) -> int:
    """Forget the files of forms that were never saved, with their bytes, and that the others were held. Returns how
    many bytes' names went."""
    old = session.execute(select(HeldFile.id, HeldFile.stored_name, HeldFile.taken_at).where(
        HeldFile.held_at < now - KEPT).order_by(HeldFile.held_at).limit(limit)
        .with_for_update(skip_locked=True)).all()  # one that is being saved just now is looked at the next time
    unsaved = [name for _pk, name, taken_at in old if taken_at is None]
    session.execute(delete(HeldFile).where(HeldFile.id.in_([row.id for row in old])))
    for name in unsaved:
        after_commit(session, partial(store.delete, name))
    return len(unsaved)


class _Held:
    """In the place of `Incoming`: the bytes are already where an attachment has them."""

    def __init__(self, row: HeldFile, now: datetime):
        self._row, self._now, self.size, self.sha256 = row, now, row.size, row.sha256

    def keep(self, _session=None) -> str:
        """The name of the bytes, which are the attachment's from now on. Raises Conflict where they already are."""
        if self._row.taken_at is not None:
            raise Conflict(_l("This file was already sent."), field="file")
        self._row.taken_at = self._now
        return self._row.stored_name
