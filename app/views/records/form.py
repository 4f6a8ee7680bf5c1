"""The form of a record: the fields of its configurators' form, and what it is linked to."""
import uuid

from flask import g
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy import select
from wtforms import HiddenField, SelectField, StringField
from wtforms.validators import Length, Optional

from ...extensions import db
from ...lowcode import fields as custom
from ...lowcode.controls import ChoiceBox, TextBox
from ...lowcode.fields import PREFIX
from ...models.company import Company
from ...queries import attendances
from ...queries.catalogue import FormSpec
from ...security.visibility import visible
from ...services.custom_records import VALUES
from ..custom import show_stored
from ..lookup import LookupField, whole
from ..saving import field_at

LINKS = ("entity", "attendance", "company")
BESIDE = "drawer-"  # what ids begin with beside an attendance, which may have fields of the same names


class RecordForm(FlaskForm):
    """`of(form)` makes the class for the fields in use now. Which of the links are asked, `offer` says."""

    spec: FormSpec
    request_key = HiddenField()
    entity = LookupField(_l("Person"), source="entity")
    attendance = StringField(_l("Attendance"), [Optional(), Length(max=60)], widget=TextBox(),
                             description=_l("Protocol or number, where the record belongs to one."))
    company = SelectField(_l("Company"), coerce=whole, validate_choice=False, widget=ChoiceBox())

    @classmethod
    def of(cls, form: FormSpec) -> type["RecordForm"]:
        made = {PREFIX + each.key: custom.field_of(each) for each in form.fields}
        return type("RecordFormToday", (cls,), {**made, "spec": form})

    def begin(self) -> None:
        """The empty form of a new record."""
        self.request_key.data = uuid.uuid4().hex

    def stand_beside(self) -> None:
        """It is drawn on the page of an attendance: its ids are its own."""
        for each in self:
            if each.name.startswith(PREFIX):
                each.id = BESIDE + each.name

    def offer(self, *, adding: bool, linked: bool) -> None:
        """Ask what has to be asked: of a record of an attendance nothing, of a stored one only its person."""
        self.asked = [] if linked else ["entity", "attendance"] if adding else ["entity"]
        if adding and not linked:
            mine = db.session.execute(select(Company.id, Company.name).where(
                Company.active, visible(Company, g.viewer)).order_by(Company.name_key).limit(200)).all()
            if len(mine) > 1:
                self.company.choices = [("", _("That of the attendance or of the person")), *map(tuple, mine)]
                self.asked.append("company")

    @property
    def panels(self) -> list[tuple]:
        """[(title or None, names of fields)]"""
        made = [(title or None, [PREFIX + each.key for each in fields]) for title, fields in self.spec.parts]
        return [*made, (_("Links"), self.asked)] if self.asked else made

    def values(self) -> dict:
        """The JSON values by key."""
        return custom.given(self.spec.fields, self)

    def links(self, session) -> dict:
        """Ids of what the record is linked to, as far as it is asked. Raises Invalid at `attendance`."""
        made = {}
        if "entity" in self.asked:
            made["entity_id"] = self.entity.data.id if self.entity.data is not None else None
        if "company" in self.asked:
            made["company_id"] = self.company.data
        if "attendance" in self.asked and (self.attendance.data or "").strip():
            made["attendance_id"] = attendances.id_of_number(session, g.viewer, self.attendance.data) or 0
        return made

    def refuse(self, error) -> list[str]:
        """Put a refusal at its fields. Returns what belongs to none of them."""
        loose = []
        for each in getattr(error, "errors", [error]):
            path = each.field or ""
            name = PREFIX + path.removeprefix(VALUES) if path.startswith(VALUES) else path
            field = field_at(self, name)
            if field is None or name in LINKS and name not in self.asked:
                loose.append(str(each))
            else:
                field.errors = [*field.errors, str(each)]
        return loose

    def show_stale(self, record) -> None:
        """Both values are told; see `show_stored`."""
        show_stored(self, self.spec.fields, record.values)
