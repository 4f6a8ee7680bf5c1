"""What a form must be before it is stored: of its document by itself, and of what is already recorded under it."""
from collections import Counter
from dataclasses import dataclass
from types import SimpleNamespace

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from ..errors import Conflict, DomainError, Invalid
from ..models.custom_field import CustomField, FieldType
from ..models.custom_form import CustomData
from ..queries import form_use
from ..text import normalise
from . import custom_types, form_types, pattern_words
from .form_document import NOT_A_CHOICE, NOT_READ, Document, key_of

AMBIGUOUS = _l("Beside “%(other)s” the filters of lists could not tell a variable that ends in _from or _to.")
ENDS = ("_from", "_to")
MOST_SEARCHABLE = 10  # each is a row of the index for every record


def check(session, document: Document, stored: dict[int, CustomField], form_id: int | None) -> None:
    """Every refusal of the fields, put into the document's errors; keys that were left out are made. `stored`: the
    form's fields by id. Defaults and limits come out as they are stored.
    """
    rows = document.fields or []
    fill_keys(session, document, rows, stored, form_id)
    _names(document, rows)
    check_each(document, rows)
    searchable = [place for place, row in enumerate(rows) if row["searchable"] and row["active"]]
    for place in searchable[MOST_SEARCHABLE:]:
        document.refuse(f"fields.{place}.searchable", _l("At most %(n)s fields of a form can be searched."),
                        n=MOST_SEARCHABLE)
    if form_id is not None:
        _values(session, document, rows, stored, form_id)


def fill_keys(session, document, rows, stored, form_id) -> None:
    """Every row has its key: the stored one, the given one, or one made from its name."""
    _known(document, rows, stored)
    _keys(session, document, rows, form_id)


def check_each(document, rows) -> None:
    """The rows by themselves; what is not right of one is refused and left out of it, so that the rest can be drawn."""
    for place, row in enumerate(rows):
        _one(document, f"fields.{place}", row)
    _sections(document, rows)
    _rules(document, rows)


def _known(document, rows, stored) -> None:
    """A row with an id is one of the form's, once, of the key that it has."""
    seen: set[int] = set()
    for place, row in enumerate(rows):
        pk = row["id"]
        if pk is None:
            continue
        if pk not in stored or pk in seen:
            document.refuse(f"fields.{place}", _l("Somebody else already removed this field."))
            row["id"] = None
            continue
        seen.add(pk)
        if row["key"] not in (None, stored[pk].key):
            document.refuse(f"fields.{place}.key", _l("The variable of a field never changes: records are kept by it."))
        row["key"] = stored[pk].key


def _keys(session, document, rows, form_id) -> None:
    """Different within the form and, where it stands on persons or attendances, from all others there."""
    beside = keys_beside(session, form_id)
    given = Counter(row["key"] for row in rows)
    for place, row in enumerate(rows):
        key = row["key"]
        if key is None or row["id"] is not None:
            continue
        if given[key] > 1:
            document.refuse(f"fields.{place}.key", _l("There is already a field with this key."))
        elif key in beside:
            document.refuse(f"fields.{place}.key",
                            _l("“%(form)s”, which stands on the same records, has this variable already."),
                            form=beside[key])
        elif other := ambiguous(key, given.keys() | beside.keys()):
            document.refuse(f"fields.{place}.key", AMBIGUOUS, other=other)
    taken = with_ends({*given, *beside, *keys_placed(session)} - {None})
    for row in rows:
        if row["key"] is None:
            row["key"] = key_of(row["name"] or "field", taken)
            taken |= with_ends({row["key"]})


def ambiguous(key: str, others) -> str | None:
    """The one of the other keys of which this one is an end in an address (`cf_<key>_from`, `_to`), or that is one of
    this."""
    stem = next((key.removesuffix(end) for end in ENDS if key.endswith(end)), None)
    return next((other for other in (stem, *(key + end for end in ENDS)) if other in others), None)


def with_ends(keys) -> set[str]:
    """The keys, and all that would be ambiguous beside them."""
    return {*keys, *(key + end for key in keys for end in ENDS),
            *(key.removesuffix(end) for key in keys for end in ENDS)}


def keys_beside(session, form_id: int | None, targets=None) -> dict[str, str]:
    """{key: name of the form} of all other forms on the targets of this one, retired and switched-off ones too."""
    if targets is None:
        targets = session.scalars(select(CustomData.target).where(CustomData.form_id == form_id)).all()
    rows = session.execute(
        select(CustomField.key, CustomData.name).join(CustomData, CustomData.form_id == CustomField.form_id)
        .where(CustomData.target.in_(list(targets)), CustomData.form_id != form_id)) if targets else ()
    return dict(tuple(row) for row in rows)


def keys_placed(session) -> set[str]:
    """The keys of every form that stands somewhere: one made now avoids them, so that its form can stand there too."""
    return set(session.scalars(select(CustomField.key).join(CustomData, CustomData.form_id == CustomField.form_id)))


def _names(document, rows) -> None:
    """Two fields in use have two names: nobody could tell them apart."""
    seen: set[str] = set()
    for place, row in enumerate(rows):
        name = normalise(row["name"])
        if name and row["active"] and name in seen:
            document.refuse(f"fields.{place}.name", _l("There is already a field with this name."))
        elif row["active"]:
            seen.add(name)


def _one(document, at, row) -> None:
    """One field by itself: pattern, mask, limits, default."""
    if row["pattern"] is not None:
        try:
            custom_types.pattern(row["pattern"])
        except ValueError as error:
            document.refuse(f"{at}.pattern", _l("This expression is not understood (RE2): %(why)s"),
                            why=pattern_words.said(str(error)))
            row["pattern"] = None
    if row["mask"] is not None and not any(c in "9A*" for c in row["mask"]):
        document.refuse(f"{at}.mask", _l("A mask needs at least one 9 (digit), A (letter) or * (either)."))
        row["mask"] = None
    _limits(document, at, row)
    if row["default"] is not None and not _is_moment(row):
        try:
            row["default"] = custom_types.read(SimpleNamespace(**row), row["default"])
        except DomainError as error:
            document.refuse(f"{at}.default", error.message, **error.params)
            row["default"] = None


def _is_moment(row) -> bool:
    """"today" and "now", which dates begin with, are no values yet."""
    return row["type"] in form_types.DAYS and row["default"] in ("today", "now")


def _limits(document, at, row) -> None:
    bare = SimpleNamespace(**{**row, "minimum": None, "maximum": None})
    ends: dict[str, object] = {}
    for name in ("minimum", "maximum"):
        value = row[name]
        if value is None:
            continue
        try:
            if row["type"] in form_types.COUNTED:
                if type(value) is not int or not 0 <= value <= custom_types.LONG_LIMIT:
                    raise Invalid(_l("A whole number from 0 to %(n)s."), n=custom_types.LONG_LIMIT)
            else:
                value = custom_types.read(bare, value)
            row[name] = ends[name] = value
        except DomainError as error:
            document.refuse(f"{at}.{name}", error.message, **error.params)
            row[name] = None
    if len(ends) == 2 and _order(row["type"], ends["minimum"]) > _order(row["type"], ends["maximum"]):
        document.refuse(f"{at}.maximum", _l("The maximum cannot be below the minimum."))
        row["minimum"] = row["maximum"] = None


def _order(kind, value):
    return custom_types.number(value) if kind in form_types.NUMBERS else value  # ISO texts and counts compare as such


def _sections(document, rows) -> None:
    """A section that the form does not have counts as none."""
    if document.sections is not None:
        known = {each["key"] for each in document.sections}
        for row in rows:
            row["section"] = row["section"] if row["section"] in known else None


# ---- "shown only if"

def _rules(document, rows) -> None:
    """Each rule names another field in use, whose values it asks for, and no circle closes."""
    named = {row["key"]: row for row in rows} | {
        ("ref", row["ref"]): row for row in rows if row["ref"] is not None}
    sound = {}
    for place, row in enumerate(rows):
        rule, at = row["shown_if"], f"fields.{place}.shown_if"
        if rule is None:
            continue
        other = named.get(("ref", rule["field"])) or named.get(rule["field"])
        if other is None or other is row:
            row["shown_if"] = None
            document.refuse(at, _l("Choose another field of this form."))
        elif row["active"] and not other["active"]:
            row["shown_if"] = None
            document.refuse(at, _l("It depends on “%(name)s”, which is no longer in use."), name=other["name"] or "")
        else:
            rule["field"] = other["key"]
            _values_of_rule(document, at, rule, other)
            sound[row["key"]] = other["key"]
    for place, row in enumerate(rows):
        if _closes(sound, row["key"]):
            row["shown_if"] = None
            document.refuse(f"fields.{place}.shown_if", _l("These fields depend on each other in a circle."))


def _values_of_rule(document, at, rule, other) -> None:
    if "in" not in rule:
        return
    single = FieldType.CHOICE if other["type"] == FieldType.CHOICES else other["type"]
    field = SimpleNamespace(**{**other, "type": single, "minimum": None, "maximum": None, "pattern": None})
    try:
        values = [custom_types.read(field, each) for each in rule["in"]]
    except DomainError as error:
        document.refuse(at, error.message, **error.params)
        return
    rule["in"] = [each for each in values if each is not None]
    if other["type"] in form_types.WITHOUT_DEFAULT or len(rule["in"]) < len(values):
        document.refuse(at, NOT_READ if len(rule["in"]) < len(values) else NOT_A_CHOICE)


def _closes(sound: dict[str, str], start: str) -> bool:
    """Whether following the rules from a field leads back to it."""
    at, steps = sound.get(start), 0
    while at is not None and at != start and steps < len(sound):
        at, steps = sound.get(at), steps + 1
    return at == start


# ---- what is recorded

@dataclass(frozen=True)
class _Asked:
    """A change that may only be made while nobody holds a value of the field."""

    at: str
    key: str
    error: Conflict


def _values(session, document, rows, stored, form_id) -> None:
    kept = {row["id"]: (place, row) for place, row in enumerate(rows) if row["id"] is not None}
    asked = []
    for pk, field in stored.items():
        if pk not in kept:
            asked.append(_Asked("fields", field.key, Conflict(
                _l("“%(name)s” has values: retire it instead of removing it."), field="fields", name=field.name)))
        elif kept[pk][1]["type"] != field.type and kept[pk][1]["type"] not in form_types.MAY_BECOME.get(field.type, ()):
            at = f"fields.{kept[pk][0]}.type"
            asked.append(_Asked(at, field.key, _type_stays(at, field)))
    held = form_use.filled(session, form_id, {each.key for each in asked}) if asked else set()
    document.errors += [each.error for each in asked if each.key in held]
    for pk, (place, row) in kept.items():
        _options_gone(session, document, form_id, place, row, stored[pk])


def type_stays(session, field: CustomField) -> Conflict | None:
    """Why a stored field may not become whatever one likes; None while nobody holds a value of it."""
    return _type_stays("type", field) if form_use.filled(session, field.form_id, {field.key}) else None


def _type_stays(at: str, field) -> Conflict:
    into = sorted(str(form_types.NAMES[each]) for each in form_types.MAY_BECOME.get(field.type, ()))
    if into:
        return Conflict(_l("This field has values: it can only become %(types)s."), field=at, types=", ".join(into))
    return Conflict(_l("This field has values: its type stays. Retire it and add another."), field=at)


def _options_gone(session, document, form_id, place, row, field) -> None:
    """Options that somebody chose may be retired, not removed."""
    if field.type not in form_types.WITH_OPTIONS or row["type"] not in form_types.WITH_OPTIONS:
        return
    gone = {str(each["value"]) for each in field.options or ()} - {each["value"] for each in row["options"]}
    used = form_use.options_used(session, form_id, field.key, gone) if gone else ()
    if used:
        names = [each["label"] for each in field.options if str(each["value"]) in used]
        document.errors.append(Conflict(_l("In use, to be retired instead of removed: %(options)s."),
                                        field=f"fields.{place}.options", options=", ".join(names)))

