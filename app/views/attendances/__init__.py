"""Screens of the attendance: search and lists, the entity's own, the record."""
from flask_babel import lazy_gettext as _l

LOG_LABELS = {
    "role_type": _l("Role"), "related": _l("Related SAC"), "company": _l("Company"), "entity": _l("Entity"),
    "channel": _l("Channel"), "direction": _l("Active/Receptive"), "received_at": _l("Date of receipt"),
    "description": _l("Description"), "answer": _l("Answer"), "answered_at": _l("Answer date"),
    "contact": _l("Contact"),
    "motive": _l("Motive"), "occurrence": _l("Occurrence"), "cause": _l("Cause"), "unit": _l("Unit"),
    "local_partner": _l("Place"), "local_note": _l("Note on the place"), "note": _l("Note"),
    "lot_number": _l("Lot no."), "serial_number": _l("Serial no."), "manufactured_on": _l("Date of manufacture"),
    "expires_on": _l("Expiry date"),
    "situation": _l("Situation"), "phase": _l("Phase"), "closed_at": _l("Closing date"), "protocol": _l("Protocol"),
    "kind": _l("Kind"), "title": _l("Title"), "attachment": _l("Attachment"),
    "recipient": _l("Recipient"), "subject": _l("Subject"),
    "internal_note": _l("Internal note"), "product": _l("Product"), "information": _l("Information"),
    "merged": _l("Merged attendance"), "merged_into": _l("Merged into"), "pages": _l("Detail pages"),
    "split_from": _l("Split from"), "split_into": _l("Split into"), "assignee": _l("Responsible"),
    "department": _l("Department"), "reason": _l("Reason for forwarding"), "labels": _l("Labels"),
}


def register(appbuilder) -> None:
    """The menu "Atendimento" › "Atendimentos" (S-02) and the pages it leads to."""
    from flask_appbuilder.security.sqla.models import User

    from ...models.entity import Entity
    from ...queries import colleagues
    from ...queries.attendance_choices import find_partners
    from ...security.permissions import Perm
    from ...services import jobs
    from ..lists.source import register_list
    from ..logs import LABELS_OF
    from ..lookup import Source, register_source
    from . import many
    from .attachments import AttachmentView
    from .emails import AttendanceEmailView
    from .filters import find_assignees
    from .labels import AttendanceLabelView
    from .listed import AttendanceList
    from .many import ManyAttendancesView
    from .merging import AttendanceMergeView
    from .notes import NoteView
    from .pickers import AttendancePickersView
    from .record import AttendanceRecordView
    from .report import AttendanceReportView
    from .search import AttendanceSearchView, EntityAttendancesView

    LABELS_OF["attendance"] = LOG_LABELS
    register_source("partner", Source(Entity, Perm.ENTITY_READ, search=find_partners))
    appbuilder.add_view(AttendanceSearchView, "Attendances", label=_l("Attendances"), icon="fa-clipboard-list",
                        category="Attendance", category_label=_l("Attendance"))
    appbuilder.add_view_no_menu(EntityAttendancesView)
    appbuilder.add_view_no_menu(AttendancePickersView)
    appbuilder.add_view_no_menu(AttendanceRecordView)
    appbuilder.add_view_no_menu(AttendanceReportView)
    appbuilder.add_view_no_menu(AttendanceEmailView)
    appbuilder.add_view_no_menu(AttendanceMergeView)
    appbuilder.add_view_no_menu(AttendanceLabelView)
    appbuilder.add_view_no_menu(AttachmentView)
    appbuilder.add_view_no_menu(NoteView)
    appbuilder.add_view_no_menu(ManyAttendancesView)
    register_source("operator", Source(User, Perm.ATTENDANCE_READ, search=colleagues.find))
    register_source("assignee", Source(User, Perm.ATTENDANCE_READ, search=find_assignees))
    register_list(AttendanceList())
    jobs.register_kind(many.KIND, _l("Change to attendances"), many.run)
