"""What closing demands of a classification (B-23): levels by the company's parameters, all of them where the motive or
the classification itself says so. Cancelling demands nothing, and what was closed elsewhere (imported history, a merge
that is undone) is not asked again.
"""
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import aliased

from ..errors import Invalid
from ..models.attendance import Attendance
from ..models.classification import Cause, DefaultMotive
from ..models.provider_ticket import Message, ProviderTicket
from .settings import ANSWER, CAUSE, CLOSING, MOTIVE, MOTIVE_AND_ANSWER, get_setting

ATTENDANCES, TICKETS = "close_attendance_with", "close_ticket_with"  # the parameters
_LEVELS = tuple(CLOSING)
NO_ANSWER = _l("Write to the provider: a ticket that was not answered cannot be closed.")
_ON_RECORD = _l("The motive “%(motive)s” demands the complete classification to close: choose occurrence and cause on "
                "the attendance's record.")


def of_attendance(session, motive, occurrence, cause, *, day: date) -> Invalid | None:
    """The first demanded level that an attendance of these rows lacks, refused at its field; None where it may close.

    A cause is demanded only where the occurrence has some in use on this `day`.
    """
    whole = motive is not None and motive.complete_to_close
    return _lacking(session, CAUSE if whole else get_setting(session, ATTENDANCES), motive, occurrence, cause, day)


def _lacking(session, demanded, motive, occurrence, cause, day) -> Invalid | None:
    demanded = _LEVELS.index(demanded)
    if demanded >= 1 and motive is None:
        return Invalid(_l("Choose the motive: without it the attendance cannot be closed."), field="motive_id")
    if demanded >= 2 and occurrence is None:
        return Invalid(_l("Choose the occurrence: without it the attendance cannot be closed."), field="occurrence_id")
    if demanded >= 3 and cause is None and _some(session, Cause, Cause.occurrence_id == occurrence.id, day):
        return Invalid(_l("Choose the cause: without it the attendance cannot be closed."), field="cause_id")
    return None


def of_ticket(session, ticket: ProviderTicket | None, *, tree=None, day: date,
              answer_at: str = "situation_id") -> Invalid | None:
    """The same of a provider's ticket, whose classification and subclassification are always there: its motive is
    demanded where the subclassification has some in use, and that it was answered. Refused at the situation, which
    every closing chooses, or at `answer_at`, where the answer may be written.

    Its record may have motive, occurrence and cause as well: all that its motive itself demands. `tree` is what a page
    that shows them will make of them, each refused at its field."""
    rows = tree or (ticket.attendance.motive, ticket.attendance.occurrence, ticket.attendance.cause)
    if rows[0] is not None and rows[0].complete_to_close and (refused := _lacking(session, CAUSE, *rows, day)):
        return refused if tree else Invalid(_ON_RECORD, field="situation_id", motive=str(rows[0]))
    if ticket is None:
        return None
    demanded = get_setting(session, TICKETS)
    if ticket.classification.complete_to_close or demanded in (MOTIVE, MOTIVE_AND_ANSWER):
        refused = _motive_of_ticket(session, ticket, day)
        if refused is not None:
            return refused
    if demands_message(session, [ticket.attendance_id]):
        return Invalid(NO_ANSWER, field=answer_at)
    return None


def needs_answer(session) -> bool:
    """Whether no ticket closes that nobody has answered."""
    return get_setting(session, TICKETS) in (ANSWER, MOTIVE_AND_ANSWER)


def demands_message(session, ticket_ids) -> bool:
    """Whether a message to the provider has to go with the closing of these: none of them was answered."""
    return needs_answer(session) and not answered(session, ticket_ids)


def answered(session, ticket_ids) -> bool:
    """Whether the Operadora has written in one of these tickets since it was opened, whoever opened it."""
    before = aliased(Message)
    later = or_(Message.sent_at > Attendance.opened_at, and_(Message.sent_at == Attendance.opened_at, exists().where(
        before.attendance_id == Message.attendance_id, before.id < Message.id)))
    return session.scalar(select(Message.id).join(Attendance, Attendance.id == Message.attendance_id).where(
        Message.attendance_id.in_(ticket_ids), Message.direction == "out", later).limit(1)) is not None


def _motive_of_ticket(session, ticket, day) -> Invalid | None:
    if ticket.default_motive_id is not None or not _some(
            session, DefaultMotive, DefaultMotive.subclassification_id == ticket.subclassification_id, day):
        return None
    return Invalid(_l("Choose the reason for the attendance under “Change the classification”: without it the ticket "
                      "cannot be closed."), field="situation_id")


def _some(session, model, below, day) -> bool:
    return session.scalar(select(model.id).where(below, model.in_use_on(day)).limit(1)) is not None
