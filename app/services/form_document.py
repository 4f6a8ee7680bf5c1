"""A form as a document of plain values, read into what its rows will hold: texts without blanks, codes where they are
missing, nothing that means nothing for a type. Every refusal at its place: ``fields.3.options.1.label``.
"""
import re
from collections.abc import Collection
from dataclasses import dataclass, field

from flask_babel import lazy_gettext as _l

from ..errors import DomainError, Invalid
from ..models.custom_field import FieldType
from ..text import normalise
from . import form_types

MOST_FIELDS, MOST_SECTIONS, MOST_OPTIONS = 300, 50, 200
LENGTHS = {"name": 120, "help": 300, "mask": 60, "pattern": 300, "pattern_help": 200}  # of a field
AS_TYPED = ("mask", "pattern")  # two spaces are two
NAME_LENGTH, HELP_LENGTH, TITLE_LENGTH, OPTION_LENGTH, KEY_LENGTH, SLUG_LENGTH = 120, 500, 120, 120, 40, 60
REQUIRED, NOT_A_CHOICE, NOT_READ = (
    _l("This field is required."), _l("Not a valid choice."), _l("This cannot be read as a form."))
TOO_LONG = _l("At most %(n)s characters; there are %(have)s.")
KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
_OTHER = re.compile(r"[^a-z0-9]+")
MARKS = ("required", "in_list", "searchable", "active")
# The properties of a field as they are stored; `id`, `key` and `ref`, by which the document itself names it, beside.
PROPERTIES = ("name", "type", "help", "section", "options", "default", "mask", "pattern", "pattern_help", "minimum",
              "maximum", "shown_if", *MARKS)


@dataclass
class Document:
    """What was given of a form; None is what was left out and stays as it is."""

    name: str | None = None
    slug: str | None = None
    help: str | None = None
    active: bool | None = None
    sections: list[dict] | None = None
    fields: list[dict] | None = None
    given: frozenset[str] = frozenset()
    errors: list[DomainError] = field(default_factory=list)

    def refuse(self, at: str, message, **params) -> None:
        self.errors.append(Invalid(message, field=at, **params))


def read(values: dict) -> Document:
    """The document of {name, slug, help, active, sections: [{key, title}], fields: [{id, key, ref, …}]}; what is wrong
    with its shape stands in `errors`."""
    made = Document(given=frozenset(values))
    if "name" in values:
        made.name = _text(made, "name", values["name"], NAME_LENGTH)
    if "help" in values:
        made.help = _lines(made, "help", values["help"], HELP_LENGTH)
    if "active" in values:
        made.active = values["active"] is not False
    if values.get("slug") is not None:
        made.slug = values["slug"] if isinstance(values["slug"], str) else ""
        if not SLUG.fullmatch(made.slug):
            made.refuse("slug", _l("A code has small letters, digits and hyphens, at most 60."))
    if "sections" in values:
        made.sections = _sections(made, values["sections"])
    if "fields" in values:
        made.fields = _fields(made, values["fields"])
    return made


def key_of(label: str, taken: Collection[str]) -> str:
    """A free key made from a label: `Nº da ligação` -> `no_da_ligacao`, then `no_da_ligacao_2`."""
    base = _code(label)[:KEY_LENGTH - 4].strip("_")
    base = base if base[:1].isalpha() else f"f_{base}".strip("_")
    return _free(base, taken, "_")


def slug_of(name: str, taken: Collection[str]) -> str:
    """A free code for a form."""
    return _free(_code(name).replace("_", "-")[:SLUG_LENGTH - 4].strip("-") or "form", taken, "-")


def _free(base, taken, joint):
    made, number = base, 1
    while made in taken:
        number += 1
        made = f"{base}{joint}{number}"
    return made


def _code(text) -> str:
    return _OTHER.sub("_", normalise(text)).strip("_")


def _text(made, at, value, longest) -> str | None:
    """One line of text; None for nothing."""
    return _clean(made, at, value, longest, lambda text: " ".join(text.split()))


def _lines(made, at, value, longest) -> str | None:
    return _clean(made, at, value, longest, str.strip)


def _clean(made, at, value, longest, clean):
    if value is None:
        return None
    if not isinstance(value, str):
        made.refuse(at, NOT_READ)
        return None
    text = clean("".join(c for c in value if c != "\0" and not "\ud800" <= c <= "\udfff"))
    if len(text) > longest:
        made.refuse(at, TOO_LONG, n=longest, have=len(text))
    return text or None


def _list(made, at, value, most, message) -> list[dict]:
    if not isinstance(value, list | tuple) or not all(isinstance(each, dict) for each in value):
        made.refuse(at, NOT_READ)
        return []
    if len(value) > most:
        made.refuse(at, message, n=most)
    return list(value)[:most]


def _sections(made, value) -> list[dict]:
    rows, taken = _list(made, "sections", value, MOST_SECTIONS, _l("A form has at most %(n)s sections.")), set()
    ready = []
    for place, row in enumerate(rows):
        title = _text(made, f"sections.{place}.title", row.get("title"), TITLE_LENGTH)
        if title is None:
            made.refuse(f"sections.{place}.title", REQUIRED)
        key = row.get("key")
        if not isinstance(key, str) or not KEY.fullmatch(key) or key in taken:
            key = key_of(title or "section", taken | {each.get("key") for each in rows})
        taken.add(key)
        ready.append({"key": key, "title": title or ""})
    return ready


def _fields(made, value) -> list[dict]:
    rows = _list(made, "fields", value, MOST_FIELDS, _l("A form has at most %(n)s fields, the retired ones counted."))
    return [_field(made, f"fields.{place}", row) for place, row in enumerate(rows)]


def _field(made, at, row) -> dict:
    ready = {name: (_lines if name in AS_TYPED else _text)(made, f"{at}.{name}", row.get(name), longest)
             for name, longest in LENGTHS.items()}
    ready |= {name: row.get(name) is True for name in MARKS}
    ready |= {"active": row.get("active") is not False, "type": row.get("type"), "id": row.get("id"),
              "key": row.get("key") or None, "ref": row.get("ref"), "section": row.get("section") or None}
    if ready["name"] is None:
        made.refuse(f"{at}.name", REQUIRED)
    if ready["type"] not in tuple(FieldType):
        made.refuse(f"{at}.type", NOT_A_CHOICE)
        ready["type"] = FieldType.TEXT
    if ready["id"] is not None and type(ready["id"]) is not int:
        made.refuse(at, NOT_READ)
        ready["id"] = None
    fixed = ready["id"] is not None  # a stored one is compared with its own; it may be older than this rule
    if ready["key"] is not None and not fixed and not (
            isinstance(ready["key"], str) and KEY.fullmatch(ready["key"])):
        made.refuse(f"{at}.key", _l("A variable begins with a small letter and has small letters, digits and _, "
                                    "at most 40."))
        ready["key"] = None
    if not isinstance(ready["ref"], str | int | None):
        ready["ref"] = None
    has = form_types.properties(ready["type"])
    for name in ("mask", "pattern", "pattern_help"):
        ready[name] = ready[name] if name in has else None
    for name in ("default", "minimum", "maximum"):
        ready[name] = _given(row.get(name)) if name in has else None
    ready["options"] = _options(made, f"{at}.options", row.get("options")) if "options" in has else []
    ready["shown_if"] = _rule(made, f"{at}.shown_if", row.get("shown_if"))
    return ready


def _given(value):
    """Nothing that was typed is nothing."""
    return None if value == [] or isinstance(value, str) and not value.strip() else value


def _options(made, at, value) -> list[dict]:
    rows = _list(made, at, value or [], MOST_OPTIONS, _l("A field has at most %(n)s options."))
    given = [str(row["value"]) if type(row.get("value")) is int else row.get("value") for row in rows]
    taken, labels, ready = {each for each in given if isinstance(each, str)}, set(), []
    used: set[str] = set()
    for place, row in enumerate(rows):
        label = _text(made, f"{at}.{place}.label", row.get("label"), OPTION_LENGTH)
        active = row.get("active") is not False
        if label is None:
            made.refuse(f"{at}.{place}.label", REQUIRED)
        elif active and normalise(label) in labels:
            made.refuse(f"{at}.{place}.label", _l("There is already an option with this name."))
        elif active:
            labels.add(normalise(label))
        code = given[place]
        if code is None or code == "":
            code = _free(_code(label or "")[:OPTION_LENGTH - 4] or "option", taken, "_")
            taken.add(code)
        elif not isinstance(code, str) or len(code) > OPTION_LENGTH or code in used or "\0" in code:
            made.refuse(f"{at}.{place}.value", _l("There is already an option with this value.")
                        if code in used else NOT_READ)
            continue
        used.add(code)
        ready.append({"value": code, "label": label or "", "active": active})
    if not any(each["active"] for each in ready):
        made.refuse(at, _l("A list needs at least one option in use."))
    return ready


def _rule(made, at, value) -> dict | None:
    """{"field", "in": [values]} or {"field", "filled": True}."""
    if value in (None, {}):
        return None
    other, within = (value.get("field"), value.get("in")) if isinstance(value, dict) else (None, None)
    if not isinstance(other, str | int) or other == "":
        made.refuse(at, _l("Choose the field on which it depends."))
        return None
    if isinstance(value, dict) and value.get("filled") is True:
        return {"field": other, "filled": True}
    if not isinstance(within, list) or not within:
        made.refuse(at, _l("Choose at least one value of the field on which it depends."))
        return {"field": other, "in": []}
    return {"field": other, "in": within}
