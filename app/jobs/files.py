"""Bytes that nobody needs any more: of files removed long ago, and of work that died half-way."""
from ..database import unit_of_work, utc_now
from ..files.store import store_of
from ..services import attachments
from .alone import try_alone


def prune_files(session, settings) -> int:
    """Returns how many files lost their bytes."""
    store, now = store_of(settings), utc_now()
    with unit_of_work(session):
        if not try_alone(session, "files"):
            return 0
        forgotten = attachments.forget_removed(session, store, now=now)
    dropped = attachments.drop_unknown(session, store, now=now)
    session.rollback()  # it has only read
    return forgotten + dropped
