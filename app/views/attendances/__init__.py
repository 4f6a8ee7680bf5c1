"""Screens of the attendance: search and lists, the entity's own, the record."""
from flask_babel import lazy_gettext as _l


def register(appbuilder) -> None:
    """The menu "Atendimento" › "Atendimentos" (S-02) and the pages it leads to."""
    from ...models.entity import Entity
    from ...queries.attendances import find_partners
    from ...security.permissions import Perm
    from ..lookup import Source, register_source
    from .record import AttendanceRecordView
    from .search import AttendanceSearchView, EntityAttendancesView

    register_source("partner", Source(Entity, Perm.ENTITY_READ, search=find_partners))
    appbuilder.add_view(AttendanceSearchView, "Attendances", label=_l("Attendances"), icon="fa-clipboard-list",
                        category="Attendance", category_label=_l("Attendance"))
    appbuilder.add_view_no_menu(EntityAttendancesView)
    appbuilder.add_view_no_menu(AttendanceRecordView)
