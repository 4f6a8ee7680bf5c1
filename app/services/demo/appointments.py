"""What the attendants of the dairy have agreed for this week: visits and calls, one done, one cancelled."""
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from ...models.appointment import Appointment
from ...models.company import Company
from ...models.entity import Entity
from .. import appointments

# weekday (Monday 0), start, minutes, entity, subject, place, what became of it
WEEK = (
    (0, time(9, 30), 60, "Supermercados Bom Preço Ltda.", "Visita: gôndola refrigerada", "Loja", appointments.finish),
    (0, time(15, 0), 30, "Joana D'Ávila Pereira", "Retorno sobre a troca do iogurte", None, appointments.cancel),
    (1, time(10, 0), 45, "Padaria e Confeitaria Três Irmãos ME", "Apresentar os requeijões", "Na padaria", None),
    (2, time(8, 30), 90, "Mercearia do Lago Comércio de Alimentos", "Recolher amostra do lote", "Depósito", None),
    (2, time(14, 0), 30, "João Batista Conceição", "Ligar com o laudo do laboratório", None, None),
    (3, time(11, 0), 60, "Supermercados Bom Preço Ltda.", "Reunião de renovação do contrato", "Videochamada", None),
    (3, time(11, 30), 30, "Joana D'Ávila Pereira", "Confirmar a entrega da reposição", None, None),
    (4, time(16, 0), 45, "Padaria e Confeitaria Três Irmãos ME", "Treinar a equipe na conservação", "Na padaria", None),
)


def plant(session, company: Company, operators: list, *, now) -> None:
    """The week of the attendants, on the clocks of the company; none where there are appointments already. `operators`
    are Viewers."""
    if session.scalar(select(Appointment.id).limit(1)) is not None:
        return
    people = dict(session.execute(select(Entity.name, Entity.id).where(Entity.company_id == company.id)).all())
    zone = ZoneInfo(company.timezone)
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=(today.weekday() + 1) % 7 - 1)  # on a Sunday the week that begins with it
    for number, (weekday, start, minutes, name, subject, place, move) in enumerate(WEEK):
        if name not in people:
            continue
        begins = datetime.combine(monday + timedelta(days=weekday), start, zone).astimezone(UTC)
        actor = operators[number % 2]
        item = appointments.create(session, {
            "entity_id": people[name], "operator_id": actor.user_id, "subject": subject, "place": place,
            "starts_at": begins, "ends_at": begins + timedelta(minutes=minutes), "reminder_minutes": 15},
            actor=actor, now=now)
        if move is appointments.cancel or (move and begins < now):  # a visit still to come is not done
            move(session, item.id, actor=actor, now=now)
