"""The filters of a list of records, as a form over the address: one or two boxes for each searchable field."""
from dataclasses import dataclass

from flask_babel import get_timezone
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Form, SelectField, SelectMultipleField, StringField
from wtforms.validators import Length, Optional

from ...lowcode import filters as asked
from ...lowcode.controls import LocalDecimalField, TextBox
from ...lowcode.dates import DayField
from ...models.custom_field import FieldType
from ...queries.catalogue import FieldSpec, FormSpec
from ...queries.custom_records import RecordFilter
from ...queries.field_filters import FieldFilter
from ..lookup import LookupField, whole

YES_NO = {"true": True, "false": False}
_TEXT = 200  # characters looked for


class RecordFilterForm(Form):
    """`of(form)` makes the class of one form's list. Names are those of the address."""

    searching = True
    form: FormSpec
    q = StringField(_l("Words or number"), [Length(max=_TEXT)])
    filled = SelectMultipleField(_l("Filled in"))
    empty = SelectMultipleField(_l("Left empty"))
    entity = LookupField(_l("Person"), source="entity")

    @classmethod
    def of(cls, form: FormSpec) -> type["RecordFilterForm"]:
        boxes = {name: box for each in form.searchable for name, box in _boxes(each)}
        return type("RecordFilterFormToday", (cls,), {**boxes, "form": form})

    def __init__(self, arguments):
        names = [(each.key, each.name) for each in self.form.searchable]
        super().__init__(arguments)
        self.filled.choices = self.empty.choices = names

    @property
    def rows(self) -> list["Row"]:
        """The boxes of each searchable field."""
        return [Row(each, tuple(self[name] for name, _box in _boxes(each))) for each in self.form.searchable]

    def validate(self, extra_validators=None):
        valid = super().validate(extra_validators)
        for row in self.rows:
            if len(row.boxes) == 2 and not row.boxes[0].errors and not row.boxes[1].errors:
                low, high = (box.data for box in row.boxes)
                if low is not None and high is not None and high < low:
                    row.boxes[1].errors = [_("The end is before the beginning.")]
                    valid = False
        return valid

    def filter(self, *, attendance: int | None = None) -> RecordFilter:
        """What the address asks; to be called when it is valid."""
        made = [one for row in self.rows if (one := row.asked()) is not None]
        by_key = {each.key: each for each in self.form.searchable}
        made += [asked.is_filled(by_key[key], True) for key in self.filled.data or ()]
        made += [asked.is_filled(by_key[key], False) for key in self.empty.data or ()]
        return RecordFilter((self.q.data or "").replace("\0", ""), tuple(made), attendance,
                            self.entity.data.id if self.entity.data is not None else None)

    def forgive(self) -> list[str]:
        """Of a saved view: options and persons that are no longer there hold no longer. Returns their labels."""
        lost = []
        for box in self:
            known = {str(value) for value, _label in box.choices} if isinstance(box, SelectMultipleField) else None
            if known is not None and not box.errors and set(box.data or ()) - known:
                box.data = [value for value in box.data if value in known]
                lost.append(str(box.label.text))
            if isinstance(box, LookupField) and box.bad:
                box.bad = False
                lost.append(str(box.label.text))
        return lost


@dataclass(frozen=True)
class Row:
    """One searchable field with its box, or with two of a range."""

    field: FieldSpec
    boxes: tuple

    def asked(self) -> FieldFilter | None:
        """The question, None where nothing is."""
        first = self.boxes[0].data
        if len(self.boxes) == 2:
            low, high = (box.data for box in self.boxes)
            return None if low is None and high is None else asked.between(
                self.field, low, high, timezone=str(get_timezone()))
        if first in (None, "", []) or isinstance(first, str) and not first.strip():
            return None
        if self.field.type == FieldType.BOOLEAN:
            return asked.any_of(self.field, [YES_NO[first]])
        if self.field.type == FieldType.PERSON:
            return asked.any_of(self.field, [first.id])
        if self.field.type in asked.CHOICES:
            return asked.any_of(self.field, first)
        return asked.text_in(self.field, first.replace("\0", ""))


class WholeField(StringField):
    """A whole number, as it is typed."""

    def process_formdata(self, values):
        typed = (values[0] if values else "").strip().replace(".", "")
        self.raw, self.data = values[0] if values else "", None
        if typed:
            number = typed.removeprefix("-")
            if whole(number) is None:
                raise ValueError(_("Not a number."))
            self.data = int(typed)

    def _value(self):
        return str(getattr(self, "raw", "") or "")


def _boxes(field: FieldSpec) -> list[tuple]:
    """[(name in the address, box)]"""
    name = asked.PREFIX + field.key
    match field.type:
        case FieldType.INTEGER:
            return _range(name, lambda label: WholeField(label, [Optional()], widget=TextBox()))
        case FieldType.DECIMAL | FieldType.MONEY:
            return _range(name, lambda label: LocalDecimalField(
                label, [Optional()], number_format="#,##0.##########"))
        case FieldType.DATE | FieldType.DATETIME:
            return _range(name, lambda label: DayField(label, [Optional()]))
        case FieldType.BOOLEAN:
            choices = [("", _l("Any")), ("true", _l("Yes")), ("false", _l("No"))]
            return [(name, SelectField(field.name, [Optional()], choices=choices))]
        case FieldType.CHOICE | FieldType.CHOICES:
            offered = [(str(option["value"]), option["label"]) for option in field.options]
            return [(name, SelectMultipleField(field.name, choices=offered))]
        case FieldType.PERSON:
            return [(name, LookupField(field.name, source="entity"))]
    return [(name, StringField(field.name, [Length(max=_TEXT)]))]


def _range(name, make) -> list[tuple]:
    return [(name + asked.FROM, make(_l("From"))), (name + asked.TO, make(_l("Until")))]


