"""What a slow or dead system may cost: few calls at once, each given up in time, and a pause after several failures.

Kept libraries were looked at: pybreaker holds a lock for the whole call, so that a slow one makes all others wait, and
circuitbreaker has no lock at all.
"""
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")
PATIENCE = 0.25  # seconds that a call waits for a place
KEPT = 100  # keys remembered


class Busy(Exception):
    """All places are taken by calls that have not ended."""


class Resting(Exception):
    """The system failed several times in a row: nothing is asked of it for `seconds`."""

    def __init__(self, seconds: int):
        super().__init__(f"not asked for {seconds} seconds")
        self.seconds = seconds


@dataclass
class _State:
    failures: int = 0  # in a row
    until: float = 0.0  # of the pause


class Guard:
    """`places` calls at once in this process; after `failures` in a row none for `pause` seconds, then one, which
    decides whether the next may go too."""

    def __init__(self, *, places: int = 4, failures: int = 3, pause: float = 30.0,
                 clock: Callable[[], float] = time.monotonic):
        self.places, self.failures, self.pause, self.clock = places, failures, pause, clock
        self.reset()

    def reset(self) -> None:
        """As when the process began."""
        self._free, self._lock = threading.BoundedSemaphore(self.places), threading.Lock()
        self._states: dict = {}

    def run(self, key, act: Callable[[], T], *, seconds: float, failed: Callable[[T], bool], trying: bool = False) -> T:
        """What `act()` answers within `seconds`. It runs in a thread of its own, for some of what it waits for (the
        look-up of a name) has no limit; the place is free again only when it has really ended.

        `failed(answer)` counts it as a failure, and so does what `act` raises. `trying`: a person looks whether it
        works again, so the pause does not hold. Raises Busy, Resting, TimeoutError, and what `act` raises.
        """
        if not self._free.acquire(timeout=PATIENCE):
            raise Busy
        free, future = self._free, Future()
        try:
            self._admit(key, seconds, trying)
            threading.Thread(target=_work, args=(act, future, free), name="outgoing-http", daemon=True).start()
        except BaseException:
            free.release()
            raise
        try:
            answer = future.result(seconds)
        except BaseException:
            self._note(key, failed=True)
            raise
        self._note(key, failed=failed(answer))
        return answer

    def _admit(self, key, seconds, trying) -> None:
        with self._lock:
            if len(self._states) > KEPT:
                self._states.clear()
            state, now = self._states.setdefault(key, _State()), self.clock()
            if state.failures < self.failures or trying:
                return
            if now < state.until:
                raise Resting(int(state.until - now) + 1)
            state.until = now + seconds  # this one goes; the others wait for what becomes of it

    def _note(self, key, *, failed) -> None:
        with self._lock:
            state = self._states.setdefault(key, _State())
            state.failures = state.failures + 1 if failed else 0
            state.until = self.clock() + self.pause if failed else 0.0


def _work(act, future, free) -> None:
    try:
        answer = act()
    except BaseException as error:  # whatever it is, who waits is told
        free.release()
        future.set_exception(error)
    else:
        free.release()
        future.set_result(answer)
