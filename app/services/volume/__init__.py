"""A large database as a desk of some years would have it: made up, in bulk, the same for the same seed.

`add_persons`, `add_attendances`, `add_tickets` and `add_records` each write one batch; whoever calls opens a unit of
work a batch.
Documents are valid and belong to nobody known; mail addresses are of example.com, which delivers nothing.
"""
from ...models.attendance import Attendance, AttendanceDetail
from ...models.custom_record import CustomRecord, FieldIndex
from ...models.entity import Address, EContact, Entity, EntityRole, Phone
from ...models.log import LogEntry
from ...models.provider_ticket import Message, ProviderTicket, TicketPause
from . import words
from .attendances import DAYS, Batch, Desk, add_attendances, plan
from .persons import PERSON_BATCH, add_persons
from .record_forms import SLUG, ensure
from .records import RECORD_BATCH, Shelf, add_records
from .tickets import Central, add_tickets

TABLES = {  # what each kind is written into
    "persons": (Entity, EntityRole, Phone, EContact, Address, LogEntry),
    "attendances": (Attendance, AttendanceDetail, LogEntry),
    "tickets": (Attendance, AttendanceDetail, ProviderTicket, Message, TicketPause, LogEntry),
    "records": (CustomRecord, FieldIndex, LogEntry)}

__all__ = ["DAYS", "PERSON_BATCH", "RECORD_BATCH", "SLUG", "TABLES", "Batch", "Central", "Desk", "Shelf",
           "add_attendances", "add_persons", "add_records", "add_tickets", "ensure", "plan", "words"]
