"""Invoices from a CSV file, known by number and series in the company of the entity."""
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from ...errors import Invalid
from ...models.order import Invoice, Order
from ...security.visibility import visible
from .. import invoices
from .columns import Column, read_access_key, read_day, read_money, text
from .loading import CREATE, UNCHANGED, UPDATE, Importer, Step
from .orders import COMPANY, DOCUMENT
from .related import Entities

OWN = ("issued_on", "total", "access_key", "order_id")


def _bare(limit):
    read = text(limit)
    return lambda cell, context: read(invoices.bare(cell), context)


class InvoiceImporter(Importer):
    """Columns number, series, entity, date, total, access key, order. An empty cell leaves what is stored."""

    columns = (
        Column("number", _l("Invoice number"), (
            "Número da nota", "Número da NF", "Nota fiscal", "NF", "NF-e", "NFe", "Nº da nota", "Nota", "Número", "Nº",
            "Invoice", "Number"), _bare(Invoice.number.type.length), required=True),
        Column("series", _l("Series"), ("Série", "Serie da nota", "Series"), _bare(Invoice.series.type.length),
               help=_l("Empty is 1.")),
        DOCUMENT,
        Column("issued_on", _l("Issue date"), ("Data de emissão", "Emissão", "Data da nota", "Data", "Date"), read_day,
               required=True),
        Column("total", _l("Total"), ("Total da nota", "Valor da nota", "Valor total", "Total", "Valor"), read_money,
               required=True),
        Column("access_key", _l("Access key"), ("Chave de acesso", "Chave", "Chave NF-e", "Chave NFe", "Access key"),
               read_access_key),
        Column("order", _l("Order number"), ("Número do pedido", "Pedido", "Nº do pedido", "Order"),
               text(Order.number.type.length)),
        COMPANY)

    def __init__(self):
        self._claimed = {}  # access key: (company, number, series), of this run
        self._met = {}  # (company, number, series): record

    def key(self, values):
        return values["number"], values.get("series", invoices.FIRST_SERIES), values["document"], values.get("company")

    def load(self, session, records, *, actor, now):
        rows = [values for record in records for values in record.values]
        self._entities = Entities(session, rows, actor)
        numbers, keys, wanted = ({values[name] for values in rows if name in values}
                                 for name in ("number", "access_key", "order"))
        stored = session.scalars(select(Invoice).where(Invoice.number.in_(numbers), visible(Invoice, actor)))
        self._stored = {(row.company_id, row.number, row.series): row for row in stored}
        self._keys = {key: tuple(whose) for key, *whose in session.execute(
            select(Invoice.access_key, Invoice.company_id, Invoice.number, Invoice.series).where(
                Invoice.access_key.in_(keys)))} if keys else {}
        self._orders = {(company_id, number): (pk, entity_id) for pk, company_id, number, entity_id in session.execute(
            select(Order.id, Order.company_id, Order.number, Order.entity_id).where(
                Order.number.in_(wanted), visible(Order, actor)))} if wanted else {}

    def plan(self, record):
        values = record.values[0]
        entity = self._entities.get(values)
        series = values.get("series", invoices.FIRST_SERIES)
        whose = (entity.company_id, values["number"], series)
        stored = self._stored.get(whose)
        if (stored is not None and stored.entity_id != entity.id) or (
                self._met.setdefault(whose, record.key) != record.key):
            raise Invalid(_l("The invoice %(number)s is of another entity."), field="document",
                          number=f"{whose[1]}/{series}")
        told = {name: values[name] for name in ("issued_on", "total", "access_key") if name in values}
        if "order" in values:
            told["order_id"] = self._order(values["order"], entity)
        self._claim(values.get("access_key"), whose)
        differs = {name: told[name] for name in OWN if name in told and (
            stored is None or told[name] != getattr(stored, name))}
        if "order_id" in differs:
            differs["order"] = differs.pop("order_id")
        if stored is None:
            return Step(CREATE, values={"entity": entity.id, "number": values["number"], "series": series, **differs})
        return Step(UPDATE, stored.id, differs) if differs else Step(UNCHANGED)

    def write(self, session, step, *, actor, now):
        if step.what == CREATE:
            invoices.create(session, step.values, actor=actor, now=now)
        else:
            invoices.update(session, step.pk, step.values, actor=actor, now=now)

    def _order(self, number, entity) -> int:
        pk, entity_id = self._orders.get((entity.company_id, number), (None, None))
        if pk is None:
            raise Invalid(_l("There is no order with the number “%(number)s”."), field="order", number=number)
        if entity_id != entity.id:
            raise Invalid(_l("This order is of another entity."), field="order")
        return pk

    def _claim(self, key, whose) -> None:
        """An access key names one invoice: of the tables, and of this file."""
        if key is None:
            return
        owner = self._claimed.get(key) or self._keys.get(key)
        if owner is not None and owner != whose:
            raise Invalid(_l("There is already an invoice with this access key."), field="access_key")
        self._claimed[key] = whose
