"""A mapping of old paths to new ones: what may stand in it, and which of its rows a record falls under.

All rows hold at once. A record is looked at once and by what it had before the run, so that "A becomes B, B becomes A"
exchanges the two. An old path means everything below it too, unless the row says that it is meant exactly; of several
that fit, the longest holds. A new path takes the place of the whole old one: levels that it has not are emptied.
"""
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _l

from ...errors import DomainError, Invalid
from ..entity_rules import raise_all
from ..validity import refusal
from .trees import Nodes, Path, Tree

MOST = 200  # rows of one mapping
GONE = _l("This path does not exist.")


@dataclass(frozen=True)
class Row:
    """Records of the path `old` get the path `new`; `exact`: not those of a path below it."""

    old: Path
    new: Path
    exact: bool = False

    def plain(self, nodes: Nodes) -> dict:
        """As a run keeps it, with its words of today."""
        return {"old": list(self.old), "exact": self.exact, "new": list(self.new),
                "texts": [nodes.text(self.old), nodes.text(self.new)]}


def stored(rows: Sequence[dict]) -> list[Row]:
    """The rows of a run."""
    return [Row(tuple(row["old"]), tuple(row["new"]), row["exact"]) for row in rows]


def fitting(rows: Sequence[Row]):
    """A function of a record's path: the number of its row, or None where none fits."""
    exact = {row.old: number for number, row in enumerate(rows) if row.exact}
    whole = {row.old: number for number, row in enumerate(rows) if not row.exact}

    def find(path: Path) -> int | None:
        if path in exact:
            return exact[path]
        return next((whole[path[:size]] for size in range(len(path), 0, -1) if path[:size] in whole), None)
    return find


def check(nodes: Nodes, tree: Tree, rows: Sequence[Row], day: date) -> None:
    """The whole mapping. Raises Invalid or InvalidMany at `rows`, `rows.<number>.old` and `rows.<number>.new`."""
    if not rows:
        raise Invalid(_l("Add at least one row to the mapping."), field="rows")
    if len(rows) > MOST:
        raise Invalid(_l("A mapping has at most %(n)s rows: split it."), field="rows", n=MOST)
    nodes.read(path for row in rows for path in (row.old, row.new))
    errors: list[DomainError] = []
    for number, row in enumerate(rows):
        errors += refusals(nodes, tree, row, day, before=rows[:number], at=f"rows.{number}.")
    raise_all(errors)


def check_targets(nodes: Nodes, rows: Sequence[Row], day: date) -> None:
    """That what the rows lead to is still there and in use: the tables go on being kept while a run goes on."""
    nodes.read(row.new for row in rows)
    for number, row in enumerate(rows, 1):
        gone = not nodes.there(row.new)
        if gone or nodes.unused(row.new, day) is not None:
            raise Invalid(_l("Row %(n)s: “%(path)s” is no longer in use."), n=number, path=nodes.text(row.new))


def refusals(nodes: Nodes, tree: Tree, row: Row, day: date, *, before: Sequence[Row] = (), at: str = "") -> list:
    """Why a row cannot stand in a mapping, after the rows `before` it; its nodes were read."""
    errors: list[DomainError] = []
    if not nodes.there(row.old):
        errors.append(Invalid(GONE if row.old else _l("Choose the old path."), field=at + "old"))
    elif any((each.old, each.exact) == (row.old, row.exact) for each in before):
        errors.append(Invalid(_l("This old path stands in another row already."), field=at + "old"))
    if not nodes.there(row.new):
        errors.append(Invalid(GONE if row.new else _l("Choose the new path."), field=at + "new"))
    elif len(row.new) < tree.least:
        errors.append(Invalid(_l("Choose the subclassification too: a ticket always has one."), field=at + "new"))
    elif (node := nodes.unused(row.new, day)) is not None:
        reason = refusal(node, day, field=at + "new")
        errors.append(Invalid(f"{node.name}: {reason}", field=at + "new"))
    elif row.old == row.new:
        errors.append(Invalid(_l("The new path is the same as the old one."), field=at + "new"))
    return errors
