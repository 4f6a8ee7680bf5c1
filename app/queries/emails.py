"""E-mails that were written from an attendance, and the templates that may be chosen for one."""
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from ..models.attendance import Attendance
from ..models.email_template import EmailTemplate
from ..models.entity import Entity
from ..models.outbox import Outbox
from ..security.visibility import visible
from .attendances import id_at

SHOWN = 20


def find_to_write(session, viewer, address: str) -> Attendance | None:
    """The attendance behind an address with every e-mail of its entity, and what templates may tell of it.

    The record page loads an entity with its main e-contact alone: here all of them are read anew.
    """
    pk = id_at(session, viewer, address)
    if pk is None:
        return None
    query = select(Attendance).where(Attendance.id == pk).execution_options(populate_existing=True)
    return session.scalar(query.options(
        joinedload(Attendance.company), joinedload(Attendance.situation), joinedload(Attendance.channel),
        joinedload(Attendance.motive), joinedload(Attendance.occurrence), joinedload(Attendance.cause),
        selectinload(Attendance.details), joinedload(Attendance.entity).selectinload(Entity.econtacts),
        joinedload(Attendance.entity).selectinload(Entity.contacts)))


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
