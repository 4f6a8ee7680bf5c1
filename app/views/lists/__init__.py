"""What every list of work has besides its rows: columns to choose, saved views, exports."""


def register(appbuilder) -> None:
    """The routes of all of them, and the job that makes large exports."""
    from flask_babel import lazy_gettext as _l

    from ...services import jobs
    from . import export
    from .generated import register_generated
    from .routes import ListToolsView

    appbuilder.add_view_no_menu(ListToolsView)
    appbuilder.add_view_no_menu(export.ListExportView)
    register_generated(appbuilder)
    jobs.register_kind(export.KIND, _l("Export"), export.run)
