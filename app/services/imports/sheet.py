"""A CSV file that a person hands in, made into a header and rows; of any encoding, with `;`, `,` or tabs.

A line that cannot be read refuses itself and nothing else: a quotation mark that is never closed, a cell of a megabyte,
characters that no text has.
"""
import codecs
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from flask_babel import lazy_gettext as _l

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
    rows: list[Row] = field(default_factory=list)


def read(data: bytes) -> Sheet:
    """The whole file. Raises Invalid at `file` for what is no CSV file with a header, or too large."""
    _refuse_others(data)
    lines = [decode(line) for line in data.removeprefix(codecs.BOM_UTF8).splitlines(keepends=True)]
    first = 0
    while first < len(lines) and not lines[first].strip():
        first += 1
    named = re.fullmatch(r'"?sep=(.)"?\s*', lines[first], re.IGNORECASE) if first < len(lines) else None
    if named and named[1] in DELIMITERS:  # what Excel writes so that it knows its own file again
        first += 1
    if first >= len(lines):
        raise Invalid(_l("The file is empty."), field="file")
    delimiter = named[1] if named else _delimiter(lines[first])
    records = _records(lines, first, delimiter)
    _line, header, trouble = next(records)
    if trouble or len(header) > MAX_COLUMNS or any(_CONTROL.search(name) or len(name) > KEPT for name in header):
        raise Invalid(_l("The first row must hold the names of the columns."), field="file")
    return Sheet(delimiter, [" ".join(name.split()) for name in header], _rows(records, len(header)))


def _refuse_others(data: bytes) -> None:
    if len(data) > SIZE_LIMIT:
        raise Invalid(_l("The file is larger than %(mb)s MB: split it."), field="file", mb=SIZE_LIMIT // 1024 ** 2)
    if not data.strip():
        raise Invalid(_l("The file is empty."), field="file")
    if data.startswith(_SPREADSHEETS):
        raise Invalid(_l("This is a spreadsheet, not a CSV file: save it as CSV and send that."), field="file")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or data[:400].count(0) > 20:
        raise Invalid(_l("This is no text in UTF-8, Windows-1252 or Latin-1: save it as CSV (UTF-8)."), field="file")


def _delimiter(line: str) -> str:
    """The one that stands most often in the header, quoted names apart."""
    bare = _QUOTED.sub("", line)
    return max(DELIMITERS, key=bare.count)


def _rows(records, width) -> list[Row]:
    rows = []
    for line, cells, trouble in records:
        if trouble is None and not any(cell.strip() for cell in cells):
            continue
        if len(rows) == MAX_ROWS:
            raise Invalid(_l("The file has more than %(n)s rows: split it."), field="file", n=MAX_ROWS)
        rows.append(_row(line, cells, trouble, width))
    return rows


def _row(line, cells, trouble, width) -> Row:
    if trouble is None:
        while len(cells) > width and not cells[-1].strip():  # a delimiter at the end of the line
            cells.pop()
        if len(cells) != width:
            trouble = Invalid(_l("The row has %(have)s columns; the header has %(n)s."), have=len(cells), n=width)
        elif any(_CONTROL.search(cell) for cell in cells):
            trouble = Invalid(_l("The row has characters that no text has."))
        elif any(len(cell) > CELL_LIMIT for cell in cells):
            trouble = Invalid(_l("A cell has more than %(n)s characters."), n=CELL_LIMIT)
    if trouble:
        cells = [_CONTROL.sub("", cell)[:KEPT] for cell in cells[:MAX_COLUMNS]]
    return Row(line, cells, trouble)


def _records(lines, at, delimiter) -> Iterator[tuple[int, list[str], DomainError | None]]:
    """(number of the first line, cells, trouble). A quoted cell goes on in the next lines where they make a row."""
    width = None
    while at < len(lines):
        number, text, taken = at + 1, lines[at], 1
        trouble, cells = None, []
        if len(text) > RECORD_LIMIT:
            trouble, cells = Invalid(_l("The row is longer than %(n)s characters."), n=RECORD_LIMIT), [text[:KEPT]]
        else:
            cells = _split(text, delimiter)
            if _unclosed(text, cells):
                whole, more = _gone_on(lines, at, delimiter, width)
                if whole is None:
                    trouble = Invalid(_l("A quotation mark is not closed."))
                else:
                    cells, taken = whole, more
        width = len(cells) if width is None else width
        at += taken
        yield number, cells, trouble


def _gone_on(lines, at, delimiter, width) -> tuple[list[str] | None, int]:
    """The cells of the row that begins at a line and goes on, and its number of lines; None where it never ends."""
    text = lines[at]
    for more, line in enumerate(lines[at + 1:at + MAX_LINES], 2):
        text += line
        if len(text) > RECORD_LIMIT:
            break
        if text.count('"') % 2 == 0:
            cells = _split(text, delimiter)
            return (cells, more) if width is None or len(cells) == width else (None, 1)
    return None, 1


def _split(text: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([text], delimiter=delimiter), [])
    except csv.Error:  # a bare carriage return between quotes that do not match
        return [text[:KEPT]]


def _unclosed(text, cells) -> bool:
    if text.count('"') % 2 == 0 or not cells:
        return False
    return cells[-1].endswith(("\n", "\r")) or not text.endswith(("\n", "\r"))
