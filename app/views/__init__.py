"""Screens; register() is the menu, top to bottom."""
from flask_babel import lazy_gettext as _l

from .. import api


def register(appbuilder) -> None:
    """Register every view of the back office, in the order of the menu."""
    from . import attendances, home

    attendances.register(appbuilder)
    home.register(appbuilder)
    from .lookup import LookupView
    from .registers.motives import MotiveView

    appbuilder.add_view(MotiveView, "Motives", label=_l("Motives"), icon="fa-comment-dots",
                        category="Classifications", category_label=_l("Classification tables"))
    appbuilder.add_view_no_menu(LookupView)

    api.register(appbuilder)
