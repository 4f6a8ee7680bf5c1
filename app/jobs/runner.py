"""The clocks of the jobs: threads inside `flask serve`, or the whole of `flask worker`. The second does the long work
that people ask for, the third waits for other systems, so that no mail waits for either.

Every job is safe to run twice and in several processes at once; a failing one is logged and tried again.
"""
import logging
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from ..channels.email import outbound as email
from ..channels.sms import outbound as sms
from ..database import unit_of_work, utc_now
from ..extensions import db
from ..models.outbox import EMAIL, SMS
from ..services import jobs, outbox, pruning, webhook_events
from .alone import try_alone
from .anchors import anchor_log
from .files import prune_files
from .mail import drain
from .reminders import remind
from .statistics import count_grown
from .webhooks import deliver
from .work import forget_old, run_waiting

STOP_SECONDS = 2.5  # a message in mid-sending keeps its lease and is tried again
PAUSE_SECONDS = 10  # before a failed job is tried again: a database that is away should not fill the disk with logs

log = logging.getLogger("balcao.jobs")


@dataclass(frozen=True)
class Job:
    """`run(session, settings, stopping)` every `period` seconds, and when its runner is woken if `at_once`: there is
    mail, or long work."""

    name: str
    period: float
    run: Callable
    at_once: bool = False


def _send(kind, channel):
    def run(session, settings, stopping):
        transport = channel.transport(settings)
        if transport is not None:  # else it waits, and the mailbox page says why; of mail `flask doctor` too
            drain(session, transport, kind=kind, stopping=stopping)
    return run


def _prune(session, settings, _stopping):
    with unit_of_work(session):
        if try_alone(session, "prune"):
            pruning.prune(session, utc_now())
    forget_old(session, settings, utc_now())


def _long_work(session, settings, stopping):
    run_waiting(session, settings, stopping)


def _tell_others(session, settings, stopping):
    deliver(session, settings, stopping)


LONG_WORK = (Job("work", 2, _long_work, at_once=True),)
WEBHOOKS = (Job("webhooks", 1, _tell_others, at_once=True),)
JOBS = (
    Job("mail", 1, _send(EMAIL, email), at_once=True),  # the second is the safety net: another process cannot wake it
    Job("sms", 1, _send(SMS, sms), at_once=True),
    Job("reminders", 15, lambda session, settings, stopping: remind(session, settings, stopping=stopping)),
    Job("anchor", 60, lambda session, _settings, _stopping: anchor_log(session)),
    Job("prune", 3600, _prune),
    Job("files", 3600, lambda session, settings, _stopping: prune_files(session, settings)),
    Job("statistics", 3600, lambda session, _settings, stopping: count_grown(session, stopping)),
)


class Runner:
    """Runs the jobs in turn until it is stopped; each run has its own application context, and so its own session."""

    def __init__(self, app, jobs=JOBS, *, wake_up=outbox.wake_up, name="jobs"):
        self._app, self._jobs, self._wake_up, self._name = app, jobs, wake_up, name
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> "Runner":
        """Run in a thread of this process."""
        self._thread = threading.Thread(target=self.run, name=self._name, daemon=True)
        self._thread.start()
        return self

    def ask_to_stop(self) -> None:
        """Begin nothing more."""
        self._stopping.set()
        self._wake_up.set()

    def stop(self) -> None:
        """Ask it to end and wait for it, at most STOP_SECONDS."""
        self.ask_to_stop()
        self.join(STOP_SECONDS)

    def join(self, seconds: float) -> None:
        """Wait for its end for so long."""
        if self._thread is not None:
            self._thread.join(max(0, seconds))

    def run(self) -> None:
        """The loop itself; returns when `stop` was called."""
        due = dict.fromkeys(self._jobs, time.monotonic())
        while not self._stopping.is_set():
            woken = self._wake_up.wait(max(0, min(due.values()) - time.monotonic()))
            self._wake_up.clear()  # before the work: what is written from here on wakes again
            for job in self._jobs:
                if self._stopping.is_set():
                    return
                if time.monotonic() >= due[job] or (woken and job.at_once):
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


class Crew:
    """Several runners that start and stop as one."""

    def __init__(self, *runners: Runner):
        self._runners = runners

    def start(self) -> "Crew":
        for each in self._runners:
            each.start()
        return self

    def stop(self) -> None:
        """Ask all to end and wait for them, at most STOP_SECONDS; long work goes on elsewhere, at once or when its
        lease ends."""
        for each in self._runners:
            each.ask_to_stop()
        until = time.monotonic() + STOP_SECONDS
        for each in self._runners:
            each.join(until - time.monotonic())


def start(app) -> Crew:
    """Start the jobs in their threads; the caller calls `.stop()` on what is returned."""
    return Crew(Runner(app), Runner(app, LONG_WORK, wake_up=jobs.wake_up, name="work"),
                Runner(app, WEBHOOKS, wake_up=webhook_events.wake_up, name="webhooks")).start()


def run_forever(app) -> None:
    """Run the jobs until SIGTERM or SIGINT."""
    asked_to_stop = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, asked_to_stop)  # before the thread is made, which inherits it
    runner = start(app)
    signal.sigwait(asked_to_stop)
    runner.stop()
