"""What the dairy's attendants must know of some customers before they speak."""
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from ...models.alert import Alert, AlertPriority
from ...models.company import Company
from ...models.entity import Entity
from .. import alerts

# entity, priority, text, valid from and until in days from today (None: open), active
ALERTS = (
    ("Joana D'Ávila Pereira", "Alta", "Alérgica a amendoim: confirmar o rótulo antes de indicar um produto.", None,
     None, True),
    ("Joana D'Ávila Pereira", "Baixa", "Prefere ser atendida por WhatsApp, depois das 18h.", None, None, True),
    ("Supermercados Bom Preço Ltda.", "Média", "Contrato em renovação: avisar o comercial de toda reclamação.", -10, 45,
     True),
    ("Padaria e Confeitaria Três Irmãos ME", "Baixa", "Entregas só pela manhã.", None, None, True),
    ("João Batista Conceição", "Alta", "Processo no Procon encerrado por acordo.", -60, -5, True),
    ("Mercearia do Lago Comércio de Alimentos", "Média", "Nota fiscal por e-mail ao financeiro.", None, None, False),
)


def plant(session, company: Company, operators: list, *, now) -> None:
    """Some alerts by the attendants, of the priorities that are planted; what is there already stays as it is."""
    if session.scalar(select(Alert.id).limit(1)) is not None:
        return
    priorities = dict(session.execute(select(AlertPriority.name, AlertPriority.id)).all())
    people = dict(session.execute(select(Entity.name, Entity.id).where(Entity.company_id == company.id)).all())
    today = now.astimezone(ZoneInfo(company.timezone)).date()
    for number, (name, priority, text, start, end, active) in enumerate(ALERTS):
        if name in people and priority in priorities:
            alerts.create(session, {
                "entity_id": people[name], "priority_id": priorities[priority], "text": text, "active": active,
                "valid_from": None if start is None else today + timedelta(days=start),
                "valid_until": None if end is None else today + timedelta(days=end)},
                actor=operators[number % len(operators)], now=now)
