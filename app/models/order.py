"""Orders ("Vendas", "Pedidos") and invoices ("Notas fiscais") of an entity: registered, or imported from the ERP."""
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import Logged, Model, Versioned, unique
from .company import Company
from .entity import Entity
from .product import Product


class OrderState(StrEnum):
    OPEN = "open"
    INVOICED = "invoiced"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


def line_total(quantity: Decimal, unit_price: Decimal) -> Decimal:
    """Quantity times price, to the cent as an invoice rounds it."""
    return (quantity * unit_price).quantize(Decimal("0.01"), ROUND_HALF_UP)


class Order(Versioned, Model):
    """What an entity bought. Its company is the entity's."""

    __tablename__ = "sales_order"
    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id"))
    number: Mapped[str] = mapped_column(String(40))
    ordered_on: Mapped[date] = mapped_column()
    state: Mapped[str] = mapped_column(String(10), default=OrderState.OPEN)
    total: Mapped[Decimal] = mapped_column(Numeric(14, 2), default=Decimal(0))  # of the items, where there are some
    notes: Mapped[str | None] = mapped_column(Text)
    company: Mapped[Company] = relationship()
    entity: Mapped[Entity] = relationship()
    items: Mapped[list["OrderItem"]] = relationship(
        back_populates="order", cascade="all, delete-orphan", order_by="OrderItem.id")
    invoices: Mapped[list["Invoice"]] = relationship(back_populates="order")
    __table_args__ = (
        unique("company_id", "number", name="uq_sales_order_number",
               message=_l("There is already an order with this number.")),
        CheckConstraint("state in ('open', 'invoiced', 'delivered', 'cancelled')", name="ck_sales_order_state"),
        CheckConstraint("total >= 0", name="ck_sales_order_total",
                        info={"field": "total", "message": _l("The total cannot be negative.")}),
        Index("ix_sales_order_entity", "entity_id", "ordered_on", "id"),
        Index("ix_sales_order_company", "company_id", "ordered_on", "id"),
        Index("ix_sales_order_date", "ordered_on", "id"),
    )

    def __str__(self):
        return self.number or ""

    __repr__ = __str__


class OrderItem(Logged, Model):
    """One line of an order: a registered product, or words for what is not registered."""

    __tablename__ = "order_item"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("sales_order.id", ondelete="CASCADE"), index=True)
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"), index=True)
    description: Mapped[str | None] = mapped_column(String(200))
    quantity: Mapped[Decimal] = mapped_column(Numeric(14, 3), default=Decimal(1))
    unit_price: Mapped[Decimal] = mapped_column(Numeric(14, 2), default=Decimal(0))
    order: Mapped[Order] = relationship(back_populates="items")
    product: Mapped[Product | None] = relationship()
    __table_args__ = (
        CheckConstraint("product_id is not null or description is not null", name="ck_order_item_what",
                        info={"field": "items", "message": _l("Choose a product or describe the item.")}),
        CheckConstraint("quantity > 0", name="ck_order_item_quantity",
                        info={"field": "items", "message": _l("The quantity must be greater than zero.")}),
        CheckConstraint("unit_price >= 0", name="ck_order_item_price",
                        info={"field": "items", "message": _l("The price cannot be negative.")}),
    )

    @property
    def total(self) -> Decimal:
        return line_total(self.quantity, self.unit_price)


class Invoice(Versioned, Model):
    """A "nota fiscal" given to an entity, of an order or on its own. Its company is the entity's."""

    __tablename__ = "invoice"
    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id"))
    order_id: Mapped[int | None] = mapped_column(ForeignKey("sales_order.id"), index=True)
    number: Mapped[str] = mapped_column(String(20))
    series: Mapped[str] = mapped_column(String(5), default="1")
    access_key: Mapped[str | None] = mapped_column(String(44))  # "chave de acesso" of the NF-e, 44 digits
    issued_on: Mapped[date] = mapped_column()
    total: Mapped[Decimal] = mapped_column(Numeric(14, 2), default=Decimal(0))
    company: Mapped[Company] = relationship()
    entity: Mapped[Entity] = relationship()
    order: Mapped[Order | None] = relationship(back_populates="invoices")
    __table_args__ = (
        unique("company_id", "number", "series", name="uq_invoice_number", field="number",
               message=_l("There is already an invoice with this number and series.")),
        unique("access_key", name="uq_invoice_access_key",
               message=_l("There is already an invoice with this access key.")),
        CheckConstraint("total >= 0", name="ck_invoice_total",
                        info={"field": "total", "message": _l("The total cannot be negative.")}),
        Index("ix_invoice_entity", "entity_id", "issued_on", "id"),
        Index("ix_invoice_company", "company_id", "issued_on", "id"),
        Index("ix_invoice_date", "issued_on", "id"),
    )

    def __str__(self):
        return f"{self.number}/{self.series}"

    __repr__ = __str__
