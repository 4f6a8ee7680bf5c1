"""What the printed report of an attendance needs beyond its record page, in a fixed number of queries."""
from collections.abc import Sequence
from dataclasses import dataclass

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from ..models.attendance import Attendance, AttendanceDetail
from ..models.custom_record import CustomRecord
from ..models.log import LogEntry
from ..models.note import AttendanceNote
from ..models.survey import SurveyParticipation
from ..security.visibility import visible
from .custom_menus import Access
from .custom_records import of_attendance
from .logs import outside, page_of_log

LONGEST_LOG = 300  # newest entries: a report is read by people
MOST_RECORDS = 100  # of configurators' forms


@dataclass(frozen=True)
class Report:
    """An attendance with everything below it loaded. `older_log`: there are more entries than these; `records`: what
    lies behind the viewer's menus, each with the menu, `more_records` than these."""

    attendance: Attendance
    details: list[AttendanceDetail]
    notes: list[AttendanceNote]
    surveys: list[SurveyParticipation]
    log: list[LogEntry]
    older_log: bool
    records: list[tuple[Access, CustomRecord]]
    more_records: bool


def _name(user):
    return joinedload(user).load_only(User.first_name, User.last_name)


def report_of(session, viewer, attendance: Attendance, *, menus: Sequence[Access], notes: bool, log: bool) -> Report:
    """The report of an attendance that the viewer sees; internal notes and log only where they are asked for. `menus`:
    those of configurators that he has."""
    details = session.scalars(
        select(AttendanceDetail).where(AttendanceDetail.attendance_id == attendance.id)
        .order_by(AttendanceDetail.page).execution_options(populate_existing=True).options(
            joinedload(AttendanceDetail.channel), joinedload(AttendanceDetail.contact),
            joinedload(AttendanceDetail.product), _name(AttendanceDetail.operator),
            selectinload(AttendanceDetail.information))).unique().all()
    written = session.scalars(
        select(AttendanceNote).where(AttendanceNote.attendance_id == attendance.id, visible(AttendanceNote, viewer))
        .order_by(AttendanceNote.written_at, AttendanceNote.id).options(_name(AttendanceNote.author))).all() \
        if notes else []
    surveys = session.scalars(
        select(SurveyParticipation).where(SurveyParticipation.attendance_id == attendance.id)
        .order_by(SurveyParticipation.id).options(
            joinedload(SurveyParticipation.survey), selectinload(SurveyParticipation.answers))).all()
    entries, older = page_of_log(
        session, Attendance.__tablename__, attendance.id, size=LONGEST_LOG) if log else ([], None)
    if not notes:
        entries = [entry for entry in entries if outside(entry.changes) or not entry.changes]
    records = of_attendance(session, viewer, attendance.id, menus, limit=MOST_RECORDS + 1)
    return Report(attendance, list(details), list(written), list(surveys), entries, older is not None,
                  records[:MOST_RECORDS], len(records) > MOST_RECORDS)
