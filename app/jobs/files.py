"""Bytes that nobody needs any more: of files removed long ago, of forms never saved, of imports that are over, of work
that died half-way."""
from datetime import timedelta

from ..database import unit_of_work, utc_now
from ..files.store import store_of
from ..services import attachments, custom_files, held_files
from .alone import try_alone

SENT_KEPT = timedelta(days=2)  # a file to be imported: its page lives a day


def prune_files(session, settings) -> int:
    """Returns how many files lost their bytes."""
    store, now = store_of(settings), utc_now()
    with unit_of_work(session):
        if not try_alone(session, "files"):
            return 0
        forgotten = sum(forget(session, store, now=now) for forget in (
            attachments.forget_removed, held_files.forget_old, custom_files.forget_old))
    dropped = attachments.drop_unknown(session, store, now=now)
    session.rollback()  # it has only read
    sent = list(store.names("import", older_than=now - SENT_KEPT))
    for name in sent:
        store.delete(name)
    return forgotten + dropped + len(sent)
