"""What the registers of the trees of classification have in common: validity, in the form, in lists and on the page."""
from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from ...lowcode.controls import today
from ..formats import day as shown_day

DATES = ["valid_from", "valid_until"]
WHOLE = "complete_to_close"
LABELS = {"valid_from": _l("Valid from"), "valid_until": _l("Valid until"),
          WHOLE: _l("Demands full classification to close")}
HELP = {"valid_from": _l("The first day on which it is offered. Empty: from the start."),
        "valid_until": _l("The last day on which it is offered; records that have it keep it. Empty: without end.")}
FUTURE, EXPIRED = "future", "expired"
CHIPS = {
    (FUTURE, True): (_l("Not valid yet"), "info"), (EXPIRED, True): (_l("No longer valid"), "warn"),
    (FUTURE, False): (_l("Not valid yet above"), "info"), (EXPIRED, False): (_l("No longer valid above"), "warn")}


def period_text(row) -> str:
    """The validity of a row in words; nothing where it has neither beginning nor end."""
    since, until = shown_day(row.valid_from), shown_day(row.valid_until)
    if since and until:
        return _("%(start)s to %(end)s", start=since, end=until)
    return _("from %(day)s on", day=since) if since else _("until %(day)s", day=until) if until else ""


def state(row, day: date) -> tuple[str, bool] | None:
    """(FUTURE or EXPIRED, whether by its own dates and not by those of what stands above) on this day; None: valid."""
    if row.valid_from is not None and row.valid_from > day:
        return FUTURE, True
    if row.valid_until is not None and row.valid_until < day:
        return EXPIRED, True
    found = state(getattr(row, row.above), day) if row.above else None
    return (found[0], False) if found else None


def shown(row) -> Markup:
    """The validity with its chip, as lists and pages show it."""
    found = state(row, today())
    chip = Markup('<span class="b-chip {1}">{0}</span>').format(*CHIPS[found]) if found else ""
    return Markup(" ").join(filter(None, (period_text(row), chip)))


class LastingMixin:
    """A level of a tree of classification: its validity stands before "Ativo"."""

    def list_cells(self):
        """As the list's own, and the validity."""
        return _with_validity(super().list_cells())

    def show_cells(self):
        """As the page's own, and the validity."""
        named = [(*cell, name) for cell, name in zip(super().show_cells(), self.show_columns, strict=True)]
        return [cell[:2] for cell in _with_validity(named)]


def _with_validity(cells):
    place = next((n for n, cell in enumerate(cells) if cell[2] == "active"), len(cells))
    return [*cells[:place], (_("Validity"), shown, "validity"), *cells[place:]]
