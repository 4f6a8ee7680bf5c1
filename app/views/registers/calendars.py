"""Calendários: the week by its intervals, days off, the holidays of a year, and a box to try a rule in."""
from flask import abort, request
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import format_date, get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from ...cep import STATES
from ...database import utc_now
from ...errors import DomainError
from ...lowcode.controls import ChoiceField, LocalDecimalField, TextBox
from ...lowcode.dates import DayField, MomentField
from ...models.calendar import Calendar
from ...services import calendars, deadlines
from ...services.opening_hours import DAY_NAMES, WEEKDAYS, seconds_of, time_text
from ...services.zone_days import zone_named
from ..lookup import whole
from ..rows import RowForm, RowsField
from ..saving import put_error
from .classifications import ACTIVE_HELP, RegisterView
from .structure import ZONES, zone_name

GROUPS = {"all": (_l("Every day"), WEEKDAYS), "work": (_l("Monday to Friday"), WEEKDAYS[:5])}
DAY_CHOICES = {"work": GROUPS["work"][0], "all": GROUPS["all"][0], **DAY_NAMES}
KINDS = {deadlines.Kind.BUSINESS_DAYS: _l("Business days"), deadlines.Kind.CALENDAR_DAYS: _l("Calendar days"),
         deadlines.Kind.BUSINESS_HOURS: _l("Business hours")}
SOURCES = {"own": (_l("Own"), "brand", "fa-building"), "recurring": (_l("Own, every year"), "brand", "fa-building"),
           "national": (_l("National"), "line", "fa-landmark"), "state": (_l("Of the state"), "line", "fa-map"),
           "optional": (_l("Optional"), "line", "fa-mug-hot")}
FIELDS = {"opened_at": "opened", "pauses": "waiting_until"}  # of the rule's refusals
FIRST_YEAR, LAST_YEAR = 1900, 2200


def _clock(_form, field):
    """A time of day as the calendar keeps it."""
    try:
        field.data = time_text(seconds_of(field.data))
    except DomainError as error:
        raise ValidationError(str(error)) from error


class IntervalRow(RowForm):
    """One interval, on a day or on several."""

    days = ChoiceField(_l("Day"), labels=DAY_CHOICES)
    opens = StringField(_l("Opens at"), [DataRequired(), _clock], widget=TextBox())
    closes = StringField(_l("Closes at"), [DataRequired(), _clock], widget=TextBox())

    def validate_closes(self, field):
        if not (self.opens.errors or field.errors) and seconds_of(field.data) <= seconds_of(self.opens.data):
            raise ValidationError(_("It closes before it opens. A night is two intervals: until 24:00, and from 00:00 "
                                    "of the next day."))


class DayOffRow(RowForm):
    """One day off of the calendar itself."""

    day = DayField(_l("Date"), [DataRequired()])
    name = StringField(_l("Name of the day off"), [DataRequired(), Length(max=120)], widget=TextBox())
    recurring = BooleanField(_l("Every year"))

    def is_blank(self):
        return super().is_blank() and not (self.day.raw_data or [""])[0]


class TrialForm(FlaskForm):
    """What is tried, out of the address. Times are those of the calendar's zone."""

    class Meta:
        csrf = False  # it only reads

    opened = MomentField(_l("Opening"), [InputRequired()])
    kind = ChoiceField(_l("Rule"), labels=KINDS)
    amount = LocalDecimalField(_l("Amount"), [InputRequired()], number_format="0.####")
    waiting_since = MomentField(_l("Waiting for the customer since"), [Optional()])
    waiting_until = MomentField(_l("Waiting until"), [Optional()])

    def validate_waiting_until(self, field):
        if field.data and not self.waiting_since.data:
            raise ValidationError(_("Type since when the customer was waited for."))

    def pauses(self, zone):
        since, until = self.waiting_since.data, self.waiting_until.data
        return [(since.replace(tzinfo=zone), until and until.replace(tzinfo=zone))] if since else []


class CalendarView(RegisterView):
    noun, route_base = "classification", "/calendars"
    datamodel, service = SQLAInterface(Calendar), calendars
    list_title, add_title, edit_title = _l("Calendars"), _l("New calendar"), _l("Edit calendar")
    list_columns = ["name", "timezone", "state", "city", "active"]
    order_columns = search_columns = ["name", "active"]
    add_columns = edit_columns = [
        "name", "timezone", "intervals", "national", "optional_days", "state", "city", "holidays", "active"]
    show_columns = ["timezone", "national", "optional_days", "state", "city", "active"]
    child_rows = ("intervals", "holidays")
    label_columns = {
        "name": _l("Calendar"), "timezone": _l("Time zone"), "intervals": _l("Opening hours"),
        "week": _l("Opening hours"), "national": _l("National holidays"), "optional_days": _l("Optional days off"),
        "state": _l("State"), "city": _l("City"), "holidays": _l("Own days off"), "active": _l("Active"),
        "day": _l("Date"), "recurring": _l("Every year"), **DAY_NAMES}
    description_columns = {
        "active": ACTIVE_HELP, "national": _l("Brazil's holidays are days off, each year by its own dates."),
        "optional_days": _l("“Pontos facultativos” too, such as Carnival and Corpus Christi, the whole day."),
        "city": _l("Its holidays go into the own days off below.")}
    formatters_columns = {"timezone": zone_name}
    row_formatters = {"week": dict.fromkeys(WEEKDAYS, lambda spans: " · ".join(f"{a}–{b}" for a, b in spans))}
    add_form_extra_fields = edit_form_extra_fields = {
        "timezone": ChoiceField(label_columns["timezone"], labels=ZONES, default="America/Sao_Paulo"),
        "intervals": RowsField(IntervalRow, label_columns["intervals"], add_label=_l("Add interval"), max_rows=200,
                               description=_l("Several intervals a day are possible; the end of a day is 24:00.")),
        "state": ChoiceField(label_columns["state"], [Optional()], labels={code: code for code in STATES}, blank=True,
                             description=_l("Its holidays are days off too.")),
        "city": StringField(label_columns["city"], [Optional(), Length(max=120)], widget=TextBox(),
                            description=description_columns["city"]),
        "holidays": RowsField(DayOffRow, label_columns["holidays"], add_label=_l("Add day off"),
                              max_rows=calendars.MAX_HOLIDAYS,
                              description=_l("Holidays of the city, and days on which the company closes."))}
    show_template = "calendars/show.html"
    add_template = edit_template = "calendars/form.html"
    empty_text = _l("A calendar says when the company is open; deadlines are reckoned by it.")

    def preset(self):
        return {"intervals": [{"days": "work", "opens": "08:00", "closes": "18:00"}], "national": True, "active": True}

    def stored_values(self, item):
        return {"intervals": intervals_of(item.week)}

    def values_of(self, form, adding):
        values = super().values_of(form, adding)
        values["week"] = week_of(values.pop("intervals"))
        return values

    def _write(self, form, call, deleting=False):
        error = super()._write(form, call, deleting)
        for each in getattr(error, "errors", [error] if error else []):
            each.field = "intervals" if each.field == "week" else each.field
        if error:
            error.field = "intervals" if error.field == "week" else error.field
        return error

    def show_more(self, item):
        zone, now = zone_named(item.timezone), utc_now()
        year = request.args.get("year")
        year = now.astimezone(zone).year if year is None else whole(year)
        if year is None or not FIRST_YEAR <= year <= LAST_YEAR:
            abort(400)
        opened = now.astimezone(zone).replace(second=0, microsecond=0, tzinfo=None)
        tried = request.args if "opened" in request.args else None
        form = TrialForm(tried, data={"opened": opened, "kind": deadlines.Kind.BUSINESS_DAYS, "amount": 1})
        found, loose = self._tried(item, zone, form, tried is not None)
        return {"year": year, "years": range(FIRST_YEAR, LAST_YEAR + 1), "form": form, "found": found, "loose": loose,
                "days": [(each, format_date(each.day, "EEEE"), SOURCES[each.source])
                         for each in calendars.days_off(item, year, str(get_locale()))],
                "due": found and found.due_at and format_date(found.due_at.date(), "full"),
                "week": [(DAY_NAMES[name], item.week.get(name) or []) for name in WEEKDAYS]}

    @staticmethod
    def _tried(item, zone, form, typed):
        """(the deadline or None, refusals of no field)."""
        if typed and not form.validate():
            return None, []
        try:
            rule = deadlines.checked_rule(form.kind.data, form.amount.data)
            return calendars.reckon(item, rule, form.opened.data.replace(tzinfo=zone),
                                    deadlines.merged(form.pauses(zone)), str(get_locale())), []
        except DomainError as error:
            error.field = FIELDS.get(error.field, error.field)
            return None, put_error(form, error)


def week_of(rows) -> dict:
    """The week of the rows of a form: a row of several days counts for each."""
    week: dict[str, list] = {name: [] for name in WEEKDAYS}
    for row in rows:
        for name in GROUPS[row["days"]][1] if row["days"] in GROUPS else (row["days"],):
            week[name].append([row["opens"], row["closes"]])
    return week


def intervals_of(week) -> list[dict]:
    """The rows of a stored week: what all days, or Monday to Friday, have in common is one row."""
    left = {name: [tuple(span) for span in (week or {}).get(name) or ()] for name in WEEKDAYS}
    rows = []
    for key, (_label, names) in GROUPS.items():
        for span in [span for span in left[names[0]] if all(span in left[name] for name in names)]:
            rows.append((key, span))
            for name in names:
                left[name].remove(span)
    rows += [(name, span) for name in WEEKDAYS for span in left[name]]
    return [{"days": key, "opens": opens, "closes": closes} for key, (opens, closes) in rows]
