"""The registers "Pedidos" and "Notas fiscais"."""
from datetime import datetime
from decimal import Decimal

from flask import g, request
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload
from wtforms import StringField
from wtforms.validators import Length, NumberRange, Optional

from ...database import utc_now
from ...errors import DomainError
from ...extensions import db
from ...lowcode.controls import LocalDecimalField, MoneyField, TextBox, local_zone
from ...models.entity import Entity
from ...models.order import Invoice, Order, OrderItem, OrderState
from ...queries.orders import find_orders
from ...security.permissions import Perm
from ...security.safe_next import safe_next
from ...security.visibility import visible
from ...services import invoices, orders
from ..base import AppModelView
from ..formats import access_key, money, quantity
from ..lookup import FIRST, LookupField, Source, register_source, whole
from ..rows import RowForm, RowsField
from ..saving import untold

STATES = {OrderState.OPEN: _l("Order open"), OrderState.INVOICED: _l("Order invoiced"),
          OrderState.DELIVERED: _l("Order delivered"), OrderState.CANCELLED: _l("Order cancelled")}
LOOKS = {OrderState.OPEN: ("info", "fa-circle"), OrderState.INVOICED: ("brand", "fa-file-invoice-dollar"),
         OrderState.DELIVERED: ("ok", "fa-circle-check"), OrderState.CANCELLED: ("line", "fa-ban")}
NOT_NEGATIVE = NumberRange(min=0, message=_l("The amount cannot be negative."))
POSITIVE = NumberRange(min=Decimal("0.001"), message=_l("The quantity must be greater than zero."))


class ItemRow(RowForm):
    """One item: a product, or words for what is not registered."""

    product = LookupField(_l("Product"), source="product")
    description = StringField(_l("Description"), [Optional(), Length(max=200)], widget=TextBox())
    quantity = LocalDecimalField(_l("Quantity"), [Optional(), POSITIVE], number_format="#,##0.###", default=Decimal(1))
    unit_price = MoneyField(_l("Unit price"), [Optional(), NOT_NEGATIVE])

    def is_blank(self):
        """A quantity of one is there from the start; anything else typed makes a row."""
        numbers = [(self.quantity.raw_data or [""])[0].strip(), (self.unit_price.raw_data or [""])[0].strip()]
        return super().is_blank() and numbers[0] in ("", "1") and not numbers[1]


class OfEntityView(AppModelView):
    """What registers of an entity's rows have in common: the entity from the address, all refusals told at once, the
    way back. `owner` names its relation."""

    growing = True
    date_column, owner = "", "entity"
    list_template = "imports/list.html"
    exclude_route_methods = {"action", "action_post"}

    def preset(self):
        asked = whole(request.args.get("entity"))
        entity = asked and db.session.scalar(
            select(Entity).where(Entity.id == asked, Entity.active, visible(Entity, g.viewer)))
        today = datetime.now(local_zone()).date()
        return {self.date_column: today, **({self.owner: entity} if entity else {})}

    def find_or_404(self, pk, options=()):
        return super().find_or_404(pk, options or self._show_options)

    def _form_page(self, form, adding, error=None, version=None, item=None):
        if form.errors and error is None:
            error = self._also_refused(form, adding, item)
        return super()._form_page(form, adding, error, version, item)

    def _also_refused(self, form, adding, item):
        """What the service would refuse of a form that was not saved."""
        try:
            self.service.check(db.session, item and item.id, self.values_of(form, adding), actor=g.viewer,
                               now=utc_now())
        except DomainError as error:
            return untold(form, error)
        return None

    def _back(self):
        target = request.args.get("return")
        return safe_next(target) if target else super()._back()


class OrderView(OfEntityView):
    noun, route_base, date_column = "order", "/orders", "ordered_on"
    datamodel, service, child_rows = SQLAInterface(Order), orders, orders.ROWS
    list_title, add_title, edit_title, show_title = _l("Orders"), _l("New order"), _l("Edit order"), _l("Sales order")
    list_columns, list_key, list_file = ["number", "entity", "ordered_on", "state", "total"], "orders", "pedidos"
    order_columns, base_order = ["ordered_on"], ("ordered_on", "desc")
    search_columns = ["number", "entity", "state", "ordered_on"]
    add_fieldsets = edit_fieldsets = [
        (_l("Sales order"), {"fields": ["entity", "number", "ordered_on", "state", "total", "notes"]}),
        (_l("Items"), {"fields": ["items"]})]
    show_columns = ["number", "company", "ordered_on", "total"]
    add_form_extra_fields = edit_form_extra_fields = {
        "total": MoneyField(
            _l("Total"), [Optional(), NOT_NEGATIVE],
            description=_l("The sum of the items; typed only where there are none.")),
        "items": RowsField(ItemRow, _l("Items"), add_label=_l("Add item"), max_rows=orders.MAX_ITEMS)}
    label_columns = {
        "number": _l("Order number"), "entity": _l("Entity"), "company": _l("Company"), "ordered_on": _l("Order date"),
        "state": _l("Order state"), "total": _l("Total"), "notes": _l("Notes"), "items": _l("Items"),
        "product": _l("Product"), "description": _l("Description"), "quantity": _l("Quantity"),
        "unit_price": _l("Unit price")}
    choice_columns, formatters_columns = {"state": STATES}, {"total": money}
    row_formatters = {"items": {"quantity": quantity, "unit_price": money}}
    log_formatters = {"total": money}
    add_template = edit_template = "orders/form.html"
    show_template = "orders/show.html"
    empty_text = _l("Add the first order, or import those of another system from a CSV file.")

    def _init_listing(self):
        super()._init_listing()
        self._show_options = [
            joinedload(Order.entity), joinedload(Order.company),
            selectinload(Order.items).joinedload(OrderItem.product), selectinload(Order.invoices)]

    def show_more(self, item):
        return {"look": LOOKS.get(item.state, ("line", "fa-circle")), "state": STATES.get(item.state, item.state)}


class InvoiceView(OfEntityView):
    noun, route_base, date_column = "order", "/invoices", "issued_on"
    datamodel, service = SQLAInterface(Invoice), invoices
    list_title, add_title, edit_title, show_title = (
        _l("Invoices"), _l("New invoice"), _l("Edit invoice"), _l("Invoice"))
    list_columns = ["number", "series", "entity", "order", "issued_on", "total"]
    list_key, list_file = "invoices", "notas"
    order_columns, base_order = ["issued_on"], ("issued_on", "desc")
    search_columns = ["number", "entity", "access_key", "issued_on"]
    add_columns = edit_columns = ["entity", "order", "number", "series", "access_key", "issued_on", "total"]
    show_columns = ["number", "series", "company", "issued_on", "total", "access_key"]
    cascade = {"order": "entity"}
    add_form_extra_fields = edit_form_extra_fields = {
        "order": LookupField(_l("Sales order"), source="order", parent="entity",
                             description=_l("The entity's order that this invoice is of, if there is one.")),
        "access_key": StringField(
            _l("Access key"), [Optional(), Length(max=80)], widget=TextBox(),
            description=_l("The 44 digits of the NF-e, with or without spaces; the check digit is verified.")),
        "total": MoneyField(_l("Total"), [Optional(), NOT_NEGATIVE])}
    label_columns = {
        "number": _l("Invoice number"), "series": _l("Series"), "entity": _l("Entity"), "company": _l("Company"),
        "order": _l("Sales order"), "access_key": _l("Access key"), "issued_on": _l("Issue date"), "total": _l("Total")}
    formatters_columns = {"total": money, "access_key": access_key}
    log_formatters = {"total": money, "access_key": access_key}
    show_template = "orders/invoice.html"
    empty_text = _l("Add the first invoice, or import those of another system from a CSV file.")

    def preset(self):
        """From the page of an order, that order and its entity."""
        asked = whole(request.args.get("order"))
        order = asked and db.session.scalar(
            select(Order).where(Order.id == asked, visible(Order, g.viewer)).options(joinedload(Order.entity)))
        return {**super().preset(), **({"order": order, "entity": order.entity} if order else {})}

    def _init_listing(self):
        super()._init_listing()
        self._show_options = [joinedload(Invoice.entity), joinedload(Invoice.company), joinedload(Invoice.order)]


def register(appbuilder) -> None:
    """The group "Vendas"."""
    FIRST["entity"] = _l("Choose the entity first")
    register_source("order", Source(Order, Perm.ORDER_READ, parent="entity_id", active=None, search=find_orders))
    group = {"category": "Sales", "category_label": _l("Sales")}
    appbuilder.add_view(OrderView, "Orders", label=_l("Orders"), icon="fa-cart-shopping", **group)
    appbuilder.add_view(InvoiceView, "Invoices", label=_l("Invoices"), icon="fa-file-invoice-dollar", **group)
