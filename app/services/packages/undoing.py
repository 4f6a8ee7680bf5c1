"""Taking an import back: exactly what it has changed, where it still stands as the import left it."""
from datetime import datetime

from flask_babel import lazy_gettext as _l

from ...errors import Conflict, DomainError
from ...models.package_import import PackageImport
from ...security.permissions import Perm
from .. import log
from ..records import get_visible, require
from ..refusals import REFUSALS, refusal
from .importing import CREATE, NOT_YOURS, Outcome, Problem, Refused
from .parts import BY_NAME
from .reading import of_parts


def undo(session, pk: int, *, actor, now: datetime) -> Outcome:
    """Take an import back, all of it or nothing; what was added and is in use already is switched off.

    Raises NotFound, Forbidden, Conflict where it was taken back before, Refused where something was changed since.
    """
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
        raise Refused(outcome)
    for change in reversed(done.changes):
        part, path, pk = BY_NAME[change["part"]], tuple(change["path"]), change["id"]
        entry = rows[part.name].get(pk)
        try:
            if entry is None or not part.is_called(entry, path):
                if change["action"] == CREATE:
                    continue  # somebody has deleted or renamed it: there is nothing left to take back
                raise Conflict(_l("It is not there any more."))
            before, after = (part.settled(change[each], known) for each in ("before", "after"))
            changed = [name for name, value in after.items() if part.differs(name, entry.get(name), value)]
            if changed:
                raise Conflict(_l("It was changed after the import: take it back by hand, or change it back first."),
                               field=changed[0])
            if change["action"] == CREATE:
                _remove(session, part, pk, actor=actor, now=now)
            else:
                part.update(session, pk, part.values(before, known), actor=actor, now=now)
                session.flush()  # constraints speak here, where the place is known
                if change.get("held"):
                    part.give_back(session, pk, change["held"], actor=actor, now=now)
            outcome.same += 1
        except REFUSALS as raised:
            outcome.problems.append(_problem(part, path, refusal(raised)))
    if outcome.problems:
        raise Refused(outcome)
    done.changes = [{name: value for name, value in each.items() if name != "held"} for each in done.changes]
    done.undone_at, done.undone_by_id = now, actor.user_id
    log.record(session, done, "undo", {"undone_at": (None, now)}, actor=actor, now=now)
    return outcome


def _remove(session, part, pk, *, actor, now) -> None:
    try:
        with session.begin_nested():
            part.delete(session, pk, actor=actor, now=now)
            session.flush()  # constraints speak here, where the place is known
    except REFUSALS as raised:
        if not part.can_rest:
            raise refusal(raised, deleting=True) from raised
        part.update(session, pk, {"active": False}, actor=actor, now=now)
        session.flush()  # constraints speak here, where the place is known


def _problem(part, path, error: DomainError) -> Problem:
    return Problem(part.label, path, error.field, str(error), part.words(path))
