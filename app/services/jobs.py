"""Long work that a person asked for: queued, taken by one worker under a lease, told how far it is, cancelled, done.

A worker that dies loses its lease and the job is taken again, so that whatever it does must be safe to begin anew: it
keeps in `result` how far it had come, in the transaction that brought it there.
"""
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import exists, func, select, update

from ..database import after_commit
from ..errors import Conflict, NotFound
from ..models.job import Job, JobState
from ..models.notification import NotificationKind
from .notifications import notify
from .records import get_visible

LEASE = timedelta(minutes=2)  # a job that tells nothing for so long is taken for dead
MAX_TRIES = 3
MAX_OPEN = 10  # of one person, queued or running
KEPT = timedelta(days=7)  # finished jobs and their files
STOPPED = _l("The work was interrupted three times and given up.")

wake_up = threading.Event()  # set when a job was queued by this process


class Answer(StrEnum):
    """What a worker that tells its progress is told."""

    GO_ON = "go_on"
    CANCEL = "cancel"
    LOST = "lost"  # the lease went to another worker: leave the job alone


@dataclass(frozen=True)
class Kind:
    """What a kind of job is called, and what does it: `run(work)` returns what is kept as the result.

    `page(job)` is the address of the page that tells more of one, where there is such a page.
    """

    label: Any
    run: Callable
    page: Callable | None = None


KINDS: dict[str, Kind] = {}


def register_kind(name: str, label, run: Callable, page: Callable | None = None) -> None:
    """Add a kind of job; called while the application is put together."""
    KINDS[name] = Kind(label, run, page)


def start(session, kind: str, arguments: dict, *, total: int | None = None, filename: str | None = None, actor,
          now: datetime) -> Job:
    """Queue a job of the actor's. Raises Conflict where he has too many that have not ended."""
    if kind not in KINDS:
        raise NotFound(_l("Record not found."))
    waiting = session.scalar(select(func.count()).select_from(Job).where(
        Job.user_id == actor.user_id, Job.state.in_((JobState.QUEUED, JobState.RUNNING))))
    if waiting >= MAX_OPEN:
        raise Conflict(_l("You have %(n)s jobs that have not ended: wait for one, or cancel it."), n=waiting)
    job = Job(user_id=actor.user_id, kind=kind, arguments=arguments, total=total, filename=filename, result={},
              created_at=now)
    session.add(job)
    session.flush()  # its id is where the person is sent
    after_commit(session, wake_up.set)
    return job


def is_waiting(session, now: datetime) -> bool:
    """Whether a worker would find something to claim; reads only."""
    return session.scalar(select(exists().where(_queued()) | exists().where(_abandoned(now))))


def claim(session, *, worker: str, now: datetime) -> Job | None:
    """Take one job for `worker` until the lease ends, or None. Two workers never take the same one."""
    for condition in (_abandoned(now), _queued()):
        while job := session.scalar(select(Job).where(condition).order_by(Job.id).limit(1)
                                    .with_for_update(skip_locked=True)):
            if job.cancel_asked:
                _end(session, job, JobState.CANCELLED, now)
            elif job.attempts >= MAX_TRIES:
                job.error = str(STOPPED)
                _end(session, job, JobState.FAILED, now)
            else:
                job.state, job.worker, job.lease_until = JobState.RUNNING, worker, now + LEASE
                job.attempts += 1
                return job
            session.flush()  # or the next round would find it again
    return None


def _queued():
    return Job.state == JobState.QUEUED


def _abandoned(now):
    return (Job.state == JobState.RUNNING) & (Job.lease_until < now)


def advance(session, job_id: int, *, worker: str, done: int, total: int | None = None, result: dict | None = None,
            now: datetime) -> Answer:
    """Store how far the work is and lengthen the lease; `result` replaces what was kept of it before."""
    job = _held(session, job_id, worker)
    if job is None:
        return Answer.LOST
    if job.cancel_asked:
        return Answer.CANCEL
    job.done, job.lease_until = done, now + LEASE
    job.total = job.total if total is None else total
    job.result = job.result if result is None else result
    return Answer.GO_ON


def finish(session, job_id: int, *, worker: str, result: dict | None = None, filename: str | None = None,
           stored_name: str | None = None, now: datetime) -> bool:
    """Done: the person is told, and finds the file, if there is one. False if the lease went to another worker."""
    job = _held(session, job_id, worker)
    if job is None:
        return False
    job.result = {**job.result, **(result or {})}
    job.filename, job.stored_name, job.error = filename or job.filename, stored_name, None
    _end(session, job, JobState.DONE, now)
    return True


def fail(session, job_id: int, *, worker: str, error: str, permanent: bool, now: datetime) -> bool:
    """Queued again after a mishap, given up where trying again is useless or the tries are used up."""
    job = _held(session, job_id, worker)
    if job is None:
        return False
    job.error = error[:500]
    if permanent or job.attempts >= MAX_TRIES:
        _end(session, job, JobState.FAILED, now)
    else:
        job.state, job.worker, job.lease_until = JobState.QUEUED, None, None
    return True


def release(session, job_id: int, *, worker: str) -> None:
    """Back to the queue without a try used up: the process is stopping."""
    job = _held(session, job_id, worker)
    if job is not None:
        job.state, job.worker, job.lease_until = JobState.QUEUED, None, None
        job.attempts -= 1


def stop(session, job_id: int, *, worker: str, now: datetime) -> None:
    """End a job that its person cancelled."""
    job = _held(session, job_id, worker)
    if job is not None:
        _end(session, job, JobState.CANCELLED, now)


def ask_cancel(session, job_id: int, *, actor, now: datetime) -> Job:
    """Cancel one's own job: at once where nobody works on it, else as soon as the worker looks. Raises NotFound,
    Conflict where it has ended."""
    job = get_visible(session, Job, job_id, actor)
    session.refresh(job, with_for_update=True)
    if job.state == JobState.QUEUED:
        _end(session, job, JobState.CANCELLED, now)
    elif job.state != JobState.RUNNING:
        raise Conflict(_l("This job has already ended."))
    job.cancel_asked = True
    return job


def expired(session, now: datetime) -> list[str]:
    """Forget the files of jobs that ended long ago; returns their names in the store, to be removed after it."""
    old = Job.finished_at < now - KEPT
    names = list(session.scalars(select(Job.stored_name).where(old, Job.stored_name.is_not(None))))
    session.execute(update(Job).where(old, Job.stored_name.is_not(None)).values(stored_name=None),
                    execution_options={"synchronize_session": False})
    return names


def _held(session, job_id, worker):
    return session.scalar(select(Job).where(
        Job.id == job_id, Job.worker == worker, Job.state == JobState.RUNNING).with_for_update())


def _end(session, job, state, now) -> None:
    job.state, job.finished_at, job.worker, job.lease_until = state, now, None, None
    if state in (JobState.DONE, JobState.FAILED):
        notify(session, user_id=job.user_id, key=f"job:{job.id}", kind=NotificationKind.JOB, now=now,
               values={"job": job.id, "kind": job.kind, "state": state.value, "filename": job.filename})
