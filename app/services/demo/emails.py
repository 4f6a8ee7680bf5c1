"""Ready-made e-mails of the demo company, and some that were written to its customers."""
from sqlalchemy import select

from ...models.attendance import Attendance
from ...models.company import Company
from ...models.email_template import EmailTemplate
from ...models.outbox import Outbox
from ...security.permissions import Perm
from ...security.viewer import SYSTEM
from .. import emails
from ..registers import ensure

TEMPLATES = {
    "Recebemos o seu contato": (
        "Recebemos o seu contato: protocolo {{protocolo}}",
        ("Olá, {{primeiro_nome}}.\n\nRecebemos o seu contato em {{abertura}} e ele tem o protocolo {{protocolo}}.\n"
         "Responderemos assim que possível.\n\n{{atendente}}\n{{empresa}}")),
    "Resposta ao seu atendimento": (
        "Resposta ao atendimento {{protocolo}}",
        "Olá, {{primeiro_nome}}.\n\nSobre {{motivo}} ({{ocorrencia}}):\n\n{{resposta}}\n\n{{atendente}}\n{{empresa}}"),
    "Atendimento encerrado": (
        "Atendimento {{protocolo}} encerrado",
        ("Olá, {{primeiro_nome}}.\n\nO atendimento {{protocolo}} foi encerrado em {{fechamento}}.\n"
         "Se precisar, responda a este e-mail.\n\n{{atendente}}\n{{empresa}}")),
}
LETTERS = 5


def plant(session, company: Company, operators: list, *, now) -> None:
    """The templates, and an e-mail from each of the newest attendances; nothing where some were written already."""
    for name, (subject, body) in TEMPLATES.items():
        ensure(session, EmailTemplate, name, actor=SYSTEM, now=now, subject=subject, body=body)
    written = select(Outbox.id).where(Outbox.sender_id.is_not(None)).limit(1)
    if session.scalar(written) is not None or not all(actor.may(Perm.EMAIL_SEND) for actor in operators):
        return
    newest = select(Attendance).where(Attendance.company_id == company.id).order_by(Attendance.opened_at.desc())
    for number, attendance in enumerate(session.scalars(newest.limit(LETTERS)).all()):
        to = emails.recipients(attendance.entity)
        if to:
            emails.send(
                session, attendance.id, to=to[0][0], subject="Recebemos o seu contato",
                body=f"Olá.\n\nRecebemos o seu contato e ele tem o protocolo {attendance}.\n\n{company}",
                actor=operators[number % len(operators)], now=now)
