"""A CSV file that a person hands in, made into a header and rows; of any encoding, with `;`, `,` or tabs.

A line that cannot be read refuses itself and nothing else: a quotation mark that is never closed, a cell of a megabyte,
characters that no text has.
"""
import codecs
import csv
import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_ngettext

from ...errors import DomainError, Invalid
from .encoding import decode

SIZE_LIMIT = 20 * 1024 * 1024  # bytes of a file
MAX_ROWS = 100_000
MAX_COLUMNS = 100
RECORD_LIMIT = 64 * 1024  # characters of a row, over all its lines
MAX_LINES = 200  # of one row: a quoted cell may go on
CELL_LIMIT = 10_000
DELIMITERS = ";,\t"
KEPT = 300  # characters that a refused row keeps of a cell that is too long
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_QUOTED = re.compile(r'"[^"]*"')
_LINE_END = re.compile(rb"\r\n|\r|\n")
_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


@dataclass(frozen=True)
class Row:
    """A row as it stands in the file; `trouble` says why it cannot be read."""

    line: int
    cells: list[str]
    trouble: DomainError | None = None


@dataclass(frozen=True)
class Sheet:
    """A file: the names in its first row, and the rows below it that are not empty."""

    delimiter: str
    header: list[str]
    rows: Sequence[Row]


class Rows(Sequence):
    """The rows that are not empty, each read from the bytes of the file whenever it is asked for: of 100,000 rows only
    where they begin is kept."""

    def __init__(self, data: bytes, at: int, line: int, delimiter: str, width: int):
        self._data, self._delimiter, self._width = data, delimiter, width
        self._places, self._lines = array("I"), array("I")
        while at < len(data):
            record = _record(data, at, delimiter, width)
            if record.trouble or any(cell.strip() for cell in record.cells):
                if len(self) == MAX_ROWS:
                    raise Invalid(_l("The file has more than %(n)s rows: split it."), field="file", n=MAX_ROWS)
                self._places.append(at)
                self._lines.append(line)
            at, line = record.after, line + record.lines

    def __len__(self):
        return len(self._places)

    def __getitem__(self, index):
        if isinstance(index, slice):
            return [self[each] for each in range(len(self))[index]]
        record = _record(self._data, self._places[index], self._delimiter, self._width)
        return _row(self._lines[index], record.cells, record.trouble, self._width)


def read(data: bytes) -> Sheet:
    """The whole file. Raises Invalid at `file` for what is no CSV file with a header, or too large."""
    _refuse_others(data)
    at, number = len(codecs.BOM_UTF8) if data.startswith(codecs.BOM_UTF8) else 0, 1
    first, after = _line(data, at)
    while first and not first.strip():
        at, number = after, number + 1
        first, after = _line(data, at)
    named = re.fullmatch(r'"?sep=(.)"?\s*', first, re.IGNORECASE)
    if named and named[1] in DELIMITERS:  # what Excel writes so that it knows its own file again
        at, number = after, number + 1
        first, _after = _line(data, at)
    if not first:
        raise Invalid(_l("The file is empty."), field="file")
    delimiter = named[1] if named else _delimiter(first)
    head = _record(data, at, delimiter)
    if head.trouble or len(head.cells) > MAX_COLUMNS or any(
            _CONTROL.search(name) or len(name) > KEPT for name in head.cells):
        raise Invalid(_l("The first row must hold the names of the columns."), field="file")
    rows = Rows(data, head.after, number + head.lines, delimiter, len(head.cells))
    return Sheet(delimiter, [" ".join(name.split()) for name in head.cells], rows)


def _refuse_others(data: bytes) -> None:
    if len(data) > SIZE_LIMIT:
        raise Invalid(_l("The file is larger than %(mb)s MB: split it."), field="file", mb=SIZE_LIMIT // 1024 ** 2)
    if not data or data.isspace():
        raise Invalid(_l("The file is empty."), field="file")
    if data.startswith(_SPREADSHEETS):
        raise Invalid(_l("This is a spreadsheet, not a CSV file: save it as CSV and send that."), field="file")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or data[:400].count(0) > 20:
        raise Invalid(_l("This is no text in UTF-8, Windows-1252 or Latin-1: save it as CSV (UTF-8)."), field="file")


def _delimiter(line: str) -> str:
    """The one that stands most often in the header, quoted names apart."""
    bare = _QUOTED.sub("", line)
    return max(DELIMITERS, key=bare.count)


def _row(line, cells, trouble, width) -> Row:
    if trouble is None:
        while len(cells) > width and not cells[-1].strip():  # a delimiter at the end of the line
            cells.pop()
        if len(cells) != width:
            trouble = Invalid(lazy_ngettext("The row has %(num)s column; the header has %(n)s.",
                                            "The row has %(num)s columns; the header has %(n)s.", len(cells), n=width))
        elif any(_CONTROL.search(cell) for cell in cells):
            trouble = Invalid(_l("The row has characters that no text has."))
        elif any(len(cell) > CELL_LIMIT for cell in cells):
            trouble = Invalid(_l("A cell has more than %(n)s characters."), n=CELL_LIMIT)
    if trouble:
        cells = [_CONTROL.sub("", cell)[:KEPT] for cell in cells[:MAX_COLUMNS]]
    return Row(line, cells, trouble)


class _Record(NamedTuple):
    """What begins at a byte of the file: its cells or why it has none, how many lines it takes, where it ends."""

    cells: list[str]
    trouble: DomainError | None
    lines: int
    after: int


def _record(data: bytes, at: int, delimiter: str, width: int | None = None) -> _Record:
    """A quoted cell goes on in the next lines where they make a row of this `width`."""
    text, after = _line(data, at)
    if len(text) > RECORD_LIMIT:
        return _Record([text[:KEPT]], Invalid(_l("The row is longer than %(n)s characters."), n=RECORD_LIMIT), 1, after)
    cells = _split(text, delimiter)
    if not _unclosed(text, cells):
        return _Record(cells, None, 1, after)
    return _gone_on(data, text, after, delimiter, width) or _Record(
        cells, Invalid(_l("A quotation mark is not closed.")), 1, after)


def _gone_on(data, text, at, delimiter, width) -> _Record | None:
    """The row that begins with `text` and goes on at a byte; None where it never ends."""
    for lines in range(2, MAX_LINES + 1):
        line, at = _line(data, at)
        text += line
        if not line or len(text) > RECORD_LIMIT:
            return None
        if text.count('"') % 2 == 0:
            cells = _split(text, delimiter)
            return _Record(cells, None, lines, at) if width in (None, len(cells)) else None
    return None


def _line(data: bytes, at: int) -> tuple[str, int]:
    """The line that begins at a byte, with its end, and where the next one begins; no text at the end of the file."""
    end = _LINE_END.search(data, at)
    after = end.end() if end else len(data)
    return decode(data[at:after]), after


def _split(text: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([text], delimiter=delimiter), [])
    except csv.Error:  # a bare carriage return between quotes that do not match
        return [text[:KEPT]]


def _unclosed(text, cells) -> bool:
    if text.count('"') % 2 == 0 or not cells:
        return False
    return cells[-1].endswith(("\n", "\r")) or not text.endswith(("\n", "\r"))
