"""The form of a mapping: what was added already, the row that is being put together, and which records it concerns."""
import re

from flask import request
from flask_babel import get_timezone
from flask_babel import lazy_gettext as _l
from flask_wtf.i18n import translations
from wtforms import BooleanField, Form, SelectField
from wtforms.validators import Optional

from ...lowcode.dates import DayField
from ...models.classification import Phase
from ...models.reclassification import TreeKind
from ...queries.reclassification import NOT_CLOSED, Narrowed
from ...services.reclassification.mapping import MOST, Row
from ..attendances.filters import PHASES
from ..lookup import ANY, FIRST, LookupField

SOURCES = {
    TreeKind.MOTIVES: (("motive", _l("Motive")), ("occurrence", _l("Occurrence")), ("cause", _l("Cause"))),
    TreeKind.CLASSIFICATIONS: (("classification", _l("Classification")), ("subclassification", _l("Subclassification")),
                               ("default_motive", _l("Reason for the attendance"))),
}
_ROW = re.compile(r"(\d{1,18}(?:\.\d{1,18}){0,2})([=<])(\d{1,18}(?:\.\d{1,18}){0,2})")


class MappingForm(Form):
    """`rows` are those that were added before: each travels with the form as text."""

    exact = BooleanField(_l("Only this very path, not those below it"))
    opened_from = DayField(_l("Opened from"), [Optional()])
    opened_to = DayField(_l("Opened to"), [Optional()])
    phase = SelectField(_l("Phase"), [Optional()], choices=[("", _l("Any")), *PHASES])
    rows: list[Row]

    class Meta:
        def get_translations(self, form):
            return translations

    @property
    def sides(self) -> list[tuple]:
        """[(name, [fields of the levels])] of the row that is being put together."""
        return [(side, [self[f"{side}_{number}"] for number in (1, 2, 3)]) for side in ("old", "new")]

    def path(self, side: str) -> tuple[int, ...]:
        """The ids that were chosen on one side."""
        chosen = [field.data for fields in (fields for name, fields in self.sides if name == side) for field in fields]
        return tuple(row.id for row in chosen if row is not None)

    def narrowed(self) -> Narrowed:
        """Which of the records."""
        return Narrowed(self.opened_from.data, self.opened_to.data, self.phase.data or None, str(get_timezone()))


def form_of(tree: TreeKind) -> MappingForm:
    """The form of this tree as it was posted. What records have may be any node, what they get is one in use."""
    fields = {}
    for side, offer in (("old", {"offer": ANY}), ("new", {})):
        for number, (source, label) in enumerate(SOURCES[tree], 1):
            parent = {"parent": f"{side}_{number - 1}", "render_kw": {
                "data_first": str(FIRST[SOURCES[tree][number - 2][0]])}} if number > 1 else {}
            fields[f"{side}_{number}"] = LookupField(label, source=source, **parent, **offer)
    form = type("MappingFormOfTree", (MappingForm,), fields)(request.form if request.method == "POST" else None)
    found = [_ROW.fullmatch(text) for text in request.form.getlist("row")[:MOST + 1]]
    form.rows = [Row(_ids(match[1]), _ids(match[3]), match[2] == "=") for match in found if match]
    return form


def written(row: Row) -> str:
    """A row as it travels with the form: 3.7=9 is exactly 3.7, 3.7<9 all below it."""
    return f"{_written(row.old)}{'=' if row.exact else '<'}{_written(row.new)}"


def phase_text(phase: str | None) -> str:
    """The words of a phase of the filter."""
    return str(dict(PHASES).get(Phase(phase).value if phase and phase != NOT_CLOSED else phase, "")) if phase else ""


def _written(path) -> str:
    return ".".join(map(str, path))


def _ids(text) -> tuple[int, ...]:
    return tuple(map(int, text.split(".")))
