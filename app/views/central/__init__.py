"""The provider central: one dense screen on which the Operadora works the tickets of its providers."""
from flask import g
from flask_babel import lazy_gettext as _l

from ...security.permissions import Perm


def register(appbuilder) -> None:
    """The menu "Central" › "Movimentações" (C-08), the panel of a ticket and its acts."""
    from ..lists.source import register_list
    from . import pieces
    from .export import CentralExportView
    from .figures import CentralFiguresView
    from .listed import TicketList
    from .page import CentralView

    appbuilder.add_view(CentralView, "ProviderCentral", label=_l("Movements"), icon="fa-hospital-user",
                        category="Central", category_label=_l("Central"))
    appbuilder.add_view(CentralFiguresView, "CentralFigures", label=_l("Panel of the central"), icon="fa-chart-column",
                        category="Central", menu_cond=lambda: g.viewer.may(Perm.TICKET_READ))
    appbuilder.add_view_no_menu(CentralExportView)
    register_list(TicketList())
    pieces.register(appbuilder)
