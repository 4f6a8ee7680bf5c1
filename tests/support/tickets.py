"""A provider's ticket written straight into the tables: rules of tickets are tested in tests/tickets."""
import itertools

from app.models.attendance import AttendanceKind
from app.models.provider_ticket import Message, ProviderTicket, copies_of

from .clock import NOON
from .world import add_attendance

_numbers = itertools.count(90_001)


def add_ticket(session, world, entity, *, protocol=None, phase="open", opened_at=NOON, **values) -> ProviderTicket:
    """A ticket of this provider with one message of his. Call inside `seeding`."""
    attendance = add_attendance(session, world, entity, protocol=protocol, phase=phase, opened_at=opened_at,
                                kind=AttendanceKind.PROVIDER, title="Guia negada")
    session.flush()
    ticket = ProviderTicket(
        attendance_id=attendance.id, number=next(_numbers), classification_id=world.classification.id,
        subclassification_id=world.subclassification.id, contact_name="Pedro", contact_phone="+551133334444",
        contact_email="pedro@example.com", return_days=2, **{**copies_of(attendance), **values})
    session.add_all([ticket, Message(attendance_id=attendance.id, direction="in", author_name="Pedro", text="Por quê?",
                                     sent_at=opened_at)])
    session.flush()
    return ticket
