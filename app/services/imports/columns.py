"""The columns that an import knows: by which headers, how a cell of each is read, and what is refused of it."""
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l

from ... import access_keys, documents
from ...errors import DomainError, Invalid
from ...models.order import OrderState
from ...text import normalise, searchable
from .. import amounts

STATES = {
    OrderState.OPEN: ("aberto", "aberta", "em aberto", "open"),
    OrderState.INVOICED: ("faturado", "faturada", "invoiced"),
    OrderState.DELIVERED: ("entregue", "delivered"),
    OrderState.CANCELLED: ("cancelado", "cancelada", "cancelled", "canceled")}
_STATE_OF = {name: state for state, names in STATES.items() for name in names}
_FLAGS = {**dict.fromkeys(("s", "sim", "ativo", "ativa", "1", "true", "verdadeiro", "y", "yes"), True),
          **dict.fromkeys(("n", "nao", "inativo", "inativa", "0", "false", "falso", "no"), False)}
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)
_ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_TIME = re.compile(r"[T ]\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?(Z|[+-]\d{2}:?\d{2})?", re.ASCII)
COMMA, POINT = ",", "."
_NUMERALS = {
    COMMA: re.compile(r"[+-]?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?", re.ASCII),
    POINT: re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?", re.ASCII)}
_SAYS_COMMA = re.compile(r"[+-]?([\d.]*,(\d{1,2}|\d{4,})|\d{1,3}(\.\d{3})+,\d+|(0|\d{4,}),\d+)", re.ASCII)
_SAYS_POINT = re.compile(r"[+-]?([\d,]*\.(\d{1,2}|\d{4,})|\d{1,3}(,\d{3})+\.\d+|(0|\d{4,})\.\d+)", re.ASCII)


@dataclass(frozen=True)
class Context:
    """What reading a cell depends on besides the cell: the decimal mark of the file, and the present time."""

    decimal: str
    now: datetime


@dataclass(frozen=True)
class Column:
    """One thing that a row may tell. `names`: the headers by which it is known, the likeliest first."""

    key: str
    label: Any
    names: tuple[str, ...]
    read: Callable[[str, Context], Any]
    required: bool = False  # a column must be chosen for it, and every row must fill it
    help: Any = ""
    numeric: bool = False  # its cells tell which decimal mark the file has


def guess(columns: Sequence[Column], header: Sequence[str]) -> dict[str, int]:
    """{key: index} of the columns whose header is known; a header serves once."""
    plain, found = [searchable(name) for name in header], {}
    for column in columns:
        index = next((at for name in map(searchable, column.names) for at, there in enumerate(plain)
                      if there == name and at not in found.values()), None)
        if index is not None:
            found[column.key] = index
    return found


def decimal_mark(columns: Sequence[Column], mapping: dict[str, int], rows) -> str:
    """Which mark the numbers of the file have, told by those that leave no doubt; a comma where none tells."""
    numeric = [mapping[each.key] for each in columns
               if (each.numeric or each.read in (read_money, read_quantity)) and each.key in mapping]
    points = False
    for row in rows if numeric else ():  # each is read from the file for it
        cells = [] if row.trouble else [_bare(row.cells[index]) for index in numeric]
        if any(map(_SAYS_COMMA.fullmatch, cells)):
            return COMMA
        points = points or any(map(_SAYS_POINT.fullmatch, cells))
    return POINT if points else COMMA


def read_row(columns: Sequence[Column], mapping: dict[str, int], cells: Sequence[str], context: Context):
    """({key: value}, [refusals]) of a row; of an empty cell that may be empty nothing is told."""
    values, refusals = {}, []
    for column in columns:
        if column.key not in mapping:
            continue
        text = cells[mapping[column.key]].strip()
        try:
            if text:
                values[column.key] = column.read(text, context)
            elif column.required:
                raise Invalid(_l("This field is required."))
        except DomainError as error:  # of it only the words: it holds the call that raised it
            refusals.append(Invalid(_l("%(column)s: %(reason)s"), field=column.key, column=column.label,
                                    reason=str(error)))
    return values, refusals


# ---- how a cell is read

def text(limit: int) -> Callable:
    """Words of so many characters at most, single spaces; a formula is words like any other."""
    def read(cell, _context):
        return _limited(" ".join(cell.split()), limit)
    return read


def long_text(limit: int) -> Callable:
    """Words with their lines."""
    def read(cell, _context):
        return _limited(cell.replace("\r\n", "\n").replace("\r", "\n"), limit)
    return read


def _limited(words, limit):
    if len(words) > limit:
        raise Invalid(_l("At most %(n)s characters; there are %(have)s."), n=limit, have=len(words))
    return words


def _bare(cell: str) -> str:
    return cell.replace("\u00a0", " ").strip().removeprefix("R$").strip()


def read_number(cell, context) -> Decimal:
    typed = _bare(cell)
    if not _NUMERALS[context.decimal].fullmatch(typed):
        raise Invalid(_l("“%(cell)s” is not a number."), cell=cell[:40])
    group = POINT if context.decimal == COMMA else COMMA
    return Decimal(typed.replace(group, "").replace(COMMA, POINT))


def read_money(cell, context) -> Decimal:
    return amounts.money(read_number(cell, context), "")


def read_quantity(cell, context) -> Decimal:
    return amounts.quantity(read_number(cell, context), "")


def read_day(cell, context) -> date:
    """31/12/2026 or 2026-12-31, a time of day after it left aside."""
    for pattern, order in ((_DAY, (3, 2, 1)), (_ISO_DAY, (1, 2, 3))):
        found = pattern.match(cell)
        if found and (found.end() == len(cell) or _TIME.fullmatch(cell[found.end():])):
            try:
                return amounts.day(date(*(int(found[i]) for i in order)), "", now=context.now)
            except ValueError:
                break
    raise Invalid(_l("“%(cell)s” is not a date."), cell=cell[:40])


def read_state(cell, _context) -> str:
    try:
        return _STATE_OF[normalise(cell)]
    except KeyError:
        raise Invalid(_l("“%(cell)s” is no state of an order."), cell=cell[:40]) from None


def read_flag(cell, _context) -> bool:
    try:
        return _FLAGS[normalise(cell)]
    except KeyError:
        raise Invalid(_l("“%(cell)s” must be Yes or No."), cell=cell[:40]) from None


def read_document(cell, _context) -> tuple[str, ...]:
    """The CPF or CNPJ that is meant, the likeliest first: spreadsheets drop the zeros at the beginning of a number."""
    typed = documents.clean(cell)
    meant = dict.fromkeys((typed, *((typed.zfill(11), typed.zfill(14)) if typed.isdigit() else ())))
    valid = tuple(each for each in meant if documents.is_cpf(each) or documents.is_cnpj(each))
    if not valid:
        raise Invalid(_l("Invalid CPF or CNPJ."))
    return valid


def read_access_key(cell, _context) -> str:
    return access_keys.checked(cell)
