"""A ticket as a row of the grid: its cells, the state of its deadline, and what the footer tells of it."""
import json
from typing import NamedTuple

from flask import get_template_attribute
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from ...queries.ticket_lines import Line
from . import query
from .listed import return_deadline
from .panel import state_of
from .shown import STATES

FOOTER = (  # the labels of the footer, in the order of Row.footer
    _l("Opened on"), _l("Protocol"), _l("Status"), _l("Classification"), _l("Responsible"), _l("Department"),
    _l("Deadline"), _l("Days open"))


TURNS = {  # icon, words
    "complemented": ("fa-comment-dots", _l("The provider complemented")),
    "owed": ("fa-reply", _l("Waiting for the operator company"))}


class Row(NamedTuple):
    """What the template draws: each cell as (its beginning, key of the column, text); `footer` is JSON, `out` says that
    the filters no longer list it."""

    id: int
    version: int
    number: str
    cells: list[tuple[Markup, str, str]]
    chip: Markup | str
    returns: str
    turn: Markup | str
    footer: str
    out: bool = False


def drawn(lines: list[Line], columns, *, listed: set[int] | None = None) -> list[Row]:
    """The rows of these tickets; `listed` are the ids the filters list, where that is in question."""
    drawing = _Drawing(columns)
    return [drawing.row(line, out=listed is not None and line.id not in listed) for line in lines]


class _Drawing:
    """What many rows have alike is worked out once for all of them."""

    def __init__(self, columns):
        start, self._chip, turn = (
            get_template_attribute("central/cells.html", name) for name in ("start", "chip", "turn"))
        self.columns = [(start(column), column.key, column.text) for column in columns]
        self.bounds, self.nobody = query.bounds(), _("no operator")
        self.chips: dict[str | None, tuple] = {None: ("", "")}  # by state: (chip, words)
        self.returns: dict = {None: ""}
        self.turns = {None: "", **{name: turn(name, *drawn) for name, drawn in TURNS.items()}}

    def row(self, line: Line, out: bool) -> Row:
        chip, words = self._state(state_of(line, self.bounds))
        cells = [(start, key, text(line)) for start, key, text in self.columns]
        return Row(line.id, line.version, str(line.number), cells, chip, self._returns(return_deadline(line)),
                   self.turns[line.turn], json.dumps(self._footer(line, words), ensure_ascii=False), out)

    def _state(self, state):
        if state not in self.chips:
            drawn = STATES[state]
            self.chips[state] = (self._chip(drawn), str(drawn[2]))
        return self.chips[state]

    def _returns(self, value) -> str:
        if value not in self.returns:
            days = isinstance(value, int)
            self.returns[value] = value if not days else _("1 day") if value == 1 else _("%(n)s days", n=value)
        return self.returns[value]

    def _footer(self, line, words) -> list[str]:
        due = f"{line.due:%d/%m/%Y %H:%M}" if line.due else ""
        return [f"{line.opened:%d/%m/%Y %H:%M}", line.protocol or "", line.situation,
                f"{line.classification} › {line.subclassification}", line.assignee or self.nobody,
                line.department or "", " · ".join(filter(None, (words, due))), str(line.days_open)]
