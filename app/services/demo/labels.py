"""Labels of the demo company, a shared view that uses one, and who some attendances are with."""
from urllib.parse import urlencode

from sqlalchemy import select

from ...models.attendance import Attendance
from ...models.classification import OPEN_PHASES
from ...models.label import AttendanceLabel, Label
from ...models.saved_view import SavedView
from ...security.viewer import SYSTEM
from .. import assignment, labels, list_views
from ..registers import ensure

LABELS = (("Recall lote 4471", "#b3261e"), ("Jurídico", "#6b3fa0"), ("Cliente VIP", "#f2b01e"),
          ("Elogio público", "#1f7a3d"))


def plant(session, company, operators: list, *, now) -> None:
    """The labels that are missing; on attendances only where none bears any yet. `operators` are Viewers."""
    made = [ensure(session, Label, name, actor=SYSTEM, now=now, colour=colour, position=place)
            for place, (name, colour) in enumerate(LABELS)]
    if session.scalar(select(AttendanceLabel.label_id).limit(1)) is not None:
        return
    newest = session.scalars(select(Attendance).where(Attendance.company_id == company.id).order_by(
        Attendance.opened_at.desc(), Attendance.id.desc()).limit(24)).all()
    for number, attendance in enumerate(newest):
        if number % 3 == 0:
            chosen = [made[number // 3 % len(made)].id, *([made[2].id] if number % 9 == 0 else [])]
            labels.change(session, attendance.id, add=chosen, actor=operators[0], now=now)
        if number % 2 == 0 and attendance.phase in OPEN_PHASES and attendance.assignee_id is None:
            to = operators[number // 2 % len(operators)]
            assignment.forward(session, attendance.id, operator_id=to.user_id, reason="Distribuição da fila",
                               actor=operators[0], now=now)
    boss = operators[-1]
    if session.scalar(select(SavedView.id).where(SavedView.owner_id == boss.user_id).limit(1)) is None:
        query = urlencode({"label": made[0].id})
        list_views.save_view(
            session, "attendances", name="Recall lote 4471", query=query, shared=True, actor=boss, now=now,
            columns=["protocol", "opened_at", "entity", "occurrence", "situation", "labels", "assignee"])
