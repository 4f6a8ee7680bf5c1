"""Products and the information kept about them (S-67): what detail pages have stays what it was about."""
from flask_babel import lazy_gettext as _l

from ..errors import Invalid
from ..models.product import Product, ProductInformation, detail_information
from . import records
from .classifications import stays

_STAYING = [stays(parent, detail_information.c.information_id) for parent in ("product", "motive", "occurrence")]


def _check_information(session, item, lists, *, actor):
    if item.occurrence is not None and item.motive is not None and item.occurrence.motive_id != item.motive.id:
        raise Invalid(_l("This occurrence does not belong to the chosen motive."), field="occurrence")
    for check in _STAYING:
        check(session, item, lists, actor=actor)


products = records.service_for(Product)
information = records.service_for(ProductInformation, check=_check_information)
