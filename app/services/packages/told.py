"""The changes of a package in words: for the command line and the screen."""
import json
from collections.abc import Iterator
from typing import NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from .importing import CREATE, Change, Outcome
from .known import compared, shown

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
    "questions": _l("Questions"), "text": _l("Question"), "options": _l("Options"), "required": _l("Required"),
    "type": _l("Type"), "description": _l("Description"), "released": _l("Released"), "rules": _l("By web profile"),
    "role": _l("Web profile"), "url": _l("URL"), "method": _l("Method"), "auth": _l("Authentication"),
    "company": _l("Company"), "username": _l("User name"), "key_header": _l("Header of the key"),
    "headers": _l("Headers"),
    "seconds": _l("Time limit (seconds)"), "mappings": _l("Person fields"), "variable": _l("Variable"),
    "person_field": _l("Field of the person"), "day": _l("Date"), "recurring": _l("Every year"),
}
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
        yield f"{'+' if change.action == CREATE else '~'} {change.part.label}: {change.part.words(change.path)}"
        if change.action != CREATE:
            for each in differences(change):
                yield f"    {each.label}: {each.old} → {each.new}"


def _of_rows(name, old, new) -> Iterator[Difference]:
    key, called, added = ROWS[name]
    before, after = ({_known_by(each, key): each for each in rows} for rows in (old, new))
    for known, each in after.items():
        have = before.get(known)
        if have is None:
            kind = f" ({each['type']})" if each.get("type") else ""
            yield Difference(str(added), "—", f"{text(each.get(called) or each.get(key))}{kind}")
            continue
        for one in dict.fromkeys([*have, *each]):
            if have.get(one) != each.get(one):
                yield Difference(f"{text(have.get(called) or have.get(key))} · {label(one)}", text(have.get(one)),
                                 text(each.get(one)))
    if name != "fields":  # those of a form that are not named stay
        for known, have in before.items():
            if known not in after:
                yield Difference(_("Removed"), text(have.get(called) or have.get(key)), "—")


def _known_by(row, key):
    value = row.get(key)
    return compared(value) if isinstance(value, list) else value
