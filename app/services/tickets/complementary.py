""""Dados Complementares" of a ticket: what configurators' fields on attendances hold, kept by the Operadora."""
from datetime import datetime

from ...models.custom_form import FieldTarget
from ...models.custom_record import OwnerKind
from ...models.provider_ticket import ProviderTicket
from ...queries.catalogue import catalogue
from .. import custom_values
from ..records import assign
from .work import open_locked, written


def save(session, attendance_id: int, given: dict, *, version: int | None = None, actor, now: datetime
         ) -> ProviderTicket:
    """Keep these values, {key: JSON}; what is left out stays.

    Raises Forbidden, NotFound, Conflict (closed), Stale, InvalidMany at `custom_values.<key>`.
    """
    ticket = open_locked(session, attendance_id, version=version, actor=actor)
    attendance, fields = ticket.attendance, catalogue(session).of_record(FieldTarget.ATTENDANCE)
    values = custom_values.checked(
        session, fields, given, stored=attendance.custom_values or {}, whole=False, actor=actor, now=now,
        timezone=attendance.company.timezone, prefix="custom_values.")
    with session.no_autoflush:  # the guard wants the log entry before anything is written
        changes = assign(attendance, {"custom_values": values})
        if not changes:
            return ticket
        written(session, ticket, "update", changes, actor=actor, now=now)
    custom_values.after_save(session, OwnerKind.ATTENDANCE, attendance_id, fields, attendance.custom_values,
                             actor=actor, now=now)
    return ticket
