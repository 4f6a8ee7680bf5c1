"""Where the entries of an entity's history come from: a source a kind, each with its own moment, key and words.

A source answers two questions in SQL: the keys of its newest entries, by index, and what is shown of given keys. All
sources give the same columns, so that one statement asks them all.
"""
from collections.abc import Callable
from dataclasses import dataclass, replace

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import Date, Integer, String, and_, cast, func, literal, null, or_, select

from ..database import UTCDateTime, json_type
from ..models.alert import Alert, AlertPriority
from ..models.appointment import Appointment
from ..models.attendance import Attendance, AttendanceDetail
from ..models.classification import Channel, Situation
from ..models.custom_form import CustomForm
from ..models.custom_record import CustomRecord
from ..models.log import LogEntry
from ..models.note import AttendanceNote
from ..models.order import Invoice, Order
from ..models.outbox import Outbox
from ..models.survey import Survey, SurveyParticipation
from ..security.permissions import Perm
from ..security.visibility import visible
from .among import among, given

# What is shown of an entry, whatever its source; texts are data, labels are the screen's.
SHOWN = ("attendance_id", "protocol", "number", "title", "text", "more", "state", "who")
_TYPES = {"attendance_id": Integer, "number": Integer}


@dataclass(frozen=True)
class Source:
    """`rank` orders entries of the same moment. `branches(mine, entity_id, viewer)` gives lists of conditions, each one
    range of an index; `mine` are the attendances of the entity that the viewer sees. `day`: the moment is a date."""

    kind: str
    group: str  # what the filter calls it
    permissions: tuple[Perm, ...]  # one of them
    rank: int
    model: type
    at: object
    branches: Callable | None  # None: the entity's own attendances, see `within`
    searched: tuple
    shown: Callable  # () -> {column of SHOWN, "also_at" or "changes": expression}
    day: bool = False
    related: tuple = ()  # (key, column of what it points to) that are searched too

    def within(self, rows):
        """This source of `rows`, an alias of its model that holds the entity's alone."""
        return replace(self, model=rows, at=getattr(rows, self.at.key),
                       searched=tuple(getattr(rows, column.key) for column in self.searched),
                       branches=lambda *_of: [[getattr(rows, self.at.key).is_not(None)]])

    @property
    def ids(self):
        return f"ids_{self.kind}"

    def rows(self):
        """The select of what is shown, of the ids that are given by the name `ids`."""
        columns = self.shown()
        return select(
            literal(self.rank).label("rank"), self.model.id.label("id"),
            *(cast(columns.get(name, null()), _TYPES.get(name, String)).label(name) for name in SHOWN),
            columns.get("also_at", cast(null(), UTCDateTime)).label("also_at"),
            columns.get("changes", cast(null(), json_type())).label("changes")).where(
            among(self.model.id, given(self.ids)))

    def keys(self, conditions):
        """The select of keys under these conditions: (rank, id, at, day)."""
        at, day = (cast(null(), UTCDateTime), self.at) if self.day else (self.at, cast(null(), Date))
        return select(literal(self.rank).label("rank"), self.model.id.label("id"), at.label("at"),
                      day.label("day")).where(*conditions)


def _of_attendance(column):
    return lambda mine, _entity_id, _viewer: [[among(column, mine)]]


def _of_entity(model):
    return lambda _mine, entity_id, viewer: [[model.entity_id == entity_id, visible(model, viewer)]]


def _turned(mine, _entity_id, _viewer):
    """Reopened, or closed once before: the closing that holds stands in the attendance itself."""
    still = select(Attendance.id).where(Attendance.id == LogEntry.target_id, Attendance.closed_at == LogEntry.at)
    return [[LogEntry.target == Attendance.__tablename__, among(LogEntry.target_id, mine),
             or_(LogEntry.action == "reopen", and_(LogEntry.action == "close", ~still.exists()))]]


def _mails(mine, entity_id, _viewer):
    """To the entity, never about an attendance that the viewer does not see; what colleagues are told is none of it."""
    return [[Outbox.kind == "email", Outbox.entity_id == entity_id,
             or_(Outbox.attendance_id.is_(None), Outbox.attendance_id.in_(mine))]]


def _appointments(mine, entity_id, viewer):
    return [[Appointment.entity_id == entity_id, visible(Appointment, viewer),
             or_(Appointment.attendance_id.is_(None), Appointment.attendance_id.in_(mine))]]


def _surveys(mine, entity_id, _viewer):
    part = SurveyParticipation
    return [[part.entity_id == entity_id, or_(part.attendance_id.is_(None), part.attendance_id.in_(mine))],
            [part.entity_id.is_(None), among(part.attendance_id, mine)]]


def _registration(_mine, entity_id, _viewer):
    return [[LogEntry.target == "entity", LogEntry.target_id == entity_id]]


def _filled(mine, entity_id, viewer):
    """Records of configurators' forms: those of the attendances, and those of the entity that belong to none."""
    def written(*of):
        return [LogEntry.target == CustomRecord.__tablename__, LogEntry.action.in_(("create", "update")),
                LogEntry.target_id.in_(select(CustomRecord.id).where(*of, visible(CustomRecord, viewer)))]
    return [written(among(CustomRecord.attendance_id, mine)),
            written(CustomRecord.entity_id == entity_id, CustomRecord.attendance_id.is_(None))]


def _complemented(mine, _entity_id, _viewer):
    """"Dados Complementares" of the attendances, filled in or changed."""
    return [[LogEntry.target == Attendance.__tablename__, among(LogEntry.target_id, mine),
             LogEntry.changes["custom_values"].as_string().is_not(None)]]


def _of(model, value, key):
    """A value of the row with this id. As a subquery and no join: of attendances younger than its statistics PostgreSQL
    believes that they are met at once, and walks a million to find three."""
    return select(value).where(model.id == key).correlate_except(model).scalar_subquery()


def _name(user_id):
    return _of(User, User.first_name + " " + User.last_name, user_id)


def _its_attendance(key):
    return {"attendance_id": key, "protocol": _of(Attendance, Attendance.protocol, key)}


def _show_attendance(user_id):
    return lambda: {
        "attendance_id": Attendance.id, "protocol": Attendance.protocol, "title": Attendance.title,
        "state": Attendance.phase, "more": _of(Situation, Situation.name, Attendance.situation_id),
        "who": _name(user_id)}


def _show_turned():
    return {**_its_attendance(LogEntry.target_id), "title": _of(Attendance, Attendance.title, LogEntry.target_id),
            "state": LogEntry.action, "who": LogEntry.actor_name}


def _show_detail():
    detail = AttendanceDetail
    return {**_its_attendance(detail.attendance_id), "number": detail.page,
            "title": _of(Channel, Channel.name, detail.channel_id), "text": detail.description, "more": detail.answer,
            "state": detail.direction, "who": _name(detail.operator_id), "also_at": detail.answered_at}


def _show_note():
    return {**_its_attendance(AttendanceNote.attendance_id), "text": AttendanceNote.text,
            "who": _name(AttendanceNote.author_id)}


def _show_mail():
    return {**_its_attendance(Outbox.attendance_id), "title": Outbox.subject, "text": Outbox.recipient,
            "more": Outbox.error, "state": Outbox.state, "who": _name(Outbox.sender_id), "also_at": Outbox.sent_at}


def _show_order():
    return {"title": Order.number, "more": Order.total, "state": Order.state, "text": Order.notes}


def _show_invoice():
    return {"title": Invoice.number + "/" + Invoice.series, "more": Invoice.total}


def _show_appointment():
    return {**_its_attendance(Appointment.attendance_id), "title": Appointment.subject, "text": Appointment.notes,
            "more": Appointment.place, "state": Appointment.state, "who": _name(Appointment.operator_id),
            "also_at": Appointment.ends_at}


def _show_alert():
    return {"title": _of(AlertPriority, AlertPriority.name, Alert.priority_id), "text": Alert.text,
            "number": cast(Alert.active, Integer)}


def _show_survey():
    part = SurveyParticipation
    return {**_its_attendance(part.attendance_id), "title": _of(Survey, Survey.name, part.survey_id),
            "who": _name(part.answered_by_id), "number": part.survey_id, "also_at": part.answered_at}


def _show_filled():
    """`more`: the numbers of the form, of who added the record and of his department: its menu is found by them."""
    record, key = CustomRecord, LogEntry.target_id
    whose = (cast(record.form_id, String) + "," + cast(record.owner_id, String) + ","
             + cast(func.coalesce(record.department_id, 0), String))
    attendance = _of(record, record.attendance_id, key)
    return {**_its_attendance(attendance), "number": key,
            "title": _of(CustomForm, CustomForm.name, _of(record, record.form_id, key)),
            "more": _of(record, whose, key), "state": LogEntry.action, "who": LogEntry.actor_name,
            "changes": LogEntry.changes}


def _show_complemented():
    return {**_show_turned(), "changes": LogEntry.changes}


def _show_log():
    return {"title": LogEntry.action, "who": LogEntry.actor_name, "changes": LogEntry.changes}


_READ = (Perm.ATTENDANCE_READ,)
_WORDS = select(CustomRecord.search_text).where(CustomRecord.id == LogEntry.target_id).scalar_subquery()
_ITS_ATTENDANCE = ((LogEntry.target_id, Attendance.protocol), (LogEntry.target_id, Attendance.title))
SOURCES = tuple(Source(kind, group, permissions, rank, *rest) for rank, (kind, group, permissions, *rest) in enumerate((
    ("log", "log", (Perm.LOG_READ,), LogEntry, LogEntry.at, _registration, (LogEntry.actor_name,), _show_log),
    ("order", "order", (Perm.ORDER_READ,), Order, Order.ordered_on, _of_entity(Order), (Order.number, Order.notes),
     _show_order, True),
    ("invoice", "invoice", (Perm.ORDER_READ,), Invoice, Invoice.issued_on, _of_entity(Invoice),
     (Invoice.number, Invoice.access_key), _show_invoice, True),
    ("opened", "attendance", _READ, Attendance, Attendance.opened_at, None, (Attendance.protocol, Attendance.title),
     _show_attendance(Attendance.opened_by_id)),
    ("detail", "detail", _READ, AttendanceDetail, AttendanceDetail.opened_at,
     _of_attendance(AttendanceDetail.attendance_id), (AttendanceDetail.description, AttendanceDetail.answer),
     _show_detail),
    ("note", "note", _READ, AttendanceNote, AttendanceNote.written_at, _of_attendance(AttendanceNote.attendance_id),
     (AttendanceNote.text,), _show_note),
    ("email", "email", _READ, Outbox, Outbox.created_at, _mails, (Outbox.subject, Outbox.body, Outbox.recipient),
     _show_mail),
    ("appointment", "appointment", (Perm.APPOINTMENT_READ,), Appointment, Appointment.starts_at, _appointments,
     (Appointment.subject, Appointment.notes, Appointment.place), _show_appointment),
    ("alert", "alert", (Perm.ALERT_READ,), Alert, Alert.created_at, _of_entity(Alert), (Alert.text,), _show_alert),
    ("survey", "survey", (Perm.SURVEY_ANSWER, Perm.SURVEY_RESULTS), SurveyParticipation,
     SurveyParticipation.invited_at, _surveys, (), _show_survey, False,
     ((SurveyParticipation.survey_id, Survey.name),)),
    ("turned", "attendance", _READ, LogEntry, LogEntry.at, _turned, (), _show_turned, False, _ITS_ATTENDANCE),
    ("closed", "attendance", _READ, Attendance, Attendance.closed_at, None, (Attendance.protocol, Attendance.title),
     _show_attendance(Attendance.changed_by_id)),
    ("complementary", "custom", _READ, LogEntry, LogEntry.at, _complemented, (LogEntry.actor_name,), _show_complemented,
     False, _ITS_ATTENDANCE),
    ("record", "custom", (Perm.CUSTOM_RECORD_READ,), LogEntry, LogEntry.at, _filled, (LogEntry.actor_name, _WORDS),
     _show_filled))))
GROUPS = ("attendance", "detail", "note", "email", "order", "invoice", "appointment", "alert", "survey", "custom",
          "log")
