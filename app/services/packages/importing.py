"""Bringing a package in: everything of it or nothing, through the services of each register.

A row that the package does not name stays as it is; of one that it names, what it says of it holds afterwards. Parts
and entries may be left out; an entry that needs one of them, and does not find it here, stays out as well and is told.
"""
from collections import Counter
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from ...errors import Conflict, DomainError, Invalid, InvalidMany, NotFound
from ...models.package_import import PackageImport
from ...security.permissions import Perm
from ...security.visibility import visible
from .. import log
from ..records import require
from ..refusals import REFUSALS, refusal
from .document import load
from .known import SEVERAL, Known, LeftOut, Path, compared, shown
from .outcome import CREATE, UPDATE, Change, Left, Outcome, Problem, Refused, mark_of
from .part import Part
from .parts import BY_NAME, PARTS
from .reading import of_parts

MOST_PROBLEMS = 100  # more are not told: the first few show what is wrong
NOT_YOURS = _l("You may not change this part: leave it out, or have somebody import it who may.")


def receive(session, data: bytes, *, actor, now: datetime) -> PackageImport:
    """Keep the package that a file holds, to be looked at and imported; the same one again is the one that still waits
    for this. Raises Forbidden, Invalid at "file".
    """
    require(actor, Perm.CUSTOM_FORM_WRITE)
    document = load(data)
    _known_parts(document.content)
    waiting = session.scalar(select(PackageImport).where(
        PackageImport.digest == document.digest, PackageImport.name == document.name,
        PackageImport.user_id == actor.user_id, PackageImport.imported_at.is_(None)).limit(1))
    if waiting is not None:
        return waiting
    package = PackageImport(name=document.name, digest=document.digest, content=document.content,
                            user_id=actor.user_id, received_at=now)
    session.add(package)
    log.record(session, package, "create", {"name": (None, document.name), "digest": (None, document.digest)},
               actor=actor, now=now)
    return package


def trial(session, content: dict, *, parts: Iterable[str] | None = None, without: Collection[str] = (), actor,
          now: datetime) -> Outcome:
    """What an import would do, tried in full and taken back: the transaction has nothing of it."""
    attempt = session.begin_nested()
    try:
        return _bring(session, content, parts, without, actor, now)
    finally:
        attempt.rollback()
        session.expire_all()


def bring(session, pk: int, *, parts: Iterable[str] | None = None, without: Collection[str] = (), actor,
          now: datetime) -> Outcome:
    """Import a package that was received, or the named parts of it, without the entries of these marks.

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
    outcome = _bring(session, package.content, parts, without, actor, now)
    if outcome.problems:
        raise Refused(outcome)
    package.imported_at = now
    package.changes = [{"part": each.part.name, "id": each.pk, "path": list(each.path), "words": each.words,
                        "action": each.action, "before": each.before, "after": each.after,
                        **({"held": each.held} if each.held else {})} for each in outcome.changes]
    log.record(session, package, "import", {
        "created": (None, outcome.count(CREATE)), "updated": (None, outcome.count(UPDATE))}, actor=actor, now=now)
    return outcome


def done(package: PackageImport) -> Outcome:
    """What an import has changed and, once it was taken back, what rests of it."""
    changes = [change_of(each) for each in package.changes if each["part"] in BY_NAME]
    return Outcome(changes, rests=[each for each in reversed(changes) if each.rests is not None])


def change_of(kept: dict) -> Change:
    """A change as the row of its import keeps it."""
    part, path = BY_NAME[kept["part"]], tuple(kept["path"])
    return Change(part, path, kept["action"], kept["before"], kept["after"], kept["id"],
                  kept.get("words") or part.words(path), rests=kept.get("rests"))


def marks(content: dict) -> set[str]:
    """Those of every entry of a package."""
    return {mark_of(part, place) for part in PARTS for place in range(len(content.get(part.name) or ()))}


def _known_parts(content) -> None:
    if unknown := sorted(set(content) - set(BY_NAME)):
        raise Invalid(_l("This version of the product does not know the part “%(name)s” of the package."), field="file",
                      name=unknown[0][:60])


def _bring(session, content, names, without, actor, now) -> Outcome:
    _known_parts(content)
    wanted, outcome = set(content if names is None else names), Outcome()
    current, known = of_parts(session)
    for part in PARTS:  # what needs them says so
        if part.name not in wanted or not part.may_bring(actor):
            for entry in content.get(part.name) or ():
                known.leave(part, entry)
    for part in PARTS:
        if part.name not in wanted or not content.get(part.name):
            continue
        if not part.may_bring(actor):
            outcome.problems.append(Problem(part.label, (), None, NOT_YOURS))  # nor is it told what of it would change
        else:
            _Bringing(session, part, current[part.name], without, known, outcome, actor, now).all(content[part.name])
    return outcome


@dataclass
class _Bringing:
    """The entries of one part on their way in."""

    session: Any
    part: Part
    current: list[tuple[int, dict]]
    without: Collection[str]
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
        marks_of = {id(each): mark_of(self.part, place) for place, each in enumerate(entries)}
        for entry in self.part.in_order(entries):
            path, mark = (), marks_of[id(entry)]
            if mark in self.without:
                self._leave(entry, mark)
                continue
            try:
                path = self.part.path(entry)
                path, pk, have = self._found(path, entry)
                self._one(path, entry, pk, have)
            except LeftOut as needs:
                self._leave(entry, mark, str(needs))
            except REFUSALS as raised:
                self._refused(path, entry, mark, refusal(raised))
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
            {name: new for name, (_old, new) in differs.items()}, pk, self.part.words(path, {**have, **entry}), held))

    def _leave(self, entry, mark, why="") -> None:
        words = self.known.leave(self.part, entry)
        self.outcome.left.append(Left(self.part, words, mark, why))

    def _refused(self, path, entry, mark, error: DomainError) -> None:
        errors = error.errors if isinstance(error, InvalidMany) else [error]
        words = self.part.words(path, entry) if path else ""
        self.outcome.problems += [Problem(self.part.label, path, each.field, str(each), words, mark) for each in errors]


def _said(entry, name) -> str:
    value = entry.get(name)
    return ", ".join(shown(each) for each in value) if isinstance(value, list) else str(value)
