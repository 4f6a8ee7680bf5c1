"""Tables as files: CSV as Excel reads it in Brazil, and XLSX with real dates. Rows come one by one; none is kept."""
import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal

import xlsxwriter

BOM = "\ufeff"
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLSX_ROWS = 1_048_575  # of a sheet, below its head
CELL = 32_767  # characters of a cell
_BATCH = 200  # rows written to the stream at once


def csv_chunks(head: list, rows: Iterable[list]) -> Iterator[bytes]:
    """The file in pieces: UTF-8 with a mark, semicolons, dates as dd/mm/yyyy; texts that a spreadsheet would take for a
    formula begin with an apostrophe."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    buffer.write(BOM)
    writer.writerow([cell_text(cell) for cell in head])
    for number, row in enumerate(rows, 1):
        writer.writerow([cell_text(cell) for cell in row])
        if number % _BATCH == 0:
            yield _drained(buffer)
    yield _drained(buffer)


def csv_of_chunks(head: list, chunks: Iterable[list[tuple]]) -> Iterator[bytes]:
    """The same of rows of texts that are disarmed already: for files of a million rows."""
    yield from csv_chunks(head, ())
    for chunk in chunks:
        text = "\r\n".join(map(";".join, chunk))
        breaks = len(chunk) - 1
        if ('"' in text or text.count("\n") != breaks or text.count("\r") != breaks
                or text.count(";") != sum(map(len, chunk)) - len(chunk)):
            text = "\r\n".join(map(_line, chunk))
        yield f"{text}\r\n".encode()


def _line(row) -> str:
    line = ";".join(row)
    return _quoted(row) if line.count(";") >= len(row) or '"' in line or "\n" in line or "\r" in line else line


def _quoted(row) -> str:
    """A line of cells that hold what separates cells or lines."""
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=";", lineterminator="\r\n").writerow(row)
    return buffer.getvalue()[:-2]


def _drained(buffer) -> bytes:
    data = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return data


def cell_text(value) -> str:
    """A cell of a CSV as Excel reads it here."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%d/%m/%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, Decimal):  # to the last digit
        return f"{value:f}".replace(".", ",")
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value).replace(".", ",")
    return disarmed(str(value))


def disarmed(text: str) -> str:
    """The text, so that no spreadsheet runs it; also where blanks or a quotation mark hide how it begins."""
    if text[:1].isalnum() and "\0" not in text:  # nearly all: a formula begins with none of these
        return text
    text = text.replace("\0", "")
    return "'" + text if text.startswith(FORMULA) or text.lstrip(" \u00a0\"'").startswith(FORMULA) else text


def write_xlsx(target, title: str, head: list, rows: Iterable[list]) -> int:
    """Write a workbook with one sheet to a path or file; returns the number of rows. What a sheet cannot hold is left.

    Texts are written as texts: nothing in a cell is ever a formula or a link.
    """
    book = xlsxwriter.Workbook(target, {
        "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
        "default_date_format": "dd/mm/yyyy hh:mm"})
    day, bold = book.add_format({"num_format": "dd/mm/yyyy"}), book.add_format({"bold": True})
    sheet = book.add_worksheet(_sheet_name(title))
    sheet.freeze_panes(1, 0)
    for column, cell in enumerate(head):
        sheet.set_column(column, column, 18)
        sheet.write_string(0, column, str(cell)[:CELL], bold)
    count = 0
    for count, row in enumerate(rows, 1):
        if count > XLSX_ROWS:
            count -= 1
            break
        for column, value in enumerate(row):
            if value is None or value == "":
                continue
            if isinstance(value, datetime):
                sheet.write_datetime(count, column, value.replace(tzinfo=None))
            elif isinstance(value, date):
                sheet.write_datetime(count, column, value, day)
            elif isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
                sheet.write_number(count, column, float(value))
            else:
                sheet.write_string(count, column, str(value).replace("\0", "")[:CELL])
    book.close()
    return count


def _sheet_name(title) -> str:
    return "".join(c for c in str(title) if c not in "[]:*?/\\'")[:31] or "1"
