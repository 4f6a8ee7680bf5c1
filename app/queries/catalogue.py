"""What configurators have defined, as plain values kept in the process: forms with fields, where they stand, menus.

Kept under a random token that lies in the database and is written anew with every change of a definition, in its
transaction: each process reads the token with a page and sees a change at the next request. A token of a transaction
that was rolled back is met by nobody again.
"""
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import event, insert, select, update
from sqlalchemy.orm import Session

from ..models.custom_field import CustomField
from ..models.custom_form import CustomData, CustomForm, FormGroup, PersonType
from ..models.desk import CacheVersion
from ..models.dynamic_menu import DynamicMenu, dynamic_menu_role

TOKEN_KEY = "lowcode"  # noqa: S105  (a name in a table)
DEFINITIONS = (CustomForm, CustomField, FormGroup, CustomData, DynamicMenu)


@dataclass(frozen=True)
class FieldSpec:
    """One field; the meanings are those of the columns of CustomField."""

    id: int
    form_id: int
    key: str
    name: str
    type: str
    active: bool = True
    help: str | None = None
    section: str | None = None
    position: int = 0
    required: bool = False
    options: tuple = ()
    default: Any = None
    mask: str | None = None
    pattern: str | None = None
    pattern_help: str | None = None
    minimum: Any = None
    maximum: Any = None
    shown_if: dict | None = None
    in_list: bool = False
    searchable: bool = False
    indexed: bool = True

    @property
    def filterable(self) -> bool:
        """Whether it can be asked for now: what is still being indexed is written, but would not be found."""
        return self.active and self.searchable and self.indexed


_COLUMNS = tuple(FieldSpec.__dataclass_fields__)


@dataclass(frozen=True)
class FormSpec:
    """One form with all its fields, retired ones too, in the order of sections and places."""

    id: int
    slug: str
    name: str
    active: bool
    help: str | None
    sections: tuple[tuple[str, str], ...]  # (key, title)
    every: tuple[FieldSpec, ...]

    @cached_property
    def fields(self) -> tuple[FieldSpec, ...]:
        """Those in use."""
        return tuple(each for each in self.every if each.active)

    @cached_property
    def by_key(self) -> dict[str, FieldSpec]:
        return {each.key: each for each in self.every}

    @cached_property
    def searchable(self) -> tuple[FieldSpec, ...]:
        """Those that can be asked for now."""
        return tuple(each for each in self.fields if each.filterable)

    @cached_property
    def parts(self) -> tuple[tuple[str, tuple[FieldSpec, ...]], ...]:
        """(title of the section or "", fields in use), empty sections left out."""
        made = [("", tuple(each for each in self.fields if each.section is None))]
        made += [(title, tuple(each for each in self.fields if each.section == key)) for key, title in self.sections]
        return tuple(part for part in made if part[1])


@dataclass(frozen=True)
class DataSpec:
    """A form on the register of persons or on attendances."""

    id: int
    name: str
    target: str
    active: bool
    person_type: str
    group: str | None
    form: FormSpec

    @property
    def heading(self) -> str:
        """Its name below its group's."""
        return f"{self.group} › {self.name}" if self.group else self.name

    def fits(self, kind: str | None) -> bool:
        """Whether it stands on a person of this kind; any, where none is named."""
        return kind is None or self.person_type in (PersonType.BOTH, kind)


@dataclass(frozen=True)
class MenuSpec:
    """A menu with the form behind it."""

    id: int
    name: str
    icon: str
    active: bool
    group: str | None
    record_permission: str
    records_of: str
    role_ids: frozenset[int]
    form: FormSpec
    group_id: int | None = None


@dataclass(frozen=True)
class Catalogue:
    """Every definition of the installation, as it was under one token."""

    token: str
    forms: dict[int, FormSpec] = field(default_factory=dict)
    data: tuple[DataSpec, ...] = ()  # in their order
    menus: tuple[MenuSpec, ...] = ()  # by group, those of none first, then in their order

    @cached_property
    def by_slug(self) -> dict[str, FormSpec]:
        return {each.slug: each for each in self.forms.values()}

    def on(self, target: str, kind: str | None = None) -> list[DataSpec]:
        """What stands on persons (of a kind) or on attendances now."""
        return [each for each in self.data
                if each.target == target and each.active and each.form.active and each.fits(kind)]

    def fields(self, target: str, kind: str | None = None) -> list[FieldSpec]:
        """The fields in use of a target, in the order of the page."""
        return [spec for each in self.on(target, kind) for _title, specs in each.form.parts for spec in specs]

    def of_record(self, target: str, kind: str | None = None) -> list[FieldSpec]:
        """Every field that a record of the target may hold: those in use as they are, and what is retired, of a form
        that was switched off or of the other kind of person as retired: what such a field holds stays as it is."""
        used = {spec.key: spec for spec in self.fields(target, kind)}
        return [*used.values(), *(replace(spec, active=False) for key, spec in self.every_field(target).items()
                                  if key not in used)]

    def every_field(self, target: str) -> dict[str, FieldSpec]:
        """By key, retired fields and forms too: what a stored value may belong to."""
        return {spec.key: spec for each in self.data if each.target == target for spec in each.form.every}


_kept: WeakKeyDictionary = WeakKeyDictionary()  # engine -> the last Catalogue read


def token(session) -> str:
    """The token of the definitions as they are now; empty before the first."""
    return session.scalar(select(CacheVersion.token).where(CacheVersion.key == TOKEN_KEY)) or ""


def catalogue(session, current: str | None = None) -> Catalogue:
    """The definitions; `current` is their token where the request has read it already. One query, five after a change.
    """
    current = token(session) if current is None else current
    engine = session.get_bind().engine
    kept = _kept.get(engine)
    if kept is None or kept.token != current:
        kept = _kept[engine] = _read(session, current)
    return kept


def _read(session, current: str) -> Catalogue:
    fields: dict[int, list[FieldSpec]] = {}
    for row in session.execute(select(*(getattr(CustomField, name) for name in _COLUMNS)).order_by(
            CustomField.position, CustomField.id)):
        values = row._asdict()
        fields.setdefault(row.form_id, []).append(FieldSpec(**{**values, "options": tuple(values["options"] or ())}))
    forms = {}
    for row in session.execute(select(CustomForm.id, CustomForm.slug, CustomForm.name, CustomForm.active,
                                      CustomForm.help, CustomForm.sections)):
        sections = tuple((each["key"], each["title"]) for each in row.sections or ())
        forms[row.id] = FormSpec(row.id, row.slug, row.name, row.active, row.help, sections,
                                 _ordered(fields.get(row.id, ()), sections))
    data = session.execute(
        select(CustomData.id, CustomData.name, CustomData.target, CustomData.active, CustomData.person_type,
               FormGroup.name.label("heading"), CustomData.form_id)
        .outerjoin(FormGroup, FormGroup.id == CustomData.group_id).order_by(CustomData.position, CustomData.id))
    placed = tuple(DataSpec(*row[:-1], forms[row.form_id]) for row in data)
    roles: dict[int, set[int]] = {}
    for menu_id, role_id in session.execute(select(dynamic_menu_role.c.menu_id, dynamic_menu_role.c.role_id)):
        roles.setdefault(menu_id, set()).add(role_id)
    menus = session.execute(
        select(DynamicMenu.id, DynamicMenu.name, DynamicMenu.icon, DynamicMenu.active, FormGroup.name.label("heading"),
               DynamicMenu.record_permission, DynamicMenu.records_of, DynamicMenu.form_id, DynamicMenu.group_id)
        .outerjoin(FormGroup, FormGroup.id == DynamicMenu.group_id)
        .order_by(FormGroup.id.is_not(None), FormGroup.position, FormGroup.id, DynamicMenu.position, DynamicMenu.id))
    return Catalogue(current, forms, placed, tuple(
        MenuSpec(*row[:-2], frozenset(roles.get(row.id, ())), forms[row.form_id], row.group_id) for row in menus))


def _ordered(specs: Iterable[FieldSpec], sections) -> tuple[FieldSpec, ...]:
    """Those of no section first; a section that is no longer there counts as none."""
    place = {key: number for number, (key, _title) in enumerate(sections, 1)}
    return tuple(sorted(specs, key=lambda each: (place.get(each.section, 0), each.position, each.id)))


@event.listens_for(Session, "after_flush")
def _tell_every_process(session, _context):
    changed = (*session.new, *session.deleted, *(x for x in session.dirty if isinstance(x, DEFINITIONS)
                                                 and session.is_modified(x)))
    if any(isinstance(each, DEFINITIONS) for each in changed):
        renew(session)


def hold(session) -> None:
    """Until the end of the transaction nobody else changes a definition: what is checked against them stays true."""
    session.execute(select(CacheVersion.token).where(CacheVersion.key == TOKEN_KEY).with_for_update())


def renew(session) -> None:
    """Write a new token: what was defined has changed. Definitions written by statement must say so themselves."""
    fresh = secrets.token_hex(16)
    connection = session.connection()
    if not connection.execute(update(CacheVersion).where(CacheVersion.key == TOKEN_KEY).values(token=fresh)).rowcount:
        connection.execute(insert(CacheVersion).values(key=TOKEN_KEY, token=fresh))
