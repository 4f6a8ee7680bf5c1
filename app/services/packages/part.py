"""A register as it travels in a package: how a row of it is known, written down, compared and brought in.

A row is known by its path: the path of the row above it, then its own key (the name, or a code that never changes),
compared without accents and case. References are paths as well, so that a package says nothing of ids. Where a register
takes two rows of one key, what tells them apart is asked as well, but only where there are two.
"""
import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cached_property
from types import MappingProxyType
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import JSON, inspect, select
from sqlalchemy.orm import selectinload

from ...errors import Invalid
from ...security.permissions import Perm
from .known import Known, Path, compared, shown

NOTHING: Mapping[str, Any] = MappingProxyType({})
# Of the installation, not of the configuration.
OWN = {"id", "name_key", "title_key", "search_text", "version", "created_at", "updated_at"}


class Part:
    """One register in a package. `parent`, `refs` (many-to-one), `lists` (many-to-many), `rows` (children that have no
    life of their own, {relation: the column that a child is known by}) name relations; everything else of the table
    travels as it is. `apart` are the fields that tell two rows of one path from each other."""

    def __init__(self, name: str, label: Any, model: type, service: Any, perm: Perm, *, key="name", parent=None,
                 refs=(), lists=(), rows=None, leave=(), apart=()):
        self.name, self.label, self.model, self.service, self.perm = name, label, model, service, perm
        self.key, self.parent, self.refs, self.lists, self.rows = key, parent, tuple(refs), tuple(lists), rows or {}
        self.leave, self.apart = OWN | set(leave), tuple(apart)

    @cached_property
    def columns(self) -> dict[str, Any]:
        """Those that travel as they are, by name."""
        return _plain_columns(self.model, self.leave)

    def read(self, session, known: Known) -> list[tuple[int, dict]]:
        """Every row with its id, as an entry of the file, in the order of their paths."""
        query = select(self.model).options(*(
            selectinload(getattr(self.model, name)) for name in (*self.lists, *self.rows)))
        found = []
        for row in self._parents_first(session.scalars(query).all()):
            known.keep(self.model, row.id, self.path_of_row(row, known))
            found.append((row.id, self.entry(row, known)))
        return sorted(found, key=lambda each: self._place(each[1]))

    def may_bring(self, viewer) -> bool:
        """Whether somebody may import it: who may write it but not read it would read it off what changes."""
        return viewer.may(self.perm) and viewer.may(self.reads)

    def path(self, entry: dict) -> Path:
        """By what an entry of the file is known. Raises Invalid."""
        above = entry.get(self.parent) if self.parent else []
        if not isinstance(entry.get(self.key), str) or not entry[self.key].strip() or not isinstance(above, list):
            raise Invalid(_l("An entry without a name."), field=self.key)
        return (*map(str, above), entry[self.key])

    def told_apart(self, entry: dict, name: str) -> Any:
        """What a field of `apart` says, as two are compared."""
        value = entry.get(name)
        return tuple(sorted(compared(each) for each in value)) if isinstance(value, list) else value

    def is_called(self, entry: dict, path: Path) -> bool:
        """Whether a row is still called as the import met it; what told it from a twin is not asked, for it has its
        id."""
        now = compared(self.path(entry))
        return now == compared(path)[:len(now)]

    def words(self, path: Path, entry: Mapping[str, Any] = NOTHING) -> str:
        """How people call an entry: its path, or what the entry says of itself."""
        return shown(path)

    def entry(self, row, known: Known) -> dict:
        """A row as the file has it."""
        made = {name: _told(getattr(row, name)) for name in self.columns}
        for name in (*((self.parent,) if self.parent else ()), *self.refs):
            made[name] = known.path_of(self._target(name), getattr(row, self._column(name)))
        for name in self.lists:
            paths = [known.path_of(self._target(name), each.id) for each in getattr(row, name)]
            made[name] = sorted(paths, key=compared)
        for name in self.rows:
            columns = _plain_columns(self._target(name), {*OWN, *self._back(name)})
            made[name] = [{column: _told(getattr(each, column)) for column in columns} for each in getattr(row, name)]
        return made

    def values(self, entry: dict, known: Known) -> dict:
        """What the service is given of an entry. Raises Invalid at the name of what cannot be."""
        given = {}
        for name, value in entry.items():
            if name in self.columns:
                given[name] = _meant(self.columns[name], name, value)
            elif name == self.parent or name in self.refs:
                given[name] = {"id": self._id(known, name, value)} if value is not None else None
            elif name in self.lists:
                given[name] = [self._id(known, name, each) for each in _listed(name, value)]
            elif name in self.rows:
                columns = _plain_columns(self._target(name), {*OWN, *self._back(name)})
                given[name] = [_child(columns, f"{name}.{place}", each)
                               for place, each in enumerate(_listed(name, value))]
            else:
                raise Invalid(_l("This version of the product does not know “%(name)s”."), field=name, name=name[:60])
        return given

    def keep(self, session, known: Known, pk: int, entry: dict) -> None:
        """How a row is called that a package has brought."""
        known.keep(self.model, pk, self.path(entry))

    def settled(self, entry: dict, known: Known) -> dict:
        """An entry whose references are written as this installation writes them: files of others are compared by
        what they mean."""
        ready = dict(entry)
        for name in (*((self.parent,) if self.parent else ()), *self.refs, *self.lists):
            if name in self.lists and isinstance(ready.get(name), list):
                ready[name] = [known.settled(self._target(name), each) for each in ready[name]]
            elif name in ready:
                ready[name] = known.settled(self._target(name), ready[name])
        return ready

    def in_order(self, entries) -> list[dict]:
        """The entries of a package, one of a tree in one table after the one above it."""
        names = [name for name in self.refs if self._target(name) is self.model]
        if not names:
            return list(entries)
        ready, left = [], list(entries)
        while left:
            waited_for = {compared([str(each.get(self.key))]) for each in left}
            now = [each for each in left if compared((each.get(names[0]) or [""])[-1:]) not in waited_for] or left
            ready += now
            left = [each for each in left if each not in now]
        return ready

    def differs(self, name: str, old, new) -> bool:
        """Whether two values of a field, as the file has them, mean something else."""
        if name in self.columns:
            column = self.columns[name]
            return old != (new if new is None else _told(_meant(column, name, new)))
        if name == self.parent or name in self.refs:
            return compared(old or ()) != compared(new or ())
        if name in self.lists:
            return {compared(each) for each in old or ()} != {compared(each) for each in new or ()}
        return old != new

    def create(self, session, values: dict, *, actor, now) -> int:
        return self.service.create(session, self._with_rows(session, values), actor=actor, now=now).id

    def update(self, session, pk: int, values: dict, *, actor, now) -> dict | None:
        """Returns what a row has lost by it that no package says, to be kept for `give_back`."""
        self.service.update(session, pk, self._with_rows(session, values, pk), actor=actor, now=now)
        return None

    def give_back(self, session, pk: int, held: dict, *, actor, now) -> None:
        """What an update of a row took away, once that is undone. Of most registers packages say all."""

    def delete(self, session, pk: int, *, actor, now) -> None:
        self.service.delete(session, pk, actor=actor, now=now)

    def records(self, session, pk: int) -> int:
        """How many records hold something of a row: what is told of one that rests because of them."""
        return 0

    @property
    def reads(self) -> Perm:
        """What it takes to export it."""
        return Perm(f"read {self.perm.pair[1]}")

    @property
    def can_rest(self) -> bool:
        """What is in use can be switched off in the place of being deleted."""
        return "active" in self.columns

    # ---- pieces

    def _place(self, entry):
        """Where an entry stands in the file; of twins the text decides, so that the same are in the same order."""
        if not self.apart:
            return compared(self.path(entry)), ()
        return compared(self.path(entry)), (*(repr(self.told_apart(entry, name)) for name in self.apart),
                                            json.dumps(entry, sort_keys=True))

    def path_of_row(self, row, known: Known) -> Path:
        """By what a stored row is known."""
        above = known.path_of(self._target(self.parent), getattr(row, self._column(self.parent))) if self.parent else ()
        return (*above, getattr(row, self.key))

    def _parents_first(self, rows) -> Iterator:
        """Of a tree in one table, a row after the one above it."""
        names = [name for name in self.refs if self._target(name) is self.model]
        if not names:
            yield from rows
            return
        column, left, done = self._column(names[0]), list(rows), {None}
        while left:
            ready = [row for row in left if getattr(row, column) in done] or left
            yield from ready
            done |= {row.id for row in ready}
            left = [row for row in left if row.id not in done]

    def _relation(self, name):
        return inspect(self.model).relationships[name]

    def _target(self, name) -> type:
        return self._relation(name).mapper.class_

    def _column(self, name) -> str:
        return self._relation(name).local_remote_pairs[0][0].name

    def _back(self, name) -> set[str]:
        return {pair[1].name for pair in self._relation(name).local_remote_pairs}

    def _id(self, known, name, path) -> int:
        found = known.id_of(self._target(name), path) if isinstance(path, list) and path else None
        if found is None:
            raise known.missing(self._target(name), path, name)
        return found

    def _with_rows(self, session, values, pk=None) -> dict:
        """Relations as rows, and children that are here already under their ids: they are not written anew."""
        ready = dict(values)
        for name in (*((self.parent,) if self.parent else ()), *self.refs):
            if ready.get(name):
                ready[name] = session.get(self._target(name), ready[name]["id"])
        for name in self.lists:
            if name in ready:
                ready[name] = [session.get(self._target(name), each) for each in ready[name]]
        for name in self.rows if pk is not None else ():
            if name in ready:
                kept = list(getattr(session.get(self.model, pk), name))
                ready[name] = _under_their_ids(kept, ready[name], self.rows[name])
        return ready


def _under_their_ids(kept, wanted: list[dict], key: str) -> list[dict]:
    """The rows that are the same, or of the same key, with the ids under which they are stored."""
    ids: dict[int, int] = {}
    for same in (lambda row, each: all(getattr(row, name) == value for name, value in each.items()),
                 lambda row, each: getattr(row, key) == each.get(key)):
        for place, each in enumerate(wanted):
            row = None if place in ids else next((row for row in kept if same(row, each)), None)
            if row is not None:
                ids[place] = row.id
                kept.remove(row)
    return [{"id": ids[place], **each} if place in ids else each for place, each in enumerate(wanted)]


def _plain_columns(model, leave) -> dict[str, Any]:
    return {each.key: each.columns[0] for each in inspect(model).column_attrs
            if each.key not in leave and not each.columns[0].foreign_keys}


def _listed(name, value) -> list:
    if not isinstance(value, list):
        raise Invalid(_l("Not a valid value."), field=name)
    return value


def _child(columns, at: str, row) -> dict:
    """A row inside an entry; one that is no row, or says what is not known, is refused like the entry itself."""
    if not isinstance(row, dict) or set(row) - set(columns):
        raise Invalid(_l("Not a valid value."), field=at)
    return {name: _meant(columns[name], f"{at}.{name}", value) for name, value in row.items()}


def _told(value):
    """A value of a column as JSON has it."""
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value


def _meant(column, name: str, value):
    """A value of the file as the column has it. Raises Invalid."""
    if value is None:
        if column.nullable:
            return None
        raise Invalid(_l("This field is required."), field=name)
    kind = None if isinstance(column.type, JSON) else getattr(column.type, "impl", column.type).python_type
    try:
        if kind in (date, datetime):
            return kind.fromisoformat(value)
        if kind is Decimal:
            number = Decimal(str(value))
            if not number.is_finite():
                raise ValueError(value)
            return number
        if kind in (bool, int, str) and type(value) is not kind:
            raise TypeError(value)
        if kind is str and column.type.length and len(value) > column.type.length:
            raise Invalid(_l("Use at most %(n)s characters."), field=name, n=column.type.length)
    except (TypeError, ValueError, InvalidOperation) as error:
        raise Invalid(_l("Not a valid value."), field=name) from error
    return value
