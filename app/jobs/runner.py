"""The clock of the jobs: a thread inside `flask serve`, or the whole of `flask worker`.

Every job is safe to run twice and in several processes at once; a failing one is logged and tried again.
"""
import logging
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from ..channels.email import outbound
from ..database import unit_of_work, utc_now
from ..extensions import db
from ..services import outbox, pruning
from .alone import try_alone
from .anchors import anchor_log
from .mail import drain

STOP_SECONDS = 2.5  # a message in mid-sending keeps its lease and is tried again
PAUSE_SECONDS = 10  # before a failed job is tried again: a database that is away should not fill the disk with logs

log = logging.getLogger("balcao.jobs")


@dataclass(frozen=True)
class Job:
    """`run(session, settings, stopping)` every `period` seconds, and at once when mail was written if `on_mail`."""

    name: str
    period: float
    run: Callable
    on_mail: bool = False


def _send_mail(session, settings, stopping):
    transport = outbound.transport(settings)
    if transport is not None:  # else it waits, and the mailbox page and `flask doctor` say why
        drain(session, transport, stopping=stopping)


def _prune(session, _settings, _stopping):
    with unit_of_work(session):
        if try_alone(session, "prune"):
            pruning.prune(session, utc_now())


JOBS = (
    Job("mail", 1, _send_mail, on_mail=True),  # the second is the safety net: another process cannot wake this one
    Job("anchor", 60, lambda session, _settings, _stopping: anchor_log(session)),
    Job("prune", 3600, _prune),
)


class Runner:
    """Runs the jobs in turn until it is stopped; each run has its own application context, and so its own session."""

    def __init__(self, app, jobs=JOBS):
        self._app, self._jobs = app, jobs
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> "Runner":
        """Run in a thread of this process."""
        self._thread = threading.Thread(target=self.run, name="jobs", daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Ask it to end and wait for it, at most STOP_SECONDS."""
        self._stopping.set()
        outbox.wake_up.set()
        if self._thread is not None:
            self._thread.join(STOP_SECONDS)

    def run(self) -> None:
        """The loop itself; returns when `stop` was called."""
        due = dict.fromkeys(self._jobs, time.monotonic())
        while not self._stopping.is_set():
            woken = outbox.wake_up.wait(max(0, min(due.values()) - time.monotonic()))
            outbox.wake_up.clear()  # before the work: what is written from here on wakes again
            for job in self._jobs:
                if self._stopping.is_set():
                    return
                if time.monotonic() >= due[job] or (woken and job.on_mail):
                    pause = job.period if self._run(job) else max(job.period, PAUSE_SECONDS)
                    due[job] = time.monotonic() + pause

    def _run(self, job: Job) -> bool:
        try:
            with self._app.app_context():
                job.run(db.session, self._app.config, self._stopping.is_set)
        except Exception:
            log.exception("job %s failed", job.name)
            return False
        return True


def start(app) -> Runner:
    """Start the jobs in a thread; the caller calls `.stop()` on what is returned."""
    return Runner(app).start()


def run_forever(app) -> None:
    """Run the jobs until SIGTERM or SIGINT."""
    asked_to_stop = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, asked_to_stop)  # before the thread is made, which inherits it
    runner = start(app)
    signal.sigwait(asked_to_stop)
    runner.stop()
