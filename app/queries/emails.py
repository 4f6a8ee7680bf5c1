"""E-mails that were written from an attendance, and the templates that may be chosen for one."""
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from ..models.email_template import EmailTemplate
from ..models.outbox import Outbox
from ..security.visibility import visible

SHOWN = 20


def of_attendance(session, attendance_id: int, *, limit: int = SHOWN) -> list:
    """The newest e-mails to the entity of an attendance that the viewer sees: rows with the sender's name."""
    return session.execute(
        select(Outbox.id, Outbox.recipient, Outbox.subject, Outbox.body, Outbox.state, Outbox.attempts, Outbox.error,
               Outbox.created_at, Outbox.sent_at, Outbox.due_at, User.first_name, User.last_name)
        .outerjoin(User, User.id == Outbox.sender_id)
        .where(Outbox.attendance_id == attendance_id, Outbox.kind == "email", Outbox.entity_id.is_not(None))
        .order_by(Outbox.id.desc()).limit(limit)).all()


def offered_templates(session, viewer) -> list[tuple[int, str]]:
    """(id, name) of the templates in use."""
    return [tuple(row) for row in session.execute(
        select(EmailTemplate.id, EmailTemplate.name).where(EmailTemplate.active, visible(EmailTemplate, viewer))
        .order_by(EmailTemplate.name_key))]


def find_template(session, viewer, pk: int | None) -> EmailTemplate | None:
    """A template in use."""
    return session.scalar(select(EmailTemplate).where(
        EmailTemplate.id == pk, EmailTemplate.active, visible(EmailTemplate, viewer))) if pk is not None else None
