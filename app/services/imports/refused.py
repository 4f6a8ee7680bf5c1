"""The file of refused rows: line, reasons, and the row as it stood; beside the input, or to be fetched."""
import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from .sheet import Sheet

COLUMNS = ("Linha", "Motivo")
_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def disarmed(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: `=1+1` -> `'=1+1`. Numbers stay as they are."""
    return f"'{cell}" if cell.startswith(_FORMULA) and not _NUMBER.fullmatch(cell) else cell


class RefusedFile:
    """`<input>.recusadas.csv`, made with the first refused row: UTF-8 with a mark and `;`, as spreadsheets open it.

    What an earlier run left there is removed, so that the file always tells of the last run.
    """

    def __init__(self, source: Path, header: Sequence[str]):
        self.path = source.with_name(source.name + ".recusadas.csv")
        self._header, self._file = header, None
        self.path.unlink(missing_ok=True)

    def add(self, line: int, reasons: str, fields: Sequence[str]) -> None:
        """Write one row. Raises OSError where nothing can be written beside the input."""
        if self._file is None:
            self._file = self.path.open("w", encoding="utf-8-sig", newline="")
            self._writer = csv.writer(self._file, delimiter=";")
            self._writer.writerow(self._header)
        self._writer.writerow([line, disarmed(reasons), *(disarmed(field.replace("\0", "")) for field in fields)])
        self._file.flush()  # a killed run leaves what it knew

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.close()


def refused_rows(sheet: Sheet, reasons: dict[int, str]) -> Iterator[tuple[int, str, list[str]]]:
    """(line, reasons, cells) of the rows of a sheet whose lines are in `reasons`."""
    return ((row.line, reasons[row.line], row.cells) for row in sheet.rows if row.line in reasons)


def refused_csv(sheet: Sheet, reasons: dict[int, str]) -> Iterator[bytes]:
    """The same as a file like the other, in pieces."""
    yield codecs.BOM_UTF8 + _line([*COLUMNS, *map(disarmed, sheet.header)])
    for line, words, cells in refused_rows(sheet, reasons):
        yield _line([line, disarmed(words), *map(disarmed, cells)])


def _line(cells) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";").writerow(cells)
    return text.getvalue().encode()
