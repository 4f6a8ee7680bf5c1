"""The list of records behind a menu, for the tools of lists: its columns, its rows in order; one for each menu."""
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from flask import abort, g, request
from flask_babel import lazy_gettext as _l

from ...errors import Invalid
from ...extensions import db
from ...lowcode import fields as custom
from ...models.custom_field import FieldType
from ...queries import attendances
from ...queries import custom_records as reads
from ...queries.catalogue import FieldSpec
from ...queries.custom_menus import Access, by_menu
from ...security.permissions import Perm
from ...services.imports.form_columns import OWN_LABELS
from ...text import normalise
from ..custom import defined
from ..field_kinds import name_persons
from ..lists.source import CHUNK, CUSTOM, UNREADABLE, Column, ListSource, local
from .filters import RecordFilterForm

KEY = "records-"
_AMOUNTS = (FieldType.INTEGER, FieldType.DECIMAL, FieldType.MONEY)
CENT = Decimal("0.01")
_TYPED = (FieldType.DATE, FieldType.DATETIME, *_AMOUNTS)


def _name(user) -> str:
    return user.get_full_name() if user is not None else ""


def _text(name) -> Callable:
    return lambda row: str(getattr(row, name) or "")


OWN = {column.key: column for column in (
    Column("id", _l("Code"), lambda row: row.id), Column("attendance", _l("Attendance"), _text("attendance")),
    Column("entity", _l("Person"), _text("entity")), Column("owner", _l("Added by"), lambda row: _name(row.owner)),
    Column("department", _l("Department"), _text("department")), Column("company", _l("Company"), _text("company")),
    Column("created_at", _l("Added on"), lambda row: local(row.created_at)),
    Column("updated_at", _l("Changed on"), lambda row: local(row.updated_at)))}
_FIRST, _LAST = ("id",), ("owner", "created_at")


@dataclass(frozen=True)
class FieldColumn(Column):
    """A field of the form: amounts and instants are written on a page as people read them."""

    field: FieldSpec | None = None

    def text(self, row):
        return shown(self.field, (row.values or {}).get(self.field.key))


class RecordList(ListSource):
    """`/records/<menu id>/`."""

    perm = Perm.CUSTOM_RECORD_READ

    def __init__(self, access: Access):
        self.access, self.menu, self.form = access, access.menus[0], access.form
        self.key, self.title = f"{KEY}{self.menu.id}", self.menu.name
        self.file = re.sub(r"[^a-z0-9-]", "-", self.form.slug)

    def address(self):
        return f"{request.script_root}/records/{self.menu.id}/"

    def columns(self):
        fields = {CUSTOM + each.key: FieldColumn(CUSTOM + each.key, each.name, reader(each), field=each)
                  for each in self.form.fields}
        taken = {normalise(each.name) for each in self.form.fields}
        own = dict(OWN)
        for key, label in OWN_LABELS.items():
            if normalise(str(OWN[key].label)) in taken:  # a field is called so: a file must tell them apart
                own[key] = replace(OWN[key], label=label)
        return {**{key: own[key] for key in _FIRST}, **fields,
                **{key: column for key, column in own.items() if key not in _FIRST}}

    def default_columns(self, offered):
        listed = [CUSTOM + each.key for each in self.form.fields if each.in_list]
        return [*_FIRST, *(listed or [CUSTOM + each.key for each in self.form.fields[:4]]), *_LAST]

    def filter_form(self) -> RecordFilterForm:
        """The filters of the address."""
        return RecordFilterForm(self.form, request.args)

    def filters(self) -> reads.RecordFilter:
        """What the address asks. Raises Invalid where it cannot be read."""
        form = self.filter_form()
        form.ask_fields(lost=[])
        form.forgive()
        if not form.validate():
            raise Invalid(UNREADABLE)
        return form.filter(attendance=self.attendance()[0])

    @staticmethod
    def attendance() -> tuple[int | None, str]:
        """(id, address) of the attendance that the address names; of one that the viewer does not see, 404."""
        asked = request.args.get("attendance", "").strip()
        if not asked:
            return None, ""
        return attendances.id_at(db.session, g.viewer, asked) or abort(404), asked

    def order(self) -> tuple[str, bool]:
        """(column, descending) of the address; what is not offered answers 400."""
        asked = request.args.get("order") or "-id"
        name = asked.removeprefix("-")
        known = name == reads.NEWEST or any(each.key == name for each in self.form.searchable)
        return (name, asked.startswith("-")) if known else abort(400)

    def count(self, cap):
        order, _desc = self.order()  # before the first byte of a file, not after it
        narrowed = reads.narrow(db.session, g.viewer, self.access, self.filters(), order=order)
        found = reads.count_records(db.session, narrowed, cap=cap)
        return cap + 1 if found.more else found.n

    def rows(self, chosen) -> Iterator[list]:
        filters, (order, desc), after = self.filters(), self.order(), None
        narrowed = reads.narrow(db.session, g.viewer, self.access, filters, order=order)
        while True:
            page = reads.list_records(db.session, g.viewer, self.access, filters, order=order, desc=desc, size=CHUNK,
                                      after=after, narrowed=narrowed)
            if page.rows:
                name_persons(self.form.fields, [row.values for row in page.rows])
                yield page.rows
                db.session.expunge_all()
            after = page.next
            if after is None:
                return


def reader(field: FieldSpec) -> Callable:
    """The value of a field of a record: dates and numbers as they are, everything else as a person reads it."""
    def value(row):
        return shown(field, (row.values or {}).get(field.key), typed=True)
    return value


def shown(field: FieldSpec, stored, *, typed=False):
    """A stored value as a person reads it; `typed`: as a spreadsheet has it."""
    if not typed or field.type not in _TYPED:
        return custom.shown(field, stored)
    data = custom.read(field, stored)
    if isinstance(data, datetime):
        return local(data)
    return data.quantize(CENT) if field.type == FieldType.MONEY and isinstance(data, Decimal) else data


def source_of(key: str) -> RecordList | None:
    """The list of a menu by its key, for its tools; None where the viewer does not have that menu."""
    number = key.removeprefix(KEY)
    if not key.startswith(KEY) or not number.isdecimal() or len(number) > 9:
        return None
    access = by_menu(defined(), g.viewer, int(number))
    return RecordList(access) if access else None
