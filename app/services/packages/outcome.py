"""What a package does, or would do: what it changes, what stays out of it, what stands against it."""
from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_ngettext

from ...errors import Conflict
from .known import Path, shown
from .part import Part
from .words import label

CREATE, UPDATE = "create", "update"


@dataclass(frozen=True)
class Change:
    """One row that a package adds or changes; `before` and `after` are of the fields that differ, as the file has
    them. `words` are its path as people read it. `held` is shown to nobody: what the row has lost that no package says
    (a secret, encrypted). `rests`: it was in use when it was taken back, and is inactive; how many records it holds."""

    part: Part
    path: Path
    action: str
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    pk: int | None = None
    words: str = ""
    held: dict[str, Any] | None = field(default=None, repr=False)
    rests: int | None = None


@dataclass(frozen=True)
class Problem:
    """Why an entry cannot come in, or cannot be taken back. By its `mark` it can be left out."""

    part: Any  # what people call it
    path: Path
    field: str | None
    message: str
    words: str = ""  # the path as people read it
    mark: str = ""

    def __str__(self):
        place = f"{self.part}: {self.words or shown(self.path)}" if self.path else str(self.part)
        return f"{place} ({label(self.field)}): {self.message}" if self.field else f"{place}: {self.message}"


@dataclass(frozen=True)
class Left:
    """An entry that stays out. `why`: it needs something that stays out; without it somebody has left it out."""

    part: Part
    words: str
    mark: str
    why: str = ""

    def __str__(self):
        return f"{self.part.label}: {self.words}" + (f": {self.why}" if self.why else "")


@dataclass
class Outcome:
    """What a package changes, what of it is the same already, what stays out, and what stands against it; of one that
    is taken back, which of its changes rest."""

    changes: list[Change] = field(default_factory=list)
    same: int = 0
    problems: list[Problem] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    rests: list[Change] = field(default_factory=list)

    def count(self, action: str) -> int:
        return sum(each.action == action for each in self.changes)

    @property
    def comes_in(self) -> bool:
        """Whether an import would do something, and nothing stands against it."""
        return bool(self.changes) and not self.problems


class Refused(Conflict):
    """Nothing of a package has come in, or was taken back. `outcome` says why."""

    def __init__(self, outcome: Outcome):
        super().__init__(lazy_ngettext(
            "Nothing was changed: %(num)s entry stands against it: %(first)s",
            "Nothing was changed: %(num)s entries stand against it. The first: %(first)s", len(outcome.problems),
            first=str(outcome.problems[0])), field="file")
        self.outcome = outcome


def mark_of(part: Part, place: int) -> str:
    """By what an entry of a package is named: its part, and its place there."""
    return f"{part.name}.{place}"
