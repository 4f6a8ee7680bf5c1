"""Long work (exports, imports, changes to many records): one job after the other, in a thread of its own."""
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l

from ..database import unit_of_work, utc_now
from ..errors import DomainError
from ..files.store import Incoming, store_of
from ..security.viewer import Viewer
from ..services import jobs
from ..services.grants import viewer_of
from .mail import WORKER

AREA = "job"  # of the store
log = logging.getLogger("balcao.work")
BROKEN = _l("The work could not be finished. Whoever runs the server finds the reason in its log.")
NO_LONGER = _l("The person who asked for this is no longer active.")


class Cancelled(Exception):
    """The person cancelled the job."""


class Lost(Exception):
    """Another worker has the job now."""


class Stopping(Exception):
    """The process is about to end; the job goes back to the queue."""


class Work:
    """What a job's `run` is given. It tells its progress at least once a minute, or the job is taken from it.

    `kept` is what an earlier try had stored by `step` or `progress`: begin from there.
    """

    def __init__(self, session, settings, job, actor: Viewer, user, worker: str, stopping: Callable[[], bool]):
        self.session, self.settings, self.actor, self.user = session, settings, actor, user
        self.id, self.kind, self.arguments, self.kept = job.id, job.kind, dict(job.arguments), dict(job.result)
        self.done, self.total = job.done, job.total
        self._worker, self._stopping = worker, stopping
        self.filename = self.stored_name = None

    @contextmanager
    def step(self, done: int, total: int | None = None, **kept) -> Iterator:
        """A unit of work whose changes are stored together with the progress: both, or neither.

        Yields (session, kept): what the caller puts into `kept` is there for the next try.
        """
        if self._stopping():
            raise Stopping
        keeping = {**self.kept, **kept}
        with unit_of_work(self.session) as session:
            # The job's row first: of two workers that believe to hold it, the one without the lease writes nothing.
            answer = jobs.advance(session, self.id, worker=self._worker, done=done, total=total, now=utc_now())
            if answer == jobs.Answer.CANCEL:
                raise Cancelled
            if answer == jobs.Answer.LOST:
                raise Lost
            yield session, keeping
            jobs.advance(session, self.id, worker=self._worker, done=done, total=total, result=keeping, now=utc_now())
        self.kept, self.done = keeping, done
        self.total = self.total if total is None else total

    def progress(self, done: int, total: int | None = None, **kept) -> None:
        """Tell how far it is. Raises Cancelled, Lost or Stopping: let them pass."""
        with self.step(done, total, **kept):
            pass

    @contextmanager
    def file(self, filename: str) -> Iterator[Incoming]:
        """A file to write (`write`, or by its `path`); when the block ends it is what the person fetches under
        `filename`, and gone again where the job does not end well."""
        with store_of(self.settings).new(AREA) as incoming:
            yield incoming
            self.stored_name, self.filename = incoming.keep(), filename


def run_waiting(session, settings, stopping: Callable[[], bool] = lambda: False, *, worker: str = WORKER) -> int:
    """Do the queued jobs, one by one, until none is left or the process stops; returns how many were begun."""
    begun = 0
    while not stopping():
        waiting = jobs.is_waiting(session, utc_now())  # a read: an idle desk writes nothing
        session.rollback()
        if not waiting:
            break
        with unit_of_work(session):
            job = jobs.claim(session, worker=worker, now=utc_now())
            job_id = job.id if job else None
        if job_id is None:
            break
        begun += 1
        _do(session, settings, job_id, worker, stopping)
    return begun


def _do(session, settings, job_id, worker, stopping) -> None:
    """One claimed job to its end, whatever the end is."""
    work = None
    try:
        work = _work(session, settings, job_id, worker, stopping)
        result = jobs.KINDS[work.kind].run(work)
        with unit_of_work(session):
            stood = jobs.finish(session, job_id, worker=worker, result=result, filename=work.filename,
                                stored_name=work.stored_name, now=utc_now())
        if not stood:
            _drop_file(work)
    except Cancelled:
        _drop_file(work)
        with unit_of_work(session):
            jobs.stop(session, job_id, worker=worker, now=utc_now())
    except Stopping:
        _drop_file(work)
        with unit_of_work(session):
            jobs.release(session, job_id, worker=worker)
    except Lost:
        _drop_file(work)
        log.warning("job %s went to another worker", job_id)
    except DomainError as refusal:
        _drop_file(work)
        _fail(session, job_id, worker, str(refusal), permanent=True)
    except Exception:
        _drop_file(work)
        log.exception("job %s failed", job_id)
        _fail(session, job_id, worker, str(BROKEN), permanent=False)


def _work(session, settings, job_id, worker, stopping) -> Work:
    job = session.get(jobs.Job, job_id)
    user = session.get(User, job.user_id)
    if user is None or not user.active:
        raise DomainError(NO_LONGER)
    return Work(session, settings, job, viewer_of(session, user), user, worker, stopping)


def forget_old(session, settings, now) -> None:
    """Remove the files of jobs that ended long ago, and those that a dying worker left behind."""
    store = store_of(settings)
    with unit_of_work(session):
        names = jobs.expired(session, now)
    for name in [*names, *store.names(AREA, older_than=now - 2 * jobs.KEPT)]:
        store.delete(name)


def _fail(session, job_id, worker, error, *, permanent) -> None:
    with unit_of_work(session):
        jobs.fail(session, job_id, worker=worker, error=error, permanent=permanent, now=utc_now())


def _drop_file(work) -> None:
    if work is not None and work.stored_name:
        store_of(work.settings).delete(work.stored_name)
