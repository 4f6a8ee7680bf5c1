"""The two trees as a mapping sees them: what a record keeps of each level, and the nodes themselves.

A path is a tuple of ids, the top level first; a record's path ends where its classification ends.
"""
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from ...models.attendance import Attendance
from ...models.classification import (
    Cause,
    Classification,
    DefaultMotive,
    Motive,
    Occurrence,
    Subclassification,
    lasts,
)
from ...models.provider_ticket import ProviderTicket
from ...models.reclassification import TreeKind

Path = tuple[int, ...]
ARROW = " › "


@dataclass(frozen=True)
class Level:
    """One level: its model, the column of the record that has it, its name in the log, the column of the node that
    points above."""

    model: type
    column: str
    name: str
    above: str | None = None


@dataclass(frozen=True)
class Tree:
    """`record` has the columns of the levels, `key` is the id of its attendance; a record has at least `least`
    levels."""

    kind: TreeKind
    record: type
    key: str
    levels: tuple[Level, ...]
    least: int

    @property
    def columns(self) -> list:
        """Of the record, the top level first."""
        return [getattr(self.record, level.column) for level in self.levels]

    @property
    def key_column(self):
        return getattr(self.record, self.key)

    def padded(self, path: Iterable[int]) -> list[int | None]:
        """The ids of all levels."""
        path = list(path)
        return path + [None] * (len(self.levels) - len(path))


TREES = {
    TreeKind.MOTIVES: Tree(TreeKind.MOTIVES, Attendance, "id", (
        Level(Motive, "motive_id", "motive"), Level(Occurrence, "occurrence_id", "occurrence", "motive_id"),
        Level(Cause, "cause_id", "cause", "occurrence_id")), least=1),
    TreeKind.CLASSIFICATIONS: Tree(TreeKind.CLASSIFICATIONS, ProviderTicket, "attendance_id", (
        Level(Classification, "classification_id", "classification"),
        Level(Subclassification, "subclassification_id", "subclassification", "classification_id"),
        Level(DefaultMotive, "default_motive_id", "default_motive", "subclassification_id")), least=2),
}


def path_of(ids: Iterable[int | None]) -> Path:
    """What a record has, without the levels that it has not."""
    return tuple(pk for pk in ids if pk is not None)


class Nodes:
    """Nodes of a tree, read a level at a time and kept: the same few are asked for again and again."""

    def __init__(self, session, tree: Tree):
        self._session, self._tree = session, tree
        self._known: list[dict] = [{} for _level in tree.levels]

    def read(self, paths: Iterable[Path]) -> None:
        """What these paths name, in one statement a level."""
        paths = list(paths)
        for place, level in enumerate(self._tree.levels):
            wanted = {path[place] for path in paths if len(path) > place} - self._known[place].keys()
            if wanted:
                self._known[place].update((row.id, row) for row in self._session.execute(
                    select(level.model.id, level.model.name, level.model.active, level.model.valid_from,
                           level.model.valid_until, *([getattr(level.model, level.above)] if level.above else []))
                    .where(level.model.id.in_(wanted))))
                for pk in wanted:
                    self._known[place].setdefault(pk, None)

    def get(self, place: int, pk: int):
        """The node, or None where there is none of this id."""
        return self._known[place].get(pk)

    def there(self, path: Path) -> bool:
        """Whether all its nodes are, each below the one before."""
        for place, pk in enumerate(path):
            row, above = self.get(place, pk), self._tree.levels[place].above
            if row is None or above and getattr(row, above) != path[place - 1]:
                return False
        return bool(path)

    def unused(self, path: Path, day: date):
        """The first node of the path that may not be chosen on this day; None where all may."""
        return next((row for place, pk in enumerate(path) if not lasts(row := self.get(place, pk), day)), None)

    def text(self, path: Path) -> str:
        """The path in words."""
        return ARROW.join(self.name(place, pk) for place, pk in enumerate(path))

    def name(self, place: int, pk: int) -> str:
        row = self.get(place, pk)
        return row.name if row is not None else f"#{pk}"
