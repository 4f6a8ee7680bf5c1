"""Taking an import back: exactly what it has changed, where it still stands as the import left it."""
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l

from ...errors import Conflict
from ...models.package_import import PackageImport
from ...security.permissions import Perm
from .. import log
from ..records import get_visible, require
from ..refusals import REFUSALS, refusal
from .importing import NOT_YOURS, change_of
from .outcome import CREATE, Change, Outcome, Problem, Refused
from .parts import BY_NAME
from .reading import of_parts


def undo(session, pk: int, *, actor, now: datetime) -> Outcome:
    """Take an import back, all of it or nothing; what was added and is in use already is switched off, and stands in
    `rests` of the outcome.

    Raises NotFound, Forbidden, Conflict where it was taken back before, Refused where something was changed since.
    """
    done, outcome = _taken_back(session, pk, actor, now)
    if outcome.problems:
        raise Refused(outcome)
    rests = {(each.part.name, each.pk): each.rests for each in outcome.rests}
    done.changes = [_kept(each, rests) for each in done.changes]
    done.undone_at, done.undone_by_id = now, actor.user_id
    log.record(session, done, "undo", {"undone_at": (None, now)}, actor=actor, now=now)
    return outcome


def trial(session, pk: int, *, actor, now: datetime) -> Outcome:
    """What taking an import back would do, tried in full: the transaction has nothing of it. Raises as `undo` does, but
    what stands against it is in the outcome."""
    attempt = session.begin_nested()
    try:
        return _taken_back(session, pk, actor, now)[1]
    finally:
        attempt.rollback()
        session.expire_all()


def _taken_back(session, pk, actor, now) -> tuple[PackageImport, Outcome]:
    require(actor, Perm.CUSTOM_FORM_WRITE)
    done = get_visible(session, PackageImport, pk, actor)
    if done.imported_at is None:
        raise Conflict(_l("This package was not imported."))
    if done.undone_at is not None:
        raise Conflict(_l("This import was taken back already."))
    outcome, (current, known) = Outcome(), of_parts(session)
    rows = {name: dict(current[name]) for name in {change["part"] for change in done.changes}}
    outcome.problems += [Problem(BY_NAME[name].label, (), None, NOT_YOURS) for name in BY_NAME
                         if name in rows and not BY_NAME[name].may_bring(actor)]
    if outcome.problems:
        return done, outcome
    for kept in reversed(done.changes):
        change = change_of(kept)
        try:
            outcome.same += _one(session, change, rows[change.part.name].get(change.pk), kept.get("held"), known,
                                 outcome, actor=actor, now=now)
        except REFUSALS as raised:
            error = refusal(raised)
            outcome.problems.append(
                Problem(change.part.label, change.path, error.field, str(error), change.words))
    return done, outcome


def _one(session, change: Change, entry, held, known, outcome, *, actor, now) -> bool:
    """Take one change back. False where somebody has deleted or renamed what was added: there is nothing left of it."""
    part, pk = change.part, change.pk
    if entry is None or not part.is_called(entry, change.path):
        if change.action == CREATE:
            return False
        raise Conflict(_l("It is not there any more."))
    before, after = (part.settled(each, known) for each in (change.before, change.after))
    changed = [name for name, value in after.items() if part.differs(name, entry.get(name), value)]
    if changed:
        raise Conflict(_l("It was changed after the import: take it back by hand, or change it back first."),
                       field=changed[0])
    if change.action == CREATE:
        _remove(session, change, outcome, actor=actor, now=now)
        return True
    part.update(session, pk, part.values(before, known), actor=actor, now=now)
    session.flush()  # constraints speak here, where the place is known
    if held:
        part.give_back(session, pk, held, actor=actor, now=now)
    return True


def _remove(session, change: Change, outcome, *, actor, now) -> None:
    part, pk = change.part, change.pk
    try:
        with session.begin_nested():
            part.delete(session, pk, actor=actor, now=now)
            session.flush()  # constraints speak here, where the place is known
    except REFUSALS as raised:
        if not part.can_rest:
            raise refusal(raised, deleting=True) from raised
        part.update(session, pk, {"active": False}, actor=actor, now=now)
        session.flush()  # constraints speak here, where the place is known
        outcome.rests.append(replace(change, rests=part.records(session, pk)))


def _kept(change: dict[str, Any], rests: dict) -> dict[str, Any]:
    """A change once it is taken back: with what rests of it, and without what was held for this."""
    kept = {name: each for name, each in change.items() if name != "held"}
    found = rests.get((change["part"], change["id"]))
    return kept if found is None else {**kept, "rests": found}
