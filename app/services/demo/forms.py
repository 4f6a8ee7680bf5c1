"""Forms and menus of the demo company, and some records behind them: brought in as any package is."""
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from ...models.custom_form import CustomForm
from ...models.custom_record import CustomRecord
from ...models.entity import Entity
from ...security.viewer import SYSTEM
from .. import custom_records
from ..packages import importing

FOLDER = Path(__file__).parent / "packages"  # and the examples of other businesses
OWN = FOLDER / "laticinios.json"
VISITS = (("Mercado São José", 8, "3.5"), ("Padaria Estrela", 6, "5.2"), ("Empório da Serra", 9, "2.8"),
          ("Mercearia do Vale", 4, "7.9"))


def plant(session, operators: list, *, now) -> None:
    """The company's own package, where it has no form yet, and records that its operators have kept."""
    if session.scalar(select(CustomForm.id).limit(1)) is not None:
        return
    package = importing.receive(session, OWN.read_bytes(), actor=SYSTEM, now=now)
    session.flush()  # by its id it is imported
    importing.bring(session, package.id, actor=SYSTEM, now=now)
    if session.scalar(select(CustomRecord.id).limit(1)) is not None:
        return
    forms = {form.slug: form.id for form in session.scalars(select(CustomForm))}
    today = now.date()
    people = session.scalars(
        select(Entity).where(Entity.kind == "individual", Entity.active).order_by(Entity.id).limit(5))
    for number, entity in enumerate(people):
        custom_records.add_record(session, forms["recolhimento-de-produto"], {
            "consumidor": entity.id, "produto_lote": f"Iogurte natural, lote {4470 + number}",
            "coletar_em": str(today + timedelta(days=number)), "periodo": ("manha", "tarde")[number % 2]},
            company_id=entity.company_id, entity_id=entity.id, actor=operators[number % 2], now=now)
    for number, (shop, mark, degrees) in enumerate(VISITS):
        custom_records.add_record(session, forms["visita-ao-ponto-de-venda"], {
            "estabelecimento": shop, "data_da_visita": str(today - timedelta(days=number * 3)),
            "nota_da_exposicao": mark, "temperatura_da_gondola": degrees}, actor=operators[number % 2], now=now)
