"""The one check of what configurators' fields hold: forms, REST, imports and packages write only what it answers."""
from collections.abc import Container, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from ..errors import DomainError, Invalid, InvalidMany
from ..models.custom_field import FieldType
from ..models.entity import Entity
from ..queries.catalogue import FieldSpec
from ..security.visibility import visible
from . import custom_files, field_index
from . import custom_types as types

REQUIRED = _l("This field is required.")
TODAY, NOW = "today", "now"  # defaults of dates


def checked(session, fields: Iterable[FieldSpec], given: dict, *, stored: dict | None = None, actor, whole: bool = True,
            now: datetime | None = None, timezone: str = types.HERE, prefix: str = "",
            persons: Container[int] = (), said: Container[str] = ()) -> dict:
    """All values of a record as they are to be stored, of `given` JSON values by key and what it has already.

    `fields`: those of the forms that stand on the record, retired ones too (FormSpec.every): what a retired field holds
    stays, as do options that are no longer offered, while nobody changes them. `stored` is None for a new record, which
    then gets the defaults of fields that `given` leaves out (`now` and `timezone` are for those of dates). `whole`
    False is a PATCH: what is left out stays; with True it is emptied. A field that `shown_if` hides is neither asked
    for nor kept; a value that is given for it is refused, and so is one that was `said` as it is stored. A key that was
    stored and holds nothing now is there as None, so that the answer can be merged into the old values as well as take
    their place.
    `persons`: those that the caller has just found to be seen by the actor and in use.
    Raises InvalidMany, each refusal at its key after `prefix`.
    """
    check = _Check(session, fields, stored, actor, timezone, persons)
    return check.values(given, whole=whole, said=said, now=now, prefix=prefix)


def hidden(fields: Iterable[FieldSpec], values: dict) -> set[str]:
    """Keys of the fields that their `shown_if` hides while a record holds these values. A rule about a field that is no
    longer in use hides nothing: nobody could answer it."""
    used = {each.key: each for each in fields if each.active}
    found: dict[str, bool] = {}

    def shown(key, above=()) -> bool:
        if key in above:
            return True  # a circle, which designing refuses, hides nothing
        if key not in found:
            rule = used[key].shown_if
            other = used.get(rule["field"]) if rule else None
            found[key] = other is None or _says(
                rule, other, values.get(other.key) if shown(other.key, (*above, key)) else None)
        return found[key]

    return {key for key in used if not shown(key)}


def after_save(session, kind: str, owner_id: int, fields: Iterable[FieldSpec], values: dict, *, actor,
               now: datetime, new: bool = False) -> None:
    """What a saved record's values carry with them, in its transaction: the index of those that can be searched, and
    the files, which are the record's from now on. To be called by every service that stores `checked` values; `new`:
    the record was not there before."""
    fields = list(fields)
    field_index.mirror(session, kind, owner_id, fields, values, new=new)
    if any(each.type == FieldType.ATTACHMENT for each in fields):
        custom_files.bind(session, kind, owner_id, fields, values, actor=actor, now=now, new=new)


def after_delete(session, kind: str, owner_id: int, *, now: datetime) -> None:
    """The record is no more: nor are its index and its files. To be called by every service that deletes one."""
    field_index.forget(session, kind, owner_id)
    custom_files.remove_all(session, kind, owner_id, now=now)


def _says(rule: dict, other: FieldSpec, held) -> bool:
    if rule.get("filled"):
        return not types.is_empty(held)
    return any(types.same(other, each, one) for each in (held if isinstance(held, list) else [held])
               for one in rule.get("in") or ())


class _Check:
    """One look at what was given; refusals are kept by key."""

    def __init__(self, session, fields, stored, actor, timezone, persons):
        self.session, self.actor, self.persons = session, actor, persons
        self.fields = {each.key: each for each in fields}
        self.new, self.stored, self.timezone = stored is None, stored or {}, timezone
        self.refused: dict[str, DomainError] = {}

    def values(self, given, *, whole, said, now, prefix) -> dict:
        given = self._known(given, whole)
        read = {key: self._read(key, value) for key, value in given.items() if key not in self.refused}
        if self.new:
            read |= self._defaults(given, now)
        self._persons(read)
        self._files(read)
        held = {**self.stored, **read}
        # A refused value still shows what depends on it being filled in.
        out = hidden(self.fields.values(), {**held, **{key: given[key] for key in self.refused if key in given}})
        self._required(held, out, given, whole)
        self.refused |= {key: self._not_shown(key) for key in self.fields if key in out and (
            key in said or not types.is_empty(given.get(key)))}
        errors = [Invalid(error.message, field=prefix + key[:60], **error.params)
                  for key, error in self.refused.items()]
        if errors:
            raise InvalidMany(errors)
        held |= dict.fromkeys(out & held.keys())
        return {key: value for key, value in held.items() if value is not None or key in self.stored}

    def _known(self, given, whole) -> dict:
        """What was given of fields in use; with `whole` also what was left out, as nothing."""
        taken = {}
        for key, value in (given or {}).items():
            field = self.fields.get(key)
            if field is not None and field.active:
                taken[key] = value
            elif field is None or value != self.stored.get(key):
                self.refused[key] = Invalid(_l("Unknown field.") if field is None else
                                            _l("This field is no longer in use."))
        if whole and not self.new:
            taken = {**{key: None for key, field in self.fields.items() if field.active}, **taken}
        return taken

    def _defaults(self, given, now) -> dict:
        """A default that the rules of its field no longer allow is none."""
        made = {}
        for key, field in self.fields.items():
            if field.active and key not in given and field.default is not None:
                with suppress(DomainError):
                    made[key] = types.read(field, default(field, now, self.timezone))
        return made

    def _read(self, key, value):
        kept = self.stored.get(key)
        if value == kept and kept is not None:
            return kept  # unchanged: rules that came later do not reach it
        try:
            made = types.read(self.fields[key], value, kept, self.timezone)
        except DomainError as error:
            self.refused[key] = error
            return kept
        return kept if types.same(self.fields[key], made, kept) else made

    def _persons(self, read) -> None:
        """New ones must be seen by the actor, and in use: one query for all fields."""
        new = {key: value for key, value in read.items() if self.fields[key].type == FieldType.PERSON
               and value is not None and value != self.stored.get(key) and value not in self.persons}
        if new:
            found = set(self.session.scalars(select(Entity.id).where(
                Entity.id.in_(set(new.values())), Entity.active, visible(Entity, self.actor))))
            for key in [key for key, value in new.items() if value not in found]:
                self.refused[key] = Invalid(types.NOT_A_CHOICE)

    def _files(self, read) -> None:
        """Those that the record has already, and those that the actor has sent for a form: one query for all fields."""
        of = {key: value for key, value in read.items()
              if self.fields[key].type == FieldType.ATTACHMENT and value is not None}
        kept = {key: {each["id"]: each for each in self.stored.get(key) or ()} for key in of}
        new = {each["id"] for key, value in of.items() for each in value if each["id"] not in kept[key]}
        sent = custom_files.sent_names(self.session, new, actor=self.actor) if new else {}
        for key, value in of.items():
            known = {**{pk: {"id": pk, "name": name} for pk, name in sent.items()}, **kept[key]}
            if any(each["id"] not in known for each in value):
                self.refused[key] = Invalid(_l("A file is no longer there: choose it again."))
            else:
                read[key] = [known[each["id"]] for each in value]

    def _not_shown(self, key) -> Invalid:
        """What is given for a field that is not shown is lost otherwise, and nobody told."""
        rule = self.fields[key].shown_if
        other = self.fields[rule["field"]]
        if rule.get("filled"):
            return Invalid(_l("This field exists only where “%(name)s” is filled in: leave it empty."),
                           name=other.name)
        answers = ", ".join(types.told(other, each) for each in rule.get("in") or ())
        return Invalid(_l("This field exists only where “%(name)s” is: %(answers)s. Leave it empty."),
                       name=other.name, answers=answers)

    def _required(self, held, out, given, whole) -> None:
        """Of a PATCH, those that it touches, and those that it brings to light."""
        before = set() if whole else hidden(self.fields.values(), self.stored)
        for key, field in self.fields.items():
            asked = whole or key in given or key in before
            if (field.required and field.active and asked and key not in out and key not in self.refused
                    and types.is_empty(held.get(key))):
                self.refused[key] = Invalid(REQUIRED)


def default(field: FieldSpec, now: datetime | None, timezone: str):
    """What a new record starts with in this field: of dates "today" and "now" are those of the moment."""
    if field.type == FieldType.DATE and field.default == TODAY:
        return now.astimezone(ZoneInfo(timezone)).date().isoformat() if now else None
    if field.type == FieldType.DATETIME and field.default in (NOW, TODAY):
        return now.astimezone(UTC).replace(second=0, microsecond=0).isoformat() if now else None
    return field.default
