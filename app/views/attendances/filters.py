"""The filters of the list of attendances, as a form over the address."""
from flask import g
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from wtforms import Form, SelectField, SelectMultipleField, StringField
from wtforms.validators import Length, Optional, ValidationError

from ...lowcode.dates import DayField
from ...models.attendance import Direction
from ...models.classification import Channel, Phase, Situation
from ...models.custom_form import FieldTarget
from ...models.label import Label
from ...queries import attendances as reads
from ...queries import colleagues
from ...services.field_questions import NoValue
from .. import custom_filters
from ..lookup import ANY, LookupField, whole

PHASES = (
    ("not_closed", _l("Not closed")), (Phase.OPEN.value, _l("Open")), (Phase.IN_PROGRESS.value, _l("In progress")),
    (Phase.PENDING.value, _l("Pending")), (Phase.CLOSED.value, _l("Closed")), (Phase.CANCELLED.value, _l("Cancelled")))
LOOKUPS = ("motive", "occurrence", "cause", "unit", "local_partner", "department")
NOBODY, ME = "none", "me"
ASSIGNEES = {NOBODY: _l("Nobody"), ME: _l("Only mine")}


class WordedField(LookupField):
    """A row, or one of `words` {word: label} that stands in the address in the place of its id."""

    word = None

    def __init__(self, label=None, validators=None, words=None, **options):
        super().__init__(label, validators, **options)
        self.words = words or {}

    def process_formdata(self, values):
        posted = (values or [""])[0].strip()
        self.word, self.bad = (posted if posted in self.words else None), False
        if self.word is None:
            super().process_formdata(values)
        else:
            self.data, self.shown = None, (self.word, str(self.words[self.word]))


def find_assignees(session, viewer, term, _parent, limit, offset) -> list[tuple]:
    """Nobody and oneself, then colleagues by name."""
    words = [(word, str(label)) for word, label in ASSIGNEES.items()]
    return colleagues.find_after(words, session, viewer, term, limit, offset)


class FilterForm(Form):
    """The filters of the list, under the names that REST uses."""

    searching = True  # a child may be given without its parent
    args: MultiDict  # of the address
    custom: tuple = ()  # what is asked of configurators' fields
    unreadable: dict = {}  # what cannot be read of it, by argument

    q = StringField(_l("Protocol, number or name"), [Length(max=200)])
    situation = SelectMultipleField(_l("Situation"), coerce=int)
    phase = SelectField(_l("Phase"), [Optional()], choices=[("", _l("Any")), *PHASES])
    channel = SelectMultipleField(_l("Channel"), coerce=int)
    direction = SelectField(_l("Active/Receptive"), [Optional()], choices=[
        ("", _l("Any")), (Direction.ACTIVE.value, _l("Active")), (Direction.RECEPTIVE.value, _l("Receptive"))])
    motive = WordedField(_l("Motive"), source="motive", offer=ANY, words={NOBODY: _l("Without a motive")})
    occurrence = LookupField(_l("Occurrence"), source="occurrence", parent="motive", offer=ANY)
    cause = LookupField(_l("Cause"), source="cause", parent="occurrence", offer=ANY)
    unit = LookupField(_l("Unit"), source="unit")
    label = SelectMultipleField(_l("Labels"), coerce=int)
    assignee = WordedField(_l("Responsible"), source="assignee", words=ASSIGNEES)
    department = LookupField(_l("Department"), source="department")
    attendant = SelectField(_l("Attendant"), [Optional()], choices=[("", _l("Any")), (ME, _l("Only mine"))])
    local_partner = LookupField(_l("Place"), source="partner")
    opened_from = DayField(_l("Opened from"), [Optional()])
    opened_to = DayField(_l("Opened to"), [Optional()])

    def __init__(self, args):
        super().__init__(args)
        self.args = args

    def validate_opened_to(self, field):
        if self.opened_from.data and field.data and field.data < self.opened_from.data:
            raise ValidationError(_("The end of the period is before its beginning."))

    def offer(self, session) -> None:
        """Situations, channels and labels, switched-off ones too: old attendances have them."""
        for field, model in ((self.situation, Situation), (self.channel, Channel), (self.label, Label)):
            field.choices = [tuple(row) for row in session.execute(
                select(model.id, model.name).order_by(model.position, model.name_key, model.id))]

    def ask_fields(self, lost: list | None = None) -> None:
        """Read what is asked of configurators' fields; see `custom_filters.asked`."""
        try:
            self.custom = custom_filters.asked(FieldTarget.ATTENDANCE, self.args, lost=lost)
        except NoValue as refusal:
            self.unreadable = {refusal.field: str(refusal)}

    def forgive(self) -> list[str]:
        """Of a saved view: filters by what nobody has any more (a label that was deleted, a colleague who left) hold no
        longer. Returns their names, to be told."""
        lost = []
        for field in (self.situation, self.channel, self.label):
            known = {pk for pk, _name in field.choices}
            if isinstance(field.data, list) and not field.errors and set(field.data) - known:
                field.data = [pk for pk in field.data if pk in known]
                lost.append(str(field.label.text))
        for name in (*LOOKUPS, "assignee"):
            field = self[name]
            if field.bad and whole(self.args.get(name)) is not None:
                field.bad = False
                lost.append(str(field.label.text))
        return lost

    def filter(self) -> reads.AttendanceFilter:
        ids = {n: self[n].data.id if self[n].data is not None else None for n in LOOKUPS}
        assignee = self.assignee.data.id if self.assignee.data is not None else None
        return reads.AttendanceFilter(
            q=self.q.data or "", situation=tuple(self.situation.data or ()), channel=tuple(self.channel.data or ()),
            phase=self.phase.data or None, direction=self.direction.data or None, label=tuple(self.label.data or ()),
            opened_from=self.opened_from.data, opened_to=self.opened_to.data,
            assignee=g.viewer.user_id if self.assignee.word == ME else assignee,
            unassigned=True if self.assignee.word == NOBODY else None,
            without_motive=True if self.motive.word == NOBODY else None,
            opened_by=g.viewer.user_id if self.attendant.data == ME else None, custom=self.custom, **ids)
