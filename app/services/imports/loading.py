"""A sheet loaded into a register: rows made into records, compared with what is there, written where they differ.

`check` only reads, so a trial run holds nobody up; `write` does the same and writes: the records of a batch together,
and where one of them is refused, each in a savepoint of its own, so that it takes no other with it. The same file again
finds everything unchanged.

Of the file no more than a batch stands in memory as cells and values; rows are read from it twice, first for what names
them, and once more for their decimal mark where numbers are among them.
"""
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from flask_babel import lazy_gettext as _l

from ...errors import DomainError, Invalid
from ..refusals import REFUSALS, refusal
from .columns import Column, Context, decimal_mark, guess, read_row
from .sheet import Row, Sheet

BATCH, BATCH_ROWS = 200, 2_000  # records of a transaction, and rows: the values of one are asked for in one query
CREATE, UPDATE, UNCHANGED = "imported", "updated", "unchanged"
COUNTS = ("read", CREATE, UPDATE, UNCHANGED, "refused")


@dataclass
class Tally:
    """What became of rows; of each exactly one thing. `reasons`: {line: every reason} of the refused ones; `written`
    has those of them that no plan tells, only the writing."""

    read: int = 0
    imported: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    reasons: dict[int, str] = field(default_factory=dict)
    written: dict[int, str] = field(default_factory=dict)

    def add(self, other: "Tally") -> None:
        for name in COUNTS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.reasons |= other.reasons

    def counts(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in COUNTS}

    def refuse(self, rows: Sequence[Row], reasons: list[DomainError]) -> None:
        self.read += len(rows)
        self.refused += len(rows)
        self.reasons |= dict.fromkeys((row.line for row in rows), " ".join(map(str, reasons)))

    def count(self, what: str, rows: Sequence[Row]) -> None:
        self.read += len(rows)
        setattr(self, what, getattr(self, what) + len(rows))


@dataclass
class Record:
    """What the rows of one record tell: each row with its values, and the refusals of any of them."""

    key: Any
    rows: list[Row] = field(default_factory=list)
    values: list[dict] = field(default_factory=list)
    refusals: list[tuple[Row, list[DomainError]]] = field(default_factory=list)
    beside: dict = field(default_factory=dict)  # what its first row tells of columns that are no longer taken


@dataclass(frozen=True)
class Step:
    """What is to be done for a record: `what` is CREATE, UPDATE or UNCHANGED."""

    what: str
    pk: int | None = None
    values: dict = field(default_factory=dict)


class Importer:
    """What a register says of its import; a run has one, which may remember plain values of what it has met.

    `key(values)` names the record a row belongs to. `load(session, records, actor, now)` reads what a batch needs;
    `plan(record)` then answers a Step or raises; `write(session, step, actor, now)` does it, or `write_all` those of
    many records.
    """

    columns: tuple[Column, ...] = ()
    beside: tuple[Column, ...] = ()  # no longer taken: read where the file has their names, and refused by nobody
    several = False  # rows of one key are one record; else each after the first must repeat it
    tells_all = False  # a row that cannot be read is planned all the same, so that all that is wrong of it is told

    def key(self, values: dict) -> Any:
        raise LookupError

    def load(self, session, records: Sequence[Record], *, actor, now: datetime) -> None:
        """Read what the records of a batch refer to, in a fixed number of queries."""

    def plan(self, record: Record) -> Step:
        raise LookupError

    def column_of(self, field: str) -> str:
        """The key of the column that a refusal of `plan` is of."""
        return field

    def write(self, session, step: Step, *, actor, now: datetime) -> None:
        raise LookupError

    def write_all(self, session, steps: Sequence[Step], *, actor, now: datetime) -> None:
        """As `write` each of them; where it raises, its transaction is undone and each is written by itself."""
        for step in steps:
            self.write(session, step, actor=actor, now=now)


def missing(columns: Sequence[Column], mapping: dict[str, int]) -> list[Column]:
    """The columns that must be chosen and are not."""
    return [column for column in columns if column.required and column.key not in mapping]


def _parted(records):
    batch, rows = [], 0
    for record in records:
        if batch and (len(batch) == BATCH or rows + len(record.rows) > BATCH_ROWS):
            yield batch
            batch, rows = [], 0
        batch.append(record)
        rows += len(record.rows)
    if batch:
        yield batch


class Loading:
    """One run over a sheet. `mapping` {key of a column: index in the header}."""

    def __init__(self, importer: Importer, sheet: Sheet, mapping: dict[str, int] | None = None,
                 decimal: str | None = None, *, now: datetime):
        self.importer, self.sheet = importer, sheet
        self.mapping = guess(importer.columns, sheet.header) if mapping is None else mapping
        self.decimal = decimal or decimal_mark(importer.columns, self.mapping, sheet.rows)
        if lacking := missing(importer.columns, self.mapping):
            raise Invalid(_l("The file has no column for: %(columns)s."), field="mapping",
                          columns=", ".join(str(column.label) for column in lacking))
        self._context = Context(self.decimal, now)
        taken = set(self.mapping.values())
        self._beside = guess(importer.beside, ["" if at in taken else name for at, name in enumerate(sheet.header)])

    def batches(self) -> Iterator[list[Record]]:
        """The records of the sheet in the order in which they begin; rows that cannot be read stand by themselves."""
        numbers = self._numbers()
        in_order = sorted(range(len(numbers)), key=numbers.__getitem__)
        return _parted(self._record(self.sheet.rows[at] for at in places)
                       for _number, places in groupby(in_order, numbers.__getitem__))

    def _numbers(self) -> Sequence[int]:
        """Of each row the number of its record."""
        known: dict[Any, int] = {}
        return array("I", (known.setdefault(self._read(row)[0], len(known)) for row in self.sheet.rows))

    def _record(self, rows: Iterable[Row]) -> Record:
        record = Record(None)
        for row in rows:
            record.key, values, refusals = self._read(row)
            record.rows.append(row)
            record.values.append(values)
            if refusals:
                record.refusals.append((row, refusals))
        if self._beside and not record.rows[0].trouble:
            record.beside = read_row(self.importer.beside, self._beside, record.rows[0].cells, self._context)[0]
        return record

    def _read(self, row) -> tuple[Any, dict, list[DomainError]]:
        """What names the record of a row, its values and what is refused of it."""
        alone = "line", row.line
        if row.trouble:
            return alone, {}, [row.trouble]
        values, refusals = read_row(self.importer.columns, self.mapping, row.cells, self._context)
        try:
            return self.importer.key(values), values, refusals
        except KeyError:  # the row lacks what names it, and is refused for that
            return alone, values, refusals

    def check(self, session, batch: Sequence[Record], *, actor) -> Tally:
        """What would become of these records; nothing is written."""
        tally = Tally()
        for record, step in self._planned(session, batch, tally, actor):
            self._count(tally, record, step.what)
        return tally

    def write(self, session, batch: Sequence[Record], *, actor, now: datetime) -> Tally:
        """Import these records in the caller's unit of work."""
        tally = Tally()
        planned = self._planned(session, batch, tally, actor)
        steps = [step for _record, step in planned if step.what != UNCHANGED]
        together = self._together(session, steps, actor=actor, now=now)
        for record, step in planned:
            try:
                if step.what != UNCHANGED and not together:
                    with session.begin_nested():
                        self.importer.write(session, step, actor=actor, now=now)
            except REFUSALS as raised:
                error = refusal(raised)
                tally.refuse(record.rows, list(getattr(error, "errors", [error])))
                tally.written |= {row.line: tally.reasons[row.line] for row in record.rows}
            else:
                self._count(tally, record, step.what)
        return tally

    def _together(self, session, steps, *, actor, now) -> bool:
        """Whether all of them are written; else none is."""
        if len(steps) < 2:
            return not steps
        try:
            with session.begin_nested():
                self.importer.write_all(session, steps, actor=actor, now=now)
        except REFUSALS:
            return False
        return True

    def _count(self, tally, record, what):
        """Rows that only repeat the first change nothing."""
        first = len(record.rows) if self.importer.several else 1
        tally.count(what, record.rows[:first])
        tally.count(UNCHANGED, record.rows[first:])

    def _planned(self, session, batch, tally, actor):
        """[(record, step)] of those that are not refused; the others are in the tally."""
        good = []
        for record in batch:
            if record.refusals and self.importer.several:
                self._refuse_whole(record, tally)
                continue
            for row, reasons in record.refusals:
                at = record.rows.index(row)
                if self.importer.tells_all and not row.trouble:
                    good.append(Record(("refused", row.line), [row], [record.values[at]], [(row, reasons)]))
                else:
                    tally.refuse([row], reasons)
                del record.rows[at], record.values[at]
            if record.rows:
                good.append(record if self.importer.several else self._one(record, tally))
        self.importer.load(session, good, actor=actor, now=self._context.now)
        planned = []
        for record in good:
            reasons = [each for _row, refused in record.refusals for each in refused]
            try:
                step = self.importer.plan(record)
            except DomainError as error:
                told = {each.field for each in reasons}
                reasons += [each for each in getattr(error, "errors", [error])
                            if each.field is None or self.importer.column_of(each.field) not in told]
            if reasons:
                tally.refuse(record.rows, reasons)
            else:
                planned.append((record, step))
        return planned

    @staticmethod
    def _refuse_whole(record, tally):
        """A record of several rows is imported whole or not at all."""
        told = {row.line: reasons for row, reasons in record.refusals}
        line = next(iter(told))
        for row in record.rows:
            with_it = [Invalid(_l("Line %(line)s of the same order is refused."), line=line)]
            tally.refuse([row], told.get(row.line, with_it))

    @staticmethod
    def _one(record, tally):
        """The record of its first row; rows that say something else of the same key are refused."""
        first = record.values[0]
        other = [row for row, values in zip(record.rows, record.values, strict=True) if values != first]
        tally.refuse(other, [Invalid(_l("Line %(line)s says something else of the same record."),
                                     line=record.rows[0].line)])
        kept = [row for row in record.rows if row not in other]
        return Record(record.key, kept, [first], beside=record.beside)
