"""Which registers can be filled from a CSV file, and who may do it."""
from collections.abc import Callable
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from ...errors import Forbidden, NotFound
from ...queries.catalogue import catalogue
from ...queries.custom_menus import by_menu
from ...security.permissions import Perm
from ..custom_types import HERE
from .form_records import RecordImporter
from .invoices import InvoiceImporter
from .loading import Importer
from .orders import OrderImporter
from .products import ProductImporter
from .provider_accounts import BatchImporter, GuideImporter, PaymentImporter


@dataclass(frozen=True)
class Kind:
    """One register: `make()` an importer for a run, and the permission it asks."""

    make: Callable[[], Importer]
    permission: Perm

    @property
    def columns(self):
        return self.make().columns


KINDS = {
    "products": Kind(ProductImporter, Perm.CLASSIFICATION_WRITE),
    "orders": Kind(OrderImporter, Perm.ORDER_WRITE),
    "invoices": Kind(InvoiceImporter, Perm.ORDER_WRITE),
    "batches": Kind(BatchImporter, Perm.PROVIDER_ACCOUNT_WRITE),
    "guides": Kind(GuideImporter, Perm.PROVIDER_ACCOUNT_WRITE),
    "payments": Kind(PaymentImporter, Perm.PROVIDER_ACCOUNT_WRITE),
}
RECORDS = "records-"  # and the number of a menu of configurators


def kind_of(session, register: str, *, actor, timezone: str = HERE) -> Kind:
    """A register by its name; `timezone`: in which a file writes moments. Raises NotFound and, behind a menu where the
    actor may add nothing, Forbidden."""
    if register in KINDS:
        return KINDS[register]
    number = register.removeprefix(RECORDS)
    access = by_menu(catalogue(session), actor, int(number)) if number.isdecimal() and register != number else None
    if access is None:
        raise NotFound(_l("Record not found."))
    if not access.adds:
        raise Forbidden(_l("You do not have permission to do this."))
    return Kind(lambda: RecordImporter(access, timezone), Perm.CUSTOM_RECORD_WRITE)
