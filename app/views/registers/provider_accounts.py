"""The registers "Lotes", "Guias" and "Pagamentos" of providers."""
from flask import g
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms.validators import DataRequired, InputRequired, Optional

from ... import documents
from ...extensions import db
from ...lowcode.controls import MoneyField
from ...models.attendance import Attendance
from ...models.entity import Entity
from ...models.provider_account import Batch, BatchState, Guide, GuideState, Payment
from ...queries.provider_accounts import find_batches, find_providers
from ...security.permissions import Perm
from ...security.visibility import visible
from ...services import batches, central, guides, payments
from ..formats import money
from ..lookup import FIRST, LookupField, Source, register_source
from .orders import NOT_NEGATIVE, OfEntityView

BATCH_STATES = {
    BatchState.RECEIVED: _l("Batch received"), BatchState.ANALYSIS: _l("Batch in analysis"),
    BatchState.APPROVED: _l("Batch approved"), BatchState.REFUSED: _l("Batch refused"),
    BatchState.PAID: _l("Batch paid")}
GUIDE_STATES = {
    GuideState.REQUESTED: _l("Guide requested"), GuideState.ISSUED: _l("Guide issued"),
    GuideState.BILLED: _l("Guide billed"), GuideState.CANCELLED: _l("Guide cancelled")}
BATCH_HELP = _l("The provider's batch that this belongs to, if there is one.")


def provider_field() -> LookupField:
    """The provider of a form: only entities that have this role are offered."""
    return LookupField(_l("Provider"), [DataRequired()], source="provider")


def batch_field() -> LookupField:
    """The batch of a form, below its provider."""
    return LookupField(_l("Batch"), [Optional()], source="batch", parent="provider", description=BATCH_HELP)


def total_field() -> MoneyField:
    """An amount that may be left empty."""
    return MoneyField(_l("Total"), [Optional(), NOT_NEGATIVE])


class OfProviderView(OfEntityView):
    """What the three have in common."""

    owner = "provider"
    cascade = {"batch": "provider"}
    search_form_extra_fields = {"provider": LookupField(_l("Provider"), source="provider")}
    formatters_columns = log_formatters = {"total": money, "amount": money}
    show_template = "provider_accounts/show.html"


class BatchView(OfProviderView):
    noun, route_base, date_column = "provider_account", "/batches", "received_on"
    datamodel, service = SQLAInterface(Batch), batches
    list_title, add_title, edit_title, show_title = _l("Batches"), _l("New batch"), _l("Edit batch"), _l("Batch")
    list_columns = ["number", "provider", "received_on", "state", "total"]
    list_key, list_file = "batches", "lotes"
    order_columns, base_order = ["received_on"], ("received_on", "desc")
    search_columns = ["number", "provider", "state", "received_on"]
    add_columns = edit_columns = ["provider", "number", "received_on", "state", "total"]
    show_columns = ["number", "provider", "received_on", "state", "total"]
    add_form_extra_fields = edit_form_extra_fields = {"provider": provider_field(), "total": total_field()}
    label_columns = {"number": _l("Batch number"), "provider": _l("Provider"), "received_on": _l("Received on"),
                     "state": _l("Batch state"), "total": _l("Total")}
    choice_columns = {"state": BATCH_STATES}
    empty_text = _l("Add the first batch, or import those of another system from a CSV file.")

    def show_more(self, item):
        return {"batch": item.id}


class GuideView(OfProviderView):
    noun, route_base, date_column = "provider_account", "/guides", "issued_on"
    datamodel, service = SQLAInterface(Guide), guides
    list_title, add_title, edit_title, show_title = _l("Guides"), _l("New guide"), _l("Edit guide"), _l("Guide")
    list_columns = ["number", "provider", "beneficiary", "issued_on", "state", "total"]
    list_key, list_file, more_columns = "guides", "guias", ("batch",)
    order_columns, base_order = ["issued_on"], ("issued_on", "desc")
    search_columns = ["number", "provider", "batch", "state", "issued_on"]
    add_columns = edit_columns = ["provider", "batch", "number", "issued_on", "beneficiary", "state", "total"]
    show_columns = ["number", "provider", "batch", "issued_on", "beneficiary", "state", "total"]
    add_form_extra_fields = edit_form_extra_fields = {
        "provider": provider_field(), "batch": batch_field(), "total": total_field()}
    label_columns = {"number": _l("Guide number"), "provider": _l("Provider"), "batch": _l("Batch"),
                     "issued_on": _l("Guide date"), "beneficiary": _l("Beneficiary"), "state": _l("Guide state"),
                     "total": _l("Total"), "attendance": _l("Attendance")}
    choice_columns = {"state": GUIDE_STATES}
    add_template = edit_template = "provider_accounts/guide_form.html"
    empty_text = _l("Add the first guide, or import those of another system from a CSV file.")

    def render_template(self, template, **values):
        if template == self.add_template:
            values["uses_crm"] = central.uses_crm(db.session)
        return super().render_template(template, **values)

    def show_more(self, item):
        """The attendance that the guide opened, to who may see it."""
        if item.attendance_id is None or not g.viewer.may(Perm.ATTENDANCE_READ):
            return {}
        return {"attendance": db.session.scalar(
            select(Attendance).where(Attendance.id == item.attendance_id, visible(Attendance, g.viewer)))}


class PaymentView(OfProviderView):
    noun, route_base, date_column = "provider_account", "/payments", "paid_on"
    datamodel, service = SQLAInterface(Payment), payments
    list_title, add_title, edit_title, show_title = (
        _l("Payments"), _l("New payment"), _l("Edit payment"), _l("Payment"))
    list_columns = ["document", "provider", "batch", "paid_on", "amount"]
    list_key, list_file = "payments", "pagamentos"
    order_columns, base_order = ["paid_on"], ("paid_on", "desc")
    search_columns = ["document", "provider", "batch", "paid_on"]
    add_columns = edit_columns = ["provider", "batch", "document", "paid_on", "amount"]
    show_columns = ["document", "provider", "batch", "paid_on", "amount"]
    add_form_extra_fields = edit_form_extra_fields = {
        "provider": provider_field(), "batch": batch_field(),
        "amount": MoneyField(_l("Amount paid"), [InputRequired(), NOT_NEGATIVE])}
    label_columns = {"document": _l("Bank document"), "provider": _l("Provider"), "batch": _l("Batch"),
                     "paid_on": _l("Paid on"), "amount": _l("Amount paid")}
    empty_text = _l("Add the first payment, or import those of another system from a CSV file.")


def offered_providers(session, viewer, term, parent, limit, offset):
    """The providers a picker offers: [(id, name and masked document)]."""
    rows = find_providers(session, viewer, term, parent, limit, offset)
    return [(pk, " · ".join(filter(None, (name, documents.masked(document))))) for pk, name, document in rows]


def register(appbuilder) -> None:
    """The group "Prestadores"."""
    FIRST["provider"] = _l("Choose the provider first")
    register_source("provider", Source(Entity, Perm.ENTITY_READ, search=offered_providers))
    register_source("batch", Source(Batch, Perm.PROVIDER_ACCOUNT_READ, parent="provider_id", active=None,
                                    search=find_batches))
    group = {"category": "Providers", "category_label": _l("Providers")}
    for view, name, label, icon in (
            (BatchView, "Batches", _l("Batches"), "fa-layer-group"),
            (GuideView, "Guides", _l("Guides"), "fa-file-medical"),
            (PaymentView, "Payments", _l("Payments"), "fa-money-check-dollar")):
        appbuilder.add_view(view, name, label=label, icon=icon, **group)
