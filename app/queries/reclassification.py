"""Which records a mapping concerns: counted by path, walked by key; the runs and what each has changed."""
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from ..models.attendance import Attendance
from ..models.classification import OPEN_PHASES, Phase
from ..models.provider_ticket import ProviderTicket
from ..models.reclassification import Reclassification, Reclassified
from ..security.visibility import visible
from . import paging
from .attendances import day_start

NOT_CLOSED = "not_closed"
PHASES = (NOT_CLOSED, *Phase)
CHUNK = 1_000  # rows of a file read at a time


@dataclass(frozen=True)
class Narrowed:
    """Which of the records: opened on these local days (both inclusive), in this phase or NOT_CLOSED."""

    opened_from: date | None = None
    opened_to: date | None = None
    phase: str | None = None
    timezone: str = "UTC"

    def plain(self) -> dict:
        """As a run keeps it."""
        return {"opened_from": self.opened_from and self.opened_from.isoformat(), "phase": self.phase,
                "opened_to": self.opened_to and self.opened_to.isoformat(), "timezone": self.timezone}

    @classmethod
    def stored(cls, kept: dict) -> "Narrowed":
        since, until = (kept.get(name) and date.fromisoformat(kept[name]) for name in ("opened_from", "opened_to"))
        return cls(since, until, phase=kept.get("phase"), timezone=kept.get("timezone") or "UTC")


def conditions(model, viewer, tops: Sequence[int], narrowed: Narrowed) -> list:
    """What a record of `model` (Attendance or ProviderTicket) satisfies whose top level is one of `tops`."""
    top = model.motive_id if model is Attendance else model.classification_id
    # "+ 0": walked by key; by the index of the top level each batch would find and sort all that is left
    where = [visible(model, viewer), (top + 0).in_(tops)]
    if narrowed.opened_from:
        where.append(model.opened_at >= day_start(narrowed.opened_from, narrowed.timezone))
    if narrowed.opened_to:
        where.append(model.opened_at < day_start(narrowed.opened_to + timedelta(days=1), narrowed.timezone))
    if narrowed.phase:
        where.append(model.phase.in_(OPEN_PHASES if narrowed.phase == NOT_CLOSED else (narrowed.phase,)))
    return where


def by_path(session, viewer, tree, tops: Sequence[int], narrowed: Narrowed) -> list[tuple[tuple, int]]:
    """[(ids of the three levels, how many records have them)] below these tops."""
    columns = tree.columns
    rows = session.execute(select(*columns, func.count()).where(
        columns[0].in_(tops), *conditions(tree.record, viewer, tops, narrowed)).group_by(*columns))
    return [(tuple(row[:-1]), row[-1]) for row in rows]


def last_key(session, tree) -> int:
    """The highest key there is: what is opened after a run began is not its concern."""
    return session.scalar(select(func.max(tree.key_column))) or 0


def stretch(session, tree, after: int, upto: int, size: int) -> int:
    """The key up to which a walk from `after` passes by at most `size` records."""
    key = tree.key_column
    found = session.scalar(select(key).where(key > after, key <= upto).order_by(key).offset(size - 1).limit(1))
    return upto if found is None else found


def locked(session, viewer, tree, tops, narrowed, *, after: int, upto: int, size: int) -> list:
    """[(key, ids of the three levels…)] of the next records, which nobody else changes until this transaction ends."""
    key, where = tree.key_column, conditions(tree.record, viewer, tops, narrowed)
    rows = select(key, *tree.columns).where(key > after, key <= upto, *where).order_by(key).limit(size)
    if tree.record is ProviderTicket:
        rows = rows.join(Attendance, Attendance.id == key)
    return session.execute(rows.with_for_update(of=Attendance)).all()


def changed(session, viewer, run: Reclassification, tree, *, after: int, size: int) -> list:
    """[(record of the run, ids that the attendance has now…)] that nobody has undone yet, locked as above. `after` is
    said of both tables: PostgreSQL, merging them, would walk the attendances from the first one."""
    key = tree.key_column
    rows = (select(Reclassified, *tree.columns).join(Attendance, Attendance.id == Reclassified.attendance_id)
            .where(Reclassified.run_id == run.id, Reclassified.attendance_id > after, Reclassified.outcome.is_(None),
                   Attendance.id > after, visible(Attendance, viewer)).order_by(Reclassified.attendance_id).limit(size))
    if tree.record is ProviderTicket:
        rows = rows.join(ProviderTicket, key == Attendance.id)
    return session.execute(rows.with_for_update(of=Attendance)).all()


def list_runs(session, viewer, *, after: str | None = None, size: int = 25):
    """A page of the runs one may see, the newest first: (rows, key before, key after). Raises ValueError."""
    rows = (session.query(Reclassification).filter(visible(Reclassification, viewer))
            .options(joinedload(Reclassification.job), joinedload(Reclassification.undo_job),
                     joinedload(Reclassification.started_by)))
    return paging.page(rows, Reclassification.id, Reclassification.id, desc=True, size=size, after=after)


def records(session, viewer, run: Reclassification, *, after: int = 0, size: int = CHUNK) -> list:
    """[(protocol or None, columns of Reclassified…)] of what a run has changed, by key, of the attendances one sees."""
    return session.execute(
        select(Attendance.protocol, *Reclassified.__table__.c)
        .join(Attendance, Attendance.id == Reclassified.attendance_id)
        .where(Reclassified.run_id == run.id, Reclassified.attendance_id > after, Attendance.id > after,
               visible(Attendance, viewer))
        .order_by(Reclassified.attendance_id).limit(size)).all()


def all_records(session, viewer, run: Reclassification) -> Iterator[list]:
    """The same, all of them, a chunk at a time."""
    after = 0
    while rows := records(session, viewer, run, after=after):
        after = rows[-1].attendance_id
        yield rows
