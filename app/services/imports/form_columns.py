"""The columns of a configurators' form in a CSV file: those that its export has, read back as the values it holds."""
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l

from ...errors import Invalid
from ...models.custom_field import FieldType
from ...queries.catalogue import FieldSpec, FormSpec
from ...text import normalise
from .. import sheets
from ..custom_types import labels
from .columns import Column, read_document, read_flag, read_number

PREFIX = "x_"  # of fields: no own column begins so
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)
_TIME = re.compile(r"[T ]+(\d{1,2}):(\d{2})(?::(\d{2}))?", re.ASCII)
_PARTS = re.compile(r"[,;|\n]")
_CODE = re.compile(r"#?(\d{1,9})", re.ASCII)


@dataclass(frozen=True)
class Named:
    """A person as a cell names one: to be found for all rows of a batch at once."""

    text: str


def armed(cell: str) -> str:
    """The text that an export has disarmed, as it was: `'=1+1` -> `=1+1`."""
    return cell[1:] if cell.startswith("'") and sheets.disarmed(cell[1:]) == cell else cell


def columns_of(form: FormSpec, timezone: str) -> tuple[Column, ...]:
    """All of a form. A field that is called as one of a record's own columns goes before it: that one is then known by
    its longer name. Files are no text: their fields have no column. `timezone`: in which moments are written."""
    fields = tuple(field_column(each, timezone) for each in form.fields if each.type != FieldType.ATTACHMENT)
    taken = {normalise(each.name) for each in form.fields}
    own = tuple(Column(key, OWN_LABELS[key] if normalise(str(label)) in taken else label,
                       tuple(name for name in names if normalise(name) not in taken), read, help=help_)
                for key, label, names, read, help_ in _OWN)
    return (own[0], *fields, *own[1:])


def retired_columns_of(form: FormSpec, timezone: str) -> tuple[Column, ...]:
    """Those of fields that are no longer in use."""
    return tuple(field_column(each, timezone) for each in form.every
                 if not each.active and each.type != FieldType.ATTACHMENT)


def field_column(field: FieldSpec, timezone: str) -> Column:
    """The column of one field, known by its name and its variable."""
    kind = FieldType(field.type)
    hint = _HELP.get(kind, "")
    if kind in (FieldType.CHOICE, FieldType.CHOICES):
        hint = " · ".join(option["label"] for option in field.options if option.get("active", True))[:300]
        hint = _l("Several parted by commas: %(options)s", options=hint) if kind == FieldType.CHOICES else hint
    if field.required:
        hint = _l("Mandatory. %(more)s", more=hint) if hint else _l("Mandatory.")
    return Column(PREFIX + field.key, field.name, (field.name, field.key), _reader(kind, field, timezone),
                  help=hint, numeric=kind in (FieldType.DECIMAL, FieldType.MONEY))


def file_fields(form: FormSpec) -> list[str]:
    """The names of the fields that a file cannot fill."""
    return [each.name for each in form.fields if each.type == FieldType.ATTACHMENT]


# ---- how a cell is read

def _words(cell, _context) -> str:
    return armed(cell)


def _named(cell, _context) -> Named:
    return Named(" ".join(armed(cell).split()))


def _record_code(cell, _context) -> int:
    found = _CODE.fullmatch(cell.strip())
    if not found:
        raise Invalid(_l("“%(cell)s” is not the code of a record."), cell=cell[:40])
    return int(found[1])


def _integer(cell, context) -> int:
    number = read_number(cell, context)
    if number != int(number):
        raise Invalid(_l("“%(cell)s” is not a whole number."), cell=cell[:40])
    return int(number)


def _decimal(cell, context) -> str:
    return f"{read_number(cell, context):f}"


def _day(cell, _context) -> str:
    day, rest = _day_of(cell)
    if day is None or rest and not _TIME.fullmatch(rest):
        raise Invalid(_l("“%(cell)s” is not a date."), cell=cell[:40])
    return day.isoformat()


def _moment(timezone) -> Callable:
    zone = ZoneInfo(timezone)

    def read(cell, _context) -> str:
        try:
            moment = datetime.fromisoformat(cell)
            if moment.tzinfo is not None:
                return moment.astimezone(UTC).isoformat()
        except ValueError:
            pass
        day, rest = _day_of(cell)
        time = _TIME.fullmatch(rest) if rest else None
        try:
            if day is None or not time:
                raise ValueError(cell)
            hour, minute, second = (int(part or 0) for part in time.groups())
            made = datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=zone)
        except ValueError:
            raise Invalid(_l("“%(cell)s” is not a date with its time, such as 31/01/2026 09:30."),
                          cell=cell[:40]) from None
        return made.astimezone(UTC).isoformat()
    return read


def _day_of(cell) -> tuple[date | None, str]:
    """(the day at the beginning of a cell, what follows it)"""
    try:
        if found := _DAY.match(cell):
            return date(int(found[3]), int(found[2]), int(found[1])), cell[found.end():]
        return date.fromisoformat(cell[:10]), cell[10:]
    except ValueError:
        return None, ""


def _choice(field) -> Callable:
    by_text = _by_text(field)

    def read(cell, _context) -> str:
        value = by_text.get(normalise(armed(cell)))
        if value is None:
            raise Invalid(_l("“%(cell)s” is none of the options."), cell=cell[:40])
        return value
    return read


def _choices(field) -> Callable:
    """Options with commas, semicolons or bars between them; an option may itself have a comma."""
    by_text = {normalise(_PARTS.sub(",", told)): value for told, value in _by_text(field).items()}

    def read(cell, _context) -> list[str]:
        parts, found, at = _PARTS.split(armed(cell)), [], 0
        while at < len(parts):
            if not parts[at].strip():
                at += 1
                continue
            for end in range(len(parts), at, -1):
                if (value := by_text.get(normalise(",".join(parts[at:end])))) is not None:
                    break
            else:
                raise Invalid(_l("“%(cell)s” is none of the options."), cell=parts[at].strip()[:40])
            found.append(value)
            at = end
        return list(dict.fromkeys(found))
    return read


def _by_text(field) -> dict[str, str]:
    """{label or value, normalised: value}, options no longer offered too: a stored one may stay."""
    told = labels(field)
    return {**{normalise(value): value for value in told}, **{normalise(label): value for value, label in told.items()}}


def _document(cell, context) -> str:
    return read_document(armed(cell), context)[0]


def _reader(kind, field, timezone) -> Callable:
    match kind:
        case FieldType.DATETIME:
            return _moment(timezone)
        case FieldType.CHOICE:
            return _choice(field)
        case FieldType.CHOICES:
            return _choices(field)
    return _READERS.get(kind, _words)


_READERS = {
    FieldType.INTEGER: _integer, FieldType.DECIMAL: _decimal, FieldType.MONEY: _decimal, FieldType.DATE: _day,
    FieldType.BOOLEAN: read_flag, FieldType.CPF_CNPJ: _document, FieldType.PERSON: _named}
_HELP = {
    FieldType.DATE: _l("dd/mm/yyyy"), FieldType.DATETIME: _l("dd/mm/yyyy hh:mm"), FieldType.BOOLEAN: _l("Yes or No."),
    FieldType.PERSON: _l("CPF/CNPJ, or a name that only one person has.")}
_OWN = (
    ("id", _l("Code"), ("Código", "Code", "Código do registro", "Code of the record",
                        # as files have it that were exported when it was called a number
                        "Número", "Number", "Número do registro", "Number of the record"), _record_code,
     _l("Of a record that is there: it is changed. Without one the row is added.")),
    ("entity", _l("Person"), ("Pessoa", "Person", "Pessoa do registro", "Person of the record"), _named,
     _HELP[FieldType.PERSON]),
    ("attendance", _l("Attendance"), ("Atendimento", "Attendance", "Atendimento do registro",
                                      "Attendance of the record"), _words, _l("Its protocol, or its number.")),
    ("company", _l("Company"), ("Empresa", "Company", "Empresa do registro", "Company of the record"), _words,
     _l("Name, CNPJ or code; only where you work for several.")))
OWN_LABELS = {"id": _l("Code of the record"), "entity": _l("Person of the record"),
              "attendance": _l("Attendance of the record"), "company": _l("Company of the record")}
