"""Records of a configurators' form from a CSV file, behind one menu: rows with a code change, the others are added.

A record has no key of its own, so an added one remembers what its row said: the same row of the same or of another file
is found again and left alone, whatever became of the form since, and rows of one file that say the same are told apart
by their place among themselves.
"""
import hashlib
import json
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field

from flask_babel import lazy_gettext as _l

from ...errors import DomainError, Forbidden, Invalid, InvalidMany
from ...models.custom_field import FieldType
from ...queries import custom_records as reads
from ...queries.catalogue import catalogue
from ...queries.custom_menus import Access, by_menu
from .. import custom_records
from ..custom_records import VALUES
from ..custom_types import HERE, read, same
from ..record_links import Links
from .form_columns import PREFIX, Named, columns_of, retired_columns_of
from .form_shapes import Shape, said_in, shapes_of
from .loading import CREATE, UNCHANGED, UPDATE, Importer, Step
from .named import Attendances, Companies, Persons


@dataclass
class _Row:
    """What a row says once its words are found: JSON values by key, links, and what could not be found."""

    given: dict = field(default_factory=dict)
    links: dict = field(default_factory=dict)
    errors: list[DomainError] = field(default_factory=list)
    beside: dict = field(default_factory=dict)  # JSON values of retired fields
    marks: tuple[str, ...] = ()  # it is remembered by the first; before by another. None of a refused row


class RecordImporter(Importer):
    """`access`: the form as the actor has it behind one menu; `timezone`: in which moments are written."""

    tells_all = True

    def __init__(self, access: Access, timezone: str = HERE):
        self.access, self.menu_id = access, access.menus[0].id
        self.columns = columns_of(access.form, timezone)
        self.beside = retired_columns_of(access.form, timezone)
        self._labels = {column.key: column.label for column in self.columns}
        self._read_as = {each.key: each.type for each in access.form.every}
        self._shapes: tuple[str, list[Shape]] = "", []  # of the form under a token of the catalogue
        self._met: Counter = Counter()  # how often rows of this run have said the same so far, by shape and digest

    @property
    def form(self):
        return self.access.form

    def key(self, values):
        return "id", values["id"]

    # ---- what a batch refers to

    def load(self, session, records, *, actor, now):
        self._session, self._actor, self._now = session, actor, now
        defined = catalogue(session)
        access = by_menu(defined, actor, self.menu_id)  # a long run meets what was changed meanwhile
        if access is None or access.form.id != self.form.id or not access.adds:
            raise Forbidden(custom_records.NOT_YOURS)
        self.access = access
        if self._shapes[0] != defined.token:
            self._shapes = defined.token, shapes_of(session, access.form)
        rows = [each for record in records for each in (record.values[0], record.beside)]
        named = {each.text for values in rows for each in values.values() if isinstance(each, Named)}
        self._persons = Persons(session, named, actor=actor)
        self._attendances = Attendances(session, (values["attendance"] for values in rows if "attendance" in values),
                                        actor=actor)
        self._companies = Companies(session, actor=actor) if any("company" in values for values in rows) else None
        self._stored = reads.find_some(session, actor, self.access, sorted({
            values["id"] for values in rows if "id" in values}))
        self._names = self._names_of(self._stored.values())
        self._rows = {record.key: self._read(record.values[0], record.beside) for record in records}
        told = [row.links for row in self._rows.values()]
        self._links = Links(
            session, attendances=[each.get("attendance_id") for each in told],
            entities=[each.get("entity_id") for each in told], persons=self._persons.ids, actor=actor)
        for record in records:
            if "id" not in record.values[0] and not record.refusals:
                self._mark(self._rows[record.key])
        self._there = reads.marks_among(session, self.form.id, [
            mark for row in self._rows.values() for mark in row.marks])

    def _names_of(self, stored) -> dict[int, str]:
        """The names of the persons that these records hold: a name that was exported names the same one again."""
        keys = [each.key for each in self.form.fields if each.type == FieldType.PERSON]
        ids = {pk for row in stored for key in keys if isinstance(pk := (row.values or {}).get(key), int)}
        return reads.persons(self._session, self._actor, ids) if ids else {}

    def _read(self, values, beside) -> _Row:
        row, stored = _Row(), self._stored.get(values.get("id"))
        if "company" in values:
            self._find(row, "company", "company_id", lambda: self._companies.get(values["company"]))
        company_id = row.links.get("company_id")
        if "attendance" in values:
            self._find(row, "attendance", "attendance_id", lambda: self._attendances.get(values["attendance"]))
        if "entity" in values:
            kept = stored.entity if stored is not None else None
            self._find(row, "entity", "entity_id", lambda: kept.id if kept and str(kept) == values["entity"].text
                       else self._persons.get(values["entity"].text, company_id))
        for key, value in values.items():
            if not key.startswith(PREFIX):
                continue
            try:
                row.given[key.removeprefix(PREFIX)] = (
                    self._person(value, (stored.values or {}).get(key.removeprefix(PREFIX)) if stored else None,
                                 company_id) if isinstance(value, Named) else value)
            except DomainError as error:
                row.errors.append(self._told(error, key))
        for key, value in beside.items():
            with suppress(DomainError):  # nobody is asked for it any more
                row.beside[key.removeprefix(PREFIX)] = (
                    self._person(value, None, company_id) if isinstance(value, Named) else value)
        return row

    def _find(self, row, column, name, find) -> None:
        try:
            row.links[name] = find()
        except DomainError as error:
            row.errors.append(self._told(error, column))

    def _person(self, named, kept, company_id) -> int:
        if kept is not None and self._names.get(kept, f"#{kept}") == named.text:
            return kept
        return self._persons.get(named.text, company_id)

    def _mark(self, row) -> None:
        """One mark for each shape that the form has had: it came in under that of its time."""
        marks, told = [], {**row.beside, **row.given}
        for place, shape in enumerate(self._shapes[1]):
            said = json.dumps([said_in(shape, told, self._read_as), row.links], sort_keys=True, ensure_ascii=False)
            met = place, hashlib.sha256(said.encode()).digest()
            self._met[met] += 1
            marks.append(hashlib.sha256(f"{self._met[met]}:{said}".encode()).hexdigest())
        row.marks = tuple(dict.fromkeys(marks))

    # ---- what is to be done

    def plan(self, record):
        row, pk = self._rows[record.key], record.values[0].get("id")
        unread = any(each.field == "id" for _row, refused in record.refusals for each in refused)
        errors, told = list(row.errors), {self.column_of(each.field) for each in row.errors}
        try:
            step = self._changed(pk, row) if pk is not None or unread else self._added(row)
        except DomainError as error:
            errors += [each for each in getattr(error, "errors", [error])
                       if self.column_of(each.field or "") not in told]
        if errors:
            raise InvalidMany(errors)
        return step

    def column_of(self, field):
        return PREFIX + field.removeprefix(VALUES) if field.startswith(VALUES) else field

    def _added(self, row) -> Step:
        if not self._there.isdisjoint(row.marks):
            return Step(UNCHANGED)
        ready = self._checked(lambda: custom_records.check_new(
            self._session, self.form.id, row.given, access=self.access, links=self._links, actor=self._actor,
            now=self._now, **row.links))
        return Step(CREATE, values={"ready": ready, "import_mark": next(iter(row.marks), None)})

    def _changed(self, pk, row) -> Step:
        stored = self._stored.get(pk)
        if stored is None:
            raise Invalid(_l("There is no record with the code %(n)s here."), n=pk, field="id")
        held = stored.values or {}
        given = {key: value for key, value in row.given.items()
                 if not _alike(self.form.by_key[key], value, held.get(key))}
        links = {name: pk for name, pk in row.links.items() if pk != getattr(stored, name)}
        errors = [self._told(Invalid(_l("It stays as it is: a record does not move.")), name.removesuffix("_id"))
                  for name in links if name != "entity_id" or stored.attendance_id]
        if errors:
            raise InvalidMany(errors)
        if not given and not links:
            return Step(UNCHANGED)
        if self.access.editing is None:
            raise Invalid(_l("This menu does not allow changing records: without the column “%(name)s” the row is "
                             "added."), name=self._labels["id"], field="id")
        ready = self._checked(lambda: custom_records.check_found(
            self._session, stored, given, access=self.access, whole=False, links=self._links, said=row.given,
            actor=self._actor, now=self._now, **links))
        return Step(UPDATE, pk, {"ready": ready}) if ready.changes else Step(UNCHANGED)

    def write(self, session, step, *, actor, now):
        act = custom_records.add_checked if step.what == CREATE else custom_records.change_checked
        self._checked(lambda: act(session, actor=actor, now=now, **step.values))

    def write_all(self, session, steps, *, actor, now):
        new = [(step.values["ready"], step.values["import_mark"]) for step in steps if step.what == CREATE]
        if new:
            custom_records.add_many_checked(session, new, actor=actor, now=now)
        super().write_all(session, [step for step in steps if step.what != CREATE], actor=actor, now=now)

    # ---- refusals by the names of the columns

    def _checked(self, act):
        """What `act` answers; what it refuses is told with the name of its column."""
        try:
            return act()
        except DomainError as error:
            raise InvalidMany([self._told(each, each.field or "") for each in getattr(error, "errors", [error])]
                              ) from error

    def _told(self, error, where) -> DomainError:
        key = where.removeprefix(VALUES)
        if where.startswith(VALUES):
            spec = self.form.by_key.get(key)
            label = spec.name if spec else key
        else:
            label = self._labels.get(where)
        if label is None:
            return error
        return Invalid(_l("%(column)s: %(reason)s"), field=where, column=label, reason=str(error))


def _alike(spec, given, stored) -> bool:
    """Whether a cell says what is stored, as far as a file can: it has no seconds, and of numbers fifteen digits."""
    try:
        made = given if spec.type == FieldType.PERSON else read(spec, given, stored)
    except DomainError:
        return False
    if same(spec, made, stored):
        return True
    if stored is None or made is None:
        return False
    if spec.type == FieldType.DATETIME:
        return str(made)[:16] == str(stored)[:16]
    if spec.type in (FieldType.DECIMAL, FieldType.MONEY):
        return float(made) == float(stored)
    if spec.type in (FieldType.TEXT, FieldType.LONG_TEXT):
        return " ".join(made.split()) == " ".join(str(stored).split())
    return spec.type == FieldType.CHOICES and isinstance(stored, list) and sorted(made) == sorted(stored)
