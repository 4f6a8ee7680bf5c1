"""What the panel of a ticket shows beside it: its files, and the provider's batches, guides and payments, by
key."""
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, literal, select
from sqlalchemy.orm import aliased, joinedload

from ..models.attachment import Attachment
from ..models.attendance import Attendance
from ..models.classification import CLOSED_PHASES, Scope, Situation
from ..models.note import AttendanceNote
from ..models.outbox import Outbox
from ..models.provider_account import Batch, Guide, Payment
from ..models.provider_ticket import Message, ProviderTicket
from ..security.visibility import visible
from . import paging
from .attendances import Page
from .ticket_talk import to_contact
from .tickets import finding

SIZE = 20
MOST_COUNTED = 99


class Held(NamedTuple):
    """With whom a ticket is, and how far it has come."""

    id: int
    number: int
    assignee_id: int | None
    name: str  # of the operator
    started: bool
    closed: bool


def held(session, viewer, ids) -> list[Held]:
    """Of these tickets those that the viewer sees, by number."""
    found = session.execute(
        select(ProviderTicket.attendance_id, ProviderTicket.number, Attendance.assignee_id, User.first_name,
               User.last_name, ProviderTicket.started, Attendance.closed_at)
        .join(Attendance, Attendance.id == ProviderTicket.attendance_id)
        .outerjoin(User, User.id == Attendance.assignee_id)
        .where(ProviderTicket.attendance_id.in_(ids), visible(ProviderTicket, viewer)).order_by(ProviderTicket.number))
    return [Held(pk, number, assignee_id, " ".join(filter(None, (first, last))), started, closed_at is not None)
            for pk, number, assignee_id, first, last, started, closed_at in found]


def find_file(session, viewer, ticket: ProviderTicket, attachment_id: int) -> Attachment | None:
    """A file of the ticket that the viewer sees and that was not removed."""
    return session.scalar(select(Attachment).where(
        Attachment.id == attachment_id, Attachment.attendance_id == ticket.attendance_id,
        Attachment.removed_at.is_(None), visible(Attachment, viewer)))


def find_counted(session, viewer, attendance_id: int) -> tuple[ProviderTicket, dict[str, int]] | None:
    """(the ticket that its panel shows, how much stands behind some tabs by the tab), in one statement; each is counted
    to MOST_COUNTED + 1. None where the viewer may not see it."""
    same = aliased(ProviderTicket)
    provider = select(same.entity_id).where(same.attendance_id == attendance_id).scalar_subquery()

    def some(model, *where):
        found = select(literal(1)).select_from(model).where(*where).limit(MOST_COUNTED + 1).subquery()
        return select(func.count()).select_from(found).scalar_subquery()

    row = session.execute(finding(viewer, attendance_id).add_columns(
        some(Message, Message.attendance_id == attendance_id, visible(Message, viewer))
        + some(Outbox, *to_contact(attendance_id, provider), Outbox.sender_id.is_not(None)),
        some(AttendanceNote, AttendanceNote.attendance_id == attendance_id, visible(AttendanceNote, viewer)),
        some(ProviderTicket, ProviderTicket.entity_id == provider, ProviderTicket.attendance_id != attendance_id,
             visible(ProviderTicket, viewer))
    )).one_or_none()
    return row and (row[0], dict(zip(("messages", "notes", "earlier"), row[1:], strict=True)))


def closing_situations(session) -> list[Situation]:
    """What "Encerrar atendimento" offers."""
    return list(session.scalars(select(Situation).where(
        Situation.active, Situation.phase.in_(CLOSED_PHASES), Situation.scope.in_((Scope.PROVIDER, Scope.BOTH))
    ).order_by(Situation.phase == "cancelled", Situation.position, Situation.id)))


def batches(session, viewer, provider_id: int, *, after=None) -> Page:
    """A page of the provider's batches, the newest first. Raises ValueError for a page key that is none."""
    return _page(session, viewer, Batch, Batch.received_on, provider_id, (), after)


def guides(session, viewer, provider_id: int, *, after=None) -> Page:
    """The same of the guides issued for the provider."""
    return _page(session, viewer, Guide, Guide.issued_on, provider_id, (), after, load=joinedload(Guide.batch))


def payments(session, viewer, provider_id: int, since: date, until: date, *, after=None) -> Page:
    """The same of the payments of a period, both days included (C-84)."""
    return _page(session, viewer, Payment, Payment.paid_on, provider_id, _paid(since, until), after,
                 load=joinedload(Payment.batch))


def paid(session, viewer, provider_id: int, since: date, until: date) -> tuple[int, Decimal]:
    """(how many payments of the period, what they come to)."""
    count, total = session.execute(select(func.count(), func.coalesce(func.sum(Payment.amount), 0)).where(
        Payment.provider_id == provider_id, visible(Payment, viewer), *_paid(since, until))).one()
    return count, Decimal(total)


def _paid(since, until):
    return Payment.paid_on >= since, Payment.paid_on <= until


def _page(session, viewer, model, day, provider_id, where, after, load=None) -> Page:
    query = session.query(model).filter(model.provider_id == provider_id, visible(model, viewer), *where)
    if load is not None:
        query = query.options(load)
    return Page(*paging.page(query, day, model.id, desc=True, size=SIZE, after=after))
