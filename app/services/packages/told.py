"""The changes of a package in words: for the command line and the screen."""
import json
from collections.abc import Iterator
from typing import NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from .importing import CREATE, Change, Outcome
from .part import shown

LONGEST = 80  # characters of a value on a line
FIELDS = {
    "name": _l("Name"), "active": _l("Active"), "position": _l("Order"), "code": _l("Code"), "icon": _l("Icon"),
    "phase": _l("Phase"), "scope": _l("Used in"), "colour": _l("Colour"), "timezone": _l("Time zone"),
    "week": _l("Business hours"), "national": _l("National holidays"), "state": _l("State"), "city": _l("City"),
    "holidays": _l("Days off"), "optional_days": _l("Optional holidays"), "return_days": _l("Return days"),
    "return_hours": _l("Return hours"), "counting": _l("Counting"), "calendar": _l("Calendar"),
    "subject": _l("Subject"), "body": _l("Text"), "help": _l("Help"), "sections": _l("Sections"),
    "fields": _l("Fields"), "form": _l("Form"), "group": _l("Group"), "person_type": _l("Person type"),
    "target": _l("Stands on"), "record_permission": _l("Record permission type"), "records_of": _l("Records of"),
    "roles": _l("Roles"), "permissions": _l("Permissions"), "departments": _l("Departments"), "title": _l("Title"),
    "kind": _l("Kind"), "value": _l("Value"), "parent": _l("Inside"), "valid_from": _l("Valid from"),
    "valid_until": _l("Valid until"), "complete_to_close": _l("Demands full classification to close"),
}


class Difference(NamedTuple):
    """One field of a change: its label, what it says here and what the package says."""

    label: str
    old: str
    new: str


def differences(change: Change) -> list[Difference]:
    """The fields that an update changes; of a form its fields one by one."""
    found = []
    for name, new in change.after.items():
        old = change.before.get(name)
        if name == "fields":
            found += _of_fields(old or [], new or [])
        else:
            found.append(Difference(label(name), text(old), text(new)))
    return found


def label(name: str) -> str:
    """What people call a field of an entry."""
    return str(FIELDS.get(name) or name.replace("_", " ").capitalize())


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
    """The diff for a terminal: `+` a row that is added, `~` one that changes with each field below."""
    for change in outcome.changes:
        yield f"{'+' if change.action == CREATE else '~'} {change.part.label}: {shown(change.path)}"
        if change.action != CREATE:
            for each in differences(change):
                yield f"    {each.label}: {each.old} → {each.new}"


def _of_fields(old, new) -> Iterator[Difference]:
    before = {each["key"]: each for each in old}
    for each in new:
        have = before.get(each["key"])
        if have is None:
            yield Difference(_("New field"), "—", f"{each.get('name', each['key'])} ({each.get('type', 'text')})")
            continue
        for name in dict.fromkeys([*have, *each]):
            if have.get(name) != each.get(name):
                yield Difference(f"{have.get('name', each['key'])} · {label(name)}", text(have.get(name)),
                                 text(each.get(name)))
