"""Screens behind the menus of configurators."""
from flask_babel import lazy_gettext as _l


def register(appbuilder) -> None:
    """One view for all menus: they are data. Their lists have the tools of lists, their records a log."""
    from .. import logs
    from ..lists.source import FAMILIES
    from .listed import KEY, source_of
    from .screen import RecordsView, address_of, fields_of

    appbuilder.add_view_no_menu(RecordsView)
    FAMILIES[KEY] = source_of
    logs.LABELS_OF["custom_record"] = {
        "form": _l("Form"), "company": _l("Company"), "attendance": _l("Attendance"), "entity": _l("Person")}
    logs.FIELDS_OF["custom_record"], logs.ADDRESS_OF["custom_record"] = fields_of, address_of
