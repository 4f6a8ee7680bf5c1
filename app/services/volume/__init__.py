"""A large database as a desk of some years would have it: made up, in bulk, the same for the same seed.

`add_persons`, `add_attendances` and `add_tickets` each write one batch; whoever calls opens a unit of work a batch.
Documents are valid and belong to nobody known; mail addresses are of example.com, which delivers nothing.
"""
from . import words
from .attendances import DAYS, Batch, Desk, add_attendances, plan
from .persons import PERSON_BATCH, add_persons
from .tickets import Central, add_tickets

__all__ = ["DAYS", "PERSON_BATCH", "Batch", "Central", "Desk", "add_attendances", "add_persons", "add_tickets", "plan",
           "words"]
