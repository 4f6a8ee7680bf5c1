"""Whether the provider central may be used at all (C-07)."""
from flask_babel import lazy_gettext as _l

from ..errors import Conflict
from .settings import get_setting


def uses_crm(session) -> bool:
    """The parameter "Utiliza o módulo CRM": issuing a guide opens an attendance, and the central stays closed."""
    return bool(get_setting(session, "uses_crm"))


def require_open(session, known: bool | None = None) -> None:
    """Raise Conflict with the reason where the central is not used. One look at one row, none where it is `known`."""
    if uses_crm(session) if known is None else known:
        raise Conflict(_l("The provider central is closed: the parameter “Utiliza o módulo CRM” is YES, and providers' "
                          "attendances are kept in the CRM. To use the central, set it to NO."))
