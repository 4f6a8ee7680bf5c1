"""A run is asked for, and its undoing: one at a time, of what the mapping says today."""
import zlib
from collections.abc import Sequence
from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from ...errors import Conflict, Invalid
from ...models.job import Job, JobState
from ...models.reclassification import Reclassification, TreeKind
from ...queries.reclassification import PHASES, Narrowed, by_path
from ...security.permissions import Perm
from .. import jobs
from ..entity_rules import NOT_A_CHOICE
from ..log import record_id
from ..records import get_visible, require
from . import mapping
from .trees import TREES, Nodes, path_of

RUN, UNDO = "reclassify", "reclassify.undo"  # kinds of jobs
OPEN = (JobState.QUEUED, JobState.RUNNING)


def preview(session, tree: str, rows: Sequence[mapping.Row], narrowed: Narrowed, *, actor, day: date) -> list[int]:
    """How many records each row would change. Raises as `start`."""
    _check(session, tree, rows, narrowed, actor=actor, day=day)
    chosen, find, counts = TREES[tree], mapping.fitting(rows), [0] * len(rows)
    for ids, n in by_path(session, actor, chosen, sorted({row.old[0] for row in rows}), narrowed):
        number = find(path := path_of(ids))
        if number is not None and rows[number].new != path:
            counts[number] += n
    return counts


def start(session, tree: str, rows: Sequence[mapping.Row], narrowed: Narrowed, *, actor, day: date,
          now: datetime) -> Reclassification:
    """Queue a run of this mapping over the attendances that the actor sees.

    Raises Forbidden, Invalid or InvalidMany at `rows…`, `opened_to` or `phase`, Conflict while another run goes on.
    """
    nodes = _check(session, tree, rows, narrowed, actor=actor, day=day)
    _alone(session)
    run = Reclassification(tree=tree, rows=[row.plain(nodes) for row in rows], filters=narrowed.plain(),
                           counts=[0] * len(rows), started_at=now, started_by_id=actor.user_id)
    session.add(run)
    session.flush()  # its id is what the job is given
    run.job_id = jobs.start(session, RUN, {"reclassification": run.id}, actor=actor, now=now).id
    record_id(session, Reclassification.__tablename__, run.id, "create", {
        "tree": (None, tree), "mapping": ([], [_line(row) for row in run.rows]),
        **{name: (None, value) for name, value in run.filters.items() if value}}, actor=actor, now=now, first=True)
    return run


def undo(session, run_id: int, *, actor, now: datetime) -> Reclassification:
    """Queue the undoing of a run that has ended. Raises Forbidden, NotFound, Conflict (it was asked for already, it has
    changed nothing, or a run goes on)."""
    require(actor, Perm.RECLASSIFY)
    run = get_visible(session, Reclassification, run_id, actor)
    _alone(session)
    session.refresh(run)
    if run.restored is not None and (run.undo_job is None or run.undo_job.state == JobState.DONE):
        raise Conflict(_l("This reclassification was already undone."))
    if not run.changed:
        raise Conflict(_l("This reclassification changed nothing: there is nothing to undo."))
    run.restored = run.restored or {}
    run.undo_job_id = jobs.start(session, UNDO, {"reclassification": run.id}, actor=actor, now=now).id
    record_id(session, Reclassification.__tablename__, run.id, "undo", {}, actor=actor, now=now)
    return run


def is_running(run: Reclassification) -> bool:
    """Whether the run, or its undoing, has not ended."""
    return any(job is not None and job.state in OPEN for job in (run.job, run.undo_job))


def _check(session, tree, rows, narrowed, *, actor, day) -> Nodes:
    require(actor, Perm.RECLASSIFY)
    if tree not in tuple(TreeKind):
        raise Invalid(NOT_A_CHOICE, field="tree")
    if narrowed.phase and narrowed.phase not in PHASES:
        raise Invalid(NOT_A_CHOICE, field="phase")
    if narrowed.opened_from and narrowed.opened_to and narrowed.opened_to < narrowed.opened_from:
        raise Invalid(_l("The end of the period is before its beginning."), field="opened_to")
    nodes = Nodes(session, TREES[tree])
    mapping.check(nodes, TREES[tree], rows, day)
    return nodes


def _alone(session) -> None:
    """Two runs at once would each take up what the other has made. Raises Conflict; who asks at the same time waits."""
    if session.get_bind().dialect.name == "postgresql":  # on SQLite the unit of work is the only writer
        session.execute(select(func.pg_advisory_xact_lock(zlib.crc32(b"balcao:reclassify"))))
    if session.scalar(select(Job.id).where(Job.kind.in_((RUN, UNDO)), Job.state.in_(OPEN)).limit(1)) is not None:
        raise Conflict(_l("Another reclassification is going on: wait until it has ended, or cancel it."))


def _line(row: dict) -> str:
    return " → ".join(row["texts"])
