"""Reminders of appointments, one by one, each in a transaction of its own."""
from collections.abc import Callable

from ..database import unit_of_work, utc_now
from ..services import reminders


def remind(session, settings, *, stopping: Callable[[], bool] = lambda: False) -> int:
    """Remind whom it is time to remind, and return how many were looked at. Safe in several processes at once."""
    address, done = f"{settings['PUBLIC_URL']}/agenda/show/", 0
    while not stopping():
        waiting = reminders.is_due(session, utc_now())  # a read: an idle desk writes nothing, however often it looks
        session.rollback()
        if not waiting:
            break
        with unit_of_work(session):
            if not reminders.remind_next(session, now=utc_now(), address=address):
                break  # another process has it
        done += 1
    return done
