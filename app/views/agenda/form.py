"""What is typed about an appointment, and the filters of the agenda."""
from datetime import timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Form, IntegerField, StringField, TextAreaField
from wtforms.validators import Length, NumberRange, Optional

from ...errors import Invalid
from ...lowcode.controls import LongBox, NumberBox, TextBox
from ...lowcode.dates import DayField
from ...queries import agenda as reads
from ...queries import colleagues
from ...queries.attendances import id_of_number
from ...services import appointments
from ..lookup import LookupField

EVERYBODY = "all"  # in the address, where an operator's id may stand
HOUR = timedelta(hours=1)  # what a new appointment takes until somebody says otherwise
REMINDER = 15  # minutes
LABELS = {
    "entity": _l("Entity"), "operator": _l("Operator"), "subject": _l("Subject"), "starts_at": _l("Starts at"),
    "ends_at": _l("Ends at"), "place": _l("Place of the appointment"), "attendance": _l("Attendance"),
    "reminder_minutes": _l("Reminder (minutes before)"), "notes": _l("Notes"), "state": _l("Situation")}
HELP = {
    "operator": _l("Who keeps the appointment and is reminded of it."),
    "attendance": _l("The protocol of an attendance of the entity that this is about; may stay empty."),
    "reminder_minutes": _l("The operator is told in the bell and by e-mail; empty: no reminder.")}


def typed_fields() -> dict:
    """The fields that are not made from their columns alone; fresh ones, for a form takes them over."""
    longest = appointments.LONGEST_REMINDER
    return {
        "attendance": StringField(LABELS["attendance"], [Length(max=40)], description=HELP["attendance"],
                                  widget=TextBox()),
        "notes": TextAreaField(LABELS["notes"], [Length(max=appointments.LONGEST_NOTES)], widget=LongBox()),
        "reminder_minutes": IntegerField(
            LABELS["reminder_minutes"], [Optional(), NumberRange(0, longest)], description=HELP["reminder_minutes"],
            widget=NumberBox())}


class Filters(Form):
    """Whose agenda, and from which day; filled from what the address was found to mean."""

    date = DayField(_l("Day"))
    operator = LookupField(LABELS["operator"], source="agenda_operator")
    entity = LookupField(LABELS["entity"], source="entity")


def find_operators(session, viewer, term, _parent, limit, offset) -> list[tuple]:
    """Everybody, then colleagues by name."""
    return colleagues.find_after([(EVERYBODY, str(_("All operators")))], session, viewer, term, limit, offset)


def with_attendance(session, values: dict, viewer, stored=None) -> dict:
    """The values with the id of the attendance that was typed; one that the viewer does not see stays as it is."""
    values = dict(values)
    typed = (values.pop("attendance", None) or "").strip()
    if typed:
        values["attendance_id"] = id_of_number(session, viewer, typed)
        if values["attendance_id"] is None:
            raise Invalid(_l("There is no attendance with this number."), field="attendance")
    elif stored is None or stored.attendance_id in reads.attendances_of(session, viewer, [stored]):
        values["attendance_id"] = None
    return values
