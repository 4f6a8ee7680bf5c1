"""The changes of a package in words: for the command line and the screen."""
import json
from collections.abc import Iterator
from typing import NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from .. import form_types
from .known import compared, shown
from .outcome import CREATE, Change, Outcome
from .words import label

LONGEST = 80  # characters of a value on a line
# Rows inside an entry that are told one by one: what each is known by, and what a new one is called.
ROWS = {"fields": ("key", "name", _l("New field")), "questions": ("text", "text", _l("New question")),
        "mappings": ("person_field", "person_field", _l("New line")), "rules": ("role", "role", _l("New rule")),
        "holidays": ("day", "name", _l("New day off"))}


class Difference(NamedTuple):
    """One field of a change: its label, what it says here and what the package says."""

    label: str
    old: str
    new: str


def differences(change: Change) -> list[Difference]:
    """The fields that an update changes; of a form, a survey and their like the rows inside it one by one."""
    found = []
    for name, new in change.after.items():
        old = change.before.get(name)
        if name in ROWS:
            found += _of_rows(name, old or [], new or [])
        else:
            found.append(Difference(label(name), text(old), text(new)))
    return found


def brings(change: Change) -> list[tuple[str, list[str]]]:
    """What a new row has inside, by its label: the fields of a form, the questions of a survey."""
    return [(label(name), [_named(name, each) for each in rows]) for name, rows in change.after.items()
            if name in ROWS and rows]


def rests(changes: list[Change]) -> list[str]:
    """What of an import stays behind, inactive, once it is taken back: each with the records that hold it."""
    return [f"{each.part.label}: {each.words}" + (
        ngettext(" (%(num)s record)", " (%(num)s records)", each.rests) if each.rests else "") for each in changes]


def text(value) -> str:
    """A value of the file on a line."""
    if value is None or value in ("", [], {}):
        return "—"
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        said = shown(value)
    elif isinstance(value, list) and all(isinstance(each, list) for each in value):
        said = "; ".join(shown(each) for each in value)
    else:
        said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    said = " ".join(said.split())
    return said if len(said) <= LONGEST else said[:LONGEST - 1] + "…"


def lines(outcome: Outcome) -> Iterator[str]:
    """The diff for a terminal: `+` a row that is added, `~` one that changes, what of it below, `-` one that stays
    out."""
    for change in outcome.changes:
        yield f"{'+' if change.action == CREATE else '~'} {change.part.label}: {change.words}"
        if change.action == CREATE:
            yield from (f"    {inside}: {', '.join(names)}" for inside, names in brings(change))
        else:
            yield from (f"    {each.label}: {each.old} → {each.new}" for each in differences(change))
    for left in outcome.left:
        yield f"- {left}"


def _of_rows(name, old, new) -> Iterator[Difference]:
    key, called, added = ROWS[name]
    before, after = ({_known_by(each, key): each for each in rows} for rows in (old, new))
    for known, each in after.items():
        have = before.get(known)
        if have is None:
            yield Difference(str(added), "—", _named(name, each))
            continue
        for one in dict.fromkeys([*have, *each]):
            if have.get(one) != each.get(one):
                yield Difference(f"{text(have.get(called) or have.get(key))} · {label(one)}", text(have.get(one)),
                                 text(each.get(one)))
    if name != "fields":  # those of a form that are not named stay
        for known, have in before.items():
            if known not in after:
                yield Difference(_("Removed"), text(have.get(called) or have.get(key)), "—")


def _named(name, row) -> str:
    """How a row inside an entry is called; a field of a form with its type."""
    key, called, _added = ROWS[name]
    kind = f" ({form_types.NAMES.get(row['type'], row['type'])})" if name == "fields" and row.get("type") else ""
    return f"{text(row.get(called) or row.get(key))}{kind}"


def _known_by(row, key):
    value = row.get(key)
    return compared(value) if isinstance(value, list) else value
