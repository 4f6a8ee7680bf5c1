"""What the dairy owes and paid its providers, and the calendar by which their invoicing is answered."""
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select

from ...models.calendar import Calendar
from ...models.classification import Classification, Counting
from ...models.company import Company
from ...models.entity import Entity
from ...models.provider_account import Batch
from ...security.viewer import SYSTEM
from .. import batches, guides, payments
from ..classifications import classifications

FREIGHT, COLD = "Transportes Vale Frio Ltda.", "Polar Refrigeração e Manutenção ME"
# number, provider, days ago, state, total
BATCHES = (
    ("LT-0417", FREIGHT, 62, "paid", "18420.50"), ("LT-0431", FREIGHT, 33, "paid", "20155.00"),
    ("LT-0446", FREIGHT, 12, "analysis", "17980.75"), ("LT-0452", FREIGHT, 2, "received", "9310.00"),
    ("MR-0098", COLD, 48, "paid", "6240.00"), ("MR-0103", COLD, 20, "refused", "1890.00"),
    ("MR-0107", COLD, 5, "approved", "4475.90"))
# number, provider, batch, days ago, beneficiary, state, total
GUIDES = (
    ("G-20411", FREIGHT, "LT-0446", 18, "Supermercados Bom Preço Ltda.", "billed", "6210.25"),
    ("G-20418", FREIGHT, "LT-0446", 15, "Mercearia do Lago Comércio de Alimentos", "billed", "11770.50"),
    ("G-20433", FREIGHT, "LT-0452", 6, "Padaria e Confeitaria Três Irmãos ME", "issued", "4120.00"),
    ("G-20440", FREIGHT, None, 1, "Supermercados Bom Preço Ltda.", "requested", "5190.00"),
    ("G-20391", FREIGHT, None, 24, "Mercearia do Lago Comércio de Alimentos", "cancelled", "2300.00"),
    ("G-20425", COLD, "MR-0107", 9, "Câmara fria 2", "issued", "2980.90"),
    ("G-20437", COLD, "MR-0107", 4, "Túnel de congelamento", "issued", "1495.00"))
# bank document, provider, batch, days ago, amount
PAYMENTS = (
    ("TED 55019", FREIGHT, "LT-0417", 45, "18420.50"), ("TED 55342", FREIGHT, "LT-0431", 17, "20155.00"),
    ("PIX E9041", COLD, "MR-0098", 31, "6240.00"), ("PIX E9377", COLD, None, 8, "350.00"))
TIMED = "Faturamento"  # the classification that is answered in business days
CALENDAR = "Comercial"


def plant(session, company: Company, *, now) -> None:
    """The calendar of one classification, and the accounts; none where a provider of the company has batches."""
    _count_business_days(session, now)
    people = dict(session.execute(select(Entity.name, Entity.id).where(
        Entity.company_id == company.id, Entity.name.in_((FREIGHT, COLD)))).all())
    if len(people) < 2 or session.scalar(select(Batch.id).where(Batch.provider_id.in_(people.values())).limit(1)):
        return
    today, known = now.date(), {}
    for number, name, days, state, total in BATCHES:
        known[number] = batches.create(session, {
            "provider": people[name], "number": number, "received_on": today - timedelta(days), "state": state,
            "total": Decimal(total)}, actor=SYSTEM, now=now).id
    for number, name, batch, days, beneficiary, state, total in GUIDES:
        guides.create(session, {
            "provider": people[name], "batch": known.get(batch), "number": number, "beneficiary": beneficiary,
            "issued_on": today - timedelta(days), "state": state, "total": Decimal(total)}, actor=SYSTEM, now=now)
    for document, name, batch, days, amount in PAYMENTS:
        payments.create(session, {
            "provider": people[name], "batch": known.get(batch), "document": document,
            "paid_on": today - timedelta(days), "amount": Decimal(amount)}, actor=SYSTEM, now=now)


def _count_business_days(session, now) -> None:
    """Only where nobody has touched the classification since it was planted."""
    row = session.scalar(select(Classification).where(Classification.name == TIMED, Classification.version == 1))
    calendar = session.scalar(select(Calendar).where(Calendar.name == CALENDAR))
    if row is not None and calendar is not None:
        classifications.update(session, row.id, {"counting": Counting.BUSINESS_DAYS.value, "calendar": calendar},
                               actor=SYSTEM, now=now)
