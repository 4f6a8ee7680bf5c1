"""What the dairy makes, what its attendants answer about it, and the lots that people have called about."""
from datetime import timedelta

from sqlalchemy import select

from ...models.attendance import Attendance
from ...models.classification import OPEN_PHASES, Motive, Occurrence
from ...models.company import Company
from ...models.product import Product, ProductInformation
from ...security.viewer import SYSTEM
from .. import attendances, records
from ..registers import ensure

PRODUCTS = {"7001": "Iogurte natural 500 g", "7002": "Queijo minas frescal 500 g", "7003": "Leite integral 1 L",
            "7004": "Manteiga com sal 200 g"}
# code, motive, occurrence (None: the whole motive), title, text
INFORMATION = (
    ("7001", "Reclamação", "Embalagem violada ou estufada", "Tampa estufada: recolher o lote",
     "Pedir ao cliente que guarde o produto refrigerado e não o consuma.\nAnotar lote e validade e combinar a coleta."),
    ("7001", "Reclamação", None, "Prazo de resposta ao consumidor",
     "O laboratório responde em 5 dias úteis depois da coleta. A troca não depende do laudo."),
    ("7002", "Reclamação", "Sabor ou cheiro alterado", "Queijo com sabor amargo",
     "Perguntar onde foi comprado e a temperatura do balcão. Acima de 8 °C o prazo impresso não vale."),
    ("7002", "Dúvida", "Informação nutricional", "Tabela nutricional do queijo minas",
     "Porção de 30 g: 72 kcal, 5,1 g de proteína, 5,6 g de gordura, 15 mg de sódio. Contém leite. Não contém glúten."),
    ("7003", "Dúvida", "Informação nutricional", "Leite e intolerância à lactose",
     "O leite integral contém lactose. A linha zero lactose é vendida em embalagem de tampa azul."),
    ("7004", "Solicitação", "Coleta de produto", "Coleta de manteiga",
     "Coletar com gelo; a caixa térmica sai do Centro de Distribuição Campinas."),
)
# Of yogurt: lot, serial number, days since it was made, days that are left.
LOTS = (("L26-0418", None, 45, 15), ("L26-0377", "SN-40021", 60, -4), ("L26-0420", None, 20, 40))


def plant(session, company: Company, operators: list, *, now) -> None:
    """The products, their information, and both on some open complaints; what is there already stays as it is."""
    ids = {code: ensure(session, Product, name, actor=SYSTEM, now=now, code=code).id for code, name in PRODUCTS.items()}
    if session.scalar(select(ProductInformation.id).limit(1)) is not None:
        return
    made = {}
    for code, motive, occurrence, title, text in INFORMATION:
        above = session.scalars(select(Motive).where(Motive.name == motive)).one()
        below = occurrence and session.scalars(
            select(Occurrence).where(Occurrence.name == occurrence, Occurrence.motive_id == above.id)).one()
        made[title] = records.create(session, ProductInformation, {
            "product": session.get(Product, ids[code]), "motive": above, "occurrence": below, "title": title,
            "text": text}, actor=SYSTEM, now=now)
    complaints = session.scalars(
        select(Attendance.id).join(Attendance.motive)
        .where(Attendance.company_id == company.id, Attendance.phase.in_(OPEN_PHASES), Motive.name == "Reclamação")
        .order_by(Attendance.id).limit(len(LOTS))).all()
    for number, (pk, (lot, serial, age, left)) in enumerate(zip(complaints, LOTS, strict=False)):
        attendances.save_detail(session, pk, version=None, actor=operators[number % len(operators)], now=now, detail={
            "page": 1, "product_id": ids["7001"], "lot_number": lot, "serial_number": serial,
            "information_ids": [made["Prazo de resposta ao consumidor"].id],
            "manufactured_on": (now - timedelta(days=age)).date(), "expires_on": (now + timedelta(days=left)).date(),
            "note": "Produto guardado refrigerado para a coleta."})
