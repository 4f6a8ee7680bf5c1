"""Days and times as they are typed and shown: dd/mm/yyyy, whatever the language of the browser.

A browser draws its own date box in its own language, not in the person's. So a date is a text box with a mask and a
button that opens the browser's calendar (static/balcao/dates.js); without scripts it is typed. The server reads what is
typed and, for addresses, imports and old links, the ISO form too.
"""
from datetime import UTC, date, datetime

from flask_babel import gettext as _
from markupsafe import Markup
from wtforms import DateField, DateTimeLocalField
from wtforms.widgets import TextInput, html_params

from .controls import local_zone

DAYS = ("%d/%m/%Y", "%Y-%m-%d")
MOMENTS = ("%d/%m/%Y %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M")


def read_day(text: str) -> date:
    """The day that was typed. Raises ValueError."""
    return _read(text, DAYS).date()


def read_moment(text: str) -> datetime:
    """The day and time that were typed, as a clock on the wall shows them. Raises ValueError."""
    return _read(text, MOMENTS)


def typed_day(day: date) -> str:
    """A day as it stands in its box."""
    return f"{day.day:02}/{day.month:02}/{day.year:04}"


def typed_moment(moment: datetime) -> str:
    """A wall clock's time as it stands in its box."""
    return f"{typed_day(moment)} {moment.hour:02}:{moment.minute:02}"


def date_box(*, moment=False, **attributes) -> Markup:
    """The box: the text, and the button of the calendar."""
    attributes = {"type": "text", "inputmode": "numeric", "autocomplete": "off",
                  "placeholder": _("dd/mm/yyyy hh:mm") if moment else _("dd/mm/yyyy"), **attributes}
    locked = {"disabled": True} if attributes.get("disabled") else {}
    button = html_params(type="button", class_="b-icon sm", data_date_pick=True, aria_label=_("Open the calendar"),
                         **locked)
    return Markup(
        '<span class="b-date{}"><input {} data-date="{}"><button {}>'
        '<i class="fa-regular fa-calendar" aria-hidden="true"></i></button></span>').format(
            " is-moment" if moment else "", Markup(html_params(**attributes)), "moment" if moment else "day",  # noqa: S704
            Markup(button))  # noqa: S704  (html_params escapes)


class DateBox(TextInput):
    """The box of a day."""

    validation_attrs = ("required", "disabled")
    moment = False

    def __call__(self, field, **attributes):
        attributes.setdefault("class", attributes.pop("class_", "form-control"))
        flags = {name: True for name in self.validation_attrs if getattr(field.flags, name, None)}
        return date_box(**{"moment": self.moment, "id": field.id, "name": field.name, "value": field._value(), **flags,
                           **attributes})


class DateTimeBox(DateBox):
    """The box of a day and a time."""

    moment = True


class DayField(DateField):
    """A day."""

    def __init__(self, label=None, validators=None, **options):
        super().__init__(label, validators, **{"widget": DateBox(), **options})

    def process_formdata(self, values):
        if not values:
            return
        self.data = None
        try:
            self.data = read_day(values[0])
        except ValueError as error:
            raise ValueError(_("Type a day that exists, as dd/mm/yyyy.")) from error

    def _value(self):
        if self.data is not None:
            return typed_day(self.data)
        return self.raw_data[0] if self.raw_data else ""


class MomentField(DateTimeLocalField):
    """A day and a time of the clock on the wall, in no zone."""

    def __init__(self, label=None, validators=None, **options):
        super().__init__(label, validators, **{"widget": DateTimeBox(), **options})

    def process_formdata(self, values):
        if not values:
            return
        self.data = None
        try:
            self.data = self.kept(read_moment(values[0]))
        except (ValueError, OverflowError) as error:  # the first and the last day that a computer can count
            raise ValueError(_("Type the day and the time as dd/mm/yyyy hh:mm.")) from error

    def _value(self):
        if self.data is not None:
            return typed_moment(self.on_the_wall(self.data))
        return self.raw_data[0] if self.raw_data else ""

    @staticmethod
    def kept(typed: datetime) -> datetime:
        """What `data` is, of what was typed."""
        return typed

    @staticmethod
    def on_the_wall(data: datetime) -> datetime:
        """The time to show, of `data`."""
        return data


class LocalDateTimeField(MomentField):
    """Typed and shown in the time zone of the request, kept in UTC; to the minute."""

    @staticmethod
    def kept(typed):
        return typed.replace(tzinfo=local_zone()).astimezone(UTC)

    @staticmethod
    def on_the_wall(data):
        return data.astimezone(local_zone())


def _read(text, formats) -> datetime:
    text = " ".join(text.split())
    for each in formats:
        try:
            return datetime.strptime(text, each)  # noqa: DTZ007  (of the wall; the field knows the zone)
        except ValueError:
            continue
    raise ValueError(text)
