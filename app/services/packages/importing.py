"""Bringing a package in: everything of it or nothing, through the services of each register.

A row that the package does not name stays as it is; of one that it names, what it says of it holds afterwards.
"""
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_ngettext
from sqlalchemy import select

from ...errors import Conflict, DomainError, Invalid, InvalidMany, NotFound
from ...models.package_import import PackageImport
from ...security.permissions import Perm
from ...security.visibility import visible
from .. import log
from ..records import require
from ..refusals import REFUSALS, refusal
from .document import load
from .known import SEVERAL, Known, Path, compared, shown
from .part import Part
from .parts import BY_NAME, PARTS
from .reading import of_parts

MOST_PROBLEMS = 100  # more are not told: the first few show what is wrong
CREATE, UPDATE = "create", "update"
NOT_YOURS = _l("You may not change this part: leave it out, or have somebody import it who may.")


@dataclass(frozen=True)
class Change:
    """One row that a package adds or changes; `before` and `after` are of the fields that differ, as the file has
    them. `held` is shown to nobody: what the row has lost that no package says (a secret, encrypted)."""

    part: Part
    path: Path
    action: str
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    pk: int | None = None
    held: dict[str, Any] | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Problem:
    """Why an entry cannot come in."""

    part: Any  # what people call it
    path: Path
    field: str | None
    message: str
    words: str = ""  # the path as people read it

    def __str__(self):
        place = f"{self.part}: {self.words or shown(self.path)}" if self.path else str(self.part)
        return f"{place} ({self.field}): {self.message}" if self.field else f"{place}: {self.message}"


@dataclass
class Outcome:
    """What a package changes, what of it is the same already, and what stands against it."""

    changes: list[Change] = field(default_factory=list)
    same: int = 0
    problems: list[Problem] = field(default_factory=list)

    def count(self, action: str) -> int:
        return sum(each.action == action for each in self.changes)


class Refused(Conflict):
    """The package cannot come in; nothing of it has. `outcome` says why."""

    def __init__(self, outcome: Outcome):
        super().__init__(lazy_ngettext(
            "Nothing was changed: %(num)s entry stands against it: %(first)s",
            "Nothing was changed: %(num)s entries stand against it. The first: %(first)s", len(outcome.problems),
            first=str(outcome.problems[0])), field="file")
        self.outcome = outcome


def receive(session, data: bytes, *, actor, now: datetime) -> PackageImport:
    """Keep the package that a file holds, to be looked at and imported. Raises Forbidden, Invalid at "file"."""
    require(actor, Perm.CUSTOM_FORM_WRITE)
    document = load(data)
    _known_parts(document.content)
    package = PackageImport(name=document.name, digest=document.digest, content=document.content,
                            user_id=actor.user_id, received_at=now)
    session.add(package)
    log.record(session, package, "create", {"name": (None, document.name), "digest": (None, document.digest)},
               actor=actor, now=now)
    return package


def trial(session, content: dict, *, parts: Iterable[str] | None = None, actor, now: datetime) -> Outcome:
    """What an import would do, tried in full and taken back: the transaction has nothing of it."""
    attempt = session.begin_nested()
    try:
        return _bring(session, content, parts, actor, now)
    finally:
        attempt.rollback()
        session.expire_all()


def bring(session, pk: int, *, parts: Iterable[str] | None = None, actor, now: datetime) -> Outcome:
    """Import a package that was received, or the named parts of it.

    Raises Forbidden, NotFound, Conflict where it was imported already, Refused with every problem; among them each part
    that the actor may not keep.
    """
    require(actor, Perm.CUSTOM_FORM_WRITE)
    package = session.scalar(select(PackageImport).where(
        PackageImport.id == pk, visible(PackageImport, actor)).with_for_update())  # of two clicks the second waits here
    if package is None:
        raise NotFound(_l("Record not found."))
    if package.imported_at is not None:
        raise Conflict(_l("This package was imported already."))
    outcome = _bring(session, package.content, parts, actor, now)
    if outcome.problems:
        raise Refused(outcome)
    package.imported_at = now
    package.changes = [{"part": each.part.name, "id": each.pk, "path": list(each.path), "action": each.action,
                        "before": each.before, "after": each.after, **({"held": each.held} if each.held else {})}
                       for each in outcome.changes]
    log.record(session, package, "import", {
        "created": (None, outcome.count(CREATE)), "updated": (None, outcome.count(UPDATE))}, actor=actor, now=now)
    return outcome


def done(package: PackageImport) -> Outcome:
    """What an import has changed."""
    return Outcome([Change(BY_NAME[each["part"]], tuple(each["path"]), each["action"], each["before"], each["after"],
                           each["id"]) for each in package.changes if each["part"] in BY_NAME])


def _known_parts(content) -> None:
    if unknown := sorted(set(content) - set(BY_NAME)):
        raise Invalid(_l("This version of the product does not know the part “%(name)s” of the package."), field="file",
                      name=unknown[0][:60])


def _bring(session, content, names, actor, now) -> Outcome:
    _known_parts(content)
    wanted, outcome = set(content if names is None else names), Outcome()
    current, known = of_parts(session)
    for part in PARTS:  # what needs them says so
        if part.name not in wanted or not part.may_bring(actor):
            known.leave(part, content.get(part.name) or ())
    for part in PARTS:
        if part.name not in wanted or not content.get(part.name):
            continue
        if not part.may_bring(actor):
            outcome.problems.append(Problem(part.label, (), None, NOT_YOURS))  # nor is it told what of it would change
        else:
            _Bringing(session, part, current[part.name], known, outcome, actor, now).all(content[part.name])
    return outcome


@dataclass
class _Bringing:
    """The entries of one part on their way in."""

    session: Any
    part: Part
    current: list[tuple[int, dict]]
    known: Known
    outcome: Outcome
    actor: Any
    now: datetime

    def all(self, entries) -> None:
        entries = [self.part.settled(each, self.known) for each in entries]
        self.sent = self._by_path(entries)
        places = {pk: place for place, (pk, _entry) in enumerate(self.current)}
        self.here = {path: [self.current[place] for place in sorted(
            places[pk] for pk in self.known.ids_of(self.part.model, path) if pk in places)] for path in self.sent}
        self.met: Counter = Counter()
        for entry in self.part.in_order(entries):
            path: Path = ()
            try:
                path = self.part.path(entry)
                path, pk, have = self._found(path, entry)
                self._one(path, entry, pk, have)
            except REFUSALS as raised:
                self._refused(path, refusal(raised))
            if len(self.outcome.problems) >= MOST_PROBLEMS:
                return

    def _by_path(self, entries) -> dict[Path, list[dict]]:
        found: dict[Path, list[dict]] = {}
        for entry in entries:
            with suppress(DomainError):  # told where its turn comes
                found.setdefault(compared(self.part.path(entry)), []).append(entry)
        return found

    def _found(self, path, entry) -> tuple[Path, int | None, dict]:
        """How an entry is called, and the row of it with what it says; (path, None, {}) where there is none.

        Where here or in the package several are of one path, the fields that tell them apart are asked, then their
        order. Raises Conflict for what nothing tells apart.
        """
        key, apart = compared(path), self.part.apart
        here, sent = self.here.get(key, []), self.sent[key]
        if not apart:
            if len(here) > 1:
                raise Conflict(SEVERAL, name=shown(path)[:200])
            mark = here[0][0] if here else key
            self.met[mark] += 1
            if self.met[mark] > 1:
                raise Conflict(_l("The package has this entry twice."))
        if not apart or (len(sent) == 1 and len(here) <= 1):
            return (path, *(here[0] if here else (None, {})))

        def told(each):
            return tuple(self.part.told_apart(each, name) for name in apart)
        every = {told(each) for each in (*sent, *(each for _pk, each in here))}
        said = [each for place, each in enumerate(_said(entry, name) for name in apart)
                if len({each[place] for each in every}) > 1]
        mine = (key, told(entry))
        self.met[mine] += 1
        same = [each for each in here if told(each[1]) == mine[1]]
        number = self.met[mine]
        if number > 1:
            said.append(str(number))
        return ((*path, *said), *(same[number - 1] if number <= len(same) else (None, {})))

    def _one(self, path, entry, pk, have) -> None:
        values = self.part.values(entry, self.known)
        differs = {name: (have.get(name), entry[name]) for name in entry
                   if pk is None or self.part.differs(name, have.get(name), entry[name])}
        if not differs:
            self.outcome.same += 1
            return
        held = None
        with self.session.begin_nested():  # what is refused leaves no trace, and the rest is tried all the same
            if pk is None:
                pk, action = self.part.create(self.session, values, actor=self.actor, now=self.now), CREATE
            else:
                action = UPDATE
                held = self.part.update(self.session, pk, {name: values[name] for name in values if name in differs},
                                        actor=self.actor, now=self.now)
            self.session.flush()  # constraints speak within the savepoint
        self.part.keep(self.session, self.known, pk, entry)
        self.outcome.changes.append(Change(
            self.part, path, action, {name: old for name, (old, _new) in differs.items()} if action == UPDATE else {},
            {name: new for name, (_old, new) in differs.items()}, pk, held))

    def _refused(self, path, error: DomainError) -> None:
        errors = error.errors if isinstance(error, InvalidMany) else [error]
        words = self.part.words(path) if path else ""
        self.outcome.problems += [Problem(self.part.label, path, each.field, str(each), words) for each in errors]


def _said(entry, name) -> str:
    value = entry.get(name)
    return ", ".join(shown(each) for each in value) if isinstance(value, list) else str(value)
