"""Register rows that an import has met, by name, so that a row of the file costs no query."""
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select

from ...models.custom_field import CustomField, FieldType
from ...models.custom_form import CustomData, CustomForm, FieldTarget
from ...text import normalise
from .. import custom_data, forms, records
from ..form_document import PROPERTIES
from ..form_types import WITH_OPTIONS
from .encoding import LOST, loose


class Known:
    """The rows of one register, below their parents: found by name whatever the accents and case, or made.

    A name with lost letters finds the row it was once; a row made from such a name gets its letters back when a file
    brings them.
    """

    def __init__(self, session, model, parent: str | None = None, *, make: Callable | None = None, where=()):
        """`parent` names the column of the row above. `make(session, name, above)` returns a new row."""
        self.model, self.parent, self.make = model, parent, make
        self._by_name, self._by_remains, self._met = {}, {}, {}  # _met: as the file writes them
        above = [getattr(model, parent)] if parent else []
        rows = session.execute(select(model.id, model.name, *above).where(*where).order_by(model.id.desc()))
        for pk, name, *over in rows:
            self._keep(over[0] if over else None, pk, name)

    def _keep(self, above, pk, name):
        self._by_name[above, normalise(name)] = self._by_remains[above, loose(name)] = row = {"id": pk, "text": name}
        return row

    def get(self, session, name: str, above: int | None = None, *, actor, now: datetime) -> dict:
        """{id, text} of the row of this name. Raises DomainError where it may not be made."""
        row = self._met.get((above, name))
        if row is None:
            row = self._met[above, name] = self._find(session, name, above, actor, now)
        return row

    def _find(self, session, name, above, actor, now) -> dict:
        row = self._by_name.get((above, normalise(name)))
        if row:
            return row
        remains = self._by_remains.get((above, loose(name)))
        if remains and (LOST in name or "?" in name):
            return remains
        if remains and LOST in remains["text"]:
            records.update(session, self.model, remains["id"], {"name": name}, actor=actor, now=now)
            return self._keep(above, remains["id"], name)
        if self.make:
            made = self.make(session, name)
        else:
            values = {"name": name} | ({self.parent: above} if self.parent else {})
            made = records.create(session, self.model, values, actor=actor, now=now)
        return self._keep(above, made.id, name)


class Fields:
    """The added fields that an import fills, and the options that they offer: written as a configurator would, so that
    no rule of forms is passed by."""

    def __init__(self, session, wanted: dict[str, tuple[str, str]], *, form: tuple[str, str], actor, now: datetime):
        """`wanted`: {key: (label, type)}, of attendances; what is missing there is added to `form` (slug, name), in
        this order after the fields it has, lists with their first option. Raises DomainError where it may not be."""
        self.wanted, self.form = wanted, form
        self._forms: dict[str, int] = {}  # key -> the form that has it
        self._options: dict[str, dict[str, str]] = {}
        placed = select(CustomField).join(CustomData, CustomData.form_id == CustomField.form_id)
        for row in session.scalars(placed.where(
                CustomData.target == FieldTarget.ATTENDANCE, CustomField.key.in_(wanted))):
            self._forms[row.key] = row.form_id
            if row.type == FieldType.CHOICE:
                self._options[row.key] = {loose(str(x["value"])): x["value"] for x in row.options or ()}
        missing = [key for key, (_label, kind) in wanted.items()
                   if key not in self._forms and kind != FieldType.CHOICE]
        if missing:
            self._add(session, dict.fromkeys(missing, ()), actor=actor, now=now)

    def value(self, session, key: str, given, *, actor, now: datetime):
        """What is stored of `given`: of a list the option that reads so, offered from now on if it is new. Raises
        DomainError where it may not be."""
        if key in self._forms and key not in self._options:
            return given  # no list, or none any more
        options = self._options.get(key, {})
        if loose(given) not in options:
            option = {"value": given, "label": given, "active": True}
            if key in self._forms:
                self._write(session, self._forms[key], {key: [option]}, actor=actor, now=now)
            else:
                self._add(session, {key: [option]}, actor=actor, now=now)
            self._options.setdefault(key, {})[loose(given)] = given
        return self._options[key][loose(given)]

    def _add(self, session, fields: dict, *, actor, now) -> None:
        """New fields with their options, in the form of the import; made and put on attendances where it is not."""
        slug, name = self.form
        form_id = session.scalar(select(CustomForm.id).where(CustomForm.slug == slug))
        if form_id is None:
            form_id = forms.create(session, {"slug": slug, "name": name}, actor=actor, now=now).id
        if session.scalar(select(CustomData.id).where(
                CustomData.form_id == form_id, CustomData.target == FieldTarget.ATTENDANCE)) is None:
            custom_data.create(session, {"name": name, "target": FieldTarget.ATTENDANCE, "form": form_id}, actor=actor,
                               now=now)
        self._write(session, form_id, fields, actor=actor, now=now)
        self._forms |= dict.fromkeys(fields, form_id)

    def _write(self, session, form_id, more: dict, *, actor, now) -> None:
        """The form with these options added to fields that it has, or in fields that it gets."""
        stored = session.get(CustomForm, form_id).fields
        rows = [{"id": each.id, **{name: getattr(each, name) for name in PROPERTIES},
                 "options": [*(each.options or ()), *more.get(each.key, ())]} for each in stored]
        # A list without options, which imports once left behind, holds nothing: it comes again with its first value.
        rows = [row for row in rows if row["options"] or row["type"] not in WITH_OPTIONS]
        there = {each.key for each in stored}
        rows += [{"key": key, "name": self.wanted[key][0], "type": self.wanted[key][1], "options": list(options)}
                 for key, options in more.items() if key not in there]
        place = {key: number for number, key in enumerate(self.wanted)}
        keys = {each.id: each.key for each in stored}
        rows.sort(key=lambda row: place.get(row.get("key") or keys.get(row.get("id")), -1))
        forms.update(session, form_id, {"fields": rows}, actor=actor, now=now)
