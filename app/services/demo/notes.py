"""What colleagues of the demo company tell each other about an attendance, and a file that one of them attached."""
from io import BytesIO

from sqlalchemy import select

from ...models.attachment import Attachment
from ...models.attendance import Attendance
from ...models.classification import OPEN_PHASES
from ...models.note import AttendanceNote
from .. import attachments, notes

FILE = "temperaturas-lote-4471.csv"
TEMPERATURES = "medição;câmara;temperatura (°C)\n" + "".join(
    f"{hour:02}:00;Câmara 2;{4 + (hour % 5) * 0.6:.1f}\n".replace(".", ",") for hour in range(6, 18))


def plant(session, company, operators: list, *, now) -> None:
    """Three notes on the newest open attendance, where there is no note yet. `operators` are Viewers."""
    attendance = _newest(session, company)
    if attendance is None or session.scalar(select(AttendanceNote.id).limit(1)) is not None:
        return
    first, second, boss = operators
    for actor, text in (
            (first, f"A loja pede retorno ainda hoje. @{second.login}, você confirma a rota com a expedição?"),
            (second, f"Confirmado: sai amanhã às 7h. @{first.login} pode avisar o cliente."),
            (boss, f"@{first.login} as temperaturas da câmara estão no anexo; acima de 7 °C, abra um SAC do lote.")):
        notes.add(session, attendance.id, text, actor=actor, now=now)


def plant_file(session, company, operators: list, uploads, *, now) -> None:
    """The file that the notes speak of, where no file is attached yet. `uploads` as the settings have it."""
    attendance = _newest(session, company)
    if attendance is None or session.scalar(select(Attachment.id).limit(1)) is not None:
        return
    with attachments.receive(uploads, BytesIO(TEMPERATURES.encode()), FILE) as arrived:
        attachments.add(session, attendance.id, 1, arrived, actor=operators[-1], now=now)


def _newest(session, company) -> Attendance | None:
    return session.scalar(select(Attendance).where(
        Attendance.company_id == company.id, Attendance.phase.in_(OPEN_PHASES))
        .order_by(Attendance.opened_at.desc(), Attendance.id.desc()).limit(1))
