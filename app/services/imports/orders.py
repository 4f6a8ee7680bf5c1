"""Orders from a CSV file, a line an item or a line an order, known by their number in the company of the entity."""
from decimal import Decimal

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from ...errors import Invalid
from ...models.order import Order, OrderState, line_total
from ...security.visibility import visible
from .. import amounts, orders
from .columns import Column, long_text, read_day, read_document, read_money, read_quantity, read_state, text
from .loading import CREATE, UNCHANGED, UPDATE, Importer, Step
from .related import Entities, Products

HEAD = ("ordered_on", "state", "total", "notes")
OF_ITEM = ("product", "description", "quantity", "unit_price")
COMPANY = Column("company", _l("Company"), ("Empresa", "CNPJ da empresa", "Filial", "Company"), text(200),
                 help=_l("Name, CNPJ or code; only where several companies have the same customer."))
DOCUMENT = Column(
    "document", _l("CPF/CNPJ of the entity"),
    ("CPF/CNPJ", "CPF CNPJ", "CPF ou CNPJ", "CPF/CNPJ do cliente", "CNPJ/CPF", "CNPJ", "CPF", "Documento", "Cliente",
     "CNPJ do cliente", "CPF do cliente", "Document"), read_document, required=True)


class OrderImporter(Importer):
    """Lines of the same number and entity are one order. Columns of items may be left out; so may the total."""

    several = True
    columns = (
        Column("number", _l("Order number"), (
            "Número do pedido", "Número", "Pedido", "Nº do pedido", "Nº", "Num Pedido", "Número pedido", "Order",
            "Order number", "Number"), text(Order.number.type.length), required=True),
        DOCUMENT,
        Column("ordered_on", _l("Order date"), ("Data do pedido", "Data", "Data pedido", "Emissão", "Date"), read_day,
               required=True),
        Column("state", _l("Order state"), ("Situação", "Situação do pedido", "Status", "Estado", "State"), read_state,
               help=_l("Aberto, Faturado, Entregue or Cancelado; empty is Aberto.")),
        Column("total", _l("Total"), ("Total do pedido", "Total", "Valor total", "Valor", "Valor do pedido"),
               read_money, help=_l("Where there are items it must be their sum, or be left out.")),
        Column("notes", _l("Notes"), ("Observações", "Observação", "Obs", "Notes"), long_text(orders.NOTES_LIMIT)),
        Column("product", _l("Product code"), ("Código do produto", "Produto", "Cód Produto", "Cod Produto", "SKU",
                                               "Código"), text(40)),
        Column("description", _l("Description of the item"), ("Descrição do item", "Item", "Descrição", "Description"),
               text(200)),
        Column("quantity", _l("Quantity"), ("Quantidade", "Qtd", "Qtde", "Quant", "Quantity"), read_quantity),
        Column("unit_price", _l("Unit price"), ("Preço unitário", "Valor unitário", "Preço", "Vl Unitário",
                                                "Unit price", "Price"), read_money),
        COMPANY)

    def __init__(self):
        self._claimed = {}  # (company, number): record, of this run

    def key(self, values):
        return values["number"], values["document"], values.get("company")

    def load(self, session, records, *, actor, now):
        rows = [values for record in records for values in record.values]
        self._entities, self._products = Entities(session, rows, actor), Products(session, rows, actor)
        numbers = {record.values[0]["number"] for record in records}
        stored = session.scalars(select(Order).where(
            Order.number.in_(numbers), visible(Order, actor)).options(selectinload(Order.items)))
        self._stored = {(order.company_id, order.number): order for order in stored}

    def plan(self, record):
        entity = self._entities.get(record.values[0])
        head = self._head(record)
        items = self._items(record)
        whose = entity.company_id, head["number"]
        stored = self._stored.get(whose)
        if (stored is not None and stored.entity_id != entity.id) or (
                self._claimed.setdefault(whose, record.key) != record.key):
            raise Invalid(_l("The order %(number)s is of another entity."), field="document", number=head["number"])
        self._agree(head, items, stored)
        if stored is None:
            return Step(CREATE, values={"entity": entity.id, "state": OrderState.OPEN, **head,
                                        **({"items": items} if items is not None else {})})
        differs = {name: head[name] for name in HEAD if name in head and head[name] != getattr(stored, name)}
        have = [(item.product_id, item.description, item.quantity, item.unit_price) for item in stored.items]
        if items is not None and [tuple(item.values()) for item in items] != have:
            ids = [item.id for item in stored.items]  # a line keeps its place, and so its history
            differs["items"] = [{"id": pk, **item} for pk, item in zip(ids + [None] * len(items), items, strict=False)]
        return Step(UPDATE, stored.id, differs) if differs else Step(UNCHANGED)

    def write(self, session, step, *, actor, now):
        if step.what == CREATE:
            orders.create(session, step.values, actor=actor, now=now)
        else:
            orders.update(session, step.pk, step.values, actor=actor, now=now)

    @staticmethod
    def _head(record) -> dict:
        """What the lines of an order say of the order: each may leave it out, none may say something else."""
        head = {}
        for row, values in zip(record.rows, record.values, strict=True):
            for name in ("number", *HEAD):
                if name in values and head.setdefault(name, values[name]) != values[name]:
                    label = next(column.label for column in OrderImporter.columns if column.key == name)
                    raise Invalid(_l("The lines of the order do not agree: %(column)s, line %(line)s."), field=name,
                                  column=label, line=row.line)
        return head

    def _items(self, record) -> list[dict] | None:
        """The items that the lines tell, in their order; None where no line tells one."""
        items = []
        for values in record.values:
            if not any(name in values for name in OF_ITEM):
                continue
            if "product" not in values and "description" not in values:
                raise Invalid(_l("Choose a product or describe the item."), field="product")
            items.append({
                "product": self._products.get(values["product"]) if "product" in values else None,
                "description": values.get("description"), "quantity": values.get("quantity", Decimal(1)),
                "unit_price": values.get("unit_price", Decimal(0))})
        if len(items) > orders.MAX_ITEMS:
            raise Invalid(_l("An order has at most %(n)s items."), field="product", n=orders.MAX_ITEMS)
        return items or None

    @staticmethod
    def _agree(head, items, stored) -> None:
        """A total that is not the sum of the items is said, not dropped."""
        if "total" not in head or (items is None and (stored is None or not stored.items)):
            return
        whole = stored.total if items is None else sum(
            (line_total(item["quantity"], item["unit_price"]) for item in items), start=amounts.CENT * 0)
        if head["total"] != whole:
            raise Invalid(
                _l("The total of the file is not the sum of the items: correct it, or leave that column out."),
                field="total")
        del head["total"]
