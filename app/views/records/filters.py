"""The filters of a list of records: words, a person and what is filled in as a form, and a box for each searchable
field (`custom_filters`)."""
from flask import abort, request
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import Form, SelectMultipleField, StringField
from wtforms.validators import Length

from ...queries.catalogue import FormSpec
from ...queries.custom_records import RecordFilter
from ...queries.field_filters import Asked, Unreadable
from ...services.field_questions import NoValue, filled
from .. import custom_filters
from ..lookup import LookupField


class RecordFilterForm(Form):
    """Names are those of the address."""

    searching = True
    asked: Asked = ()
    unreadable: dict = {}  # what cannot be read of the fields, by argument

    q = StringField(_l("Words or #code"), [Length(max=200)])
    filled = SelectMultipleField(_l("Filled in"))
    empty = SelectMultipleField(_l("Left empty"))
    entity = LookupField(_l("Person"), source="entity")

    def __init__(self, form: FormSpec, arguments: MultiDict):
        super().__init__(arguments)
        self.form = form
        self.filled.choices = self.empty.choices = [(each.key, each.name) for each in form.searchable]

    def ask_fields(self, lost: list | None = None) -> None:
        """Read what is asked of the fields; an argument that none of them has answers 400, unless a saved view asks for
        it: then it is named in `lost`."""
        try:
            self.asked = custom_filters.asked_of(
                self.form.searchable, self.form.by_key, request.args, lost=lost, words=True)
        except Unreadable:
            abort(400)
        except NoValue as refusal:
            self.unreadable = {refusal.field: str(refusal)}

    def validate(self, extra_validators=None):
        return super().validate(extra_validators) and not self.unreadable

    @property
    def boxes(self) -> list[custom_filters.Box]:
        """The boxes of the searchable fields."""
        return custom_filters.boxes_of(self.form.searchable, self.unreadable)

    def filter(self, *, attendance: int | None = None) -> RecordFilter:
        """What the address asks; to be called when it is valid."""
        made = [*self.asked]
        for keys, there in ((self.filled.data, True), (self.empty.data, False)):
            made += filled(self.form.searchable, keys or (), there)
        return RecordFilter((self.q.data or "").replace("\0", ""), tuple(made), attendance,
                            self.entity.data.id if self.entity.data is not None else None)

    def forgive(self) -> list[str]:
        """Of a saved view: fields and persons that are no longer there hold no longer. Returns their labels."""
        lost = []
        for box in (self.filled, self.empty):
            known = {value for value, _label in box.choices}
            if not box.errors and set(box.data or ()) - known:
                box.data = [value for value in box.data if value in known]
                lost.append(str(box.label.text))
        if self.entity.bad:
            self.entity.bad = False
            lost.append(str(self.entity.label.text))
        return lost
