"""A batch of a run, and a batch of its undoing: many records by a few statements, each with its own log entry.

No deadline moves: a ticket keeps the rule that it had at its opening. Records are written by statement, as a service
would write them one by one: version, who and when, log entry, and those told who have them open.
"""
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import update

from ...models.attendance import Attendance
from ...models.provider_ticket import ProviderTicket
from ...models.reclassification import Reclassification, Reclassified
from ...queries import reclassification as reads
from ...security.audience import holders
from ...security.permissions import Perm
from .. import live_events
from ..bulk import insert_dicts
from ..log import record_many
from . import mapping
from .trees import TREES, Nodes, Path, Tree, path_of

BATCH = 200  # records of a transaction: on SQLite others wait for it
STRETCH = 10_000  # records that a walk passes by at most before it tells how far it is
RESTORED, CHANGED, GONE = "restored", "changed", "gone"  # what becomes of a record when its run is undone


@dataclass(frozen=True)
class Done:
    """How far a batch came, and how many of the records it looked at it wrote."""

    after: int
    seen: int
    changed: int


class Runner:
    """One run while a worker does it: the tree, the rows of the mapping, the nodes read so far."""

    def __init__(self, session, run: Reclassification, *, actor):
        self.session, self.actor = session, actor
        self.run_id, self.tree = run.id, TREES[run.tree]
        self.rows, self.narrowed = mapping.stored(run.rows), reads.Narrowed.stored(run.filters)
        self.nodes, self._fitting = Nodes(session, self.tree), mapping.fitting(self.rows)
        self.tops = sorted({row.old[0] for row in self.rows})
        self._upto = 0  # how far the stretch goes in which the walk is

    def total(self) -> int:
        """How many records its rows concern now."""
        return sum(n for ids, n in reads.by_path(self.session, self.actor, self.tree, self.tops, self.narrowed)
                   if self.target(path_of(ids)) is not None)

    def target(self, path: Path) -> tuple[int, Path] | None:
        """(row of the mapping, new path) of a record of this path; None where none fits, or it has that already."""
        number = self._fitting(path)
        return None if number is None or self.rows[number].new == path else (number, self.rows[number].new)

    def apply(self, *, after: int, last: int, day: date, now: datetime) -> Done:
        """The next batch after this key. Raises Invalid where a target is no longer in use on this `day`."""
        self.nodes = Nodes(self.session, self.tree)  # read anew: the tables are kept while the run goes on
        mapping.check_targets(self.nodes, self.rows, day)
        if after >= self._upto:
            self._upto = reads.stretch(self.session, self.tree, after, last, STRETCH)
        found = reads.locked(self.session, self.actor, self.tree, self.tops, self.narrowed, after=after,
                             upto=self._upto, size=BATCH)
        moves = {}
        for pk, *ids in found:
            path = path_of(ids)
            if target := self.target(path):
                moves[pk] = (path, *target)
        if moves:
            self._write({pk: (old, new) for pk, (old, _row, new) in moves.items()}, "reclassify", now)
            insert_dicts(self.session, Reclassified, [
                {"run_id": self.run_id, "attendance_id": pk, "row": row, "outcome": None,
                 **dict(zip(("first", "second", "third"), self.tree.padded(old), strict=True))}
                for pk, (old, row, _new) in moves.items()])
            run = self.session.get(Reclassification, self.run_id, with_for_update=True)
            counts = Counter(row for _old, row, _new in moves.values())
            run.counts = [n + counts[number] for number, n in enumerate(run.counts)]
        return Done(found[-1][0] if len(found) == BATCH else self._upto, len(moves), len(moves))

    def restore(self, *, after: int, now: datetime) -> Done | None:
        """Undo the next batch after this key; None where there is no more. Only records that still have what the run
        gave them get back what they had, and only where that is still there."""
        run = self.session.get(Reclassification, self.run_id, with_for_update=True)
        found = reads.changed(self.session, self.actor, run, self.tree, after=after, size=BATCH)
        if not found:
            return None
        self.nodes = Nodes(self.session, self.tree)
        olds = {row.attendance_id: path_of((row.first, row.second, row.third)) for row, *_ids in found}
        self.nodes.read(set(olds.values()))
        back, outcomes = {}, {}
        for row, *ids in found:
            now_has, old = path_of(ids), olds[row.attendance_id]
            if now_has != self.rows[row.row].new:
                outcomes[row.attendance_id] = CHANGED
            elif not self.nodes.there(old):
                outcomes[row.attendance_id] = GONE
            else:
                outcomes[row.attendance_id], back[row.attendance_id] = RESTORED, (now_has, old)
        if back:
            self._write(back, "unreclassify", now)
        for outcome in set(outcomes.values()):
            self.session.execute(update(Reclassified).where(
                Reclassified.run_id == self.run_id,
                Reclassified.attendance_id.in_([pk for pk, each in outcomes.items() if each == outcome])
            ).values(outcome=outcome).execution_options(synchronize_session=False))
        counts = Counter(run.restored or {}) + Counter(outcomes.values())
        run.restored = dict(counts)
        return Done(found[-1][0].attendance_id, len(found), len(back))

    def _write(self, moves: dict[int, tuple[Path, Path]], action: str, now: datetime) -> None:
        """{key: (old path, new path)}, written and told."""
        self.nodes.read({path for pair in moves.values() for path in pair})
        by_target: dict[Path, list[int]] = {}
        for pk, (_old, new) in moves.items():
            by_target.setdefault(new, []).append(pk)
        touched = {"version": Attendance.version + 1, "updated_at": now, "changed_by_id": self.actor.user_id}
        own = self.tree.record is Attendance  # one write for both: the table has many indexes
        for new, ids in by_target.items():
            columns = dict(zip((level.column for level in self.tree.levels), self.tree.padded(new), strict=True))
            self._set(self.tree.record, self.tree.key_column.in_(ids), {**columns, **(touched if own else {})})
        if not own:
            self._set(Attendance, Attendance.id.in_(moves), touched)
        record_many(self.session, Attendance.__tablename__, {
            pk: _changes(self.tree, self.nodes, *pair, self.run_id) for pk, pair in moves.items()}, action,
            actor=self.actor, now=now)
        if self.tree.record is ProviderTicket:
            _tell_tickets(self.session, moves, now)

    def _set(self, model, where, values) -> None:
        self.session.execute(update(model.__table__).where(where).values(values))


def _changes(tree: Tree, nodes: Nodes, old: Path, new: Path, run_id: int) -> dict:
    """What the log says of one record: the levels that are others now, and the run."""
    pairs = zip(tree.padded(old), tree.padded(new), strict=True)
    changes = {tree.levels[place].name: tuple(_told(nodes, place, pk) for pk in pair)
               for place, pair in enumerate(pairs) if pair[0] != pair[1]}
    return {**changes, "reclassification": (None, run_id)}


def _told(nodes, place, pk) -> dict | None:
    return None if pk is None else {"id": pk, "text": nodes.name(place, pk)}


def _tell_tickets(session, ids: Iterable[int], now) -> None:
    """Who has the list of the central open: the attendances themselves were not loaded."""
    live_events.tell(session, kind="ticket.changed", ids=ids, audience=holders(Perm.TICKET_READ), now=now)
