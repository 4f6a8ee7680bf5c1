"""What a slow or dead system may cost: few calls at once, each given up in time.

Kept libraries were looked at: pybreaker holds a lock for the whole call, so that a slow one makes all others wait, and
circuitbreaker has no lock at all. The pause after failures is kept by `services/service_pauses.py`, for all processes.
"""
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")
PATIENCE = 0.25  # seconds that a call waits for a place


class Busy(Exception):
    """All places are taken by calls that have not ended."""


class Guard:
    """`places` calls at once in this process."""

    def __init__(self, *, places: int = 4):
        self.places = places
        self.reset()

    def reset(self) -> None:
        """As when the process began."""
        self._free = threading.BoundedSemaphore(self.places)

    def run(self, act: Callable[[], T], *, seconds: float, admit: Callable[[], None] = lambda: None) -> T:
        """What `act()` answers within `seconds`. It runs in a thread of its own, for some of what it waits for (the
        look-up of a name) has no limit; the place is free again only when it has really ended.

        `admit()` is asked once there is a place, and may raise. Raises Busy, TimeoutError, and what the two raise.
        """
        if not self._free.acquire(timeout=PATIENCE):
            raise Busy
        free, future = self._free, Future()
        try:
            admit()
            threading.Thread(target=_work, args=(act, future, free), name="outgoing-http", daemon=True).start()
        except BaseException:
            free.release()
            raise
        return future.result(seconds)


def _work(act, future, free) -> None:
    try:
        answer = act()
    except BaseException as error:  # whatever it is, who waits is told
        free.release()
        future.set_exception(error)
    else:
        free.release()
        future.set_result(answer)
