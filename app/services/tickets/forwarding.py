"""A ticket handed to another operator of the central, or to a sector ("Encaminhar", C-38)."""
from datetime import datetime

from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l

from ...errors import Invalid
from ...models.provider_ticket import ProviderTicket
from ...security.permissions import Perm
from .. import assignment
from . import work


def receiver(session, *, operator_id: int | None, department_id: int | None, reason: str | None,
             actor) -> assignment.Receiver:
    """Who is to have tickets, checked once for any number of them. Raises Invalid at operator_id, department_id or
    reason: oneself, somebody inactive or not linked to the central, no reason."""
    if operator_id is not None and operator_id == actor.user_id:
        raise Invalid(_l("It cannot be forwarded to yourself: take it instead."), field="operator_id")
    to = assignment.receiver(session, operator_id=operator_id, department_id=department_id, reason=reason, actor=actor,
                             permission=Perm.TICKET_WRITE)
    if to.operator is not None:
        work.operator(session, to.operator.id, actor=actor, field="operator_id")
    return to


def forward(session, attendance_id: int, *, operator_id: int | None = None, department_id: int | None = None,
            reason: str | None = None, version: int | None = None, actor, now: datetime) -> ProviderTicket:
    """Give an open ticket to an operator or a sector; all concerned are told. Raises as `assignment.forward`."""
    to = receiver(session, operator_id=operator_id, department_id=department_id, reason=reason, actor=actor)
    ticket, previous = hand_over(session, attendance_id, to, version=version, actor=actor, now=now)
    assignment.tell_both(session, ticket.attendance, to, previous, actor=actor, now=now)
    return ticket


def hand_over(session, attendance_id: int, to: assignment.Receiver, *, version: int | None = None, actor,
              now: datetime) -> tuple[ProviderTicket, User | None]:
    """The same for a receiver that was checked, without a word to anybody: (ticket, who has lost it)."""
    ticket = work.open_locked(session, attendance_id, actor=actor)
    _attendance, previous = assignment.hand_over(session, attendance_id, to, version=version, actor=actor, now=now)
    session.refresh(ticket)  # its copies follow the attendance
    return ticket, previous
