"""Which registers can be filled from a CSV file, and who may do it."""
from collections.abc import Callable
from dataclasses import dataclass

from ...security.permissions import Perm
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
