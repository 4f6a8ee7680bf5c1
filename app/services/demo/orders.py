"""What customers of the dairy bought: orders with items, some invoiced, by the numbers of the ERP."""
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select

from ... import access_keys
from ...models.company import Company
from ...models.entity import Entity
from ...models.order import Order, OrderState
from ...models.product import Product
from ...security.viewer import SYSTEM
from .. import invoices, orders
from ..registers import ensure
from .products import PRODUCTS

MORE = {"7005": "Requeijão tradicional 200 g", "7006": "Iogurte de morango 170 g", "7007": "Queijo muçarela kg",
        "7008": "Doce de leite 400 g"}
PRICES = {"7001": "8.90", "7002": "24.50", "7003": "5.79", "7004": "12.40", "7005": "9.80", "7006": "3.25",
          "7007": "47.90", "7008": "14.60"}
# number, entity, days ago, state, [(product, quantity)], number of the invoice
ORDERS = (
    ("PV-10412", "Supermercados Bom Preço Ltda.", 52, "delivered", (("7003", "480"), ("7001", "120")), "20388"),
    ("PV-10431", "Padaria e Confeitaria Três Irmãos ME", 44, "delivered", (("7004", "24"), ("7005", "36")), "20401"),
    ("PV-10440", "Joana D'Ávila Pereira", 40, "delivered", (("7002", "2"), ("7008", "1")), "20409"),
    ("PV-10448", "Mercearia do Lago Comércio de Alimentos", 37, "delivered", (("7006", "96"), ("7001", "48")), "20417"),
    ("PV-10465", "Supermercados Bom Preço Ltda.", 30, "delivered", (("7007", "62.5"), ("7002", "40")), "20436"),
    ("PV-10479", "Joana D'Ávila Pereira", 23, "cancelled", (("7006", "12"),), None),
    ("PV-10483", "Padaria e Confeitaria Três Irmãos ME", 21, "invoiced", (("7004", "36"), ("7007", "18.75")), "20458"),
    ("PV-10502", "João Batista Conceição", 15, "delivered", (("7008", "3"), ("7005", "2")), "20471"),
    ("PV-10511", "Supermercados Bom Preço Ltda.", 9, "invoiced", (("7003", "960"), ("7006", "240")), "20490"),
    ("PV-10520", "Mercearia do Lago Comércio de Alimentos", 6, "open", (("7001", "60"), ("7004", "30")), None),
    ("PV-10528", "Joana D'Ávila Pereira", 3, "open", (("7002", "1"), ("7001", "6")), None),
    ("PV-10533", "Supermercados Bom Preço Ltda.", 1, "open", (("7003", "480"), ("7007", "55")), None),
)
LOOSE = (("20512", "Joana D'Ávila Pereira", 2, "18.60"),)  # sold over the counter, without an order


def plant(session, company: Company, *, now) -> None:
    """The products that are missing, the orders and their invoices; none where the company has orders already."""
    ids = {code: ensure(session, Product, name, actor=SYSTEM, now=now, code=code).id
           for code, name in {**PRODUCTS, **MORE}.items()}
    if session.scalar(select(Order.id).where(Order.company_id == company.id).limit(1)) is not None:
        return
    named = session.execute(select(Entity.name, Entity.id).where(Entity.company_id == company.id))
    people = dict(named.all())
    today = now.date()
    for number, name, days, state, bought, invoice in ORDERS:
        if name not in people:
            continue
        day = today - timedelta(days)
        order = orders.create(session, {
            "entity": people[name], "number": number, "ordered_on": day, "state": OrderState(state),
            "items": [{"product": ids[code], "quantity": Decimal(many), "unit_price": Decimal(PRICES[code])}
                      for code, many in bought]}, actor=SYSTEM, now=now)
        if invoice:
            _issue(session, company, invoice, people[name], day + timedelta(1), order.total, order.id, now)
    for number, name, days, total in LOOSE:
        if name in people:
            _issue(session, company, number, people[name], today - timedelta(days), Decimal(total), None, now)


def _issue(session, company, number, entity_id, day, total, order_id, now) -> None:
    """An invoice with the access key that the state would give it: MG, model 55, series 1, a code of the number."""
    body = f"31{day:%y%m}{company.document}55001{int(number):09}1{int(number) * 4177 % 10**8:08}"
    invoices.create(session, {
        "entity": entity_id, "order": order_id, "number": number, "series": "1", "issued_on": day, "total": total,
        "access_key": body + access_keys.check_digit(body)}, actor=SYSTEM, now=now)
