""""Agenda" (S-19): appointments of an operator and of an entity."""
from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l


def register(appbuilder) -> None:
    """The agenda in the menu; on an entity's pages it is an icon."""
    from ...security.permissions import Perm
    from ..lookup import Source, register_source
    from .form import find_operators
    from .view import AgendaView

    register_source("agenda_operator", Source(User, Perm.APPOINTMENT_READ, search=find_operators))
    appbuilder.add_view(AgendaView, "Agenda", label=_l("Agenda"), icon="fa-calendar-days", category="Attendance")
