"""The provider central: one dense screen on which the Operadora works the tickets of its providers."""
from flask_babel import lazy_gettext as _l


def register(appbuilder) -> None:
    """The menu "Central" › "Movimentações" (C-08), the panel of a ticket and its acts."""
    from ..lists.source import register_list
    from . import pieces
    from .listed import TicketList
    from .page import CentralView

    appbuilder.add_view(CentralView, "ProviderCentral", label=_l("Movements"), icon="fa-hospital-user",
                        category="Central", category_label=_l("Central"))
    register_list(TicketList())
    pieces.register(appbuilder)
