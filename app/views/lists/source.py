"""A list as its tools see it: columns with typed values, what the address asks, rows in order. One a list of work."""
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from flask import g
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import refresh

from ...errors import Invalid
from ...lowcode import fields as custom
from ...lowcode.controls import local_zone
from ...models.custom_field import FieldType
from ...queries.catalogue import FieldSpec
from ...security.permissions import Perm
from ..custom import definitions

CHUNK = 1_000  # rows read at once by an export
CUSTOM = "x_"  # of the keys of custom columns: no column begins so
UNREADABLE = _l("The filters cannot be read: correct them first.")


@dataclass(frozen=True)
class Column:
    """One column: `value(row)` as a spreadsheet has it (text, number, date, local time)."""

    key: str
    label: Any
    value: Callable
    load: tuple = ()  # loader options for it
    shown: Callable | None = None  # row -> text of a page, where the value alone does not say it

    def text(self, row) -> str:
        """The same for a page, which escapes it."""
        if self.shown is not None:
            return self.shown(row)
        value = self.value(row)
        if isinstance(value, datetime):
            return f"{value:%d/%m/%Y %H:%M}"
        return f"{value:%d/%m/%Y}" if isinstance(value, date) else "" if value is None else str(value)


class ListSource:
    """One list. Everything is read from the arguments of the request, so that page, export and job see the same."""

    key: ClassVar[str] = ""
    perm: ClassVar[Perm]
    title: ClassVar[Any] = ""
    file: ClassVar[str] = "lista"  # what the name of an export begins with
    default: ClassVar[tuple[str, ...]] = ()

    def address(self) -> str:
        """The path of the page."""
        raise LookupError(self.key)

    def columns(self) -> dict[str, Column]:
        """What may be shown, by key."""
        return {}

    def count(self, cap: int) -> int:
        """How many rows, counted to cap + 1. Raises Invalid where the arguments cannot be read."""
        raise Invalid(UNREADABLE)

    def rows(self, chosen: list[Column]) -> Iterator[list]:
        """All rows in the order of the page, CHUNK by CHUNK, as records."""
        raise Invalid(UNREADABLE)

    def plain(self, told: Callable | None = None) -> tuple[list[str], Iterator[list[tuple]]] | None:
        """(head, chunks of rows) for CSV, of texts and whole numbers ready to be written, where a list that may have a
        million rows has such; its columns are then always the same. `told(n)` hears how many were read."""
        return None

    def default_columns(self, offered: dict) -> list[str]:
        """Keys of the columns shown before anybody chose."""
        return [key for key in self.default if key in offered] + [key for key in offered if key.startswith(CUSTOM)]


SOURCES: dict[str, ListSource] = {}
FAMILIES: dict[str, Callable[[str], ListSource | None]] = {}  # of lists that come and go: a key's beginning, its maker


def register_list(source: ListSource) -> None:
    """Give a list its tools; called while the application is put together."""
    SOURCES[source.key] = source


def find_source(key: str) -> ListSource | None:
    """The list of this key, of the product or of a family; None where the viewer has none of it."""
    return SOURCES.get(key) or next(
        (make(key) for begins, make in FAMILIES.items() if key.startswith(begins)), None)


def local(value: datetime | None) -> datetime | None:
    """An instant as a clock on the wall shows it."""
    return value.astimezone(local_zone()).replace(tzinfo=None) if value else None


def yes(value) -> str:
    return "" if value is None else _("Yes") if value else _("No")


def custom_columns(target: str) -> dict[str, Column]:
    """The fields of configurators that are marked for lists; of rows that have `custom_values`."""
    kept = g.setdefault("_custom_columns", {})
    if target not in kept:
        kept[target] = {CUSTOM + each.key: _custom_column(each) for each in definitions(target) if each.in_list}
    return kept[target]


_MOMENTS = (FieldType.DATE, FieldType.DATETIME)
_NUMBERS = (FieldType.INTEGER, FieldType.DECIMAL, FieldType.MONEY)


def _custom_column(definition: FieldSpec) -> Column:
    """Dates and numbers of files are dates and numbers; pages have them as they are written here."""
    key, label = CUSTOM + definition.key, definition.name

    def text(row):
        return custom.shown(definition, (row.custom_values or {}).get(definition.key))

    def value(row):
        data = custom.read(definition, (row.custom_values or {}).get(definition.key))
        return local(data) if isinstance(data, datetime) else data

    if definition.type in _MOMENTS:
        return Column(key, label, value)
    return Column(key, label, value, shown=text) if definition.type in _NUMBERS else Column(key, label, text)


def forget_context() -> None:
    """A job runs several lists in one application context: what one request had kept is not the next one's."""
    for name in ("_custom_columns", "_defined", "_central_now", "_central_bounds", "_central_settings", "_shell",
                 "_list_tools", "_persons_named", "_persons_wanted"):
        g.pop(name, None)
    refresh()
