"""The history of an entity with 10,000 entries of every kind: its first page, a deep one, under filters."""
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, select

from app.database import unit_of_work
from app.models.alert import Alert, AlertPriority
from app.models.appointment import Appointment
from app.models.attendance import Attendance, AttendanceDetail
from app.models.company import Unit
from app.models.entity import Entity
from app.models.log import LogEntry
from app.models.note import AttendanceNote
from app.models.order import Invoice, Order
from app.models.outbox import Outbox
from app.models.survey import Survey, SurveyParticipation
from app.security.visibility import visible

NAME = "Histórico de Medida"
CASES, MAILS, ORDERS, CHANGES = 2_000, 1_500, 500, 1_200
LIMIT_MS, SAMPLES = 80, 40
START = datetime(2024, 1, 1, 12, tzinfo=UTC)


def lines(desks, in_turns, summed):
    """The lines of the history, for desks of all sizes in turns."""
    found = [cases(desk) for desk in desks]
    for case in found[0]:
        calls = [[lambda desk=desk, path=paths[case]: desk.get(path)] * SAMPLES
                 for desk, paths in zip(desks, found, strict=True)]
        yield from summed("history of 10,000 entries", case, desks, in_turns(desks, calls), LIMIT_MS)


def cases(desk) -> dict[str, str]:
    """{what is opened: its address}; the entity is made where it is not there yet."""
    from app.queries.history import HistoryFilter, entity_history

    with desk.session() as (session, viewer):
        pk = session.scalar(select(Entity.id).where(Entity.name == NAME, visible(Entity, viewer)))
        if pk is None:
            pk = _grow(session, viewer)
        key, page = None, None
        for _ in range(12):  # a third of the way down
            page = entity_history(session, viewer, pk, HistoryFilter(), timezone="America/Sao_Paulo", size=300,
                                  after=key)
            key = page.older
    path = f"/history/entity/{pk}"
    return {"newest": path, "deep page": f"{path}?after={key}", "one kind": f"{path}?kind=detail",
            "a month": f"{path}?day_from=2024-06-01&day_to=2024-06-30", "text": f"{path}?q=geladeira"}


def _grow(session, viewer) -> int:
    seen = session.scalars(select(Attendance).where(visible(Attendance, viewer)).limit(1)).one()
    company, channel, situation = seen.company_id, seen.channel_id, seen.situation_id
    with unit_of_work(session):
        session.info["unlogged"] = True
        try:
            entity = Entity(company_id=company, name=NAME)
            priority, survey = AlertPriority(name=f"{NAME} alta"), Survey(name=NAME)
            session.add_all([entity, priority, survey])
            session.flush()  # their ids go into the rows below
            unit = session.scalar(select(Unit.id).where(Unit.company_id == company).limit(1))
            shared = {"company_id": company, "channel_id": channel, "situation_id": situation, "unit_id": unit}
            _fill(session, entity.id, priority.id, survey.id, viewer.user_id, shared)
            return entity.id
        finally:
            session.info.pop("unlogged")


def _fill(session, entity, priority, survey, user, shared):
    def at(n, step=1):
        return START + timedelta(minutes=n * step)

    def add(model, rows):
        return list(session.scalars(insert(model).returning(model.id), rows)) if model is Attendance else \
            session.execute(insert(model), rows)

    cases = add(Attendance, [
        {**shared, "entity_id": entity, "opened_at": at(n, 500), "phase": "closed" if n % 2 else "open",
         "closed_at": at(n * 500 + 300) if n % 2 else None, "custom_values": {}, "direction": "receptive",
         "kind": "sac"} for n in range(CASES)])
    add(AttendanceDetail, [
        {"attendance_id": pk, "page": page, "channel_id": shared["channel_id"], "direction": "receptive",
         "opened_at": at(n * 500 + page * 20), "description": f"Contato {page} sobre a geladeira da entrada. " * 4}
        for n, pk in enumerate(cases) for page in range(1, 2 + n % 2)])
    add(AttendanceNote, [{"attendance_id": pk, "text": "Cliente antigo, tratar com cuidado.",
                          "written_at": at(n * 1000 + 40)} for n, pk in enumerate(cases[::4])])
    add(Outbox, [
        {"key": f"bench-{entity}-{n}", "kind": "email", "recipient": "a@example.com", "subject": f"Aviso {n}",
         "body": "Texto do aviso.", "payload": {}, "state": "sent", "due_at": at(n, 600), "created_at": at(n, 600),
         "attendance_id": cases[n % CASES], "entity_id": entity} for n in range(MAILS)])
    add(Order, [{"company_id": shared["company_id"], "entity_id": entity, "number": f"B{entity}-{n}", "total": n,
                 "ordered_on": at(n, 2000).date()} for n in range(ORDERS)])
    add(Invoice, [{"company_id": shared["company_id"], "entity_id": entity, "number": f"{entity}{n}", "total": n,
                   "issued_on": at(n, 2000).date()} for n in range(ORDERS)])
    add(Appointment, [{"entity_id": entity, "operator_id": user, "subject": f"Visita {n}", "starts_at": at(n, 2000),
                       "ends_at": at(n * 2000 + 60)} for n in range(ORDERS)])
    add(Alert, [{"entity_id": entity, "priority_id": priority, "text": f"Alerta {n}", "created_at": at(n, 9000)}
                for n in range(100)])
    add(SurveyParticipation, [{"survey_id": survey, "entity_id": entity, "attendance_id": pk, "invited_at": at(n, 9000)}
                              for n, pk in enumerate(cases[:100])])
    add(LogEntry, [
        {"target": "entity", "target_id": entity, "seq": n + 1, "at": at(n, 800), "actor_name": "Bench", "digests": {},
         "action": "update", "changes": {"notes": ["a", "b", "0"]}, "hash": "0" * 64} for n in range(CHANGES)])
