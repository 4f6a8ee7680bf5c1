"""Screens; register() is the menu, top to bottom."""
from flask_babel import lazy_gettext as _l


def register(appbuilder) -> None:
    """Register every view of the back office, in the order of the menu."""
    from . import (
        agenda,
        alerts,
        api_tokens,
        attendances,
        central,
        custom,
        duplicates,
        entities,
        external_service,
        history,
        home,
        imports,
        internal_messages,
        knowledge,
        lists,
        lowcode,
        orders,
        packages,
        palette,
        records,
        registers,
        scripts,
        surveys,
    )
    from .jobs import JobView
    from .logs import LogView
    from .lookup import LookupView
    from .mailbox import MailboxView
    from .notifications import NotificationView
    from .roles import RoleView
    from .security_log import SecurityLogView
    from .users import UserView

    attendances.register(appbuilder)
    knowledge.register(appbuilder)
    scripts.register(appbuilder)
    central.register(appbuilder)
    entities.register(appbuilder)
    external_service.register(appbuilder)
    agenda.register(appbuilder)
    internal_messages.register(appbuilder)
    alerts.register(appbuilder)
    duplicates.register(appbuilder)
    orders.register(appbuilder)
    imports.register(appbuilder)
    history.register(appbuilder)
    surveys.register(appbuilder)
    home.register(appbuilder)
    palette.register(appbuilder)
    records.register(appbuilder)
    registers.register(appbuilder)

    access = {"category": "Access", "category_label": _l("Security")}
    appbuilder.add_view(UserView, "Users", label=_l("Users"), icon="fa-users", **access)
    appbuilder.add_view(RoleView, "Roles", label=_l("Access roles"), icon="fa-user-shield", **access)
    appbuilder.add_view(SecurityLogView, "SecurityLog", label=_l("Security log"), icon="fa-shield-halved", **access)

    registers.register_settings(appbuilder)
    lowcode.register(appbuilder)
    packages.register(appbuilder)
    appbuilder.add_view(MailboxView, "Outbox", label=_l("Outbox"), icon="fa-paper-plane", category="Settings")
    for view in (JobView, LookupView, LogView, NotificationView):
        appbuilder.add_view_no_menu(view)
    api_tokens.register(appbuilder)
    custom.register(appbuilder)
    lists.register(appbuilder)  # last: it looks for the views that have tools
