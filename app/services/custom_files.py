"""Files of configurators' fields: sent ahead of a form, bound to the record saved with them, removed with it."""
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, select, update

from ..database import after_commit
from ..errors import Conflict, Forbidden, NotFound
from ..files.store import FolderStore
from ..models.attendance import Attendance
from ..models.custom_field import FieldType
from ..models.custom_file import CustomFile
from ..models.custom_record import CustomRecord, OwnerKind
from ..models.entity import Entity
from ..queries.catalogue import FieldSpec
from ..security.permissions import Perm
from ..security.visibility import visible
from .attachments import GONE, KEPT, Arrived

WAITING_FOR = timedelta(days=1)
PER_PERSON = 60  # files waiting at a time
OWNERS = {  # kind -> its table, who reads it, who writes it
    OwnerKind.RECORD: (CustomRecord, Perm.CUSTOM_RECORD_READ, Perm.CUSTOM_RECORD_WRITE),
    OwnerKind.ENTITY: (Entity, Perm.ENTITY_READ, Perm.ENTITY_WRITE),
    OwnerKind.ATTENDANCE: (Attendance, Perm.ATTENDANCE_READ, Perm.ATTENDANCE_WRITE)}


def send(session, arrived: Arrived, *, actor, now: datetime) -> CustomFile:
    """Keep a received file for a form of the actor's; the same content under the same name waits once.

    Raises Forbidden, Conflict (too many wait).
    """
    if actor.entity_id is not None or not any(actor.may(write) for _model, _read, write in OWNERS.values()):
        raise Forbidden(_l("You do not have permission to do this."))
    waiting = (CustomFile.kind.is_(None), CustomFile.uploaded_by_id == actor.user_id)
    there = session.scalar(select(CustomFile).where(
        *waiting, CustomFile.filename == arrived.filename, CustomFile.sha256 == arrived.incoming.sha256))
    if there is not None:
        there.uploaded_at = now  # its day begins anew
        return there
    if session.scalar(select(func.count()).select_from(CustomFile).where(*waiting)) >= PER_PERSON:
        raise Conflict(_l("Too many files are waiting in forms that were not saved. Save or cancel them."),
                       field="file")
    file = CustomFile(filename=arrived.filename, mime=arrived.mime, size=arrived.incoming.size,
                      sha256=arrived.incoming.sha256, uploaded_by_id=actor.user_id, uploaded_at=now,
                      stored_name=arrived.incoming.keep(session))
    session.add(file)
    session.flush()  # its id is what the form posts
    return file


def sent_names(session, ids: Iterable[int], *, actor) -> dict[int, str]:
    """{id: name} of those that the actor has sent and that wait for a record."""
    return dict(session.execute(select(CustomFile.id, CustomFile.filename).where(
        CustomFile.id.in_(set(ids)), CustomFile.kind.is_(None), CustomFile.uploaded_by_id == actor.user_id)).all())


def bind(session, kind: str, owner_id: int, fields: Iterable[FieldSpec], values: dict, *, actor, now: datetime,
         new: bool = False) -> None:
    """The files that the values name are the record's from now on; those that it had and they no longer name are
    removed. Raises Conflict where another record has taken one meanwhile.
    """
    named = {each["id"]: field.id for field in fields if field.type == FieldType.ATTACHMENT
             for each in values.get(field.key) or ()}
    mine = (CustomFile.kind == kind, CustomFile.owner_id == owner_id, CustomFile.removed_at.is_(None))
    had = set() if new else set(session.scalars(select(CustomFile.id).where(*mine)))
    if gone := had - named.keys():
        session.execute(update(CustomFile).where(CustomFile.id.in_(gone)).values(removed_at=now))
    fresh = set(session.scalars(select(CustomFile.id).where(
        CustomFile.id.in_(named.keys() - had), CustomFile.kind.is_(None)).with_for_update())) if named else set()
    for field_id in {named[pk] for pk in fresh}:
        session.execute(update(CustomFile).where(
            CustomFile.id.in_([pk for pk in fresh if named[pk] == field_id])).values(
            kind=kind, owner_id=owner_id, field_id=field_id))
    if new and fresh != named.keys():
        raise Conflict(_l("A file of this form was saved with another record meanwhile: choose it again."))


def remove_all(session, kind: str, owner_id: int, *, now: datetime) -> None:
    """The record is no more."""
    session.execute(update(CustomFile).where(
        CustomFile.kind == kind, CustomFile.owner_id == owner_id, CustomFile.removed_at.is_(None)).values(
        removed_at=now))


def find(session, pk: int, *, actor) -> CustomFile:
    """A file of a record that the actor may read, or one that he has just sent. Raises NotFound."""
    file = session.scalar(select(CustomFile).where(CustomFile.id == pk, CustomFile.removed_at.is_(None)))
    if file is None or not _seen(session, file, actor):
        raise NotFound(_l("Record not found."))
    return file


def _seen(session, file, actor) -> bool:
    if file.kind is None:
        return file.uploaded_by_id == actor.user_id
    model, read, _write = OWNERS[file.kind]
    return actor.entity_id is None and actor.may(read) and session.scalar(
        select(1).where(model.id == file.owner_id, visible(model, actor))) is not None


def forget_old(session, store: FolderStore, *, now: datetime, limit: int = 500) -> int:
    """Let files go that were sent for forms never saved, and the bytes of those removed long ago. Returns how many."""
    unsaved = session.execute(select(CustomFile.id, CustomFile.stored_name).where(
        CustomFile.kind.is_(None), CustomFile.uploaded_at < now - WAITING_FOR).limit(limit)
        .with_for_update(skip_locked=True)).all()  # one that is being saved just now is looked at the next time
    session.execute(delete(CustomFile).where(CustomFile.id.in_([row.id for row in unsaved])))
    removed = session.execute(select(CustomFile.id, CustomFile.stored_name).where(
        CustomFile.removed_at < now - KEPT, CustomFile.stored_name.not_like(GONE + "%")).limit(limit)).all()
    for pk, _name in removed:
        session.execute(update(CustomFile).where(CustomFile.id == pk).values(stored_name=f"{GONE}{pk}"))
    for _pk, name in [*unsaved, *removed]:
        after_commit(session, partial(store.delete, name))
    return len(unsaved) + len(removed)
