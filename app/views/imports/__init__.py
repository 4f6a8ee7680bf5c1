"""The import of each register that can be filled from a CSV file, each with the permission of its own noun."""
from flask import url_for
from flask_babel import lazy_gettext as _l

from ...services import jobs
from ...services.imports.registers import RECORDS
from . import work
from .form_records import RecordImportView
from .pages import ImportView


class ProductImportView(ImportView):
    route_base, register, class_permission_name = "/products/import", "products", "classification"
    title, crumb, back = _l("Import products"), _l("Products"), "/products/list/"


class OrderImportView(ImportView):
    route_base, register, class_permission_name = "/orders/import", "orders", "order"
    title, crumb, back = _l("Import orders"), _l("Orders"), "/orders/list/"


class InvoiceImportView(ImportView):
    route_base, register, class_permission_name = "/invoices/import", "invoices", "order"
    title, crumb, back = _l("Import invoices"), _l("Invoices"), "/invoices/list/"


class BatchImportView(ImportView):
    route_base, register, class_permission_name = "/batches/import", "batches", "provider_account"
    title, crumb, back = _l("Import batches"), _l("Batches"), "/batches/list/"


class GuideImportView(ImportView):
    route_base, register, class_permission_name = "/guides/import", "guides", "provider_account"
    title, crumb, back = _l("Import guides"), _l("Guides"), "/guides/list/"


class PaymentImportView(ImportView):
    route_base, register, class_permission_name = "/payments/import", "payments", "provider_account"
    title, crumb, back = _l("Import payments"), _l("Payments"), "/payments/list/"


VIEWS = {view.register: view for view in (ProductImportView, OrderImportView, InvoiceImportView, BatchImportView,
                                          GuideImportView, PaymentImportView)}


def _page(job) -> str:
    name = job.arguments["register"]
    if name in VIEWS:
        return url_for(f"{VIEWS[name].__name__}.result", pk=job.id)
    return url_for("RecordImportView.result", menu=int(name.removeprefix(RECORDS)), pk=job.id)


def register(appbuilder) -> None:
    """The pages of every register, and the kind of job of large files."""
    for view in (*VIEWS.values(), RecordImportView):
        appbuilder.add_view_no_menu(view)
    jobs.register_kind(work.KIND, _l("CSV import"), work.run, _page)
