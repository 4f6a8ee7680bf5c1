"""Register rows that an import has met, by name, so that a row of the file costs no query."""
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select

from ...models.custom_field import CustomField, FieldType
from ...models.custom_form import CustomData, CustomForm, FieldTarget
from ...text import normalise
from .. import records
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
    """Definitions of the added fields that an import fills, and the options they offer."""

    def __init__(self, session, wanted: dict[str, tuple[str, str]], *, form: tuple[str, str], actor, now: datetime):
        """`wanted`: {key: (label, type)}, of attendances; what is missing there is added to `form` (slug, name), after
        the fields it has."""
        there = {row.key: row for row in session.scalars(
            select(CustomField).join(CustomData, CustomData.form_id == CustomField.form_id)
            .where(CustomData.target == FieldTarget.ATTENDANCE))}
        place = max((row.position for row in there.values()), default=0)
        if not wanted.keys() <= there.keys():
            form_id = self._form(session, *form, actor=actor, now=now)
        self._options: dict[str, dict[str, str]] = {}
        self._ids: dict[str, int] = {}
        for key, (label, kind) in wanted.items():
            row = there.get(key)
            if row is None:
                place += 1
                row = records.create(session, CustomField, {
                    "form_id": form_id, "key": key, "name": label, "type": kind, "options": [],
                    "position": place}, actor=actor, now=now)
            self._ids[key] = row.id
            if row.type == FieldType.CHOICE:
                self._options[key] = {loose(str(x["value"])): x["value"] for x in row.options or ()}

    @staticmethod
    def _form(session, slug, name, *, actor, now) -> int:
        """The form of this slug on attendances; made and put there where it is missing."""
        form = session.scalar(select(CustomForm).where(CustomForm.slug == slug))
        form = form or records.create(session, CustomForm, {"slug": slug, "name": name}, actor=actor, now=now)
        if session.scalar(select(CustomData.id).where(
                CustomData.form_id == form.id, CustomData.target == FieldTarget.ATTENDANCE)) is None:
            records.create(session, CustomData, {"name": name, "target": FieldTarget.ATTENDANCE, "form_id": form.id},
                           actor=actor, now=now)
        return form.id

    def value(self, session, key: str, given, *, actor, now: datetime):
        """What is stored of `given`: of a choice the option that reads so, offered from now on if it is new."""
        options = self._options.get(key)
        if options is None:
            return given
        if loose(given) not in options:
            row = session.get(CustomField, self._ids[key])
            new = [*(row.options or ()), {"value": given, "label": given, "active": True}]
            records.update(session, CustomField, row.id, {"options": new}, actor=actor, now=now)
            options[loose(given)] = given
        return options[loose(given)]
