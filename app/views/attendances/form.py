"""The form of the SAC record: blocks 1, 3, 4, 5 and 6 of the manual, as plain values for the service and back."""
import uuid
from datetime import UTC
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import Optional
from wtforms.widgets import HiddenInput

from ...lowcode import fields as custom
from ...lowcode.dates import DayField, MomentField
from ...lowcode.fields import PREFIX
from ...models.attendance import AttendanceKind, Direction
from ...models.custom_form import FieldTarget
from ...queries import attendance_choices
from ...queries.catalogue import catalogue
from ...services import attendance_rules as rules
from ..custom import headed
from ..lookup import LookupField, LookupsField, whole

DIRECTIONS = [(Direction.ACTIVE.value, _l("Active")), (Direction.RECEPTIVE.value, _l("Receptive"))]
LOOKUPS = ("motive_id", "occurrence_id", "cause_id", "local_partner_id", "product_id", "information_ids")
PAGE_TEXTS = ("description", "answer", "note", "lot_number", "serial_number")


class ChoiceBelow(LookupField):
    """A choice of the tree. The service says whose child it is, in words, at every entry (form, REST, import)."""

    def pre_validate(self, form):
        if self.bad:
            raise ValidationError(self.gettext("Not a valid choice."))


class AttendanceForm(FlaskForm):
    """Names are those of the service's values, so that a refusal finds its field."""

    version = IntegerField(widget=HiddenInput(), validators=[Optional()])
    request_key = HiddenField()
    tab = HiddenField()  # of the browser: its draft is its own
    begun = HiddenField()  # the drafts that it was filled from
    base = HiddenField()  # the marks of what was stored when it was read, and
    both = HiddenField()  # the fields that somebody else changed too: see stale.py
    role_type_id = SelectField(_l("Role"), coerce=whole, validate_choice=False)
    company_id = SelectField(_l("Company"), coerce=whole, validate_choice=False)
    related_id = StringField(_l("Related SAC"))
    channel_id = SelectField(_l("Channel"), coerce=whole, validate_choice=False)
    direction = RadioField(_l("Active/Receptive"), choices=DIRECTIONS, default=Direction.RECEPTIVE.value,
                           validate_choice=False)
    received_at = MomentField(_l("Date of receipt"), validators=[Optional()])
    description = TextAreaField(_l("Description"))
    answer = TextAreaField(_l("Answer"))
    contact_id = SelectField(_l("Contact"), coerce=whole, validate_choice=False)
    motive_id = LookupField(_l("Motive"), source="motive")
    occurrence_id = ChoiceBelow(_l("Occurrence"), source="occurrence", parent="motive_id")
    cause_id = ChoiceBelow(_l("Cause"), source="cause", parent="occurrence_id")
    unit_id = SelectField(_l("Unit"), coerce=whole, validate_choice=False)
    local_partner_id = LookupField(_l("Place"), source="partner")
    local_note = StringField(_l("Note on the place"))
    product_id = LookupField(_l("Product"), source="product")
    information_ids = LookupsField(_l("Information"), source="information", parent="motive_id",
                                   beside={"occurrence": "occurrence_id", "product": "product_id"})
    note = TextAreaField(_l("Note"))
    lot_number = StringField(_l("Lot no."))
    serial_number = StringField(_l("Serial no."))
    manufactured_on = DayField(_l("Date of manufacture"), validators=[Optional()])
    expires_on = DayField(_l("Expiry date"), validators=[Optional()])
    situation_id = RadioField(_l("Situation"), coerce=whole, validate_choice=False)

    REQUIRED = ("channel_id", "description", "motive_id", "situation_id", "role_type_id")
    stale = False  # somebody else saved in between: both values are shown
    taken: tuple = ()  # the fields that took what was stored meanwhile
    loose: tuple = ()  # refusals that belong to no field
    kept_in: tuple = ()  # the tabs that keep a draft of it
    of_page = False  # they are of the detail page: said in its block
    held: dict | None = None  # what is stored of them; None for a new record
    definitions: tuple = ()  # of "Dados Complementares"; set on the class made for the request, as are
    parts: tuple = ()  # the headings that they stand under

    @classmethod
    def with_custom_fields(cls, session):
        """The form class of this request: ours and what configurators added to attendances (S-14)."""
        placed = catalogue(session).on(FieldTarget.ATTENDANCE)
        definitions = tuple(each for data in placed for _title, specs in data.form.parts for each in specs)
        fields = {PREFIX + definition.key: custom.field_of(definition) for definition in definitions}
        return type("AttendanceFormToday", (cls,), {**fields, "definitions": definitions, "parts": headed(placed)})

    @property
    def custom_parts(self) -> list[tuple]:
        """[(heading, [(field, its width)])] of "Dados Complementares"."""
        return [(title, [(self[PREFIX + each.key], custom.WIDTHS.get(each.type, "")) for each in specs])
                for title, specs in self.parts]

    def custom_values(self) -> dict:
        """What the fields of configurators hold, as the record keeps it."""
        return custom.given(self.definitions, self)

    def offer(self, session, viewer, *, entity, attendance, page, phases) -> None:
        """Fill the choices of this person's form: what may be chosen now, and what the record already has."""
        roles = {row.role_type_id: str(row.role_type) for row in entity.active_roles} if entity else {}
        if attendance and attendance.role_type:
            roles.setdefault(attendance.role_type_id, str(attendance.role_type))
        self.role_type_id.choices = _blank_first(roles.items(), when=len(roles) != 1)
        company = attendance.company if attendance else entity.company if entity else None
        companies = [company] if company else attendance_choices.own_companies(session, viewer)
        self.company_id.choices = _blank_first([(c.id, c.name) for c in companies], when=len(companies) != 1)
        channels = attendance_choices.active_channels(session, keep=page.channel_id if page else None)
        self.channel_id.choices = _blank_first([(c.id, c.name) for c in channels])
        contacts = [c for c in entity.contacts if c.active or page and c.id == page.contact_id] if entity else []
        self.contact_id.choices = _blank_first([(c.id, c.name) for c in contacts])
        linked = attendance_choices.units_of(session, viewer, entity) if entity else []
        units = {u.id: u.name for u in linked}
        if attendance and attendance.unit:
            units.setdefault(attendance.unit_id, attendance.unit.name)
        self.unit_id.choices = _blank_first(units.items())
        self.situations = rules.offered_situations(session, attendance, phases=phases)
        self.situation_id.choices = [(s.id, s.name) for s in self.situations]
        for name in self.REQUIRED:
            self[name].flags.required = True
        if attendance and attendance.kind == AttendanceKind.PROVIDER:  # which has a classification of its own
            self.motive_id.flags.required = False

    @classmethod
    def stored(cls, attendance, page, information) -> dict:
        """What lookups and configurators' fields hold before anything is typed: what is there may stay when it is
        switched off."""
        rows = {name + "_id": getattr(attendance, name) for name in ("motive", "occurrence", "cause", "local_partner")}
        return {**rows, "product_id": page.product if page else None, "information_ids": information,
                **custom.form_data(cls.definitions, attendance.custom_values)}

    def show(self, attendance, page, timezone: str) -> None:
        """Put the stored values in the fields; those of a page to be added are the defaults."""
        self.version.data = attendance.version
        for name in ("role_type_id", "company_id", "unit_id", "situation_id", "local_note"):
            self[name].data = getattr(attendance, name)
        self.related_id.data = str(attendance.related) if attendance.related else None
        if page is None:
            self.request_key.data = uuid.uuid4().hex
            return
        for name in ("channel_id", "direction", "contact_id", "manufactured_on", "expires_on", *PAGE_TEXTS):
            self[name].data = getattr(page, name)
        self.received_at.data = _local(page.received_at, timezone)

    def lock(self) -> None:
        """Nothing can be changed: Select2 does not look at the fieldset round it."""
        for name in LOOKUPS:
            self[name].render_kw = {"disabled": True}
        for each in self.definitions:
            field = self[PREFIX + each.key]
            field.render_kw = {**field.render_kw, "disabled": True}

    def begin(self, situations, entity) -> None:
        """The defaults of a new attendance: the first open situation, the only role, the only unit's blank."""
        self.request_key.data = uuid.uuid4().hex
        self.situation_id.data = next((s.id for s in situations if s.phase == "open"), None)
        if entity and len(entity.active_roles) == 1:
            self.role_type_id.data = entity.active_roles[0].role_type_id

    def record_values(self) -> dict:
        """What the service takes of the record; `related_id` is still what was typed."""
        return {
            **{n: self[n].data for n in ("role_type_id", "unit_id", "situation_id")},
            **{n: self[n].data.id if self[n].data is not None else None
               for n in ("motive_id", "occurrence_id", "cause_id", "local_partner_id")},
            "local_note": blank(self.local_note.data), "custom_values": self.custom_values()}

    def page_values(self, timezone: str) -> dict:
        """What the service takes of the detail page."""
        received = self.received_at.data
        return {
            "channel_id": self.channel_id.data, "direction": self.direction.data, "contact_id": self.contact_id.data,
            "received_at": received.replace(tzinfo=ZoneInfo(timezone)).astimezone(UTC) if received else None,
            "manufactured_on": self.manufactured_on.data, "expires_on": self.expires_on.data,
            "product_id": self.product_id.data.id if self.product_id.data is not None else None,
            "information_ids": [row.id for row in self.information_ids.data],
            **{name: blank(self[name].data) for name in PAGE_TEXTS}}


def blank(text):
    """Browsers post CR LF and empty strings; the tables keep LF and nothing."""
    text = (text or "").replace("\r\n", "\n").strip()
    return text or None


def _local(instant, timezone):
    return instant.astimezone(ZoneInfo(timezone)).replace(tzinfo=None) if instant else None


def _blank_first(choices, when=True):
    return [("", "")] * when + [(pk, str(text)) for pk, text in choices]
